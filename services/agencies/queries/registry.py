"""The registry of agencies: how each is reached, whether that works, what waits; and what came from outside."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.engine import RowMapping

from services.agencies.ports import Registry
from services.agencies.storage import scope
from services.agencies.storage.tables import (
    agency_answer,
    agency_task,
    delivery,
    endpoint,
    exchange_series,
    task_message,
)
from shared.contracts.agency_certificates import NEEDS_NONE
from shared.contracts.agency_endpoints import (
    AgencyList,
    AgencyView,
    AnswerPage,
    AnswerRow,
    Health,
    ListAgencies,
    ListAnswers,
)
from shared.contracts.codes import Agency, DeliveryState, title
from shared.contracts.hand_over import OPEN
from shared.paging import Listing, page
from shared.principal import Actor

_PARKED_DAYS = timedelta(days=30)
# Letters and messages, each with its task; replies to answers are neither.
_OWED = delivery.outerjoin(task_message, task_message.c.id == delivery.c.subject_id).join(
    agency_task, agency_task.c.id == sa.func.coalesce(task_message.c.task_id, delivery.c.subject_id)
)
_SHOWN = (
    "last_delivered_at",
    "failing_since",
    "last_error",
    "paused_at",
    "paused_reason",
    "trial_at",
    "trial_error",
)
_ANSWERS = TypeAdapter(list[AnswerRow])
_NEWEST_FIRST = Listing(
    columns=tuple(agency_answer.c[name] for name in AnswerRow.model_fields),
    keys=(agency_answer.c.received_at, agency_answer.c.id),
    source=agency_answer,
)


class RegistryQueries:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def agencies(self, _: ListAgencies, by: Actor, connection: Connection) -> AgencyList:
        """Coordinator and administrator see all, an agency itself; addresses only the administrator and the agency."""
        shown = scope.visible_agencies(by)
        codes = [agency for agency in Agency if shown is None or agency.value in shown]
        counts: dict[str, dict[str, Any]] = {
            "tasks_open": _open_tasks(connection, by),
            "deliveries_pending": _owed(connection, by, DeliveryState.PENDING),
            "deliveries_exhausted": _owed(connection, by, DeliveryState.EXHAUSTED),
            "answers_parked": _parked(connection),
            "lag_s": _lag(connection, by),
            "packages_missing": _missing(connection),
        }
        endpoints = {row["party"]: row for row in connection.execute(sa.select(endpoint)).mappings()}
        return AgencyList(items=[self._agency(code, by, counts, endpoints.get(code.value)) for code in codes])

    def _agency(
        self, agency: Agency, by: Actor, counts: dict[str, dict[str, Any]], found: RowMapping | None
    ) -> AgencyView:
        integration = self._registry.integration(agency)
        protocol = (found and found["protocol"]) or integration.protocol
        # An outage may be on record of what nobody has configured yet.
        configured = found if found and found["configured_at"] is not None else None
        fields: dict[str, Any] = {name: found[name] if found else None for name in _SHOWN}
        fields |= {name: by_agency.get(agency.value, 0) for name, by_agency in counts.items()}
        fields["packages_missing"] = counts["packages_missing"].get(agency.value, [])
        return AgencyView.model_validate(
            {
                **fields,
                "code": agency,
                "name": title(agency),
                "protocol": protocol,
                "result_kinds": integration.result_kinds,
                "endpoint_url": configured["url"] if configured and scope.sees_address(by, agency) else None,
                "endpoint_active": configured["active"] if configured else None,
                "failing_since": found and (found["failing_since"] or found["outage_at"]),
                "health": _health(found, protocol, pushes=self._registry.transport(protocol).pushes),
                "next_try_at": found["broken_until"] if found else None,
                "answers_taken_at": found["intake_at"] if found else None,
            }
        )


def list_answers(q: ListAnswers, by: Actor, connection: Connection) -> AnswerPage:
    """Newest first."""
    shown = scope.visible_agencies(by)
    where: list[ColumnElement[bool]] = [] if shown is None else [agency_answer.c.agency.in_(sorted(shown))]
    if q.agency is not None:
        where.append(agency_answer.c.agency == q.agency.value)
    if q.status is not None:
        where.append(agency_answer.c.status == q.status)
    return page(_NEWEST_FIRST, where, q, connection, _ANSWERS.validate_python)


def _health(found: RowMapping | None, protocol: str, *, pushes: bool) -> Health:
    if found is not None and found["paused_at"] is not None:
        return "paused"
    if protocol == NEEDS_NONE:
        return "passive"
    if found is None or found["configured_at"] is None:
        return "not_configured"
    if not found["active"]:
        return "disabled"
    if found["broken_until"] is not None or found["outage_at"] is not None:
        return "failing"
    return "ok" if pushes else "passive"


def _open_tasks(connection: Connection, by: Actor) -> dict[str, int]:
    statement = (
        sa.select(agency_task.c.agency, sa.func.count())
        .where(agency_task.c.state.in_([state.value for state in OPEN]), scope.counted_tasks(by))
        .group_by(agency_task.c.agency)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def _owed(connection: Connection, by: Actor, state: DeliveryState) -> dict[str, int]:
    statement = (
        sa.select(delivery.c.party, sa.func.count())
        .select_from(_OWED)
        .where(delivery.c.state == state.value, scope.counted_tasks(by))
        .group_by(delivery.c.party)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def _lag(connection: Connection, by: Actor) -> dict[str, int]:
    oldest = sa.func.min(delivery.c.owed_since)
    age = sa.cast(sa.func.extract("epoch", sa.func.now() - oldest), sa.Integer)
    waits = sa.select(delivery.c.party, age).select_from(_OWED)
    waits = waits.where(delivery.c.state == DeliveryState.PENDING.value, scope.counted_tasks(by))
    return {party: max(0, seconds) for party, seconds in connection.execute(waits.group_by(delivery.c.party))}


def _parked(connection: Connection) -> dict[str, int]:
    since = datetime.now(UTC) - _PARKED_DAYS
    statement = sa.select(agency_answer.c.agency, sa.func.count()).where(
        agency_answer.c.status == "parked", agency_answer.c.received_at > since
    )
    return {row[0]: row[1] for row in connection.execute(statement.group_by(agency_answer.c.agency))}


def _missing(connection: Connection) -> dict[str, list[int]]:
    statement = sa.select(exchange_series.c.agency, exchange_series.c.missing)
    rows = connection.execute(statement.where(exchange_series.c.direction == "in"))
    return {agency: list(missing) for agency, missing in rows if missing}
