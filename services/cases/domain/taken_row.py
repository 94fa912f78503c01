"""A row of a county's old list of cases: what its columns mean, and what is wrong with it.

Only states from which every further step can be taken with what the list tells are taken over. What stands still, is
under legal review, heard, demanded or before a court rests on papers that a list does not have: such a case is taken
over in the state before (investigating, under review, noticed, performing), and the steps since are recorded with
their papers.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from services.cases.domain.area_tolerance import differs
from shared.area import MOST_M2, exact_mu
from shared.contracts.case_table import (
    AREA_M2,
    AREA_MU,
    CLOSED_ON,
    COLUMNS,
    DECIDED_ON,
    DECISION_NO,
    DIVISION,
    FARMLAND_M2,
    FARMLAND_MU,
    FILED_ON,
    FINE,
    GROUND,
    LATITUDE,
    LEAD,
    LONGITUDE,
    NOTICED_ON,
    OFFICERS,
    OLD_NO,
    PARTY,
    PARTY_KIND,
    PATCH_NO,
    PBF_M2,
    PBF_MU,
    PLACE,
    REQUIRED,
    SERVED_ON,
    STATE,
    STATE_ON,
    TITLE,
    TYPES,
)
from shared.contracts.codes import COUNTY_AGENCIES, Agency, CaseState, ClosingGround, ViolationType, title
from shared.divisions.bounds import CountyBoxes
from shared.divisions.register import COUNTY_DIGITS, DivisionMalformed, Divisions, significant, within

K = TypeVar("K", bound=StrEnum)

IMPORTABLE: dict[str, CaseState] = {
    "立案": CaseState.FILED,
    "调查取证": CaseState.INVESTIGATING,
    "调查终结": CaseState.REPORT_DONE,
    "审理": CaseState.UNDER_REVIEW,
    "告知": CaseState.NOTICED,
    "处罚决定": CaseState.DECIDED,
    "送达": CaseState.SERVED,
    "履行": CaseState.PERFORMING,
    "结案": CaseState.CLOSED,
    "归档": CaseState.ARCHIVED,
}
_AFTER_DECISION = (CaseState.DECIDED, CaseState.SERVED, CaseState.PERFORMING)
_OVER = (CaseState.CLOSED, CaseState.ARCHIVED)
_PARTY_KINDS = {
    "个人": "person",
    "个体工商户": "individual_business",
    "企业": "firm",
    "村集体": "village_collective",
    "国家单位": "state_unit",
    "其他": "other",
}
# The law on land administration was passed in 1986; nothing was filed under it before.
_EARLIEST = date(1987, 1, 1)
_LONGEST = 200
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]00:00(?::00)?)?", re.ASCII)
_SPLIT = re.compile(r"[、,，;；/\s]+")
_M2_PER_MU = Decimal(2000) / 3


class Fault(Exception):
    """What is wrong. field: heading of the column; facts: JSON-safe."""

    def __init__(self, field: str, code: str, **facts: Any) -> None:
        super().__init__(field, code)
        self.field, self.code, self.facts = field, code, facts


@dataclass(frozen=True)
class TakenRow:
    """A row that can be taken over. Days in Asia/Shanghai."""

    old_no: str
    filed_on: date
    title: str
    party_name: str
    party_kind: str
    violation_types: tuple[ViolationType, ...]
    lead_agency: Agency
    officers: tuple[str, ...]
    division_code: str
    division_name: str
    place: str
    longitude: float | None
    latitude: float | None
    area_m2: Decimal
    farmland_area_m2: Decimal
    pbf_area_m2: Decimal
    patch_no: str | None
    state: CaseState
    state_on: date
    noticed_on: date | None
    decision_no: str | None
    decided_on: date | None
    fine_yuan: Decimal
    served_on: date | None
    closed_on: date | None
    closing_ground: ClosingGround | None


@dataclass(frozen=True)
class Surroundings:
    """Where and when rows are read. county: its code of 6 or 12 digits."""

    county: str
    today: date
    divisions: Divisions
    boxes: CountyBoxes


def heading(text: str) -> str:
    """A heading as it is compared: half width, without blanks and marks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).strip("*:").casefold()


KNOWN = {heading(name): name for name in COLUMNS} | {
    heading(alias): name
    for alias, name in {
        "案号": OLD_NO,
        "立案时间": FILED_ON,
        "案件名称": TITLE,
        "违法主体": PARTY,
        "办案人员": OFFICERS,
        "乡镇": DIVISION,
        "乡镇名称": DIVISION,
        "行政区划代码": DIVISION,
        "位置": PLACE,
        "占地面积（亩）": AREA_MU,
        "占地面积（平方米）": AREA_M2,
        "基本农田（亩）": PBF_MU,
        "基本农田（平方米）": PBF_M2,
        "案件状态": STATE,
        "处罚决定书文号": DECISION_NO,
        "处罚决定日期": DECIDED_ON,
        "结案时间": CLOSED_ON,
    }.items()
}


