"""What the services do can be asked for, and what the contracts name happens."""

import ast
import json
import re
from pathlib import Path
from unittest.mock import Mock

import services
from gateway import openapi
from services.agencies.operations import operations as agencies_operations
from services.agencies.ports import Registry
from services.cases.operations import OPERATIONS as CASES_OPERATIONS
from services.notify.operations import OPERATIONS as NOTIFY_OPERATIONS
from shared.audit_desk import AuditDesk
from shared.clock import SystemClock
from shared.contracts.agencies import ReadTasks
from shared.contracts.audit import AuditCheckpointKeptV1, GetAuditHeads, KeepCheckpoint
from shared.contracts.base import Audited
from shared.contracts.catalogue import EVENTS
from shared.contracts.changes import ListChanges
from shared.contracts.dead_letters import EVENTS_OF
from shared.contracts.evidence import MayAddEvidence
from shared.contracts.maintenance import MAINTENANCE_OF
from shared.contracts.notify import ReadNotice
from shared.dead_letter_desk import DeadLetterDesk
from shared.delivery.dead_letters import DeadLetterBook
from shared.operations import QueryOperation

# Sent by the gateway itself: once it has shown a task or a notice to whom it is addressed, before it takes evidence,
# when it signs a checkpoint of the audit, for its stream.
INTERNAL = {
    ListChanges.operation,
    ReadTasks.operation,
    ReadNotice.operation,
    MayAddEvidence.operation,
    GetAuditHeads.operation,
    KeepCheckpoint.operation,
}
OPERATIONS = (
    *CASES_OPERATIONS,
    *NOTIFY_OPERATIONS,
    *agencies_operations(Mock(Registry)),
    *DeadLetterDesk(DeadLetterBook("cases"), {}, SystemClock()).operations(),
    *AuditDesk("cases").operations(),
)


def test_every_operation_has_a_route_but_the_internal_ones() -> None:
    paths = json.loads(openapi.FILE.read_text(encoding="utf-8"))["paths"]
    routed = {route["operationId"] for methods in paths.values() for route in methods.values()}
    unrouted = {
        operation.contract.operation
        for operation in OPERATIONS
        if operation.contract.operation.replace(".", "-").replace("_", "-") not in routed
    }
    assert unrouted == INTERNAL


def test_what_leaves_the_house_as_a_file_is_written_down_before_its_answer() -> None:
    """An export is to be known by its name, so that none is forgotten."""
    leaving = re.compile(r"[._](export|file|bundle|slip|chain)")
    queries = [operation.contract for operation in OPERATIONS if isinstance(operation, QueryOperation)]
    told = {query.operation for query in queries if query.audited is Audited.EXPORT}
    assert {query.operation for query in queries if leaving.search(query.operation.replace("-", "."))} - told == {
        "proof_bundle.get"  # how far its making is; reading it is a command, which the log tells
    }
    assert len(told) >= 8


def test_every_event_is_told_by_a_domain_or_the_kernel() -> None:
    used = {
        node.id if isinstance(node, ast.Name) else node.attr
        for file in Path(services.__path__[0]).glob("*/domain/*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.Attribute)
    }
    kernel = [*EVENTS_OF.values(), *MAINTENANCE_OF.values()]
    used |= {event.__name__ for known in kernel for event in vars(known).values()} | {AuditCheckpointKeptV1.__name__}
    assert [event.__name__ for event in EVENTS if event.__name__ not in used] == []
