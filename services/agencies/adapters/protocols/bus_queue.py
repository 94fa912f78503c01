"""The agency's own queues on the bus: one it reads, one it writes to, with a broker user of its own.

On RabbitMQ that user may read `agency.CODE.tasks` and write to `agency.CODE.answers`, nothing else, and the broker
vouches for its name on every message (validated user-id). The embedded bus has no users: there, and wherever a message
carries no such name, it must be signed as a webhook is, with the secret of the endpoint.
"""

from typing import Any

from kombu import Exchange, Queue

from services.agencies.adapters.protocols.cloud_event import cloud_event
from services.agencies.ports import Dispatch
from shared.errors import InvalidInput
from shared.outgoing.secret_box import new_webhook_secret

NAME = "bus_queue"
ADDRESS = "queue:"
_MOST_MESSAGES = 100_000


class BusQueue:
    name = NAME
    pushes = True
    numbered = False

    def check(self, url: str, host_key: str | None) -> None:  # noqa: ARG002
        if url != ADDRESS:
            raise InvalidInput("agencies.endpoint-address-wrong", "url", protocol=NAME)

    def new_secret(self, signature: str | None) -> str:  # noqa: ARG002
        return new_webhook_secret()

    def public_key(self, secret: str) -> str | None:  # noqa: ARG002
        return None

    def body(self, dispatch: Dispatch, body: str | None) -> bytes:  # noqa: ARG002
        return cloud_event(dispatch, full=True)


def user_of_agency(agency: str) -> str:
    """Its user on RabbitMQ."""
    return f"agency-{agency}"


def exchange_of(agency: str, kind: str) -> Exchange:
    """kind: tasks (to the agency) or answers (from it). An exchange for each, which permissions can tell apart."""
    return Exchange(name_of(agency, kind), type="direct", durable=True)


def name_of(agency: str, kind: str) -> str:
    return f"agency.{agency}.{kind}"


def queue_of(agency: str, kind: str, *, amqp: bool) -> Queue:
    """Durable; a bounded quorum queue on RabbitMQ that refuses what it cannot hold, so that the sender keeps it."""
    arguments: dict[str, Any] = (
        {"x-queue-type": "quorum", "x-max-length": _MOST_MESSAGES, "x-overflow": "reject-publish"} if amqp else {}
    )
    name = name_of(agency, kind)
    return Queue(name, exchange=exchange_of(agency, kind), routing_key=kind, durable=True, queue_arguments=arguments)
