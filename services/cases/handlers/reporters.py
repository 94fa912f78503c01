"""Reports by people: who it was is sealed, seen by the receiving clerk alone, and told the outcome (domain.md 4.6)."""

import json
from typing import Any
from uuid import UUID

from services.cases.domain.clue import Clue
from services.cases.domain.reporter import ReporterNamedInText, ReporterNotHere, ReporterRecord
from services.cases.storage.reporters import reporter_id
from services.cases.storage.sealing import SealingOff
from services.cases.storage.unit import CasesUnit
from shared.contracts.clue_parts import Reporter
from shared.contracts.clue_steps import ReporterReply, ReporterTold, ReporterView, TellReporter, ViewReporter
from shared.contracts.clues import ReportClue
from shared.contracts.codes import ClueSource, ClueState
from shared.operations import Call
from shared.sealing import SecretBox

_BY_PEOPLE = frozenset({ClueSource.PUBLIC_REPORT, ClueSource.PETITION})
_PHONE_DIGITS = 7
_OUTCOMES = {
    ClueState.REJECTED: "rejected",
    ClueState.LINKED_TO_EXISTING: "linked",
    ClueState.CLOSED_LEGAL: "closed_legal",
    ClueState.CLOSED_OTHER: "closed_other",
    ClueState.TO_CASE: "case_filed",
    ClueState.TRANSFERRED_OUT: "transferred_out",
    ClueState.ARCHIVED: "archived",
}


def check(cmd: ReportClue) -> None:
    """Raises ReporterNotHere, ReporterNamedInText."""
    if cmd.source not in _BY_PEOPLE:
        for name in ("channel", "reporter"):
            if getattr(cmd, name) is not None:
                raise ReporterNotHere(name)
    if cmd.reporter is not None:
        if cmd.channel is None:
            raise ReporterNotHere("channel")
        aliases = " ".join(alias.number for alias in cmd.aliases)
        check_text(cmd.reporter, {"place": cmd.place, "description": cmd.description, "aliases": aliases})


def check_text(reporter: Reporter, texts: dict[str, str]) -> None:
    """What everybody reads must not say who reported. texts: by field. Raises ReporterNamedInText."""
    phone = _digits(reporter.phone or "")
    for name, text in texts.items():
        named = _bare(reporter.name) in _bare(text)
        if named or (len(phone) >= _PHONE_DIGITS and phone in _digits(text)):
            raise ReporterNamedInText(name)


def _bare(text: str) -> str:
    return "".join(text.split())


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def keep(cmd: ReportClue, clue: Clue, call: Call, unit: CasesUnit) -> None:
    """Seal who reported, for the clerk who takes the report in. Raises SealingOff."""
    assert cmd.reporter is not None
    assert cmd.channel is not None
    record = ReporterRecord(id=reporter_id(clue.id))
    record.sealed = _box(unit).seal(cmd.reporter.model_dump_json(), _purpose(record.id))
    record.replies = _sealed_replies([], record.id, unit)
    told = record.record(clue.id, clue.clue_no, clue.division_code, call.by.account_id, cmd.channel, unit.now)
    record.jurisdiction = clue.division_code
    unit.record(record, unit.reporters, told)


def names_of(clue_id: UUID | None, unit: CasesUnit) -> list[str]:
    """Who reported a clue, or one that was linked into it: to be compared with inside the house, never to be told.

    Nobody looks, so no look is told. Without the key nothing was sealed here, and nothing can be compared.
    """
    if clue_id is None or unit.desk.seals is None:
        return []
    return [_opened(record, unit).name for record in unit.reporters.of_clue(unit.connection, clue_id)]


def view_reporter(cmd: ViewReporter, call: Call, unit: CasesUnit) -> ReporterView:
    """NotFound for everybody but the clerk, as where nobody gave a name. The look itself is an event."""
    record = unit.reporters.lock_own(unit.connection, call.by, call.target)
    reporter = _opened(record, unit)
    check_text(reporter, {"purpose": cmd.purpose})
    unit.record(record, unit.reporters, record.view(cmd.purpose, unit.now))
    assert record.clue_id is not None
    return ReporterView(
        clue_id=record.clue_id,
        clue_no=record.clue_no,
        version=record.version,
        views=record.views,
        replies=[ReporterReply.model_validate(reply) for reply in _replies(record, unit)],
        **reporter.model_dump(),
    )


def tell_reporter(cmd: TellReporter, call: Call, unit: CasesUnit) -> ReporterTold:
    """The outcome as the clue has it now; the words said to the reporter are sealed with the name."""
    record = unit.reporters.lock_own(unit.connection, call.by, call.target)
    assert record.received_at is not None
    told_at = unit.moment.after(cmd.told_at, record.received_at, "told_at")
    clue = unit.clues.get(unit.connection, call.target)
    outcome = _outcome(clue, unit)
    reply = {"at": told_at.isoformat(), "channel": cmd.channel.value, "account": cmd.account}
    record.replies = _sealed_replies([*_replies(record, unit), reply], record.id, unit)
    unit.record(record, unit.reporters, record.tell(cmd.channel, told_at, outcome, unit.now))
    return ReporterTold(
        clue_id=clue.id,
        clue_no=clue.clue_no,
        version=record.version,
        told_at=told_at,
        channel=cmd.channel,
        outcome=outcome,
    )


def _outcome(clue: Clue, unit: CasesUnit) -> str:
    """Of a clue that was linked, the outcome of the one that goes on."""
    if clue.linked_to_id is not None:
        into = unit.clues.get(unit.connection, clue.linked_to_id)
        return _OUTCOMES.get(into.state or ClueState.RECEIVED, "linked")
    return _OUTCOMES.get(clue.state or ClueState.RECEIVED, "under_way")


def _box(unit: CasesUnit) -> SecretBox:
    if unit.desk.seals is None:
        raise SealingOff
    return unit.desk.seals.box


def _purpose(id_: UUID) -> str:
    return f"clue_reporter:{id_}"


def _opened(record: ReporterRecord, unit: CasesUnit) -> Reporter:
    return Reporter.model_validate_json(_box(unit).open(record.sealed, _purpose(record.id)))


def _replies(record: ReporterRecord, unit: CasesUnit) -> list[dict[str, Any]]:
    opened = _box(unit).open(record.replies, f"{_purpose(record.id)}:replies")
    return list(json.loads(opened))


def _sealed_replies(replies: list[dict[str, Any]], id_: UUID, unit: CasesUnit) -> str:
    return _box(unit).seal(json.dumps(replies, ensure_ascii=False), f"{_purpose(id_)}:replies")
