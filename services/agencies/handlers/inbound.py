"""The one door for what agencies' systems answer, by whatever protocol it came.

Nothing is believed until it is proven to be the agency's (by its protocol) and parses into the contract. What does not
parse, or cannot be done now, has no effect, is kept with field and reason, told as an event and answered with it. The
same answer again gets the same receipt and has no second effect.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from services.agencies.domain.answers import (
    Answer,
    AnswerWrong,
    fault,
    faults_of,
    numbers_unknown,
    parse,
    read_json,
    refused_receipt,
)
from services.agencies.domain.attachments import Attachment, digest_of, not_taken, refused
from services.agencies.domain.outside_answer import PARKED, TAKEN, OutsideAnswer
from services.agencies.handlers import tasks
from services.agencies.handlers.arrival import tell_delivered
from services.agencies.storage import answers, exchange
from services.agencies.storage.answers import Reply
from services.agencies.storage.reach import admit, transport_of
from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.agency_endpoints import AnswerFault, AnswerReceipt, AnswerTask
from shared.contracts.codes import Agency, Role, title
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotAllowed, TianweiError
from shared.ids import derived_id
from shared.operations import Call
from shared.outgoing import deliveries
from shared.principal import Actor

# What waits for a missing package asks for it again only so often.
_ASK_AGAIN = timedelta(minutes=10)
_MOST_MISSING = 100

Handler = Callable[[Any, Call, AgenciesUnit], Any]
_HANDLERS: Mapping[str, Handler] = {
    "sign": tasks.sign_task,
    "accept": tasks.accept_task,
    "decline": tasks.decline_task,
    "start": tasks.start_task,
    "report": tasks.report_task_form,
    "report-typed": tasks.report_task,
}


@dataclass(frozen=True)
class Package:
    """A package that was verified. data: JSON. sha256: of its file. stored: whether the store has the attachments.

    file: its name.
    """

    file: str
    number: int
    package_id: UUID
    data: bytes
    sha256: str
    attachments: Sequence[Attachment] = ()
    stored: bool = False


class NotStored(Exception):
    """The answer would be done, but the content of its attachments is not in the store: nothing has changed."""


def system_of(agency: Agency, protocol: str, county_code: str) -> Actor:
    """Who acts when an agency's system answers otherwise than with credentials of the gateway."""
    name = f"{title(agency)}业务系统"
    roles = frozenset({Role.AGENCY_SYSTEM})
    return Actor(f"{agency.value}@{protocol}", name, roles, agency.value, county_code[:COUNTY_DIGITS])


def answer_task(cmd: AnswerTask, call: Call, unit: AgenciesUnit) -> AnswerReceipt:
    """By the API: who calls has shown the agency's own credentials. Raises NotAllowed for who is no agency,
    NotActivated for a system that is not in use.
    """
    admit(unit.connection, call.by)
    try:
        agency = Agency(call.by.org_code)
    except ValueError as error:
        raise NotAllowed("role-not-allowed") from error
    return take_answer(unit, agency, "api", orjson.dumps(cmd.answer))


def take_message(unit: AgenciesUnit, agency: Agency, protocol: str, raw: bytes) -> AnswerReceipt:
    """From a queue, proven; its receipt goes the same way back."""
    receipt = take_answer(unit, agency, protocol, raw)
    _owe_receipt(unit, agency, receipt)
    return receipt


def take_package(unit: AgenciesUnit, agency: Agency, protocol: str, package: Package) -> str:
    """A verified package in its turn: taken, repeated, parked (with its answer, or its number is used), or waits for
    one before it.

    Raises NotStored: what is told of attachments is told only of what is kept, and kept is only what had its effect.
    """
    turn = _turn(unit, agency, protocol, package)
    if turn in (PARKED, "waits"):
        return turn
    receipt = take_answer(unit, agency, protocol, package.data, package.attachments)
    if receipt.status == TAKEN and package.attachments and not package.stored:
        raise NotStored
    _owe_receipt(unit, agency, receipt.model_copy(update={"number_used": True}))
    return PARKED if receipt.status == PARKED else turn


def refuse_package(unit: AgenciesUnit, agency: Agency, protocol: str, package: Package, why: AnswerFault) -> str:
    """A package that is proven to be the agency's and cannot be read: parked in its turn, or waits for one before it.

    Its number is used up, as that of every proven package is: what is mended takes the next one, and what lies behind
    goes on.
    """
    turn = _turn(unit, agency, protocol, package)
    if turn in (PARKED, "waits"):
        return turn
    refuse(unit, agency, protocol, package.file, package.sha256, why, proven=True, number_used=True)
    return PARKED


