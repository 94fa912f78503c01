"""What an agency does with its own task, and the coordinator with what he gave out. Another's task is not found."""

from collections.abc import Callable

from services.agencies.domain.task import OFFLINE, Task
from services.agencies.handlers.arrival import tell_arrival, tell_message_arrival
from services.agencies.handlers.messages import owe
from services.agencies.queries.tasks import own_messages, view_of_task
from services.agencies.storage.reach import admit
from services.agencies.storage.unit import AgenciesUnit
from shared.clock import local_day
from shared.contracts.agencies import (
    AcceptTask,
    CompleteTask,
    DeclineTask,
    EnterReceipt,
    ReadTasks,
    ReadTasksView,
    ReportTask,
    ReportTaskForm,
    ReturnTask,
    SignTask,
    StartTask,
    TaskResult,
    TaskView,
    WithdrawTask,
)
from shared.contracts.base import Event
from shared.contracts.codes import TaskMessageKind
from shared.operations import Call
from shared.outgoing import deliveries


def sign_task(cmd: SignTask, call: Call, unit: AgenciesUnit) -> TaskView:
    """签收; it also proves the delivery."""
    task = _locked(call, unit)
    return _done(unit, task, lambda: task.sign(cmd.signed_by, cmd.channel, call.now), arrived_by=cmd.channel)


def enter_receipt(cmd: EnterReceipt, call: Call, unit: AgenciesUnit) -> TaskView:
    """签收 on paper: it also proves the delivery."""
    task = _directed(call, unit)
    return _done(
        unit,
        task,
        lambda: task.enter_receipt(cmd.signed_by, cmd.signed_at, cmd.receipt, call.now),
        arrived_by=OFFLINE,
    )


def accept_task(cmd: AcceptTask, call: Call, unit: AgenciesUnit) -> TaskView:
    task = _locked(call, unit)
    return _done(unit, task, lambda: task.accept(cmd.contact_person, cmd.contact_phone, call.now))


def decline_task(cmd: DeclineTask, call: Call, unit: AgenciesUnit) -> TaskView:
    """退回; whoever returns it has it."""
    task = _locked(call, unit)
    return _done(
        unit,
        task,
        lambda: task.decline(cmd.return_reason, cmd.reason, call.now, cmd.proposed_agency),
        arrived_by="system",
    )


def start_task(_: StartTask, call: Call, unit: AgenciesUnit) -> TaskView:
    task = _locked(call, unit)
    return _done(unit, task, lambda: task.start(call.now))


def report_task(cmd: ReportTask, call: Call, unit: AgenciesUnit) -> TaskView:
    """反馈 with the typed result."""
    return _report(call, unit, _locked(call, unit), cmd.result)


def report_task_form(cmd: ReportTaskForm, call: Call, unit: AgenciesUnit) -> TaskView:
    """反馈 on the agency's own form."""
    task = _locked(call, unit)
    integration = unit.desk.registry.integration(task.agency)
    return _report(call, unit, task, integration.incoming(cmd.form, local_day(call.now)))


def read_tasks(cmd: ReadTasks, call: Call, unit: AgenciesUnit) -> ReadTasksView:
    """First showing in the mailbox is delivery; the rest changes nothing. Raises NotActivated."""
    admit(unit.connection, call.by)
    tasks = unit.tasks.own_among(unit.connection, cmd.task_ids, call.by)
    new = [task.id for task in tasks if tell_arrival(unit, task, "polled_mailbox")]
    told = own_messages(unit.connection, cmd.message_ids, call.by)
    new += [id_ for id_, party in told if tell_message_arrival(unit, id_, party, "polled_mailbox")]
    return ReadTasksView(delivered=new)


def return_task(cmd: ReturnTask, call: Call, unit: AgenciesUnit) -> TaskView:
    """退回补正: the agency has it again, and is told what to put right."""
    task = _directed(call, unit)
    unit.record(task, unit.tasks, task.return_(cmd.points, call.now))
    owe(unit, task, TaskMessageKind.RETURNED, points=list(cmd.points))
    return _view(unit, task)


def complete_task(_: CompleteTask, call: Call, unit: AgenciesUnit) -> TaskView:
    """办结, one task; with its action all of it is done."""
    task = _directed(call, unit)
    complete(unit, task)
    return _view(unit, task)


def complete(unit: AgenciesUnit, task: Task) -> None:
    """Accept the report and tell the agency. Raises TaskTransitionNotAllowed."""
    unit.record(task, unit.tasks, task.complete(unit.now))
    owe(unit, task, TaskMessageKind.DONE)


def withdraw_task(cmd: WithdrawTask, call: Call, unit: AgenciesUnit) -> TaskView:
    """撤回, one task; with its action all that are open."""
    task = _directed(call, unit)
    withdraw(unit, task, cmd.reason)
    return _view(unit, task)


def withdraw(unit: AgenciesUnit, task: Task, reason: str) -> None:
    """End an open task: its letter goes out no more, and whoever has it is told. Raises TaskTransitionNotAllowed."""
    unit.record(task, unit.tasks, task.withdraw(reason, unit.now))
    deliveries.cancel(unit, task.id, "withdrawn")
    owe(unit, task, TaskMessageKind.WITHDRAWN, reason=reason)


def _locked(call: Call, unit: AgenciesUnit) -> Task:
    admit(unit.connection, call.by)
    return unit.tasks.lock_own(unit.connection, call.target, call.by, call.expected_version)


def _report(call: Call, unit: AgenciesUnit, task: Task, result: TaskResult) -> TaskView:
    events = task.report(result, call.now)
    unit.desk.registry.integration(task.agency).check_result(result, local_day(call.now))
    return _done(unit, task, lambda: events)


def _done(
    unit: AgenciesUnit, task: Task, decide: Callable[[], list[Event]], *, arrived_by: str | None = None
) -> TaskView:
    """arrived_by: the act proves as well that the task has come, which is told first."""
    if arrived_by is not None and task.is_pending:
        tell_arrival(unit, task, arrived_by)
    unit.record(task, unit.tasks, decide())
    return _view(unit, task)


def _directed(call: Call, unit: AgenciesUnit) -> Task:
    return unit.tasks.lock_directed(unit.connection, call.target, call.by, call.expected_version)


def _view(unit: AgenciesUnit, task: Task) -> TaskView:
    return view_of_task(unit.connection, task, unit.desk.registry)
