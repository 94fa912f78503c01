"""The one table of what the agencies service does: name, contract, handler, roles. Deny by default.

Reading tasks is open to every role and answered by storage/scope.py: who has no tasks finds none (404).
"""

from services.agencies.handlers import agencies, tasks
from services.agencies.ports import Registry
from services.agencies.queries import TaskQueries, list_messages, list_tasks
from shared.contracts.agencies import (
    AcceptTask,
    CompleteTask,
    ConfigureEndpoint,
    DeclineTask,
    EnterReceipt,
    GetTask,
    ListAgencies,
    ListTaskMessages,
    ListTasks,
    ReadTasks,
    ReportTask,
    ReportTaskForm,
    ReturnTask,
    SignTask,
    StartTask,
    WithdrawTask,
)
from shared.contracts.codes import Role
from shared.operations import CommandOperation, Operation, QueryOperation

# The township works its tasks by its township officers.
_AGENCY = frozenset({Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM, Role.TOWNSHIP_OFFICER})
_COORDINATOR = frozenset({Role.COORDINATOR})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_REGISTRY = _AGENCY | {Role.COORDINATOR, Role.ADMINISTRATOR}
_EVERYBODY = frozenset(Role)


def operations(registry: Registry) -> tuple[Operation, ...]:
    queries = TaskQueries(registry)
    return (
        CommandOperation(SignTask, tasks.sign_task, _AGENCY),
        CommandOperation(EnterReceipt, tasks.enter_receipt, _COORDINATOR),
        CommandOperation(AcceptTask, tasks.accept_task, _AGENCY),
        CommandOperation(DeclineTask, tasks.decline_task, _AGENCY),
        CommandOperation(StartTask, tasks.start_task, _AGENCY),
        CommandOperation(ReportTask, tasks.report_task, _AGENCY),
        CommandOperation(ReportTaskForm, tasks.report_task_form, _AGENCY),
        CommandOperation(ReturnTask, tasks.return_task, _COORDINATOR),
        CommandOperation(CompleteTask, tasks.complete_task, _COORDINATOR),
        CommandOperation(WithdrawTask, tasks.withdraw_task, _COORDINATOR),
        CommandOperation(ReadTasks, tasks.read_tasks, _AGENCY),
        CommandOperation(ConfigureEndpoint, agencies.configure_endpoint, _ADMINISTRATOR, unkept=frozenset({"secret"})),
        QueryOperation(GetTask, queries.get, _EVERYBODY),
        QueryOperation(ListTasks, list_tasks, _EVERYBODY),
        QueryOperation(ListTaskMessages, list_messages, _EVERYBODY),
        QueryOperation(ListAgencies, queries.agencies, _REGISTRY),
    )
