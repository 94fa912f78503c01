"""The county's side of one agency, in memory: the same tasks, answers and forms as in the house, without its database.

tests/integration/services/agencies/test_kit_county.py holds it to the house: the same answers get the same receipts.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.agencies.domain.answers import (
    REPORTS,
    Answer,
    AnswerWrong,
    fault,
    faults_of,
    numbers_unknown,
    parse,
    read_json,
)
from services.agencies.domain.attachments import Attachment, digest_of, not_taken, refused
from services.agencies.domain.task import Task
from services.agencies.domain.telling import letter_data, message_data
from services.agencies.kit.journal import PARKED, REPEATED, TAKEN, Heard, Journal
from services.agencies.kit.orders import Orders, trade_of
from services.agencies.ports import Dispatch
from services.agencies.task_view import Place, form_of, task_view
from shared.aggregate import replay
from shared.clock import local_day
from shared.contracts.agencies import TaskView
from shared.contracts.agency_endpoints import AnswerFault, AnswerReceipt
from shared.contracts.base import Event
from shared.contracts.codes import Agency
from shared.errors import NotFound, TianweiError
from shared.ids import new_id


@dataclass
class Message:
    """What is told of a task after its letter. id: of the message and of its delivery."""

    id: UUID
    kind: str
    task: Task
    facts: Mapping[str, Any]
    at: datetime


@dataclass
class _Known:
    sha256: str
    receipt: AnswerReceipt


@dataclass
class County:
    """One agency's tasks. after: (task, verb) -> what to do as soon as that step is taken, once.

    park: (task, verb) -> faults with which its next answer is parked although it is right.
    arrived: deliveries of which the agency has said, or shown, that it has them.
    """

    agency: Agency
    protocol: str
    public_url: str = ""
    journal: Journal = field(default_factory=Journal)
    tasks: dict[UUID, Task] = field(default_factory=dict)
    after: dict[tuple[UUID, str], Callable[[], None]] = field(default_factory=dict)
    park: dict[tuple[UUID, str], list[AnswerFault]] = field(default_factory=dict)
    arrived: set[UUID] = field(default_factory=set)
    # Lays packages again; the numbers that were never laid, which is all where there are no packages.
    on_resend: Callable[[list[int]], list[int]] = list
    _answers: dict[str, _Known] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.trade = trade_of(self.agency, self.protocol)
        self._orders = Orders(self.agency, self.protocol)

    # ---- what the coordinator does

    def issue(self) -> Dispatch:
        """A new task and the letter that is owed for it."""
        with self.lock:
            task = self._orders.next()
            self.tasks[task.id] = task
            data = letter_data(task.order, self.public_url)
            letter = self.trade.outgoing(task.order)
            return Dispatch(new_id(), "issued", task.id, self.agency, task.order.at, data, letter)

    def withdraw(self, task_id: UUID, reason: str) -> Dispatch:
        return self._told(task_id, "withdrawn", lambda task, now: task.withdraw(reason, now), {"reason": reason})

    def return_(self, task_id: UUID, points: list[str]) -> Dispatch:
        return self._told(task_id, "returned", lambda task, now: task.return_(points, now), {"points": points})

    def complete(self, task_id: UUID) -> Dispatch:
        return self._told(task_id, "done", lambda task, now: task.complete(now), {})

    def mention(self, task_id: UUID, kind: str, facts: Mapping[str, Any]) -> Dispatch:
        """A message that changes nothing."""
        return self._told(task_id, kind, lambda _task, _now: [], facts)

    def _told(
        self, task_id: UUID, kind: str, step: Callable[[Task, datetime], list[Event]], facts: Mapping[str, Any]
    ) -> Dispatch:
        with self.lock:
            task, now, id_ = self.tasks[task_id], datetime.now(UTC), new_id()
            replay(task, step(task, now))
            data = message_data(id_, task_id, task.version, task.order.action_no, facts, self.public_url)
            return Dispatch(id_, kind, id_, self.agency, now, data)

    # ---- what the agency does

    def take(self, raw: bytes, *, dropped: bool = False, attachments: Sequence[Attachment] = ()) -> AnswerReceipt:
        """An answer that is proven to be this agency's. dropped: its sender will not hear of it."""
        with self.lock:
            sha256 = digest_of(raw, attachments)
            receipt = self._take(raw, sha256, attachments)
            if receipt.status == PARKED:
                faults = [*receipt.faults, *not_taken(attachments, receipt.faults)]
                receipt = receipt.model_copy(update={"faults": faults})
            self._write_down(receipt, dropped, sha256)
        self._follow(receipt)
        return receipt

    def refuse(self, name: str, why: AnswerFault) -> AnswerReceipt:
        """What is not even read: not proven, or no package."""
        receipt = self._receipt(name[:100], PARKED, None, None, [why])
        self._write_down(receipt, False, name)
        return receipt

    def step(
        self, task_id: UUID, verb: str, data: Any, key: str, content: str, *, dropped: bool = False
    ) -> AnswerReceipt:
        """The same by the task's own address, `key` in the place of an answer's id. Raises what a handler raises."""
        with self.lock:
            known = self._answers.get(f"key:{key}")
            error = None
            if known is not None:
                receipt = known.receipt.model_copy(update={"status": REPEATED})
            else:
                receipt = self._receipt(key, TAKEN, verb, task_id, [])
                try:
                    self._do(Answer(key, verb, task_id, data))
                except TianweiError as wrong:
                    error, receipt = wrong, self._receipt(key, PARKED, verb, task_id, faults_of(wrong))
                else:
                    self._answers[f"key:{key}"] = _Known("", receipt)
            self._write_down(receipt, dropped, content)
        self._follow(receipt)
        if error is not None:
            raise error
        return receipt

    def view(self, task_id: UUID, position: int) -> TaskView:
        """Raises NotFound."""
        with self.lock:
            task = self.tasks.get(task_id)
            if task is None:
                raise NotFound
            return task_view(task, form_of(task, self.trade), Place(position, None, None))

    def _take(self, raw: bytes, sha256: str, attachments: Sequence[Attachment]) -> AnswerReceipt:
        try:
            answer = parse(read_json(raw), self.agency.value)
            if faults := refused(answer.verb, attachments):
                raise AnswerWrong(faults, answer.answer_id, answer.verb, answer.task_id)
        except AnswerWrong as wrong:
            return self._receipt(wrong.answer_id or f"sha256:{sha256}", PARKED, wrong.verb, wrong.task_id, wrong.faults)
        known = self._answers.get(answer.answer_id)
        if known is not None and known.sha256 != sha256:
            return self._parked(answer, [fault("id", "id-reused")])
        if known is not None:
            parked = known.receipt.status == PARKED
            return known.receipt if parked else known.receipt.model_copy(update={"status": REPEATED})
        receipt = self._receipt(answer.answer_id, TAKEN, answer.verb, answer.task_id, [])
        try:
            self._do(answer, attachments)
        except AnswerWrong as wrong:
            receipt = self._parked(answer, wrong.faults)
        except TianweiError as error:
            receipt = self._parked(answer, faults_of(error))
        self._answers[answer.answer_id] = _Known(sha256, receipt)
        return receipt

    def _do(self, answer: Answer, attachments: Sequence[Attachment] = ()) -> None:
        """Raises TianweiError, AnswerWrong."""
        data = answer.data
        if answer.verb == "received":
            self.arrived.update(data.received)
            return
        if answer.verb == "resend":
            if unknown := self.on_resend(list(data.numbers)):
                raise AnswerWrong([numbers_unknown(unknown)])
            return
        task = self.tasks.get(answer.task_id) if answer.task_id else None
        if task is None:
            raise NotFound
        faults = self.park.pop((task.id, answer.verb), None)
        if faults is not None:
            raise _ParkedOnPurpose(faults)
        now = datetime.now(UTC)
        told = self._events(task, answer.verb, data, now)
        if attachments:
            done = replace(task)
            replay(done, told)
            told = [*told, *done.hand_in(answer.answer_id, answer.verb, attachments, now)]
        replay(task, told)

    def _events(self, task: Task, verb: str, data: Any, now: datetime) -> list[Event]:
        match verb:
            case "sign":
                return task.sign(data.signed_by, data.channel, now)
            case "accept":
                return task.accept(data.contact_person, data.contact_phone, now)
            case "decline":
                return task.decline(data.return_reason, data.reason, now, data.proposed_agency)
            case "start":
                return task.start(now)
            case "report":
                result = self.trade.incoming(data.form, local_day(now))
            case _:
                result = data.result
        events = task.report(result, now)
        self.trade.check_result(result, local_day(now))
        return events

    def _follow(self, receipt: AnswerReceipt) -> None:
        """What was to be done as soon as this step is taken."""
        if receipt.status != TAKEN or receipt.task_id is None or receipt.verb is None:
            return
        verb = "report" if receipt.verb in REPORTS else receipt.verb
        with self.lock:
            then = self.after.pop((receipt.task_id, verb), None)
        if then is not None:
            then()

    def _parked(self, answer: Answer, faults: list[AnswerFault]) -> AnswerReceipt:
        return self._receipt(answer.answer_id, PARKED, answer.verb, answer.task_id, faults)

    def _receipt(
        self, answer_id: str, status: str, verb: str | None, task_id: UUID | None, faults: list[AnswerFault]
    ) -> AnswerReceipt:
        fields = {"answer_id": answer_id, "status": status, "verb": verb, "task_id": task_id, "faults": faults}
        return AnswerReceipt.model_validate({**fields, "received_at": datetime.now(UTC)})

    def _write_down(self, receipt: AnswerReceipt, dropped: bool, content: str) -> None:
        verb = "report" if receipt.verb in REPORTS else receipt.verb
        heard = Heard(time.monotonic(), receipt.answer_id, verb, receipt.task_id, receipt.status)
        self.journal.add(
            Heard(**{**vars(heard), "faults": tuple(receipt.faults), "dropped": dropped, "content": content})
        )


class _ParkedOnPurpose(TianweiError):
    """For a trial: the answer was right."""

    kind = "invalid-input"

    def __init__(self, faults: list[AnswerFault]) -> None:
        told = [{"field": one.field.removeprefix("data."), "reason": one.reason, "facts": {}} for one in faults]
        super().__init__("agencies.result-implausible", "form", faults=told)
