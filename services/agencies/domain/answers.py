"""What an agency's system may answer, and what is wrong with an answer: field, reason and a sentence for its vendor.

An answer is a CloudEvent: {"specversion": "1.0", "id", "source": "/agencies/CODE", "type": "tianwei.answer.VERB.v1",
"subject": task id, "time", "data"}. Untrusted until it parses.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import Field, ValidationError

from services.agencies.domain.fault_texts import NUMBER_FREE, NUMBER_USED, TEXTS, text_of
from shared.contracts.agencies import AcceptTask, DeclineTask, ReportTask, ReportTaskForm, SignTask, StartTask
from shared.contracts.agency_endpoints import AnswerFault, AnswerReceipt
from shared.contracts.base import Contract
from shared.errors import TianweiError

MOST_BYTES = 1 << 20
# For so long at least it is known which answers were taken: nothing is purged under 183 days.
REMEMBERED = timedelta(days=183)
_MOST_DEPTH = 20
_MOST_FAULTS = 20
_ID = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)
_TYPE = re.compile(r"tianwei\.answer\.([a-z-]{1,20})\.v1", re.ASCII)
_KNOWN = frozenset({"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"})


class Received(Contract):
    """Letters and messages that have come, by the ids under which they were delivered."""

    received: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class ResendNumbers(Contract):
    """Numbers of packages of ours that are missing there."""

    numbers: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=100)]


DATA: Mapping[str, type[Contract]] = {
    "received": Received,
    "sign": SignTask,
    "accept": AcceptTask,
    "decline": DeclineTask,
    "start": StartTask,
    "report": ReportTaskForm,
    "report-typed": ReportTask,
    "resend": ResendNumbers,
}
"""By verb, what `data` must be."""
TRANSITION = "agencies.task-transition-not-allowed"
_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length")
REPORTS = ("report", "report-typed")
OF_NO_TASK = frozenset({"received", "resend"})


@dataclass(frozen=True)
class Answer:
    """An answer that parsed. task_id: None of those that are about deliveries."""

    answer_id: str
    verb: str
    task_id: UUID | None
    data: Any


class AnswerWrong(Exception):
    """What is wrong with it, all that was found. answer_id, verb, task_id: as far as they could be read."""

    def __init__(
        self, faults: list[AnswerFault], answer_id: str = "", verb: str | None = None, task_id: UUID | None = None
    ) -> None:
        super().__init__(", ".join(f"{fault.field} {fault.reason}" for fault in faults))
        self.faults = faults
        self.answer_id = answer_id
        self.verb = verb
        self.task_id = task_id


def read_json(raw: bytes) -> Any:
    """Raises AnswerWrong for what is no JSON object within the limits."""
    if len(raw) > MOST_BYTES:
        raise AnswerWrong([fault("body", "too-large", most=MOST_BYTES)])
    try:
        value = orjson.loads(raw)
    except ValueError as error:
        raise AnswerWrong([fault("body", "not-json")]) from error
    if not isinstance(value, dict):
        raise AnswerWrong([fault("body", "not-an-object")])
    return value


def parse(value: Mapping[str, Any], agency: str) -> Answer:
    """The answer of this agency. Raises AnswerWrong with every fault that was found."""
    faults: list[AnswerFault] = []
    answer_id = value.get("id")
    if not isinstance(answer_id, str) or not _ID.fullmatch(answer_id):
        faults.append(fault("id", "id-wrong"))
        answer_id = ""
    if value.get("specversion") != "1.0":
        faults.append(fault("specversion", "not-allowed", allowed=["1.0"]))
    if value.get("source") != f"/agencies/{agency}":
        faults.append(fault("source", "not-allowed", allowed=[f"/agencies/{agency}"]))
    faults += [fault(str(name)[:50], "unknown") for name in value if name not in _KNOWN]
    match = _TYPE.fullmatch(value["type"]) if isinstance(value.get("type"), str) else None
    verb = match[1] if match and match[1] in DATA else None
    if verb is None:
        faults.append(fault("type", "not-allowed", allowed=[f"tianwei.answer.{name}.v1" for name in DATA]))
    task_id = _task_id(value.get("subject"))
    if task_id is None and verb not in OF_NO_TASK:
        faults.append(fault("subject", "not-a-task-id"))
    if _depth(value.get("data")) > _MOST_DEPTH:
        faults.append(fault("data", "too-deep"))
    elif verb is not None and not faults:
        try:
            return Answer(answer_id, verb, task_id, DATA[verb].model_validate(value.get("data")))
        except ValidationError as error:
            faults += _of(error)
    elif verb is not None:
        try:
            DATA[verb].model_validate(value.get("data"))
        except ValidationError as error:
            faults += _of(error)
    raise AnswerWrong(faults[:_MOST_FAULTS], answer_id, verb, task_id)


def faults_of(error: TianweiError) -> list[AnswerFault]:
    """What a handler refused, as faults of the answer: of a form every field that is wrong, else the one thing."""
    listed = error.facts.get("faults")
    if not isinstance(listed, list):
        return [_fault_of(error)]
    return [_fault_of(_one_of(told)) for told in listed[:_MOST_FAULTS]]


def _one_of(told: Mapping[str, Any]) -> TianweiError:
    facts = {name: value for name, value in told.items() if name not in ("field", "reason")}
    return TianweiError(told["reason"], told["field"], **facts)


def _fault_of(error: TianweiError) -> AnswerFault:
    allowed = error.facts.get("allowed")
    named = {"allowed": [str(one) for one in allowed]} if isinstance(allowed, list) else {}
    if named and error.code == TRANSITION:
        named = {"allowed": [f"tianwei.answer.{verb}.v1" for verb in named["allowed"]]}
    field = {None: "subject", "form": "data.form"}.get(error.field, f"data.{error.field}")
    text = text_of(error.code, error.facts)
    if named:
        text += f"，应为：{'、'.join(named['allowed'])}" if named["allowed"] else "，现在没有可做的步骤"
    more = "；".join(f"{name}={value}" for name, value in error.facts.items() if name != "allowed" and value)
    said = f"{text}（{error.code}{'，' + more if more else ''}）"
    return AnswerFault(field=field[:120], reason=error.code, text=said[:500], **named)


def fault(field: str, reason: str, *, allowed: list[str] | None = None, **facts: Any) -> AnswerFault:
    text = text_of(reason, facts) if reason in TEXTS else "不符合接口约定"
    if allowed:
        text += f"，应为：{'、'.join(allowed)}"
    return AnswerFault(field=field, reason=reason, text=text[:500], allowed=allowed)


def numbers_unknown(numbers: list[int]) -> AnswerFault:
    """Of what is asked for again and was never laid."""
    return fault("data.numbers", "number-unknown", numbers="、".join(str(one) for one in numbers[:20]))


def refused_receipt(receipt: AnswerReceipt, number_used: bool | None) -> AnswerReceipt:
    """With what becomes of the number of a package that was not even read. None: it was no package."""
    if number_used is None:
        return receipt
    text = NUMBER_USED if number_used else NUMBER_FREE
    faults = [one.model_copy(update={"text": f"{one.text[:440]}；{text}"}) for one in receipt.faults]
    return receipt.model_copy(update={"number_used": number_used, "faults": faults})


def _of(error: ValidationError) -> list[AnswerFault]:
    found = []
    for one in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in one["loc"])
        facts = one.get("ctx", {})
        # Of a closed list: as pydantic words it, 'a', 'b' or 'c'.
        allowed = re.findall(r"'([^']*)'", str(facts.get("expected", ""))) or None
        text = TEXTS.get(one["type"], "内容不符合约定")
        limit = next((facts[name] for name in _LIMITS if name in facts), None)
        more = f"，应为：{'、'.join(allowed)}" if allowed else "" if limit is None else f"（限 {limit}）"
        where = f"data.{place}" if place else "data"
        told = f"{text}{more}（{one['type']}）"
        found.append(AnswerFault(field=where[:120], reason=one["type"], text=told[:500], allowed=allowed))
    return found


def _task_id(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _depth(value: Any, depth: int = 0) -> int:
    if depth > _MOST_DEPTH or not isinstance(value, dict | list):
        return depth
    parts = value.values() if isinstance(value, dict) else value
    return max((_depth(part, depth + 1) for part in parts), default=depth)
