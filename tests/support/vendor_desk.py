"""Our side as a vendor's program meets it, without a house: letters, messages, receipts, and what it answered.

Answers are read by the real rules: the CloudEvent, the step in its state, the form by the agency's mapping table.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from services.agencies.adapters.integrations.mapping import table_of
from services.agencies.adapters.integrations.material import vectors
from services.agencies.adapters.integrations.reading import read
from services.agencies.adapters.protocols.cloud_event import cloud_event
from services.agencies.domain.answers import AnswerWrong, fault, faults_of, parse, read_json
from services.agencies.domain.task_table import TABLE
from services.agencies.ports import Dispatch
from shared.clock import local_day
from shared.contracts.codes import Agency, TaskState
from shared.errors import TianweiError

_ID_FIELD = {
    Agency.NATURAL_RESOURCES: "任务标识",
    Agency.AGRICULTURE: "委托编号",
    Agency.PUBLIC_SECURITY: "协查标识",
    Agency.COMPREHENSIVE_ENFORCEMENT: "派单号",
}


@dataclass
class Given:
    """A task. told: verbs that had their effect, in their order. forms: reports that were taken."""

    letter: dict[str, Any]
    state: TaskState = TaskState.OFFERED
    told: list[str] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)


class VendorDesk:
    """events: every one that was made, as bytes, in its order. receipts: what was answered, in its order."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.tasks: dict[str, Given] = {}
        self.receipts: list[dict[str, Any]] = []
        self._seen: dict[str, bytes] = {}

    def issue(self, letter: dict[str, Any] | None = None) -> bytes:
        """A letter of the published vectors."""
        task_id = str(uuid4())
        written = {**(letter or vectors(self.agency)["letters"][0]["letter"]), _ID_FIELD[self.agency]: task_id}
        self.tasks[task_id] = Given(written)
        return self.event("issued", task_id, written)

    def withdraw(self, task_id: str) -> bytes:
        self.tasks[task_id].state = TaskState.WITHDRAWN
        return self.event("withdrawn", task_id, reason="行动取消")

    def give_back(self, task_id: str) -> bytes:
        self.tasks[task_id].state = TaskState.RETURNED
        return self.event("returned", task_id, points=["面积与套合结果不一致"])

    def event(self, kind: str, task_id: str, letter: dict[str, Any] | None = None, **facts: Any) -> bytes:
        data = {"task_id": task_id, "action_no": "ZW-JA-1", "link": f"/api/v1/tasks/{task_id}", **facts}
        id_ = uuid4()
        return cloud_event(
            Dispatch(id_, kind, UUID(task_id), self.agency, datetime.now(UTC), data, letter), full=letter is not None
        )

    def receipt_event(self, receipt: dict[str, Any]) -> bytes:
        return cloud_event(
            Dispatch(uuid4(), "receipt", uuid4(), self.agency, datetime.now(UTC), receipt, None), full=True
        )

    def take(self, raw: bytes) -> dict[str, Any]:
        """The receipt of an answer."""
        receipt = self._take(raw)
        self.receipts.append(receipt)
        return receipt

    @property
    def parked(self) -> list[dict[str, Any]]:
        return [receipt for receipt in self.receipts if receipt["status"] == "parked"]

    def _take(self, raw: bytes) -> dict[str, Any]:
        try:
            answer = parse(read_json(raw), self.agency.value)
        except AnswerWrong as wrong:
            return _receipt(wrong.answer_id, "parked", wrong.verb, [one.model_dump() for one in wrong.faults])
        if answer.answer_id in self._seen:
            is_same = self._seen[answer.answer_id] == raw
            faults = [] if is_same else [fault("id", "id-reused").model_dump()]
            return _receipt(answer.answer_id, "repeated" if is_same else "parked", answer.verb, faults)
        self._seen[answer.answer_id] = raw
        try:
            self._do(answer.verb, str(answer.task_id), answer.data)
        except TianweiError as error:
            return _receipt(answer.answer_id, "parked", answer.verb, [one.model_dump() for one in faults_of(error)])
        except KeyError:
            return _receipt(answer.answer_id, "parked", answer.verb, [fault("subject", "not-found").model_dump()])
        return _receipt(answer.answer_id, "taken", answer.verb, [], str(answer.task_id))

    def _do(self, verb: str, task_id: str, data: Any) -> None:
        if verb in ("received", "resend"):
            return
        task = self.tasks[task_id]
        row = TABLE[verb]
        if task.state not in row.at:
            raise TianweiError("agencies.task-transition-not-allowed")
        if verb == "report":
            read(data.form, table_of(self.agency), local_day(datetime.now(UTC)))
            task.forms.append(data.form)
        task.state = row.to
        task.told.append(verb)


def _receipt(
    answer_id: str, status: str, verb: str | None, faults: list[dict[str, Any]], task_id: str | None = None
) -> dict[str, Any]:
    head = {"answer_id": answer_id, "status": status, "verb": verb, "task_id": task_id, "faults": faults}
    return {**head, "received_at": datetime.now(UTC).isoformat()}