def read_row(raw: Mapping[str, str], here: Surroundings) -> TakenRow:
    """raw: heading of COLUMNS -> text. Raises Fault for the first thing that is wrong."""
    cells = _Cells(raw, here.today)
    for name in REQUIRED:
        cells.required(name)
    coded = {name: state for state in IMPORTABLE.values() for name in (title(state), state.value)}
    state = cells.one_of(STATE, {**IMPORTABLE, **coded})
    days = _days(cells, state)
    division_code, division_name = _division(cells, here)
    longitude, latitude = _position(cells, here)
    area, farmland, pbf = _areas(cells)
    return TakenRow(
        old_no=cells.required(OLD_NO),
        title=cells.required(TITLE),
        party_name=cells.required(PARTY),
        party_kind=cells.one_of(PARTY_KIND, _PARTY_KINDS),
        violation_types=cells.several(TYPES, _named(ViolationType)),
        lead_agency=cells.one_of(LEAD, _named(COUNTY_AGENCIES)) if cells.text(LEAD) else Agency.NATURAL_RESOURCES,
        officers=_officers(cells),
        division_code=division_code,
        division_name=division_name,
        place=cells.text(PLACE) or division_name,
        longitude=longitude,
        latitude=latitude,
        area_m2=area,
        farmland_area_m2=farmland,
        pbf_area_m2=pbf,
        patch_no=cells.text(PATCH_NO) or None,
        state=state,
        decision_no=cells.needed(DECISION_NO, state in _AFTER_DECISION, cells.text) or None,
        fine_yuan=cells.number(FINE) or Decimal(0),
        closing_ground=_ground(cells, state),
        **days,
    )


class _Cells:
    def __init__(self, raw: Mapping[str, str], today: date) -> None:
        self._raw, self._today = raw, today

    def text(self, name: str) -> str:
        said = unicodedata.normalize("NFC", self._raw.get(name, "")).strip()
        if len(said) > _LONGEST:
            raise Fault(name, "case-row.too-long", most=_LONGEST)
        return said

    def required(self, name: str) -> str:
        if not (said := self.text(name)):
            raise Fault(name, "case-row.missing")
        return said

    def needed(self, name: str, needed: bool, read: Callable[[str], Any]) -> Any:
        if needed:
            self.required(name)
        return read(name)

    def day(self, name: str) -> date | None:
        if not (said := self.text(name)):
            return None
        match = _DAY.fullmatch(said)
        try:
            found = date(*map(int, match.groups())) if match else None
        except ValueError:
            found = None
        if found is None:
            raise Fault(name, "case-row.date-malformed", value=said)
        if found > self._today:
            raise Fault(name, "case-row.in-the-future", value=found.isoformat())
        if found < _EARLIEST:
            raise Fault(name, "case-row.too-early", value=found.isoformat(), earliest=_EARLIEST.isoformat())
        return found

    def number(self, name: str) -> Decimal | None:
        if not (said := self.text(name).replace(",", "").replace("，", "")):
            return None
        try:
            found = Decimal(said)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite():
            raise Fault(name, "case-row.number-malformed", value=said)
        if found < 0 or found > MOST_M2:
            raise Fault(name, "case-row.out-of-range", value=said)
        return found

    def degrees(self, name: str) -> float | None:
        if not (said := self.text(name)):
            return None
        try:
            return float(said)
        except ValueError as error:
            raise Fault(name, "case-row.number-malformed", value=said) from error

    def one_of(self, name: str, known: Mapping[str, Any]) -> Any:
        said = self.required(name)
        if said not in known:
            raise Fault(name, "case-row.unknown", value=said, known=_shown(known))
        return known[said]

    def several(self, name: str, known: Mapping[str, K]) -> tuple[K, ...]:
        said = [part for part in _SPLIT.split(self.required(name)) if part]
        for part in said:
            if part not in known:
                raise Fault(name, "case-row.unknown", value=part, known=_shown(known))
        return tuple(dict.fromkeys(known[part] for part in said))


def _shown(known: Mapping[str, Any]) -> list[str]:
    """The names a person would write, without our codes beside them."""
    named: dict[Any, str] = {}
    for name, value in known.items():
        named.setdefault(value, name)
    return list(named.values())


def _named(kind: Iterable[K]) -> dict[str, K]:
    return {title(member): member for member in kind} | {member.value: member for member in kind}


