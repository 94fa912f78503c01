"""The Chinese of every error (`register/error_details.toml`), filled with its facts; what is wrong with a field."""

import enum
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from shared.citations import cite
from shared.contracts import codes

_TITLES = {
    400: "请求无法理解",
    401: "未登录或登录已失效",
    403: "无权操作",
    404: "找不到",
    405: "不支持的方法",
    408: "请求超时",
    409: "与当前状态冲突",
    412: "版本已过期",
    413: "内容过大",
    415: "不支持的内容类型",
    422: "输入有误",
    429: "请求过于频繁",
    431: "请求头过大",
    500: "系统内部错误",
    503: "暂时不可用",
}


_REGISTER = Path(__file__).with_name("register")


def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(_REGISTER.joinpath(name).read_text("utf-8"))


DETAILS: dict[str, str] = _file("error_details.toml")
_OF_WORDS = _file("words.toml")
_WORDS: dict[str, str] = _OF_WORDS["any"]
_WORDS_OF: dict[str, dict[str, str]] = _OF_WORDS["of_object"]
_REASONS: dict[str, str] = _OF_WORDS["reason"]
# What a state is called depends on whose it is.
_STATES_OF: dict[str, type[enum.StrEnum]] = {
    "clue": codes.ClueState,
    "case": codes.CaseState,
    "rectification": codes.RectificationState,
    "joint_action": codes.JointActionState,
    "police_transfer": codes.TransferState,
    "listing": codes.ListingState,
    "action_proposal": codes.ProposalState,
    "assistance_request": codes.AssistanceState,
    "sealed_record": codes.SealedState,
    "task": codes.TaskState,
    "document": codes.DocumentState,
}
# Facts that hold our codes; what a person wrote is told as it is.
_CODED = frozenset(
    {
        "object",
        "state",
        "verb",
        "outcome",
        "allowed",
        "missing",
        "role",
        "expected",
        "given",
        "agency",
        "recipient",
        "channel",
        "part",
        "service",
        "reason",
        "rule",
        "limit",
        "fact",
        "kind",
        "organ",
        "violation_type",
        "scheme",
        "unit",
        "why",
        "steps",
        "step",
        "violation",
        "measures",
        "violations",
        "bases",
        "paper",
        "whole",
        "column",
        "holder",
        "purpose",
        "form",
        "invited",
        "agencies",
        "status",
        "protocol",
    }
)
_CODES = {
    str(member): codes.title(member)
    for kind in vars(codes).values()
    if isinstance(kind, type) and issubclass(kind, enum.StrEnum) and kind is not enum.StrEnum
    for member in kind
} | {str(role): codes.title(role) for role in codes.Role}  # a role is never meant as a holder of work
_LONGEST = 200


def title(status: int) -> str:
    return _TITLES.get(status, "请求没有完成")


def detail(code: str, facts: Mapping[str, Any], field: str | None = None) -> str:
    """The sentence of an error; of a code from a newer service, the code itself."""
    sentence = DETAILS.get(code)
    if sentence is None:
        return f"请求没有完成（{code}）。"
    words = _words_of(str(facts.get("object")))
    told = _Facts({name: _fact(value, words) if name in _CODED else _plain(value) for name, value in facts.items()})
    told["field"] = field or "请求"
    # In an address an agency stands by its code.
    told["agency_code"] = _plain(facts.get("agency"))
    told["reason_text"] = reason(str(facts.get("reason")))
    # law_words: a county's own document in place of what is shipped.
    law = facts.get("law")
    told["basis"] = f"依据：{facts.get('law_words') or cite(str(law))}。" if law else ""
    return sentence.format_map(told)


def flag_title(code: str) -> str:
    """The Chinese name of a flag of evidence; of one from a newer service, the code itself."""
    try:
        return codes.title(codes.EvidenceFlagCode(code))
    except ValueError:
        return code


@cache
def _words_of(acting_on: str) -> dict[str, str]:
    """Verbs and states as an object has them; a word that is both means the verb only where the verb is asked for."""
    states = _STATES_OF.get(acting_on)
    told = {} if states is None else {str(state): codes.title(state) for state in states}
    return {**told, **_WORDS_OF.get(acting_on, {})}


def reason(kind: str) -> str:
    """What is wrong with a field, after its name."""
    return _REASONS.get(kind, "的值不符合要求")


def fault(found: Mapping[str, Any]) -> dict[str, Any]:
    """One of several faults of a body, as the problem document lists it."""
    told = reason(str(found.get("reason"))).format_map(_Facts({name: _plain(value) for name, value in found.items()}))
    return {
        "field": found.get("field"),
        "reason": found.get("reason"),
        "detail": f"字段“{found.get('field') or '请求'}”{told}。",
    }


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "（未知）"


def _fact(value: Any, words: Mapping[str, str]) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(_fact(item, words) for item in value) or "无"
    return words.get(str(value)) or shown(value)


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(_plain(item) for item in value) or "无"
    return "无" if value is None else str(value)[:_LONGEST]


def shown(value: Any, of: str = "") -> str:
    """A value as a person reads it: codes by their Chinese names, lists joined. of: whose state it may be."""
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(shown(item, of) for item in value) or "无"
    if value is None:
        return "无"
    text = str(value)
    return (_words_of(of).get(text) or _WORDS.get(text) or _CODES.get(text) or text)[:_LONGEST]
