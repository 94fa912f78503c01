"""What the sender process asks of this service: the letter to send, and what to tell of its delivery."""

from uuid import UUID

from sqlalchemy import Connection

from services.agencies.handlers.arrival import tell_delivered
from services.agencies.handlers.messages import message_body
from services.agencies.ports import Registry
from services.agencies.storage.repository import TaskStore
from services.agencies.storage.unit import AgenciesUnit
from shared.errors import NotFound
from shared.outgoing import deliveries, endpoints
from shared.outgoing.deliveries import Claimed


class TaskErrand:
    """shared.outgoing.sender.Errand for tasks, and messages about them, on the signed webhook.

    public_url: of the gateway, for links; empty gives a path.
    """

    def __init__(self, registry: Registry, channel: str, public_url: str = "") -> None:
        self._registry = registry
        self._channel = channel
        self._public_url = public_url
        self._tasks = TaskStore()

    @property
    def channel(self) -> str:
        return self._channel

    def letter(self, connection: Connection, claimed: Claimed) -> bytes | None:
        """None once the task has ended, or when it is not this agency's to receive."""
        try:
            task = self._tasks.get(connection, claimed.subject_id)
        except NotFound:
            return message_body(connection, claimed.subject_id, claimed.party, self._public_url)
        if not task.is_open or task.agency.value != claimed.party:
            return None
        form = self._registry.integration(task.agency).outgoing(task.order)
        return self._registry.transport_of(task.agency).body(task.id, task.order, form)

    def on_delivered(self, unit: AgenciesUnit, claimed: Claimed) -> None:
        tell_delivered(unit, claimed.id, self._channel)

    def on_exhausted(self, unit: AgenciesUnit, claimed: Claimed, error: str) -> str:
        found = unit.deliveries.load(unit.connection, claimed.id)
        unit.record(found, unit.deliveries, found.exhaust(error, unit.now))
        return found.jurisdiction

    def on_gone(self, unit: AgenciesUnit, claimed: Claimed, error: str) -> None:
        endpoint = unit.endpoints.of(unit.connection, claimed.party, unit.desk.county_code)
        endpoints.disable(unit, unit.endpoints, endpoint, claimed, error)


def resume_delivery(unit: AgenciesUnit, subject_id: UUID, party: str) -> None:
    """A person has a task or a message sent again that was given up; nothing when it has arrived meanwhile."""
    delivery_id = deliveries.resume(unit.connection, subject_id, party)
    if delivery_id is not None:
        found = unit.deliveries.load(unit.connection, delivery_id)
        unit.record(found, unit.deliveries, found.resume(unit.now))
