"""What the journal of a run says of everything that was answered: each fault goes to the check that it is about."""

from collections.abc import Iterable

from services.agencies.domain.conformance import EXCHANGE
from services.agencies.kit.journal import PARKED, Heard
from services.agencies.kit.trial import Trial
from shared.contracts.agency_endpoints import AnswerFault

_FORM = "data.form"
_CODES = ("code_unknown",)
_UNITS = ("unit_wrong", "decimal_type", "step_wrong", "day_wrong", "instant_wrong", "date_wrong", "layout_wrong")
_FIELDS = ("missing", "extra_forbidden", "string_type", "string_too_short", "list_type", "dict_type")
_PACKAGE = {
    "signature-missing": "package.signed",
    "proof-missing": "answer.envelope",
    "proof-wrong": "answer.envelope",
    "key-unknown": "package.key",
    "signature-wrong": "package.key",
    "not-a-zip": "package.whole",
    "digest-wrong": "package.whole",
    "number-reused": "package.sequence",
}
_LEFT = "attachment-not-taken"
_STATE = ("agencies.task-transition-not-allowed", "stale-version")
# Of what is done on purpose: told by its own scenario.
_ON_PURPOSE = "agencies.result-implausible"
_ALWAYS = (
    "steps.order",
    "answer.json",
    "answer.envelope",
    "answer.source",
    "answer.subject",
    "answer.data",
    "answer.id",
    "form.codes",
    "form.fields",
    "form.units",
    "form.agrees",
)
_OF_EXCHANGE = ("package.named", "package.signed", "package.key", "package.whole", "package.sequence")


def judge(trial: Trial) -> None:
    """Record what every parked answer says is wrong."""
    for one in list(trial.journal.heard):
        if one.status == PARKED:
            for fault in one.faults:
                _judge(trial, one, fault)


def acquit(trial: Trial) -> None:
    """Record that the rest is well, if anything was answered at all."""
    if not trial.journal.heard:
        return
    for check in (*_ALWAYS, *(_OF_EXCHANGE if trial.county.protocol == EXCHANGE else ())):
        trial.record(check, True, "没有发现问题")


def judge_gaps(trial: Trial, gaps: Iterable[list[int]]) -> None:
    """gaps: numbers that did not come although they were asked for."""
    missing = [number for gap in gaps for number in gap]
    if missing:
        trial.record("package.sequence", False, f"缺少序号 {'、'.join(map(str, missing))}，要求重发后仍没有")


def _judge(trial: Trial, one: Heard, fault: AnswerFault) -> None:
    check = _check_of(trial, one, fault)
    if check is not None:
        trial.record(check, False, f"{one.verb or '答复'}（{one.answer_id[:60]}）{fault.field}：{fault.text}")


def _check_of(trial: Trial, one: Heard, fault: AnswerFault) -> str | None:
    reason, field = fault.reason, fault.field
    if reason in _PACKAGE:
        return _PACKAGE[reason]
    if reason == _LEFT:
        return None  # it says where the files are; what is wrong is told beside it
    if field == "file" or field.startswith(("manifest", ".zip", "attachments")):
        return "package.named"
    match field, reason:
        case "body", _:
            return "answer.json"
        case "source", _:
            return "answer.source"
        case "id", "id-reused":
            return "answer.id"
        case ("subject", "not-a-task-id") | ("subject", "not-found"):
            return "answer.subject"
        case _, state if state in _STATE:
            # Of a withdrawn task, and of a step said twice, the scenarios tell.
            return "steps.order" if one.task_id in trial.plain and _is_first(trial, one) else None
    if field == _FORM and reason == _ON_PURPOSE:
        return None
    if field.startswith(f"{_FORM}."):
        return _of_form(reason)
    return "answer.data" if field.startswith("data") else "answer.envelope"


def _of_form(reason: str) -> str:
    if reason in _CODES:
        return "form.codes"
    if reason in _UNITS or "date" in reason or "layout" in reason or "instant" in reason:
        return "form.units"
    return "form.fields" if reason in _FIELDS else "form.agrees"


def _is_first(trial: Trial, one: Heard) -> bool:
    """Whether it is the first answer of its kind about its task, under whatever id."""
    assert one.task_id is not None
    return next(iter(trial.journal.about(one.task_id, one.verb)), None) is one