def _turn(unit: AgenciesUnit, agency: Agency, protocol: str, package: Package) -> str:
    """Of a proven package: taken (now its number is), repeated, parked (its number is another's), or waits."""
    series = exchange.lock_series(unit.connection, agency.value)
    number = package.number
    known = exchange.digest_taken(unit.connection, agency.value, number)
    if known is not None and known != package.sha256:
        why = fault("file", "number-reused")
        refuse(unit, agency, protocol, package.file, package.sha256, why, proven=True, number_used=True)
        return PARKED
    if number > series.last + 1:
        _ask_for(unit, agency, series, number)
        return "waits"
    if known is not None:
        return "repeated"
    exchange.keep_taken(unit.connection, agency.value, number, package.package_id, package.sha256, unit.now)
    return "taken"


def refuse(
    unit: AgenciesUnit,
    agency: Agency,
    protocol: str,
    name: str,
    sha256: str,
    why: AnswerFault,
    *,
    proven: bool,
    number_used: bool | None = None,
) -> AnswerReceipt:
    """What is not even read: a file or message that is not proven, or is no package. Told once for each reason.

    number_used: of a package, told in its receipt; laid again, the same receipt is sent again.
    """
    id_ = derived_id("answer", agency.value, name, sha256, why.reason)
    found = unit.answers.find(unit.connection, id_)
    if found is not None:
        unit.answers.count_repeat(unit.connection, id_)
        receipt = refused_receipt(_receipt(found, PARKED), number_used)
        if number_used is not None:
            _owe_receipt(unit, agency, receipt)
        return receipt
    made = _new(unit, id_, agency, name[:100], protocol, sha256)
    unit.record(made, unit.answers, made.park([why], unit.now) if proven else made.refuse(name, [why], unit.now))
    receipt = refused_receipt(_receipt(made, PARKED), number_used)
    _owe_receipt(unit, agency, receipt)
    return receipt


def take_answer(
    unit: AgenciesUnit, agency: Agency, protocol: str, raw: bytes, attachments: Sequence[Attachment] = ()
) -> AnswerReceipt:
    """An answer that is proven to be this agency's: done, or parked with every fault that was found.

    attachments: that came with it and are done or parked with it.
    """
    sha256 = digest_of(raw, attachments)
    value: Any = None
    try:
        value = read_json(raw)
        answer = parse(value, agency.value)
        if faults := refused(answer.verb, attachments):
            raise AnswerWrong(faults, answer.answer_id, answer.verb, answer.task_id)
    except AnswerWrong as wrong:
        return _park(unit, agency, protocol, sha256, wrong, value, attachments)
    id_ = derived_id("answer", agency.value, answer.answer_id)
    found = unit.answers.find(unit.connection, id_)
    if found is not None:
        if found.sha256 == sha256:
            if answer.verb == "received" and found.status == TAKEN:
                # Of what was laid once more, because they had asked for it, they say the same again.
                _arrived(unit, agency, protocol, answer.data.received)
            return _again(unit, found)
        reused = AnswerWrong([fault("id", "id-reused")], answer.answer_id, answer.verb, answer.task_id)
        return _park(unit, agency, protocol, sha256, reused, value, attachments)
    made = _new(unit, id_, agency, answer.answer_id, protocol, sha256)
    made.verb, made.task_id = answer.verb, answer.task_id
    if faults := _attempted(unit, agency, protocol, answer, attachments):
        made.body = value
        unit.record(made, unit.answers, made.park([*faults, *not_taken(attachments, faults)], unit.now))
    else:
        unit.record(made, unit.answers, [])  # nothing is told of it, its effect is; but it is kept
    return _receipt(made, made.status)


def _attempted(
    unit: AgenciesUnit, agency: Agency, protocol: str, answer: Answer, attachments: Sequence[Attachment]
) -> list[AnswerFault]:
    """Do it with all that came with it; when something is wrong, nothing is done."""
    try:
        with unit.attempt():
            _do(unit, agency, protocol, answer)
            if attachments and answer.task_id is not None:
                unit.flush()  # the task is read as the answer has left it
                task = unit.tasks.lock(unit.connection, answer.task_id)
                told = task.hand_in(answer.answer_id, answer.verb, attachments, unit.now)
                unit.record(task, unit.tasks, told)
    except AnswerWrong as wrong:
        return wrong.faults
    except TianweiError as error:
        return faults_of(error)
    return []


