"""What a table of statistics counts of each kind, and which sums must agree (domain.md 5.3).

A column takes states and outcomes, never another column's remainder: so a state that nobody has sorted shows as a
difference and cannot hide in a rest.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shared.area import mu_from_m2
from shared.contracts.codes import WorkKind
from shared.contracts.statistics import Amount, Difference, Rate, StatisticColumn, StatisticRow

_ALL: frozenset[str] = frozenset({"*"})


@dataclass(frozen=True)
class Sum:
    """Objects and square metres."""

    items: int = 0
    area_m2: Decimal = Decimal(0)
    farmland_area_m2: Decimal = Decimal(0)
    pbf_area_m2: Decimal = Decimal(0)
    done_area_m2: Decimal = Decimal(0)

    def __add__(self, other: "Sum") -> "Sum":
        areas = (mine + its for mine, its in zip(self.areas, other.areas, strict=True))
        return Sum(self.items + other.items, *areas)

    def __sub__(self, other: "Sum") -> "Sum":
        areas = (mine - its for mine, its in zip(self.areas, other.areas, strict=True))
        return Sum(self.items - other.items, *areas)

    @property
    def areas(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        return self.area_m2, self.farmland_area_m2, self.pbf_area_m2, self.done_area_m2

    @property
    def is_nothing(self) -> bool:
        return not (self.items or any(self.areas))

    def told(self) -> Amount:
        names = ("area", "farmland_area", "pbf_area", "done_area")
        m2 = dict(zip(names, self.areas, strict=True))
        return Amount(
            items=self.items,
            **{f"{name}_m2": float(value) for name, value in m2.items()},
            **{f"{name}_mu": float(mu_from_m2(value)) for name, value in m2.items()},
        )


Parts = Mapping[tuple[str, str], Sum]
"""(state, outcome) -> sum."""


@dataclass(frozen=True)
class Column:
    """states, outcomes: what it counts; part_of: the whole that it and its sisters make up."""

    name: str
    title: str
    part_of: str | None = None
    states: frozenset[str] = _ALL
    outcomes: frozenset[str] = _ALL

    def of(self, parts: Parts) -> Sum:
        taken = (one for (state, outcome), one in parts.items() if self.takes(state, outcome))
        return sum(taken, Sum())

    def takes(self, state: str, outcome: str) -> bool:
        return _has(self.states, state) and _has(self.outcomes, outcome)


@dataclass(frozen=True)
class RateOf:
    name: str
    title: str
    part: str
    whole: str


@dataclass(frozen=True)
class Table:
    columns: tuple[Column, ...]
    rates: tuple[RateOf, ...] = field(default=())

    @property
    def wholes(self) -> list[str]:
        return list(dict.fromkeys(column.part_of for column in self.columns if column.part_of))

    def row(self, key: str, title: str, parts: Parts, late: Parts | None = None) -> StatisticRow:
        """late: told after the end of the period."""
        sums = {column.name: column.of(parts) for column in self.columns}
        return StatisticRow(
            key=key,
            title=title,
            amounts={name: one.told() for name, one in sums.items()},
            differences=[self._difference(whole, sums) for whole in self.wholes],
            rates=[_rate(rate, sums) for rate in self.rates],
            late={} if late is None else self._late(late),
        )

    def column(self, name: str) -> Column | None:
        return next((one for one in self.columns if one.name == name), None)

    def _late(self, parts: Parts) -> dict[str, Amount]:
        sums = {column.name: column.of(parts) for column in self.columns}
        return {name: one.told() for name, one in sums.items() if not one.is_nothing}

    def told(self) -> list[StatisticColumn]:
        return [StatisticColumn(name=one.name, title=one.title, part_of=one.part_of) for one in self.columns]

    def _difference(self, whole: str, sums: Mapping[str, Sum]) -> Difference:
        left = sums[whole] - sum((sums[one.name] for one in self.columns if one.part_of == whole), Sum())
        return Difference(
            whole=whole,
            items=left.items,
            area_m2=float(left.area_m2),
            farmland_area_m2=float(left.farmland_area_m2),
            pbf_area_m2=float(left.pbf_area_m2),
        )


def differs(rows: Iterable[StatisticRow]) -> int:
    """How many identities do not hold."""
    found = (one for row in rows for one in row.differences)
    return sum(any((one.items, one.area_m2, one.farmland_area_m2, one.pbf_area_m2)) for one in found)


def _rate(rate: RateOf, sums: Mapping[str, Sum]) -> Rate:
    part, whole = sums[rate.part], sums[rate.whole]
    return Rate(
        name=rate.name,
        title=rate.title,
        by_items=round(part.items / whole.items, 4) if whole.items else None,
        by_area=round(float(part.area_m2 / whole.area_m2), 4) if whole.area_m2 else None,
    )


def _has(wanted: Collection[str], value: str) -> bool:
    return wanted is _ALL or value in wanted


def _states(*states: str) -> frozenset[str]:
    return frozenset(states)


_LEGAL = _states("legal", "facility_agri_land", "rural_road")
_OPINIONS = _LEGAL | _states("other", "false_change", "non_agri_illegal", "non_grain_illegal")
_DONE = _states("struck_off")

TABLES: Mapping[WorkKind, Table] = {
    WorkKind.CLUE: Table(
        (
            Column("total", "下发"),
            Column("unverified", "未核实", "total", outcomes=_states("")),
            Column("verified", "已核实", "total", outcomes=_OPINIONS),
            Column("legal", "合法", "verified", outcomes=_LEGAL),
            Column("other", "其他", "verified", outcomes=_states("other")),
            Column("false_change", "伪变化", "verified", outcomes=_states("false_change")),
            Column("non_agri_illegal", "非农违法", "verified", outcomes=_states("non_agri_illegal")),
            Column("non_grain_illegal", "非粮违法", "verified", outcomes=_states("non_grain_illegal")),
            Column("to_case", "其中转立案", states=_states("to_case")),
            Column("sent_back", "其中打回", states=_states("sent_back")),
        ),
        (RateOf("filled", "填报率", "verified", "total"), RateOf("error", "差错率", "sent_back", "verified")),
    ),
    WorkKind.CASE: Table(
        (
            Column("total", "案件"),
            Column("not_filed", "不予立案", "total", _states("not_filed")),
            Column(
                "before_decision",
                "决定前",
                "total",
                _states(
                    *("stopped", "filed", "investigating", "suspended", "report_done", "under_review"),
                    *("legal_review", "collective", "noticed", "hearing", "reopened"),
                ),
            ),
            Column("decided", "已决定、履行中", "total", _states("decided", "served", "performing", "demanded")),
            Column("in_court", "申请法院执行", "total", _states("court_applied", "court_ruled")),
            Column("executed", "执行完毕", "total", _states("executed")),
            Column("without_penalty", "不予处罚、终止", "total", _states("no_penalty", "terminated")),
            Column("closed", "结案", "total", _states("closed", "archived")),
        ),
        (RateOf("closed", "结案率", "closed", "total"),),
    ),
    WorkKind.RECTIFICATION: Table(
        (
            Column("total", "应整改"),
            Column("rectified", "已整改", "total", _DONE),
            Column(
                "unrectified",
                "未整改",
                "total",
                _states(
                    *("open", "plan_set", "rectifying", "reported", "township_checked", "accepted_county"),
                    *("reviewing_up", "sent_back", "reopened"),
                ),
            ),
            Column("demolished", "拆除复耕", "rectified", _DONE, _states("demolish_and_restore")),
            Column("formalities", "补办手续", "rectified", _DONE, _states("complete_formalities")),
            Column("combined", "拆补组合", "rectified", _DONE, _states("combined")),
            Column("other", "其他方式", "rectified", _DONE, _states("other")),
            Column("rebound", "其中反弹", states=_states("reopened")),
        ),
        (RateOf("struck_off", "销号率", "rectified", "total"),),
    ),
    WorkKind.JOINT_ACTION: Table(
        (
            Column("total", "联合执法"),
            Column(
                "under_way",
                "进行中",
                "total",
                _states(
                    "notified",
                    "partly_signed",
                    "all_signed",
                    "met",
                    "acting",
                    "acted",
                    "feedback_partial",
                    "feedback_complete",
                    "postponed",
                ),
            ),
            Column("closed", "已办结", "total", _states("closed")),
            Column("cancelled", "已取消", "total", _states("cancelled")),
        )
    ),
    WorkKind.LISTING: Table(
        (
            Column("total", "挂牌督办"),
            Column("proposed", "拟挂牌", "total", _states("proposed")),
            Column("declined", "未批准", "total", _states("declined")),
            Column(
                "open",
                "督办中",
                "total",
                _states("approved", "notified", "signed", "in_progress", "extended", "done_reported", "verified"),
            ),
            Column("overdue", "超期", "total", _states("overdue", "talk")),
            Column("delisted", "已摘牌", "total", _states("delisted", "published")),
        )
    ),
    WorkKind.POLICE_TRANSFER: Table(
        (
            Column("total", "移送公安"),
            Column("preparing", "待移送", "total", _states("due", "reported", "approved", "refused_by_chief")),
            Column(
                "with_police",
                "公安审查",
                "total",
                _states("receipted", "supplement_asked", "reconsidering", "proc_supervision"),
            ),
            Column("filed", "公安立案", "total", _states("filed")),
            Column("refused", "不予立案", "total", _states("refused", "refused_final")),
            Column("ended", "已了结", "total", _states("closed_admin", "ended")),
        )
    ),
    WorkKind.ACTION_PROPOSAL: Table(
        (
            Column("total", "联合执法建议"),
            Column("waiting", "待决定", "total", _states("proposed")),
            Column("approved", "已采纳", "total", _states("approved")),
            Column("declined", "未采纳", "total", _states("declined")),
        )
    ),
    WorkKind.ASSISTANCE_REQUEST: Table(
        (
            Column("total", "协助函"),
            Column("waiting", "待答复", "total", _states("requested", "extended")),
            Column("answered", "已答复", "total", _states("answered")),
            Column("refused", "不予协助", "total", _states("refused")),
            Column("withdrawn", "已撤回", "total", _states("withdrawn")),
        ),
        (RateOf("answered", "答复率", "answered", "total"),),
    ),
}
