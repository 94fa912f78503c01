"""The one table of what the agencies service does: name, contract, handler, roles. Deny by default.

Reading tasks is open to every role and answered by storage/scope.py: who has no tasks finds none (404).
"""

from services.agencies.handlers import agencies, certificates, inbound, tasks
from services.agencies.ports import Registry
from services.agencies.queries.certificates import list_certificates
from services.agencies.queries.changes import CHANGES
from services.agencies.queries.registry import RegistryQueries, list_answers
from services.agencies.queries.tasks import TaskQueries, list_messages, list_tasks
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
        CommandOperation(AnswerTask, inbound.answer_task, _AGENCY),
        CommandOperation(ConfigureEndpoint, agencies.configure_endpoint, _ADMINISTRATOR, unkept=frozenset({"secret"})),
        CommandOperation(RotateEndpointKey, agencies.rotate_key, _ADMINISTRATOR, unkept=frozenset({"secret"})),
        CommandOperation(PauseEndpoint, agencies.pause_endpoint, _OPERATES),
        CommandOperation(ResumeEndpoint, agencies.resume_endpoint, _OPERATES),
        CommandOperation(TryDelivery, agencies.try_delivery, _OPERATES),
        CommandOperation(ResendDelivery, agencies.resend_delivery, _OPERATES),
        CommandOperation(IssueKit, certificates.issue_kit, _ADMINISTRATOR, unkept=frozenset({"private_key"})),
        CommandOperation(SubmitCertificate, certificates.submit_certificate, _ADMINISTRATOR),
        QueryOperation(GetTask, queries.get, _EVERYBODY),
        QueryOperation(ListTasks, list_tasks, _EVERYBODY),
        QueryOperation(ListTaskMessages, list_messages, _EVERYBODY),
        QueryOperation(ListAgencies, registry_queries.agencies, _REGISTRY),
        QueryOperation(ListAnswers, list_answers, _REGISTRY),
        QueryOperation(ListCertificates, list_certificates, _REGISTRY),
        *CHANGES.operations(),
    )
