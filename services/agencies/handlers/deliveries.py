"""What the sender process asks of this service: what to carry, and what to tell of it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Connection

from services.agencies.domain.telling import letter_data
from services.agencies.handlers import outages
from services.agencies.handlers.arrival import tell_delivered
from services.agencies.handlers.messages import message_data
from services.agencies.ports import Dispatch, Registry
from services.agencies.storage import exchange, messages
from services.agencies.storage.answers import find_reply
from services.agencies.storage.reach import route_of
from services.agencies.storage.repository import TaskStore
from services.agencies.storage.unit import AgenciesUnit
from shared.errors import NotFound
from shared.outgoing import deliveries, endpoints
from shared.outgoing.courier import Delivered, Letter
from shared.outgoing.deliveries import Claimed

# For what tells of answers nobody sends a receipt.
_FINAL = ("receipt", "resend")


class TaskErrand:
    """shared.outgoing.sender.Errand for task letters, messages about tasks, and replies to answers.

    public_url: of the gateway, for links; empty gives a path.
    """

    def __init__(self, registry: Registry, public_url: str = "") -> None:
        self._registry = registry
        self._public_url = public_url.rstrip("/")
        self._tasks = TaskStore()

    def letter(self, connection: Connection, claimed: Claimed) -> Letter | None:
        """None when it is not this agency's to receive, or once the task has ended before its letter had come."""
        transport = self._registry.transport(claimed.channel)
        route = route_of(connection, claimed.party)
        facts = {name: value for name in ("host_key", "access") if (value := route.get(name))}
        laid = exchange.find_laid(connection, claimed.id) if transport.numbered else None
        dispatch = self._dispatch(connection, claimed)
        if laid is None:
            if dispatch is None:
                return None
            body = transport.body(dispatch, route.get("body"))
            if not transport.numbered:
                return Letter(body, facts=facts)
            laid = exchange.number_laid(connection, claimed.party, claimed.id, claimed.subject_id, body, dispatch.at)
        facts["made_at"] = laid.at.isoformat()
        if dispatch is not None and dispatch.kind in _FINAL:
            facts["final"] = "1"
        return Letter(laid.body, laid.number, facts)

    def on_delivered(self, unit: AgenciesUnit, claimed: Claimed, _: Delivered) -> None:
        if find_reply(unit.connection, claimed.subject_id) is None:
            tell_delivered(unit, claimed.id, claimed.channel)

    def on_exhausted(self, unit: AgenciesUnit, claimed: Claimed, error: str) -> str:
        if find_reply(unit.connection, claimed.subject_id) is not None:
            return unit.desk.county_code
        found = unit.deliveries.load(unit.connection, claimed.id)
        unit.record(found, unit.deliveries, found.exhaust(error, unit.now))
        return found.jurisdiction

    def on_gone(self, unit: AgenciesUnit, claimed: Claimed, error: str) -> None:
        endpoint = unit.endpoints.of(unit.connection, claimed.party, unit.desk.county_code)
        if endpoints.disable(unit, unit.endpoints, endpoint, claimed, error):
            outages.tell(unit, endpoint, error)

    def on_outage(self, unit: AgenciesUnit, claimed: Claimed, error: str) -> None:
        outages.tell_of(unit, claimed.party, error)

    def on_recovered(self, unit: AgenciesUnit, claimed: Claimed) -> None:
        endpoint = unit.endpoints.of(unit.connection, claimed.party, unit.desk.county_code)
        unit.record(endpoint, unit.endpoints, endpoint.recover(unit.now))

    def _dispatch(self, connection: Connection, claimed: Claimed) -> Dispatch | None:
        try:
            task = self._tasks.get(connection, claimed.subject_id)
        except NotFound:
            return self._message(connection, claimed) or self._reply(connection, claimed)
        # What has come is sent once more because a person asked for it, whatever became of the task.
        wanted = task.is_open or claimed.arrived_at is not None
        if not wanted or task.agency.value != claimed.party:
            return None
        form = self._registry.integration(task.agency).outgoing(task.order)
        data = letter_data(task.order, self._public_url)
        return Dispatch(claimed.id, "issued", task.id, task.agency, task.order.at, data, form)

    def _message(self, connection: Connection, claimed: Claimed) -> Dispatch | None:
        found = messages.find(connection, claimed.subject_id)
        if found is None or found.agency.value != claimed.party:
            return None
        data: Mapping[str, object] = message_data(found, self._public_url)
        return Dispatch(claimed.id, found.kind.value, found.id, found.agency, found.at, data)

    def _reply(self, connection: Connection, claimed: Claimed) -> Dispatch | None:
        found = find_reply(connection, claimed.subject_id)
        if found is None or found.agency.value != claimed.party:
            return None
        return Dispatch(claimed.id, found.kind, found.id, found.agency, found.at, found.data)


def resume_delivery(unit: AgenciesUnit, subject_id: UUID, party: str) -> None:
    """A person has a task or a message sent again that was given up; nothing when it has arrived meanwhile."""
    delivery_id = deliveries.resume(unit.connection, subject_id, party)
    if delivery_id is not None and find_reply(unit.connection, subject_id) is None:
        found = unit.deliveries.load(unit.connection, delivery_id)
        unit.record(found, unit.deliveries, found.resume(unit.now))
