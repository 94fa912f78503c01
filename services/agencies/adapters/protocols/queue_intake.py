"""Takes an agency's answers from its queue: proven by the broker or by signature, decided, then acknowledged.

RabbitMQ vouches for the user of a message (validated user-id): another agency's user cannot write here, and if it
could, its name would show. A message without a name must be signed with the secret of the endpoint, as webhooks are;
how long it lay in the queue does not matter.
"""

import contextlib
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kombu import Connection, Consumer

from services.agencies.adapters.protocols.bus_queue import NAME, exchange_of, queue_of
from services.agencies.adapters.protocols.queue_proof import unproven
from services.agencies.domain.answers import fault
from services.agencies.handlers import inbound
from services.agencies.storage.unit import AgenciesUnit
from shared.bus.connection import BUS_ERRORS, connect, is_amqp, open_now
from shared.contracts.codes import Agency
from shared.delivery.runner import UnitRunner
from shared.errors import Unavailable
from shared.ids import new_id

_PREFETCH = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Peer:
    """secrets: gives those of the endpoint, opened, that hold now; asked anew for every signed message."""

    agency: Agency
    secrets: Callable[[], Sequence[str]]
    county_code: str


class QueueIntake:
    """One agency's queue of answers, on a connection of its own. For one thread."""

    def __init__(self, runner: UnitRunner[AgenciesUnit], url: str, peer: Peer) -> None:
        self._runner = runner
        self._url = url
        self._peer = peer
        self._connection: Connection | None = None
        self._taken = 0

    def round(self, within_s: float = 1.0) -> int:
        """Take what comes within so many seconds; how many answers. Raises Unavailable("bus.down")."""
        self._taken = 0
        try:
            connection = self._connection or self._connect()
            with contextlib.suppress(TimeoutError):
                connection.drain_events(timeout=within_s)
            connection.heartbeat_check()
        except BUS_ERRORS as error:
            self.close()
            raise Unavailable("bus.down", error=f"{type(error).__name__}: {error}"[:200]) from error
        except Exception:
            self.close()
            raise
        return self._taken

    def close(self) -> None:
        """Let go of the connection; what was not acknowledged comes again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*BUS_ERRORS):
                connection.release()

    def _connect(self) -> Connection:
        connection = connect(self._url)
        self._connection = connection
        open_now(connection)
        agency = self._peer.agency.value
        channel = connection.channel()
        exchange_of(agency, "tasks")(channel).declare()
        for kind in ("tasks", "answers"):
            queue_of(agency, kind, amqp=is_amqp(self._url))(channel).declare()
        queue = queue_of(agency, "answers", amqp=is_amqp(self._url))
        # The body is taken as it came: what kombu would make of it does not concern us.
        Consumer(channel, queues=[queue], on_message=self._take, accept=["json"], prefetch_count=_PREFETCH).consume()
        return connection

    def _take(self, message: Any) -> None:
        body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
        user, headers = message.properties.get("user_id"), message.headers or {}
        now = datetime.now(UTC)
        proof = unproven(self._url, self._peer.agency.value, self._peer.secrets, user, headers, body, now)
        agency = self._peer.agency

        def use_case(unit: AgenciesUnit) -> dict[str, str]:
            if proof is not None:
                sha256 = hashlib.sha256(body).hexdigest()
                name = str(message.properties.get("message_id") or sha256)[:100]
                inbound.refuse(unit, agency, NAME, name, sha256, fault("message", proof), proven=False)
            else:
                inbound.take_message(unit, agency, NAME, body)
            return {}

        by = inbound.system_of(agency, NAME, self._peer.county_code)
        self._runner.run(by, use_case, correlation_id=f"queue-{new_id()}")
        message.ack()
        self._taken += 1
