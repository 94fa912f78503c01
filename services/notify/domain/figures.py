"""The figures of a bulletin: columns by township, the sums that must agree, the rates (domain.md 5.3).

A column is made of columns of shared/statistics.py, by which cases counts too: one word, one number. It takes states
and outcomes, never another column's remainder, so what nobody has sorted shows as a difference.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import rfc8785

from services.notify.domain.errors import BulletinFigureWrong
from shared.contracts.codes import WorkKind
from shared.statistics import TABLES, Sum

# Of patches that were cut, the original ones (domain.md 5.3: statistics by original patch exclude child patches).
_PARTS = ("whole", "parent")


@dataclass(frozen=True)
class Group:
    """Objects of one township that every column takes or leaves alike. members_sha256: of their ids in order."""

    township_code: str
    kind: WorkKind
    state: str
    outcome: str
    part: str
    overdue: bool
    sum: Sum
    members_sha256: str = ""


@dataclass(frozen=True)
class FigureColumn:
    """of: columns of the table of its kind, which have no object in common. overdue: only where a term has run out."""

    name: str
    title: str
    kind: WorkKind
    of: tuple[str, ...]
    overdue: bool = False

    def takes(self, group: Group) -> bool:
        if group.kind is not self.kind or group.part not in _PARTS or (self.overdue and not group.overdue):
            return False
        columns = (TABLES[self.kind].column(name) for name in self.of)
        return any(column is not None and column.takes(group.state, group.outcome) for column in columns)


_CLUE, _CASE, _ITEM = WorkKind.CLUE, WorkKind.CASE, WorkKind.RECTIFICATION
COLUMNS: Mapping[str, FigureColumn] = {
    column.name: column
    for column in (
        FigureColumn("found", "发现", _CLUE, ("total",)),
        FigureColumn("unverified", "未核实", _CLUE, ("unverified",)),
        FigureColumn("verified", "已核实", _CLUE, ("verified",)),
        FigureColumn("violations", "核实违法", _CLUE, ("non_agri_illegal", "non_grain_illegal")),
        FigureColumn("dismissed", "核实排除", _CLUE, ("legal", "other", "false_change")),
        FigureColumn("cases", "案件", _CASE, ("total",)),
        FigureColumn("cases_not_filed", "不予立案", _CASE, ("not_filed",)),
        FigureColumn(
            "cases_open",
            "在办案件",
            _CASE,
            ("before_decision", "decided", "in_court", "executed", "without_penalty"),
        ),
        FigureColumn("cases_closed", "结案", _CASE, ("closed",)),
        FigureColumn("items", "应整改", _ITEM, ("total",)),
        FigureColumn("in_rectification", "在整改", _ITEM, ("unrectified",)),
        FigureColumn("struck_off", "已销号", _ITEM, ("rectified",)),
        FigureColumn("demolished", "拆除复耕", _ITEM, ("demolished",)),
        FigureColumn("formalities", "补办手续", _ITEM, ("formalities",)),
        FigureColumn("combined", "拆补组合", _ITEM, ("combined",)),
        FigureColumn("other_method", "其他方式", _ITEM, ("other",)),
        FigureColumn("rebound", "反弹", _ITEM, ("rebound",)),
        FigureColumn("overdue", "逾期未销号", _ITEM, ("unrectified",), overdue=True),
        FigureColumn("listings", "挂牌督办合计", WorkKind.LISTING, ("total",)),
        FigureColumn("listings_proposed", "拟挂牌", WorkKind.LISTING, ("proposed",)),
        FigureColumn("listings_declined", "未批准挂牌", WorkKind.LISTING, ("declined",)),
        FigureColumn("listed", "挂牌督办", WorkKind.LISTING, ("open", "overdue")),
        FigureColumn("listed_overdue", "挂牌超期", WorkKind.LISTING, ("overdue",)),
        FigureColumn("delisted", "已摘牌", WorkKind.LISTING, ("delisted",)),
        FigureColumn("transfers", "移送公安", WorkKind.POLICE_TRANSFER, ("total",)),
    )
}

WHOLES: Mapping[str, tuple[str, ...]] = {
    "found": ("unverified", "verified"),
    "verified": ("violations", "dismissed"),
    "cases": ("cases_not_filed", "cases_open", "cases_closed"),
    "items": ("in_rectification", "struck_off"),
    "struck_off": ("demolished", "formalities", "combined", "other_method"),
    "listings": ("listings_proposed", "listings_declined", "listed", "delisted"),
}
"""Each whole is the sum of its parts, in every township and in the county (domain.md 5.3)."""
WITHIN: Mapping[str, str] = {"overdue": "in_rectification", "listed_overdue": "listed"}
"""Each is a part of another and never more."""
RATES: Mapping[str, tuple[str, str]] = {
    "verified_rate": ("verified", "found"),
    "strike_off_rate": ("struck_off", "items"),
    "closed_rate": ("cases_closed", "cases"),
}
RATE_TITLES: Mapping[str, str] = {"verified_rate": "核实率", "strike_off_rate": "销号率", "closed_rate": "结案率"}
COUNTY = "county"
"""The row of the whole county, beside those of townships."""


def states_of(column: str) -> frozenset[str]:
    """The states that a column takes, of one that goes by states."""
    one = COLUMNS[column]
    columns = (TABLES[one.kind].column(name) for name in one.of)
    return frozenset(state for found in columns if found is not None for state in found.states)


@dataclass(frozen=True)
class Figures:
    """Of one point in time. groups: everything that was counted."""

    groups: tuple[Group, ...]
    _kept: dict[tuple[str, str], Sum] = field(default_factory=dict, compare=False, repr=False)

    def of(self, township_code: str, column: str) -> Sum:
        """A figure; of the county: of all groups, whatever townships they are in."""
        key = (township_code, column)
        if key not in self._kept:
            taken = (
                group.sum
                for group in self.groups
                if township_code in (COUNTY, group.township_code) and COLUMNS[column].takes(group)
            )
            self._kept[key] = sum(taken, Sum())
        return self._kept[key]

    def rate(self, township_code: str, name: str, *, by_area: bool = False) -> Decimal | None:
        """0 to 1 with 4 decimals; None where there is nothing to divide by."""
        part, whole = (self.of(township_code, column) for column in RATES[name])
        if by_area:
            return None if not whole.area_m2 else (part.area_m2 / whole.area_m2).quantize(Decimal("0.0001"))
        return None if not whole.items else (Decimal(part.items) / whole.items).quantize(Decimal("0.0001"))

    @property
    def townships(self) -> list[str]:
        return sorted({group.township_code for group in self.groups})

    @property
    def sha256(self) -> str:
        """Of everything that was counted and of whom, in canonical JSON."""
        rows: list[Any] = [
            [
                *(group.township_code, group.kind.value, group.state, group.outcome, group.part, group.overdue),
                *(group.sum.items, *(str(area) for area in group.sum.areas), group.members_sha256),
            ]
            for group in sorted(self.groups, key=_key)
        ]
        return hashlib.sha256(rfc8785.dumps(rows)).hexdigest()


@dataclass(frozen=True)
class Township:
    """code: 9 digits, or COUNTY."""

    code: str
    name: str


WHOLE = Township(COUNTY, "全县")


def check(figures: Figures, townships: Sequence[Township]) -> None:
    """The arithmetic of domain.md 5.3. townships: of the table to be printed. Raises BulletinFigureWrong, naming the
    figure and by how much it is off."""
    for place in (*townships, WHOLE):
        for whole, parts in WHOLES.items():
            left = figures.of(place.code, whole) - sum((figures.of(place.code, part) for part in parts), Sum())
            _require_nothing(left, place, whole, parts)
        for part, whole in WITHIN.items():
            if figures.of(place.code, part).items > figures.of(place.code, whole).items:
                left = figures.of(place.code, whole) - figures.of(place.code, part)
                _require_nothing(left, place, part, (whole,))
    for column in COLUMNS:
        of_rows = sum((figures.of(place.code, column) for place in townships), Sum())
        _require_nothing(figures.of(COUNTY, column) - of_rows, WHOLE, column, ("各乡镇合计",))


def _require_nothing(left: Sum, place: Township, column: str, parts: Iterable[str]) -> None:
    if not left.is_nothing:
        named = [COLUMNS[part].title if part in COLUMNS else part for part in parts]
        raise BulletinFigureWrong(
            place.code, place.name, column, COLUMNS[column].title, named, left.items, left.area_m2
        )


def _key(group: Group) -> tuple[str, ...]:
    return (group.township_code, group.kind.value, group.state, group.outcome, group.part, str(group.overdue))
