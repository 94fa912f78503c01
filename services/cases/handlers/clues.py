"""Clues: taken in one by one or by the batch, given out, verified, closed, turned into cases."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.cases.domain import case_filing
from services.cases.domain.area_basis import claim
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue, Parent
from services.cases.domain.datum import to_cgcs2000
from services.cases.domain.import_completeness import parent_of
from services.cases.domain.large_area import land_found
from services.cases.domain.patch import Patch
from services.cases.domain.summing import by_area
from services.cases.handlers import reporters as on_reporter
from services.cases.handlers import summing
from services.cases.handlers.evidence_check import require_evidence
from services.cases.handlers.official_areas import basis_now
from services.cases.handlers.proposing import propose_at_filing
from services.cases.storage import duplicates
from services.cases.storage.land import newest_of_act
from services.cases.storage.numbers import NumberKind
from services.cases.storage.scope import may_report_in
from services.cases.storage.tables import clue as clue_table
from services.cases.storage.unit import CasesUnit, Stored
from shared.clock import local_day
from shared.contracts.case_paths import DeclineFiling, StopAct
from shared.contracts.cases import CaseView
from shared.contracts.cases_events import StatedPosition
from shared.contracts.clue_parts import AliasRef
from shared.contracts.clue_steps import RuleDuty
from shared.contracts.clues import (
    AssignClue,
    CloseClue,
    ClueView,
    FileCase,
    RejectClue,
    ReportClue,
    ReturnClue,
    SignClue,
    StartVerification,
    SubmitOpinion,
)
from shared.contracts.codes import AliasKind, ClueSource, EvidenceObject, EvidenceStep, PositionCrs
from shared.contracts.parts import PatchFacts
from shared.divisions.bounds import Box
from shared.divisions.register import COUNTY_DIGITS, Division, DivisionLevel, DivisionMalformed, DivisionUnknown
from shared.errors import InvalidInput
from shared.ids import new_id
from shared.operations import Call


class DivisionOutside(InvalidInput):
    """The division is not the caller's."""

    def __init__(self, field: str, division: Division) -> None:
        super().__init__("cases.division-outside-jurisdiction", field, value=division.code, name=division.name)


class NotATownship(InvalidInput):
    """The command needs a township, or a village in one."""

    def __init__(self, field: str, division: Division) -> None:
        super().__init__("cases.not-a-township", field, value=division.code, name=division.name)


class PositionIncomplete(InvalidInput):
    """One ordinate without the other. The field is the one that is missing."""

    def __init__(self, field: str) -> None:
        super().__init__("cases.position-incomplete", field)


class PositionOutside(InvalidInput):
    """The position lies nowhere near the county. facts: the ordinate given, and what it may be, in degrees."""

    def __init__(self, field: str, value: float, least: float, most: float) -> None:
        super().__init__(
            "cases.position-outside-county", field, value=value, least=round(least, 2), most=round(most, 2)
        )


def report_clue(cmd: ReportClue, call: Call, unit: CasesUnit) -> ClueView:
    """Take in a clue. Reads nothing and locks nothing: reporting never waits for others."""
    cmd, stated = _in_cgcs2000(cmd)
    division = _division(unit, cmd.division_code, "division_code")
    if not may_report_in(division.code, call.by):
        raise DivisionOutside("division_code", division)
    if unit.desk.divisions.township_of(division.code) is None:
        raise NotATownship("division_code", division)
    _check_position(cmd, unit.desk.boxes.around(division.code))
    on_reporter.check(cmd)
    clue = Clue(id=new_id())
    clue_no = unit.number(NumberKind.CLUE, division.code)
    name = unit.desk.divisions.full_name(division.code)
    required = _review_required(cmd.source, unit)
    received = clue.receive(cmd, unit.moment, clue_no, name, review_required=required, stated=stated)
    unit.record(clue, unit.clues, received)
    if cmd.reporter is not None:
        on_reporter.keep(cmd, clue, call, unit)
    return clue.view()


def assign_clue(cmd: AssignClue, call: Call, unit: CasesUnit) -> ClueView:
    _check_township(cmd, call, unit)
    clue = _locked(call, unit)
    undecided = duplicates.undecided(unit.connection, clue.id)
    unit.record(clue, unit.clues, clue.assign(cmd, unit.moment, undecided))
    return clue.view()


