"""The one table of what the agencies service does: contract, handler, roles, and on which rows. Deny by default.

Reading tasks is open to every role and answered by storage/scope.py: who has no tasks finds none (404).
"""

from services.agencies.handlers import agencies, certificates, inbound, tasks
from services.agencies.ports import Registry
from services.agencies.queries.certificates import list_certificates
from services.agencies.queries.changes import CHANGES
from services.agencies.queries.registry import RegistryQueries, list_answers
from services.agencies.queries.tasks import TaskQueries, list_messages, list_tasks
from services.agencies.storage import scope
from shared.contracts.agencies import (
    AcceptTask,
    CompleteTask,
    DeclineTask,
    EnterReceipt,
    GetTask,
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
from shared.contracts.agency_certificates import IssueKit, ListCertificates, SubmitCertificate
from shared.contracts.agency_endpoints import (
    AnswerTask,
    ConfigureEndpoint,
    ListAgencies,
    ListAnswers,
    PauseEndpoint,
    ResendDelivery,
    ResumeEndpoint,
    RotateEndpointKey,
    TryDelivery,
)
from shared.contracts.codes import Role
from shared.operations import CommandOperation, Operation, QueryOperation

# The township works its tasks by its township officers.
_AGENCY = frozenset({Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM, Role.TOWNSHIP_OFFICER})
_COORDINATOR = frozenset({Role.COORDINATOR})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_OPERATES = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_REGISTRY = _AGENCY | {Role.COORDINATOR, Role.ADMINISTRATOR}
_EVERYBODY = frozenset(Role)


def operations(registry: Registry) -> tuple[Operation, ...]:
    queries, registry_queries = TaskQueries(registry), RegistryQueries(registry)
    return (
        CommandOperation(SignTask, tasks.sign_task, _AGENCY, scope.OWN_TASKS),
        CommandOperation(EnterReceipt, tasks.enter_receipt, _COORDINATOR, scope.DIRECTED_TASKS),
        CommandOperation(AcceptTask, tasks.accept_task, _AGENCY, scope.OWN_TASKS),
        CommandOperation(DeclineTask, tasks.decline_task, _AGENCY, scope.OWN_TASKS),
        CommandOperation(StartTask, tasks.start_task, _AGENCY, scope.OWN_TASKS),
        CommandOperation(ReportTask, tasks.report_task, _AGENCY, scope.OWN_TASKS),
        CommandOperation(ReportTaskForm, tasks.report_task_form, _AGENCY, scope.OWN_TASKS),
        CommandOperation(ReturnTask, tasks.return_task, _COORDINATOR, scope.DIRECTED_TASKS),
        CommandOperation(CompleteTask, tasks.complete_task, _COORDINATOR, scope.DIRECTED_TASKS),
        CommandOperation(WithdrawTask, tasks.withdraw_task, _COORDINATOR, scope.DIRECTED_TASKS),
        CommandOperation(ReadTasks, tasks.read_tasks, _AGENCY, scope.OWN_TASKS),
        CommandOperation(AnswerTask, inbound.answer_task, scope.AGENCY_ROLES, scope.ANSWERS),
        CommandOperation(
            ConfigureEndpoint,
            agencies.configure_endpoint,
            _ADMINISTRATOR,
            scope.ENDPOINTS,
            unkept=frozenset({"secret"}),
        ),
        CommandOperation(
            RotateEndpointKey, agencies.rotate_key, _ADMINISTRATOR, scope.ENDPOINTS, unkept=frozenset({"secret"})
        ),
        CommandOperation(PauseEndpoint, agencies.pause_endpoint, _OPERATES, scope.ENDPOINTS),
        CommandOperation(ResumeEndpoint, agencies.resume_endpoint, _OPERATES, scope.ENDPOINTS),
        CommandOperation(TryDelivery, agencies.try_delivery, _OPERATES, scope.ENDPOINTS),
        CommandOperation(ResendDelivery, agencies.resend_delivery, _OPERATES, scope.ENDPOINTS),
        CommandOperation(
            IssueKit, certificates.issue_kit, _ADMINISTRATOR, scope.ENDPOINTS, unkept=frozenset({"private_key"})
        ),
        CommandOperation(SubmitCertificate, certificates.submit_certificate, _ADMINISTRATOR, scope.ENDPOINTS),
        QueryOperation(GetTask, queries.get, _EVERYBODY, scope.TASKS),
        QueryOperation(ListTasks, list_tasks, _EVERYBODY, scope.TASKS),
        QueryOperation(ListTaskMessages, list_messages, _EVERYBODY, scope.TASKS),
        QueryOperation(ListAgencies, registry_queries.agencies, _REGISTRY, scope.REGISTRY, counts=True),
        QueryOperation(ListAnswers, list_answers, _REGISTRY, scope.REGISTRY),
        QueryOperation(ListCertificates, list_certificates, _REGISTRY, scope.REGISTRY),
        *CHANGES.operations(),
    )