def _do(unit: AgenciesUnit, agency: Agency, protocol: str, answer: Answer) -> None:
    if answer.verb == "received":
        _arrived(unit, agency, protocol, answer.data.received)
    elif answer.verb == "resend":
        laid = exchange.subjects_laid(unit.connection, agency.value, answer.data.numbers)
        if unknown := [number for number in answer.data.numbers if number not in laid]:
            raise AnswerWrong([numbers_unknown(unknown)], answer.answer_id, answer.verb)
        for _, subject in sorted(laid.items()):
            deliveries.resend(unit, subject, agency.value, cancelled_too=True)
    else:
        by = unit.by if unit.by.org_code == agency.value else system_of(agency, protocol, unit.desk.county_code)
        data = answer.data
        if answer.verb == "sign" and protocol == "file_exchange":
            data = data.model_copy(update={"channel": "package"})
        call = Call(by, unit.now, answer.answer_id, unit.correlation_id, answer.task_id)
        _HANDLERS[answer.verb](data, call, unit)


def _arrived(unit: AgenciesUnit, agency: Agency, protocol: str, ids: list[UUID]) -> None:
    """Their receipts of our letters. Of what is unknown or another agency's nothing is said."""
    for id_ in ids:
        subject = exchange.delivery_subject(unit.connection, id_, agency.value)
        if subject is None or answers.find_reply(unit.connection, subject) is not None:
            continue
        if deliveries.handed_over(unit, subject, agency.value) is not None:
            tell_delivered(unit, id_, protocol)


def _again(unit: AgenciesUnit, found: OutsideAnswer) -> AnswerReceipt:
    unit.answers.count_repeat(unit.connection, found.id)
    return _receipt(found, PARKED if found.status == PARKED else "repeated")


def _park(
    unit: AgenciesUnit,
    agency: Agency,
    protocol: str,
    sha256: str,
    wrong: AnswerWrong,
    value: Any,
    attachments: Sequence[Attachment],
) -> AnswerReceipt:
    """Of what has no usable id the digest is one: the same again is the same."""
    id_ = derived_id("answer", agency.value, wrong.answer_id, sha256)
    found = unit.answers.find(unit.connection, id_)
    if found is not None:
        unit.answers.count_repeat(unit.connection, id_)
        return _receipt(found, PARKED)
    made = _new(unit, id_, agency, wrong.answer_id or f"sha256:{sha256}", protocol, sha256)
    made.verb, made.task_id, made.body = wrong.verb, wrong.task_id, value
    faults = [*wrong.faults, *not_taken(attachments, wrong.faults)]
    unit.record(made, unit.answers, made.park(faults, unit.now))
    return _receipt(made, PARKED)


def _ask_for(unit: AgenciesUnit, agency: Agency, series: exchange.Series, number: int) -> None:
    """Packages before this one have not come: they are asked for, now and again."""
    missing = list(range(series.last + 1, min(number, series.last + 1 + _MOST_MISSING)))
    is_known = set(missing) <= set(series.missing)
    if is_known and series.asked_at is not None and unit.now - series.asked_at < _ASK_AGAIN:
        return
    missing = sorted({*missing, *series.missing})[:_MOST_MISSING]
    exchange.keep_missing(unit.connection, agency.value, missing, unit.now)
    id_ = derived_id("resend", agency.value, *missing, unit.now.isoformat())
    _owe(unit, Reply(id_, agency, "resend", {"numbers": missing}, unit.now))


def _owe_receipt(unit: AgenciesUnit, agency: Agency, receipt: AnswerReceipt) -> None:
    """One receipt for each outcome of an answer; asked again, the same is sent again."""
    faults = (f"{one.field} {one.reason}" for one in receipt.faults)
    id_ = derived_id("receipt", agency.value, receipt.answer_id, receipt.status, *faults)
    if receipt.verb == "received" and receipt.status != PARKED:
        return  # a receipt of a receipt would never end
    _owe(unit, Reply(id_, agency, "receipt", receipt.model_dump(mode="json"), unit.now))


def _owe(unit: AgenciesUnit, reply: Reply) -> None:
    transport = transport_of(unit.connection, unit.desk.registry, reply.agency)
    if not transport.pushes:
        return
    if answers.keep_reply(unit.connection, reply):
        deliveries.add(unit.connection, reply.id, reply.agency.value, transport.name, unit.correlation_id)
    else:
        deliveries.resend(unit, reply.id, reply.agency.value)


def _new(unit: AgenciesUnit, id_: UUID, agency: Agency, answer_id: str, protocol: str, sha256: str) -> OutsideAnswer:
    """From now on it is the cause of what is told, unless a command of the gateway is."""
    unit.causation_id = unit.causation_id or str(id_)
    return OutsideAnswer(id_, agency, answer_id, protocol, sha256, unit.desk.county_code, unit.now)


def _receipt(made: OutsideAnswer, status: str) -> AnswerReceipt:
    return AnswerReceipt.model_validate(
        {
            "answer_id": made.answer_id,
            "status": status,
            "verb": made.verb,
            "task_id": made.task_id,
            "faults": made.faults,
            "received_at": made.received_at,
        }
    )
