"""What an agency does with its own task. Another agency's task is not found."""

from services.agencies.domain.task import Task
from services.agencies.handlers.arrival import tell_arrival
from services.agencies.queries import view_of_task
from services.agencies.storage.unit import AgenciesUnit
from shared.clock import local_day
from shared.contracts.agencies import (
    AcceptTask,
    DeclineTask,
    ReadTasks,
    ReadTasksView,
    ReportTask,
    ReportTaskForm,
    SignTask,
    TaskResult,
    TaskView,
)
from shared.contracts.base import Event
from shared.operations import Call


def sign_task(cmd: SignTask, call: Call, unit: AgenciesUnit) -> TaskView:
    """签收; it also proves the delivery."""
    task = _locked(call, unit)
    return _done(unit, task, task.sign(cmd.signed_by, cmd.channel, call.now), arrived_by=cmd.channel)


def accept_task(cmd: AcceptTask, call: Call, unit: AgenciesUnit) -> TaskView:
    task = _locked(call, unit)
    return _done(unit, task, task.accept(cmd.contact_person, cmd.contact_phone, call.now))


def decline_task(cmd: DeclineTask, call: Call, unit: AgenciesUnit) -> TaskView:
    """退回; whoever returns it has it."""
    task = _locked(call, unit)
    return _done(unit, task, task.decline(cmd.return_reason, cmd.reason, call.now), arrived_by="system")


def report_task(cmd: ReportTask, call: Call, unit: AgenciesUnit) -> TaskView:
    """反馈 with the typed result."""
    return _report(call, unit, _locked(call, unit), cmd.result)


def report_task_form(cmd: ReportTaskForm, call: Call, unit: AgenciesUnit) -> TaskView:
    """反馈 on the agency's own form."""
    task = _locked(call, unit)
    integration = unit.desk.registry.integration(task.agency)
    return _report(call, unit, task, integration.incoming(cmd.form, local_day(call.now)))


def read_tasks(cmd: ReadTasks, call: Call, unit: AgenciesUnit) -> ReadTasksView:
    """First showing in the mailbox is delivery; the rest changes nothing."""
    tasks = unit.tasks.own_among(unit.connection, cmd.task_ids, call.by)
    return ReadTasksView(delivered=[task.id for task in tasks if tell_arrival(unit, task, "polled_mailbox")])


def _locked(call: Call, unit: AgenciesUnit) -> Task:
    return unit.tasks.lock_own(unit.connection, call.target, call.by, call.expected_version)


def _report(call: Call, unit: AgenciesUnit, task: Task, result: TaskResult) -> TaskView:
    events = task.report(result, call.now)
    unit.desk.registry.integration(task.agency).check_result(result, local_day(call.now))
    return _done(unit, task, events)


def _done(unit: AgenciesUnit, task: Task, events: list[Event], *, arrived_by: str | None = None) -> TaskView:
    if arrived_by is not None:
        tell_arrival(unit, task, arrived_by)
    unit.record(task, unit.tasks, events)
    return view_of_task(unit.connection, task, unit.desk.registry)
