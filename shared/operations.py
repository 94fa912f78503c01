"""A service's table of operations and what turns a request from the bus into an answer.

The table says, for every command and query, its contract, its handler, who may call it and by which rule its rows are
found. What is not in the table does not exist; what is in it without roles does not start. Which rows a rule means for
whom is decided in the service's storage/scope.py, once more in its storage/wall.py, not here.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from shared import telemetry
from shared.audit.witness import Witness
from shared.audit.writer import AuditWriter
from shared.citations import cite
from shared.contracts.base import Command, Query, View
from shared.contracts.codes import Role
from shared.contracts.envelope import RpcRequest
from shared.delivery.runner import Idempotency, UnitRunner, hash_request
from shared.delivery.unit import Unit
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import InvalidInput, NotFound, TianweiError, Unavailable
from shared.principal import Actor, PrincipalVerifier
from shared.standing import Wall
from shared.wall import NOBODY, internal, stand, unnamed

log = logging.getLogger(__name__)

U = TypeVar("U", bound=Unit)
C = TypeVar("C", Command, Query)


@dataclass(frozen=True)
class Call:
    """What a command comes with.

    target_id: the object named in the URL, None for commands that make a new one.
    expected_version: If-Match; None when the caller did not demand one.
    command_id: the same for every repetition of the command.
    """

    by: Actor
    now: datetime
    command_id: str
    correlation_id: str
    target_id: UUID | None = None
    expected_version: int | None = None

    @property
    def target(self) -> UUID:
        """target_id of a command that must have one."""
        if self.target_id is None:
            raise NotFound
        return self.target_id


@dataclass(frozen=True)
class ScopeRule:
    """Which rows an operation may touch, for whom. name: short and stable; says: whose they are, for the matrix.

    house: of what belongs to the county of this house as a whole, like its registers and how its agencies are reached:
    to people of another county it is not there.
    """

    name: str
    says: str
    house: bool = False


@dataclass(frozen=True)
class CommandOperation:
    """handler(command, call, unit) -> View, in one unit of work; may run five times.

    scope: how its object is found; what it does not find is NotFound. unkept: fields of the answer shown once and
    never stored, like a new secret. acts: of a step that every role is answered, so that who sees the object is told
    the rule: those whom the transition table lets take it; None: all of `roles`.
    """

    contract: type[Command]
    handler: Callable[[Any, Call, Any], View]
    roles: frozenset[Role]
    scope: ScopeRule
    unkept: frozenset[str] = frozenset()
    acts: frozenset[Role] | None = None

    @property
    def name(self) -> str:
        return self.contract.operation


@dataclass(frozen=True)
class QueryOperation:
    """answer(query, by, connection) -> View; reads only. timed: it is also given the business clock's now.

    scope: which rows it looks at. counts: of rows it answers numbers alone, also to who may open none of them; it
    stands for the house before the second wall, and its conditions alone narrow it.

    public: whoever asks the gateway, signed in or not (principal.STRANGER); roles are empty.
    """

    contract: type[Query]
    answer: Callable[..., View]
    roles: frozenset[Role]
    scope: ScopeRule
    timed: bool = False
    public: bool = False
    counts: bool = False

    @property
    def name(self) -> str:
        return self.contract.operation


Operation = CommandOperation | QueryOperation


class TableUnfit(Exception):
    """The table of operations says something twice, or of an operation nobody who may call it."""


class Dispatcher(Generic[U]):
    """Turns requests into answers. Every method takes and returns plain dicts and never raises.

    cites: a citation in the county's own words, of a service that holds its register of legal sources.
    wall: what transactions say of who asks (shared/wall.py); of a service whose tables have none, None.
    county_code: 12 digits, of the house.
    audit: where reads, exports and what was refused are written down. Raises TableUnfit.
    """

    def __init__(
        self,
        operations: Iterable[Operation],
        runner: UnitRunner[U],
        reading: Engine,
        verifier: PrincipalVerifier,
        cites: Callable[[str], str] = cite,
        wall: Wall | None = None,
        county_code: str = "",
        audit: AuditWriter | None = None,
    ) -> None:
        operations = tuple(operations)
        _require_fit(operations)
        self._commands = {op.name: op for op in operations if isinstance(op, CommandOperation)}
        self._queries = {op.name: op for op in operations if isinstance(op, QueryOperation)}
        self._runner = runner
        self._reading = reading if wall is None else unnamed(reading)
        self._wall = wall
        self._county = county_code[:COUNTY_DIGITS]
        self._verifier = verifier
        self._cites = cites
        asked = {name: operation.contract for name, operation in self._queries.items()}
        self._witness = None if audit is None else Witness(audit, verifier, asked)

    def command(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = answer_or_problem(partial(self._cited, self._command), request)
        return answer if self._witness is None else self._witness.command(request, answer)

    def query(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = answer_or_problem(partial(self._cited, self._query), request)
        return answer if self._witness is None else self._witness.query(request, answer)

    def _cited(self, act: Callable[[dict[str, Any]], dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
        """What a refusal rests on is told in the county's words, where it has its own."""
        try:
            return act(request)
        except TianweiError as error:
            law = error.facts.get("law")
            if law and (words := self._cites(str(law))) != cite(str(law)):
                error.facts["law_words"] = words
            raise

    def _command(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = _decode(request)
        operation = self._commands.get(asked.operation)
        if operation is None:
            raise NotFound("operation-unknown", operation=asked.operation)
        by = self._verifier.verify(asked.principal)
        self._admit(operation, by)
        command = parse(operation.contract, asked.body)
        once = None
        if asked.command_id is not None:
            digest = hash_request(asked.operation, asked.target_id, asked.body)
            once = Idempotency(by.account_id, asked.command_id, digest, operation.unkept)

        def use_case(unit: U) -> dict[str, Any]:
            call = Call(
                by=by,
                now=unit.now,
                command_id=asked.command_id or asked.correlation_id,
                correlation_id=asked.correlation_id,
                target_id=asked.target_id,
                expected_version=asked.expected_version,
            )
            return operation.handler(command, call, unit).model_dump(mode="json")

        return self._runner.run(
            by, use_case, correlation_id=asked.correlation_id, causation_id=asked.command_id, once=once
        )

    def _query(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = _decode(request)
        operation = self._queries.get(asked.operation)
        if operation is None:
            raise NotFound("operation-unknown", operation=asked.operation)
        by = self._verifier.verify(asked.principal)
        self._admit(operation, by)
        query = parse(operation.contract, asked.body)
        try:
            return self._read(operation, query, by)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._read(operation, query, by)  # the pooled connection had died; the pool is fresh now

    def _admit(self, operation: Operation, by: Actor) -> None:
        """Raises NotAllowed; NotFound for who is of another county, where the rule is of this house's."""
        if isinstance(operation, QueryOperation) and operation.public:
            return
        by.require(operation.roles)
        if operation.scope.house and not by.jurisdiction.startswith(self._county or NOBODY):
            raise NotFound

    def _read(self, operation: QueryOperation, query: Query, by: Actor) -> dict[str, Any]:
        more = (self._runner.now(),) if operation.timed else ()
        with self._reading.connect() as connection:
            if self._wall is not None:
                # What is public is answered by the house: whoever asks is nobody.
                of_house = operation.public or operation.counts
                stand(connection, internal(operation.name) if of_house else self._wall(by, acts=False))
            return operation.answer(query, by, connection, *more).model_dump(mode="json")


def _require_fit(operations: Sequence[Operation]) -> None:
    twice = [name for name, times in Counter(operation.name for operation in operations).items() if times > 1]
    if twice:
        raise TableUnfit(f"more than one row: {', '.join(sorted(twice))}")
    for operation in operations:
        public = isinstance(operation, QueryOperation) and operation.public
        if bool(operation.roles) == public:
            raise TableUnfit(f"{operation.name}: roles, or else public, and not both")


def answer_or_problem(act: Callable[[dict[str, Any]], dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
    """{"ok": answer} or {"problem": ...}: no exception crosses the bus, and the unexpected gets an incident id."""
    token = telemetry.correlation_id.set(str(request.get("correlation_id")))
    try:
        return {"ok": act(request)}
    except TianweiError as error:
        return {"problem": error.as_problem()}
    except OperationalError:
        log.warning("database unavailable", exc_info=True)
        return {"problem": Unavailable("database-unavailable").as_problem()}
    except Exception:
        incident = uuid4().hex[:12]
        log.exception("unexpected error", extra={"incident_id": incident})
        return {"problem": TianweiError("internal", incident_id=incident).as_problem()}
    finally:
        telemetry.correlation_id.reset(token)


def parse(contract: type[C], body: dict[str, Any]) -> C:
    """The body as its contract; InvalidInput names the first field at fault and lists all."""
    try:
        return contract.model_validate(body)
    except ValidationError as error:
        raise invalid(error) from error


def _decode(request: dict[str, Any]) -> RpcRequest:
    try:
        asked = RpcRequest.model_validate(request)
    except ValidationError as error:
        raise invalid(error) from error
    if asked.deadline < time.time():
        # Nobody waits for the answer any more; doing it now would surprise whoever asked.
        raise Unavailable("deadline-passed")
    return asked


def invalid(error: ValidationError) -> InvalidInput:
    """The first fault as field and reason, every fault in facts."""
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"]) or None, "reason": fault["type"], "text": fault["msg"]}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return InvalidInput("invalid-field", faults[0]["field"], reason=faults[0]["reason"], faults=faults[:20])
