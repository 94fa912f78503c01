"""What an object of cases counts as in a bulletin, folded from its events.

The same words mean the same number as in the statistics of cases (shared/statistics.py): state, outcome, part, areas,
when that was told and since when it holds (shared/validity.py). Beside that the clocks of an item, for 逾期.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Any
from uuid import UUID

from shared.areas import Areas, counted
from shared.contracts import clue_events as ce
from shared.contracts import rectification_events as re
from shared.contracts.case_import_events import CaseTakenOverV1, ClueTakenOverV1
from shared.contracts.case_path_events import CaseLandFoundV1, CaseReopenedV1
from shared.contracts.cases_events import (
    CaseClosedV1,
    CaseEvent,
    CaseOpenedEvent,
    CasesEvent,
    ClueActStoppedV1,
    ClueEvent,
    ClueOpinionSubmittedV1,
    ClueReceivedV1,
    ClueTurnedIntoCaseV1,
    DeadlinesRecountedV1,
)
from shared.contracts.codes import RectificationMethod, WorkKind
from shared.contracts.listings import ListingEvent, ListingProposedV1
from shared.contracts.police_transfer_events import TransferEvent, TransferOpenedEvent
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS
from shared.validity import valid_since

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Clock:
    """A running clock. held: reasons for which it stands still. last: it has a last day, not a first one allowed."""

    rule_id: str
    due_on: date | None
    last: bool = True
    held: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counts:
    """What a figure takes an object by. due_on: the earliest last day of a running clock of an item."""

    state: str
    outcome: str = ""
    part: str = "whole"
    area_m2: Decimal = _NOTHING
    farmland_area_m2: Decimal = _NOTHING
    pbf_area_m2: Decimal = _NOTHING
    done_area_m2: Decimal = _NOTHING
    due_on: date | None = None


@dataclass(frozen=True)
class Counted:
    """told_at, valid_at: of what it counts as now. measured: its areas rest on an opinion, whatever a file says later.

    number, title, case_id, division_code: as people look for it.
    """

    id: UUID
    kind: WorkKind
    counts: Counts
    number: str = ""
    title: str = ""
    case_id: UUID | None = None
    division_code: str = ""
    measured: bool = False
    clocks: tuple[Clock, ...] = ()
    told_at: datetime | None = None
    valid_at: datetime | None = None

    @property
    def county_code(self) -> str:
        return self.division_code[:COUNTY_DIGITS]

    @property
    def township_code(self) -> str:
        """9 digits; those of the county where the place is no finer."""
        return self.division_code[:TOWNSHIP_DIGITS]


KINDS: Mapping[type[CasesEvent], tuple[WorkKind, str]] = {
    ClueEvent: (WorkKind.CLUE, "clue_id"),
    CaseEvent: (WorkKind.CASE, "case_id"),
    re.RectificationEvent: (WorkKind.RECTIFICATION, "item_id"),
    ListingEvent: (WorkKind.LISTING, "listing_id"),
    TransferEvent: (WorkKind.POLICE_TRANSFER, "transfer_id"),
}
"""Whose events are counted, and which field names the object."""


def subject_of(event: CasesEvent) -> tuple[WorkKind, UUID] | None:
    """The object that an event is about; None for one that is not counted."""
    if isinstance(event, DeadlinesRecountedV1):
        return (WorkKind.RECTIFICATION, event.object_id) if event.object_type == WorkKind.RECTIFICATION else None
    for base, (kind, name) in KINDS.items():
        if isinstance(event, base):
            return kind, getattr(event, name)
    return None


def after(former: Counted | None, event: CasesEvent) -> Counted | None:
    """The object after an event; None for one whose beginning was never told.

    What it counts as gets new times only where it changed; a later step is never told or valid before an earlier one.
    """
    found = subject_of(event)
    if found is None:
        return former
    kind, id_ = found
    begun = former or _begun(kind, id_, event)
    if begun is None:
        return None
    state = begun.counts.state if isinstance(event, DeadlinesRecountedV1) else str(event.to_state.value)  # type: ignore[attr-defined]
    made = _changed(event, replace(begun, counts=replace(begun.counts, state=state)))
    if kind is WorkKind.RECTIFICATION:
        made = _ticking(made, event)
    if former is not None and made.counts == former.counts:
        return replace(made, told_at=former.told_at, valid_at=former.valid_at)
    moved = former is None or state != former.counts.state
    valid_at = valid_since(event, is_first=former is None) if moved else event.at
    told_at = event.at
    if former is not None and former.told_at is not None and former.valid_at is not None:
        told_at = max(told_at, former.told_at)
        valid_at = max(valid_at, former.valid_at)
    return replace(made, told_at=told_at, valid_at=min(valid_at, told_at))


_BEGINNINGS = (
    ClueReceivedV1,
    ce.ClueSplitOffV1,
    ClueTakenOverV1,
    CaseOpenedEvent,
    re.RectificationOrderedV1,
    re.RectificationOpenedV1,
    ListingProposedV1,
    TransferOpenedEvent,
)


def _begun(kind: WorkKind, id_: UUID, event: CasesEvent) -> Counted | None:
    return Counted(id_, kind, Counts("")) if isinstance(event, _BEGINNINGS) else None


def _named(of: Counted, number: str, title: str, division_code: str, case_id: UUID | None = None) -> Counted:
    return replace(of, number=number, title=title, division_code=division_code, case_id=case_id or of.case_id)


def _counts(of: Counted, **values: Any) -> Counted:
    return replace(of, counts=replace(of.counts, **values))


def _areas(of: Counted, areas: Areas) -> Counted:
    return _counts(of, area_m2=areas.area_m2, farmland_area_m2=areas.farmland_m2, pbf_area_m2=areas.pbf_m2)


def _claim(event: Any) -> Areas:
    return Areas(event.area_m2 or _NOTHING, event.farmland_area_m2 or _NOTHING, event.pbf_area_m2 or _NOTHING)


@singledispatch
def _changed(_: Any, of: Counted) -> Counted:
    """Of most steps the state alone changes."""
    return of


@_changed.register
def _(event: ClueReceivedV1, of: Counted) -> Counted:
    made = _named(of, event.clue_no, event.description[:200], event.division_code)
    part = "parent" if event.to_state == "split" else "child" if event.parent_no else "whole"
    return _counts(_areas(made, _claim(event)), part=part)


@_changed.register
def _(event: ce.ClueSplitOffV1, of: Counted) -> Counted:
    made = _named(of, event.clue_no, event.description[:200], event.division_code)
    return _counts(_areas(made, _claim(event)), part="child")


@_changed.register
def _(event: ClueTakenOverV1, of: Counted) -> Counted:
    made = _named(of, event.clue_no, event.description[:200], event.division_code, event.case_id)
    return _areas(made, _claim(event))


@_changed.register
def _(event: ClueOpinionSubmittedV1, of: Counted) -> Counted:
    areas = _claim(event) if event.basis is None else counted(event.basis)
    return _counts(_areas(replace(of, measured=event.basis is not None), areas), outcome=event.opinion.value)


@_changed.register
def _(event: ce.ClueShapeAddedV1, of: Counted) -> Counted:
    return of if of.measured else _counts(of, area_m2=event.area_m2 or _NOTHING)


@_changed.register(ClueTurnedIntoCaseV1)
@_changed.register(ClueActStoppedV1)
def _(event: ClueTurnedIntoCaseV1 | ClueActStoppedV1, of: Counted) -> Counted:
    return replace(of, case_id=event.case_id)


@_changed.register
def _(_: ce.ClueSplitV1, of: Counted) -> Counted:
    return _counts(of, part="parent")


@_changed.register
def _(event: CaseOpenedEvent, of: Counted) -> Counted:
    made = _named(of, event.case_no, event.title, event.division_code, event.case_id)
    ground = event.closing_ground if isinstance(event, CaseTakenOverV1) else None
    return _counts(_areas(made, _claim(event)), outcome=ground.value if ground else "")


@_changed.register
def _(event: CaseLandFoundV1, of: Counted) -> Counted:
    return of if event.basis is None else _areas(of, counted(event.basis))


@_changed.register
def _(event: CaseClosedV1, of: Counted) -> Counted:
    return _counts(of, outcome=event.ground.value)


@_changed.register
def _(_: CaseReopenedV1, of: Counted) -> Counted:
    return _counts(of, outcome="")


@_changed.register(re.RectificationOrderedV1)
@_changed.register(re.RectificationOpenedV1)
def _(event: re.RectificationOrderedV1 | re.RectificationOpenedV1, of: Counted) -> Counted:
    made = _named(of, event.item_no, event.title, event.division_code, event.case_id)
    method = event.method if isinstance(event, re.RectificationOrderedV1) else RectificationMethod.OTHER
    return _counts(_areas(made, _claim(event)), outcome=method.value)


@_changed.register
def _(event: re.RectificationPlanSetV1, of: Counted) -> Counted:
    return _counts(of, outcome=event.method.value)


@_changed.register
def _(event: re.RectificationPbfDecidedV1, of: Counted) -> Counted:
    return _counts(of, outcome=event.method.value, pbf_area_m2=event.pbf_area_m2)


@_changed.register
def _(event: re.RectificationReboundV1, of: Counted) -> Counted:
    return _counts(of, done_area_m2=of.counts.area_m2 - event.rebound_area_m2)


@_changed.register
def _(event: re.RectificationAcceptedV1, of: Counted) -> Counted:
    return _counts(of, done_area_m2=event.rectified_area_m2)


@_changed.register
def _(event: ListingProposedV1, of: Counted) -> Counted:
    made = _named(of, event.listing_no, f"{event.level_title}：{event.target_unit}", event.division_code, event.case_id)
    return _counts(made, outcome=event.level)


@_changed.register
def _(event: TransferOpenedEvent, of: Counted) -> Counted:
    return _named(of, event.transfer_no, event.case_no, event.division_code, event.case_id)


def _ticking(of: Counted, event: CasesEvent) -> Counted:
    """The running clocks after an event, changed in the order in which cases decided them."""
    clocks = [clock for clock in of.clocks if clock.rule_id not in event.stops]
    for start in event.starts:
        held = tuple(one.reason.value for one in start.pauses if one.to_on is None)
        clocks.append(Clock(start.rule_id, start.due_on, start.direction != "not_before", held))
    for resume in event.resumes:
        place = _latest(clocks, resume.rule_id)
        if place is not None:
            held = tuple(reason for reason in clocks[place].held if reason != resume.reason)
            clocks[place] = replace(clocks[place], held=held)
    for pause in event.pauses:
        place = _latest(clocks, pause.rule_id)
        if place is not None:
            clocks[place] = replace(clocks[place], held=(*clocks[place].held, pause.reason.value))
    for recount in event.recounts:
        place = _latest(clocks, recount.rule_id)
        if place is not None:
            clocks[place] = replace(clocks[place], due_on=recount.due_on)
    days = [one.due_on for one in clocks if one.last and not one.held and one.due_on is not None]
    return _counts(replace(of, clocks=tuple(clocks)), due_on=min(days, default=None))


def _latest(clocks: Sequence[Clock], rule_id: str) -> int | None:
    """The place of the latest running clock of a rule; None where none runs."""
    return next((place for place in range(len(clocks) - 1, -1, -1) if clocks[place].rule_id == rule_id), None)