def _days(cells: _Cells, state: CaseState) -> dict[str, Any]:
    """The days that the row tells, in the order in which they must lie."""
    days = {
        FILED_ON: cells.day(FILED_ON),
        NOTICED_ON: cells.needed(NOTICED_ON, state is CaseState.NOTICED, cells.day),
        DECIDED_ON: cells.needed(DECIDED_ON, state in _AFTER_DECISION, cells.day),
        SERVED_ON: cells.needed(SERVED_ON, state in (CaseState.SERVED, CaseState.PERFORMING), cells.day),
        CLOSED_ON: cells.needed(CLOSED_ON, state in _OVER, cells.day),
    }
    earlier_name, earlier = FILED_ON, days[FILED_ON]
    for name, day in days.items():
        if day is None:
            continue
        _in_order(name, day, earlier_name, earlier)
        earlier_name, earlier = name, day
    last = _LAST.get(state, FILED_ON)
    since = cells.day(STATE_ON) or days[last]
    _in_order(STATE_ON, since, last, days[last])
    return {
        "filed_on": days[FILED_ON],
        "noticed_on": days[NOTICED_ON],
        "decided_on": days[DECIDED_ON],
        "served_on": days[SERVED_ON],
        "closed_on": days[CLOSED_ON],
        "state_on": since,
    }


_LAST = {
    CaseState.NOTICED: NOTICED_ON,
    CaseState.DECIDED: DECIDED_ON,
    CaseState.SERVED: SERVED_ON,
    CaseState.PERFORMING: SERVED_ON,
    CaseState.CLOSED: CLOSED_ON,
    CaseState.ARCHIVED: CLOSED_ON,
}


def _in_order(name: str, day: date | None, earlier_name: str, earlier: date | None) -> None:
    if day is not None and earlier is not None and day < earlier:
        raise Fault(
            name, "case-row.before", value=day.isoformat(), earlier_field=earlier_name, earlier=earlier.isoformat()
        )


def _officers(cells: _Cells) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(part for part in _SPLIT.split(cells.required(OFFICERS)) if part))
    if len(named) < 2:
        raise Fault(OFFICERS, "case-row.two-officers")
    return named


def _division(cells: _Cells, here: Surroundings) -> tuple[str, str]:
    """Code and full name of a township, or of what lies in one, in the county."""
    said = cells.required(DIVISION)
    towns = {one.name: one.code for one in here.divisions.children(here.county)}
    code = towns.get(said, said)
    try:
        found = here.divisions.find(code)
    except DivisionMalformed:
        found = None
    if found is None or not within(found.code, here.county[:COUNTY_DIGITS]):
        raise Fault(DIVISION, "case-row.division-unknown", value=said, known=list(towns)[:40])
    if here.divisions.township_of(found.code) is None:
        raise Fault(DIVISION, "case-row.not-a-township", value=said)
    assert significant(found.code)
    return found.code, here.divisions.full_name(found.code)


def _position(cells: _Cells, here: Surroundings) -> tuple[float | None, float | None]:
    longitude, latitude = cells.degrees(LONGITUDE), cells.degrees(LATITUDE)
    if longitude is None and latitude is None:
        return None, None
    if longitude is None or latitude is None:
        raise Fault(LONGITUDE if longitude is None else LATITUDE, "case-row.missing")
    box = here.boxes.around(here.county)
    for name, value, least, most in (
        (LONGITUDE, longitude, box.west, box.east),
        (LATITUDE, latitude, box.south, box.north),
    ):
        if not least <= value <= most:
            raise Fault(name, "case-row.outside-county", value=str(value), least=round(least, 2), most=round(most, 2))
    return longitude, latitude


def _areas(cells: _Cells) -> tuple[Decimal, Decimal, Decimal]:
    area, name = _area(cells, AREA_M2, AREA_MU)
    if area is None:
        raise Fault(AREA_M2, "case-row.missing")
    farmland, farmland_name = _area(cells, FARMLAND_M2, FARMLAND_MU)
    pbf, pbf_name = _area(cells, PBF_M2, PBF_MU)
    farmland, pbf = farmland or Decimal(0), pbf or Decimal(0)
    if farmland > area:
        raise Fault(farmland_name, "case-row.part-exceeds", whole=name)
    if pbf > farmland:
        raise Fault(pbf_name, "case-row.part-exceeds", whole=farmland_name)
    return area, farmland, pbf


def _area(cells: _Cells, in_m2: str, in_mu: str) -> tuple[Decimal | None, str]:
    """In square metres with two decimals, and the column it stands in.

    Square metres go before mu, of which they must be the same area but for the last digit.
    """
    m2, mu = cells.number(in_m2), cells.number(in_mu)
    if m2 is None and mu is None:
        return None, in_m2
    if m2 is not None and mu is not None and differs(exact_mu(m2), mu):
        raise Fault(in_m2, "case-row.areas-contradict", value=str(m2), other_field=in_mu, other=str(mu))
    found, name = (m2, in_m2) if m2 is not None else ((mu or Decimal(0)) * _M2_PER_MU, in_mu)
    return found.quantize(Decimal("0.01")), name


def _ground(cells: _Cells, state: CaseState) -> ClosingGround | None:
    if state not in _OVER:
        return None
    found: ClosingGround = cells.one_of(GROUND, _named(ClosingGround))
    return found
