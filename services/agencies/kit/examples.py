"""Examples of everything that passes between county and agency, for a vendor to read and to test a parser with."""

import base64
import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from services.agencies.adapters.integrations.material import vectors
from services.agencies.adapters.protocols.cloud_event import cloud_event
from services.agencies.domain.conformance import EXCHANGE
from services.agencies.domain.telling import letter_data, message_data
from services.agencies.ports import Dispatch
from shared import keys
from shared.contracts.agencies import TaskIssuedV1
from shared.contracts.codes import Agency
from shared.exchange.package import HOUSE, SIGNATURE_SUFFIX, SUFFIX, PackageName, pack, seal

_URL = "https://tianwei.example"
_FACTS: dict[str, dict[str, Any]] = {
    "withdrawn": {"reason": "当事人已自行拆除"},
    "expired": {},
    "returned": {"points": ["请补充说明现场情况"]},
    "done": {},
    "shared_result": {"from_agency": "natural_resources", "result": {"kind": "land_survey"}},
}


def examples(agency: Agency, protocol: str) -> dict[str, bytes]:
    """File name -> content, the same every time."""
    order = TaskIssuedV1.model_validate(vectors(agency)["letters"][0]["order"])
    files = {f"events/{kind}.json": _pretty(cloud_event(one, full=True)) for kind, one in _events(agency, order)}
    files |= {f"answers/{verb}.json": _json(one) for verb, one in _answers(agency, order).items()}
    return files | (_package(agency, order) if protocol == EXCHANGE else {})


def _events(agency: Agency, order: TaskIssuedV1) -> list[tuple[str, Dispatch]]:
    task, at = order.task_id, order.at
    letter = vectors(agency)["letters"][0]["letter"]
    made = [("issued", Dispatch(_id("issued"), "issued", task, agency, at, letter_data(order, _URL), letter))]
    for version, (kind, facts) in enumerate(_FACTS.items(), 3):
        data = message_data(_id(kind), task, version, order.action_no, facts, _URL)
        made.append((kind, Dispatch(_id(kind), kind, _id(kind), agency, at, data)))
    receipt = {"answer_id": f"{task}.sign.1", "status": "taken", "verb": "sign", "task_id": str(task), "faults": []}
    fault = vectors(agency)["refused"][0]["faults"][0]
    wrong = {"field": f"data.{fault['field']}", "reason": fault["reason"], "text": "表单该栏填写有误", "allowed": None}
    parked = {**receipt, "answer_id": f"{task}.report.1", "status": "parked", "verb": "report", "faults": [wrong]}
    for name, data in (("receipt", receipt), ("receipt-parked", parked)):
        told = {**data, "received_at": at.isoformat()}
        made.append((name, Dispatch(_id(name), "receipt", _id(name), agency, at, told)))
    return [*made, ("resend", Dispatch(_id("resend"), "resend", _id("resend"), agency, at, {"numbers": [2, 3]}))]


def _answers(agency: Agency, order: TaskIssuedV1) -> dict[str, Any]:
    task = str(order.task_id)
    data: dict[str, Any] = {
        "sign": {"signed_by": "值班员"},
        "accept": {"contact_person": "承办人", "contact_phone": "0955-5020000"},
        "decline": {"return_reason": "material_incomplete", "reason": "任务书未附现场道路情况"},
        "start": {},
        "report": {"form": vectors(agency)["reports"][0]["form"]},
        "received": {"received": [str(_id("issued"))]},
        "resend": {"numbers": [2]},
    }
    return {verb: _answer(agency, verb, task, one, order.at) for verb, one in data.items()}


def _answer(agency: Agency, verb: str, task: str, data: Any, at: datetime) -> dict[str, Any]:
    about = {} if verb in ("received", "resend") else {"subject": task}
    return {
        "specversion": "1.0",
        "id": f"{task}.{verb}.1",
        "source": f"/agencies/{agency.value}",
        "type": f"tianwei.answer.{verb}.v1",
        **about,
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def _package(agency: Agency, order: TaskIssuedV1) -> dict[str, bytes]:
    """One package each way, with the keys that they are signed with."""
    files = {}
    told = {}
    letter = cloud_event(_events(agency, order)[0][1], full=True)
    for sender, receiver, data in (
        (HOUSE, agency.value, letter),
        (agency.value, HOUSE, json.dumps(_answers(agency, order)["sign"], ensure_ascii=False).encode()),
    ):
        key = f"ed25519:{base64.b64encode(hashlib.sha256(f'example {sender}'.encode()).digest()).decode()}"
        name = PackageName(sender, receiver, 1, _id(f"package {sender}"))
        content = pack(name, data, order.at, "sha256", {})
        files[f"packages/{name}{SUFFIX}"] = content
        files[f"packages/{name}{SIGNATURE_SUFFIX}"] = seal(name, content, [key])
        told[sender] = {"private_key": key, "public_key": keys.public_key(key)}
    return {**files, "packages/keys.json": _json(told)}


def _id(name: str) -> UUID:
    return UUID(bytes=hashlib.sha256(f"tianwei example {name}".encode()).digest()[:16], version=4)


def _pretty(body: bytes) -> bytes:
    return _json(json.loads(body))


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
