"""Sealed clues on officials: drafted beside a case, sent by the named leader, receipted, opened under a log."""

from typing import Any

from services.cases.domain.sealed_record import SealedRecord, changed, drafted, may_read
from services.cases.handlers.cases import locked
from services.cases.queries.sealed_records import openings
from services.cases.storage import sealing
from services.cases.storage.sealing import SealingOff, Seals
from services.cases.storage.unit import CasesUnit
from shared.contracts.sealed_records import (
    AnswerSealed,
    DeclineSealed,
    OpenedSealed,
    OpenSealed,
    ReceiptSealed,
    SealClue,
    SealedContent,
    SealedOpening,
    SealedView,
    SendSealed,
)
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.ids import new_id
from shared.operations import Call


def seal_clue(cmd: SealClue, call: Call, unit: CasesUnit) -> SealedView:
    """Beside the case, which tells nothing of it; but it is not closed before the leader has decided."""
    case = locked(call, unit)
    seals = _seals(unit)
    county = case.division_code[:COUNTY_DIGITS].ljust(12, "0")
    record = SealedRecord(id=new_id(), jurisdiction=county)
    record.check("seal-clue", unit.moment)
    told = sealing.keep(unit.connection, seals, record, drafted(cmd, call.by, case.id, case.case_no))
    unit.record(record, unit.sealed, record.draft(unit.moment, told))
    return record.view()


def move_sealed(
    cmd: SendSealed | DeclineSealed | ReceiptSealed | AnswerSealed, call: Call, unit: CasesUnit
) -> SealedView:
    """The content grows by what the step says, and is sealed again."""
    record, content = _opened(call, unit)
    record.check(cmd.verb, unit.moment)
    told = sealing.keep(unit.connection, _seals(unit), record, changed(content, cmd, unit.moment))
    unit.record(record, unit.sealed, record.told_by(cmd.verb, unit.moment, told))
    return record.view()


def open_sealed(cmd: OpenSealed, call: Call, unit: CasesUnit) -> OpenedSealed:
    """What it says, to a named reader. The opening is in the log before the answer leaves."""
    record, content = _opened(call, unit)
    unit.record(record, unit.sealed, record.told_by(cmd.verb, unit.moment, record.digest))
    former = openings(unit.connection, record.id)
    now = SealedOpening(opened_at=unit.now, opened_by=call.by.name)
    return OpenedSealed(**record.view().model_dump(), content=content, openings=[*former, now])


def _opened(call: Call, unit: CasesUnit) -> tuple[SealedRecord, SealedContent]:
    """Locked, for a named reader. Raises NotFound for everybody else, whoever it is; StaleVersion."""
    if unit.desk.seals is None:
        raise NotFound
    record = unit.sealed.lock(unit.connection, call.target)
    content = sealing.read(unit.connection, unit.desk.seals, record)
    if record.state is None or not may_read(content, record.state, call.by):
        raise NotFound
    if call.expected_version is not None and call.expected_version != record.version:
        record = unit.sealed.lock(unit.connection, call.target, call.expected_version)
    return record, content


def _seals(unit: CasesUnit) -> Seals:
    if unit.desk.seals is None:
        raise SealingOff
    return unit.desk.seals


HANDLERS: dict[type[Any], Any] = {
    SendSealed: move_sealed,
    DeclineSealed: move_sealed,
    ReceiptSealed: move_sealed,
    AnswerSealed: move_sealed,
}