def rule_duty(cmd: RuleDuty, call: Call, unit: CasesUnit) -> ClueView:
    _check_township(cmd, call, unit)
    clue = _locked(call, unit)
    unit.record(clue, unit.clues, clue.rule_duty(cmd, unit.moment))
    return clue.view()


def _check_township(cmd: AssignClue | RuleDuty, call: Call, unit: CasesUnit) -> None:
    """A township of the caller's, where one is named. Raises InvalidInput."""
    if cmd.township_code is None:
        return
    township = _division(unit, cmd.township_code, "township_code")
    if township.level is not DivisionLevel.TOWNSHIP:
        raise NotATownship("township_code", township)
    if not may_report_in(township.code, call.by):
        raise DivisionOutside("township_code", township)


def sign_clue(cmd: SignClue, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    unit.record(clue, unit.clues, clue.sign(cmd, unit.moment))
    return clue.view()


def return_clue(cmd: ReturnClue, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    unit.record(clue, unit.clues, clue.return_(cmd, unit.moment))
    return clue.view()


def reject_clue(cmd: RejectClue, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    unit.record(clue, unit.clues, clue.reject(cmd, unit.moment))
    return clue.view()


def start_verification(cmd: StartVerification, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    found = land_found(newest_of_act(unit.connection, clue.id))
    told = clue.start_verification(cmd, unit.moment, is_found_large=found is not None and found.met)
    unit.record(clue, unit.clues, told)
    return clue.view()


def submit_opinion(cmd: SubmitOpinion, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    rules, on = unit.clue_rules, local_day(unit.now)
    missing, age = rules.missing_proofs(cmd.opinion, cmd.proof, on), rules.build_age(cmd.proof, on)
    basis = basis_now(clue, claim(cmd.area_m2, cmd.farmland_area_m2, cmd.pbf_area_m2), unit)
    told = clue.submit_opinion(cmd, unit.moment, missing, age, basis)
    require_evidence(unit, EvidenceObject.CLUE, clue.id, EvidenceStep.SUBMIT_OPINION)
    unit.record(clue, unit.clues, told)
    return clue.view()


def close_clue(cmd: CloseClue, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    unit.record(clue, unit.clues, clue.close(cmd, unit.moment))
    return clue.view()


def file_case(cmd: FileCase, call: Call, unit: CasesUnit) -> CaseView:
    """The clue ends and the case begins, in one commit; one that was only stopped is filed under its own number."""
    clue = _locked(call, unit)
    case, case_no = case_of(clue, unit)
    turned = clue.turn_into_case(cmd, unit.moment, case.id, case_no)
    others = summing.others_of(case.id, cmd.party_name, clue.division_code, unit)
    reporters = on_reporter.names_of(clue.id, unit)
    basis = basis_now(clue, clue.claimed, unit)
    filed = case.file(cmd, unit.moment, clue, case_no, reporters, by_area(others), basis)
    require_evidence(unit, EvidenceObject.CLUE, clue.id, EvidenceStep.FILE_CASE)
    unit.record(clue, unit.clues, turned)
    unit.record(case, unit.cases, filed)
    summing.tell(case, others, unit)
    propose_at_filing(case, clue.source, unit)
    return case.view(*unit.cases.beside(unit.connection, case.id))


def stop_act(cmd: StopAct, call: Call, unit: CasesUnit) -> CaseView:
    """The order to stop opens the case; the clue is verified as before. Raises TransitionNotAllowed a second time."""
    clue = _locked(call, unit)
    case, case_no = case_of(clue, unit)
    stopped = clue.stop(cmd, unit.moment, case.id, case_no)
    opened = case_filing.stop(case, cmd, unit.moment, clue, case_no, basis_now(clue, clue.claimed, unit))
    unit.record(clue, unit.clues, stopped)
    unit.record(case, unit.cases, opened)
    return case.view([], [])


def decline_filing(cmd: DeclineFiling, call: Call, unit: CasesUnit) -> CaseView:
    """The clue ends in a case that is not filed, and says why."""
    clue = _locked(call, unit)
    case, case_no = case_of(clue, unit)
    turned = clue.decline_filing(cmd, unit.moment, case.id, case_no)
    others = by_area(summing.others_of(case.id, cmd.party_name, clue.division_code, unit))
    basis = basis_now(clue, clue.claimed, unit)
    declined = case_filing.decline(case, cmd, unit.moment, clue, case_no, basis, others)
    unit.record(clue, unit.clues, turned)
    unit.record(case, unit.cases, declined)
    return case.view([], [])


def case_of(clue: Clue, unit: CasesUnit) -> tuple[Case, str]:
    """The case that began with the order to stop, locked; else a new one. With its number."""
    if clue.case_id is not None:
        case = unit.cases.lock(unit.connection, clue.case_id)
        return case, case.case_no
    return Case(id=new_id()), unit.number(NumberKind.CASE, clue.division_code)


@dataclass(frozen=True)
class ReceivedPatch:
    """What became of a patch. created: False when a clue with its number was there already: nothing changed."""

    row_no: int
    clue_id: UUID
    clue_no: str
    created: bool


def receive_patches(
    patches: Sequence[tuple[Patch, dict[str, Any] | None]],
    import_id: UUID,
    unit: CasesUnit,
    then: Callable[[Sequence[Clue], CasesUnit], None] | None = None,
    crs: str | None = None,
) -> list[ReceivedPatch]:
    """Make clues of good rows of a file, in their order; for batches of about 200, at four statements a batch.

    patches: with each its GeoJSON geometry in EPSG:4490. All of it goes into the event, which holds 64 KiB: simplify
    a shape of more than some 1,500 vertices first; the digest stays that of the full shape.
    then: what else to do with the clues made, in the same unit. crs: of their file, as it was used.
    unit: opened for whoever asked for the import. Two batches with one new number: the later one fails on the unique
    index, and the runner's next try finds the clue.
    """
    numbers = [patch.patch_no for patch, _ in patches]
    parents = [parent[0] for number in numbers if (parent := parent_of(number))]
    known = _clues_by_patch_no(unit, numbers)
    # Another county's number may be written into a file; whether there is such a clue is not told.
    ours = _clues_by_patch_no(unit, parents, unit.by.jurisdiction[:COUNTY_DIGITS])
    made: list[Clue] = []
    received: list[ReceivedPatch] = []
    for patch, geometry in patches:
        if (found := known.get(patch.patch_no)) is not None:
            received.append(ReceivedPatch(patch.row_no, *found, created=False))
            continue
        clue = _receive(patch, geometry, import_id, _parent(patch, ours), unit, crs)
        made.append(clue)
        known[patch.patch_no] = ours[patch.patch_no] = (clue.id, clue.clue_no)
        received.append(ReceivedPatch(patch.row_no, clue.id, clue.clue_no, created=True))
    unit.clues.insert_many(unit.connection, made)
    if then is not None:
        then(made, unit)
    return received


def give_shape(clue_id: UUID, patch: Patch, geometry: dict[str, Any], unit: CasesUnit, crs: str | None = None) -> Clue:
    """A patch that a table named before gets its shape; what ended meanwhile stays as it is."""
    clue = unit.clues.lock(unit.connection, clue_id)
    told = clue.take_shape(
        _patch_facts(patch, crs), geometry, patch.longitude, patch.latitude, patch.area_m2, unit.moment
    )
    unit.record(clue, unit.clues, told)
    duplicates.ask(unit.connection, [clue_id])
    return clue


def _parent(patch: Patch, known: Mapping[str, tuple[UUID, str]]) -> Parent | None:
    """By the number's suffix; the clue of the parent where there is one already."""
    found = parent_of(patch.patch_no)
    if found is None:
        return None
    clue = known.get(found[0])
    return Parent(found[0], found[1], clue and clue[0])


def _receive(
    patch: Patch,
    geometry: dict[str, Any] | None,
    import_id: UUID,
    parent: Parent | None,
    unit: CasesUnit,
    crs: str | None,
) -> Clue:
    place = unit.desk.divisions.full_name(patch.division_code)
    cmd = ReportClue(
        source=ClueSource.SATELLITE_PATCH,
        division_code=patch.division_code,
        place=place,
        description=_describe(patch),
        longitude=patch.longitude,
        latitude=patch.latitude,
        area_m2=patch.area_m2,
        farmland_area_m2=patch.farmland_area_m2,
        pbf_area_m2=patch.pbf_area_m2,
        aliases=[AliasRef(number=number, kind=AliasKind.SUPERIOR) for number in patch.aliases],
    )
    clue = Clue(id=new_id())
    clue_no = unit.number(NumberKind.CLUE, patch.division_code)
    told = clue.receive(
        cmd,
        unit.moment,
        clue_no,
        place,
        patch=_patch_facts(patch, crs),
        geometry=geometry,
        import_id=import_id,
        parent=parent,
        split=patch.split,
        review_required=_review_required(cmd.source, unit),
    )
    unit.record(clue, Stored(), told)
    return clue


def _patch_facts(patch: Patch, crs: str | None) -> PatchFacts:
    return PatchFacts(
        patch_no=patch.patch_no,
        batch_no=patch.batch_no,
        patch_type=patch.patch_type or None,
        image_before_on=patch.image_before_on,
        image_after_on=patch.image_after_on,
        stated_area_mu=float(patch.stated_area_mu),
        feature=patch.feature,
        note=patch.note,
        geometry_digest=patch.geometry_digest or None,
        source_crs=crs if patch.geometry_digest else None,
        warnings=list(dict.fromkeys(warning.code for warning in patch.warnings)),
    )


def _review_required(source: ClueSource, unit: CasesUnit) -> bool:
    return unit.clue_rules.review_required(source, local_day(unit.now))


def _describe(patch: Patch) -> str:
    feature = f"，{patch.feature}" if patch.feature else ""
    kind = f"，类型 {patch.patch_type}" if patch.patch_type else ""
    return f"卫片图斑 {patch.patch_no}{kind}{feature}，图斑面积 {_plain(patch.stated_area_mu)} 亩"


def _plain(number: Decimal) -> str:
    return f"{number:f}"


def _clues_by_patch_no(unit: CasesUnit, numbers: list[str], county: str = "") -> dict[str, tuple[UUID, str]]:
    """county: only of this one, where it is said."""
    columns = (clue_table.c.patch_no, clue_table.c.id, clue_table.c.clue_no)
    there = [clue_table.c.patch_no == sa.func.any(numbers)]
    if county:
        there.append(clue_table.c.division_code.startswith(county, autoescape=True))
    rows = unit.connection.execute(sa.select(*columns).where(*there))
    return {row.patch_no: (row.id, row.clue_no) for row in rows}


def _in_cgcs2000(cmd: ReportClue) -> tuple[ReportClue, StatedPosition | None]:
    """The command with its position in CGCS2000 (0.1 mm), and the position as told where that was another one."""
    if cmd.position_crs is PositionCrs.CGCS2000 or cmd.longitude is None or cmd.latitude is None:
        return cmd, None
    stated = StatedPosition(crs=cmd.position_crs, longitude=cmd.longitude, latitude=cmd.latitude)
    longitude, latitude = to_cgcs2000(stated.crs, stated.longitude, stated.latitude)
    return cmd.model_copy(update={"longitude": round(longitude, 9), "latitude": round(latitude, 9)}), stated


def _check_position(cmd: ReportClue, county: Box) -> None:
    """Raises PositionIncomplete, PositionOutside."""
    if cmd.longitude is None or cmd.latitude is None:
        if cmd.longitude is not cmd.latitude:
            raise PositionIncomplete("longitude" if cmd.longitude is None else "latitude")
    elif not county.west <= cmd.longitude <= county.east:
        raise PositionOutside("longitude", cmd.longitude, county.west, county.east)
    elif not county.south <= cmd.latitude <= county.north:
        raise PositionOutside("latitude", cmd.latitude, county.south, county.north)


def _division(unit: CasesUnit, code: str, field: str) -> Division:
    try:
        return unit.desk.divisions.get(code)
    except DivisionMalformed as error:
        raise DivisionMalformed(code, field) from error
    except DivisionUnknown as error:
        raise DivisionUnknown(code, field) from error


def _locked(call: Call, unit: CasesUnit) -> Clue:
    return unit.clues.lock_seen(unit.connection, call.by, call.target, call.expected_version)
