"""What an agency's system may answer, and what is wrong with an answer: field, reason and a sentence for its vendor.

An answer is a CloudEvent: {"specversion": "1.0", "id", "source": "/agencies/CODE", "type": "tianwei.answer.VERB.v1",
"subject": task id, "time", "data"}. Untrusted until it parses.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import Field, ValidationError

from shared.contracts.agencies import AcceptTask, DeclineTask, ReportTask, ReportTaskForm, SignTask, StartTask
from shared.contracts.agency_endpoints import AnswerFault
from shared.contracts.base import Contract
from shared.errors import TianweiError

MOST_BYTES = 1 << 20
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
_OF_NO_TASK = frozenset({"received", "resend"})


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
    if task_id is None and verb not in _OF_NO_TASK:
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
    return [
        _fault_of(TianweiError(one["reason"], one["field"], **one.get("facts", {}))) for one in listed[:_MOST_FAULTS]
    ]


def _fault_of(error: TianweiError) -> AnswerFault:
    allowed = error.facts.get("allowed")
    named = {"allowed": [str(one) for one in allowed]} if isinstance(allowed, list) else {}
    field = {None: "subject", "form": "data.form"}.get(error.field, f"data.{error.field}")
    text = _TEXTS.get(error.code, "不能办理")
    more = "；".join(f"{name}={value}" for name, value in error.facts.items() if name != "allowed" and value)
    said = f"{text}（{error.code}{'，' + more if more else ''}）"
    return AnswerFault(field=field[:120], reason=error.code, text=said[:500], **named)


def fault(field: str, reason: str, *, allowed: list[str] | None = None, **facts: Any) -> AnswerFault:
    text = _TEXTS.get(reason, "不符合接口约定").format(**facts)
    if allowed:
        text += f"，应为：{'、'.join(allowed)}"
    return AnswerFault(field=field, reason=reason, text=text[:500], allowed=allowed)


def _of(error: ValidationError) -> list[AnswerFault]:
    found = []
    for one in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in one["loc"])
        expected = one.get("ctx", {}).get("expected")
        text = _TEXTS.get(one["type"], "内容不符合约定")
        more = f"，应为：{expected}" if expected else ""
        where = f"data.{place}" if place else "data"
        found.append(AnswerFault(field=where[:120], reason=one["type"], text=f"{text}（{one['msg']}）{more}"[:500]))
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


# Sentences for the vendor, by reason.
_TEXTS = {
    "too-large": "内容超过 {most} 字节，请减小后重发",
    "not-json": "不是合法的 UTF-8 JSON，请检查编码和格式",
    "not-an-object": "最外层应是一个 JSON 对象",
    "too-deep": "嵌套层数过多",
    "id-wrong": "每条答复须有唯一编号（1 至 100 个可见 ASCII 字符），重发用同一编号",
    "id-reused": "该编号已用于内容不同的另一条答复，请换新编号",
    "not-allowed": "取值不在约定范围内",
    "unknown": "接口约定中没有该字段，请去掉",
    "not-a-task-id": "应填任务标识（任务书中的 subject，UUID）",
    "missing": "缺少该字段",
    "extra_forbidden": "接口约定中没有该字段，请去掉",
    "string_type": "应为文字",
    "string_too_short": "不能为空",
    "string_too_long": "文字过长",
    "enum": "代码不在代码表内",
    "literal_error": "取值不在约定范围内",
    "dict_type": "应为 JSON 对象",
    "model_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "uuid_parsing": "应为 UUID",
    "not-found": "没有这项任务，或它不是本部门的任务",
    "stale-version": "任务已有变化，请先取回最新状态",
    "agencies.task-transition-not-allowed": "任务当前状态不能做这一步，请先取回最新状态",
    "agencies.form-field-missing": "表单缺少该栏",
    "agencies.form-field-wrong": "表单该栏填写有误",
    "agencies.form-invalid": "表单内容不符合约定",
    "agencies.result-kind-wrong": "反馈种类不是本部门的种类",
    "agencies.result-implausible": "反馈数据互相矛盾",
    "name-wrong": "文件名应为 发送方-接收方-序号-包编号.zip，序号至少八位，包编号为小写 UUID",
    "signature-missing": "没有同名的 .zip.sig 签名文件，请先放包、后放签名",
    "signature-unreadable": "签名文件不符合格式",
    "signature-of-another-file": "签名文件写的是另一个文件名",
    "signature-wrong": "签名不正确：文件被改动，或不是用登记的密钥签的",
    "key-unknown": "签名密钥没有登记在本部门名下，请用登记的密钥重签，或先更换登记",
    "digest-wrong": "文件摘要与签名文件不符：文件没有传完整或被改动，请重新放置",
    "address-wrong": "包的发送方或接收方不对",
    "not-a-zip": "不是完整的 ZIP 文件",
    "too-many-files": "包内文件超过 {most} 个",
    "file-too-large": "包内文件过大或压缩比过高（限 {most} 字节）",
    "file-damaged": "包内文件损坏，无法解压",
    "file-twice": "包内有重名文件",
    "file-missing": "清单所列文件不在包内",
    "file-not-listed": "包内有清单未列的文件",
    "file-digest-wrong": "包内文件的大小或摘要与清单不符",
    "name-unreadable": "包内文件名既不是 UTF-8 也不是 GBK，无法辨认",
    "name-not-allowed": "包内文件名不允许（不得含路径、上级目录或控制字符）",
    "encrypted": "包内文件不得加密",
    "manifest-wrong": "清单该项不符合格式",
    "manifest-not-json": "清单不是合法的 UTF-8 JSON",
    "manifest-contradicts": "清单与文件名不一致",
    "number-reused": "该序号已用于另一个包，请用下一个序号重发",
    "proof-missing": "消息既没有经代理验证的用户名，也没有签名",
    "proof-wrong": "消息不是以本部门的用户名或密钥发出的",
}
