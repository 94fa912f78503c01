"""What of a request and its answer is written down: reads, exports, whatever was refused. Changes tell themselves."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.audit.chain import Entry
from shared.audit.writer import AuditWriter
from shared.contracts.audit import AuditKind, Outcome
from shared.contracts.base import Audited, Query
from shared.contracts.codes import Role
from shared.errors import TianweiError, Unauthenticated
from shared.principal import Actor, PrincipalVerifier

_OF_AN_AGENCY = frozenset({Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM, Role.TOWNSHIP_OFFICER})
_NOBODY = Actor("", "", frozenset(), "", "")
_OUTCOMES = {
    "unauthenticated": Outcome.DENIED,
    "not-allowed": Outcome.DENIED,
    "too-often": Outcome.DENIED,
    "not-found": Outcome.ABSENT,
    "internal": Outcome.FAILED,
}
# What was not tried because the house could not: it is repeated, and then it is an attempt.
_NOT_TRIED = "unavailable"
_KINDS = {Audited.EXPORT: AuditKind.EXPORT, Audited.UNMASKING: AuditKind.UNMASKING}
# Ids in one entry; a page has at most 200 items.
_MOST_OBJECTS = 200


def outcome_of(kind: str) -> Outcome | None:
    """Of an error of this kind; None for what was not tried."""
    return None if kind == _NOT_TRIED else _OUTCOMES.get(kind, Outcome.REFUSED)


class Witness:
    """queries: by their operation."""

    def __init__(self, writer: AuditWriter, verifier: PrincipalVerifier, queries: Mapping[str, type[Query]]) -> None:
        self._writer = writer
        self._verifier = verifier
        self._queries = queries

    def command(self, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """The answer. What the command changed is in the log, in its own transaction."""
        return answer if "ok" in answer else self._refused(AuditKind.COMMAND, request, answer)

    def query(self, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """The answer; of an export Unavailable in its place when that cannot be written down."""
        query = self._queries.get(str(request.get("operation")))
        audited = Audited.READ if query is None else query.audited
        kind = _KINDS.get(audited, AuditKind.READ)
        if "ok" not in answer:
            return self._refused(kind, request, answer)
        by = self._by(request)
        if audited is Audited.NOT or (audited is Audited.OTHERS and by.has(*_OF_AN_AGENCY)):
            return answer
        entry = _entry(kind, request, by, Outcome.DONE, None, objects_of(request, answer["ok"]))
        try:
            if kind is AuditKind.READ:
                self._writer.note(entry)
            else:
                self._writer.write(entry)
        except TianweiError as error:
            return {"problem": error.as_problem()}
        return answer

    def _refused(self, kind: AuditKind, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        problem = answer["problem"]
        outcome = outcome_of(str(problem.get("kind")))
        if outcome is not None:
            objects = objects_of(request, None)
            try:
                self._writer.note(_entry(kind, request, self._by(request), outcome, str(problem["code"]), objects))
            except TianweiError as error:
                return {"problem": error.as_problem()}
        return answer

    def _by(self, request: dict[str, Any]) -> Actor:
        try:
            return self._verifier.verify(str(request.get("principal")))
        except Unauthenticated:
            return _NOBODY


def _entry(
    kind: AuditKind,
    request: dict[str, Any],
    by: Actor,
    outcome: Outcome,
    code: str | None,
    objects: tuple[UUID, ...],
) -> Entry:
    return Entry(
        kind=kind,
        operation=str(request.get("operation")),
        outcome=outcome,
        actor=by.account_id,
        actor_name=by.name,
        org_code=by.org_code,
        code=code,
        objects=objects,
        request_id=str(request.get("correlation_id")),
    )


def objects_of(request: Mapping[str, Any], answer: Any) -> tuple[UUID, ...]:
    """Ids of what was shown, or of what was asked for where the answer has none."""
    shown: list[Any] = []
    if isinstance(answer, dict):
        shown = [answer.get("id")]
        if isinstance(items := answer.get("items"), list):
            shown += [item.get("id") for item in items[:_MOST_OBJECTS] if isinstance(item, dict)]
    body = request.get("body")
    asked = [request.get("target_id"), body.get("id") if isinstance(body, dict) else None]
    known = dict.fromkeys(one for one in map(_uuid, [*asked, *shown]) if one is not None)
    return tuple(known)


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
