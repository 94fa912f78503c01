"""Puts letters into an agency's own queue; the broker's confirm says that it holds them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from services.agencies.adapters.protocols.bus_queue import exchange_of, queue_of
from services.agencies.adapters.protocols.cloud_event import CONTENT_TYPE
from shared.bus.connection import BUS_ERRORS, connect, is_amqp, open_now, user_of
from shared.bus.sender import PERSISTENT, Sender, Unroutable
from shared.outgoing.courier import Delivered, Failed, Letter, Outcome
from shared.outgoing.deliveries import Claimed
from shared.outgoing.webhook import signed_headers
from shared.own_threads import OwnThreads

_DEADLINE_S = 15.0
_WITHIN_S = 5.0


class QueueCourier:
    """url: of the bus, as our own user. Without a bus nothing is carried."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._threads: OwnThreads[Sender] = OwnThreads(lambda sender: sender.close(), _DEADLINE_S)

    async def carry(self, claimed: Claimed, letter: Letter, secrets: Sequence[str]) -> Outcome:
        if not self._url:
            return Failed("this sender was given no TIANWEI_BUS_URL")
        properties = {"delivery_mode": PERSISTENT, "message_id": str(claimed.id)}
        if user := user_of(self._url):
            properties["user_id"] = user

        def put(sender: Sender) -> None:
            headers = signed_headers(claimed.id, secrets, letter.body, datetime.now(UTC))
            headers.pop("content-type")
            sender.send(letter.body.decode(), CONTENT_TYPE, "tasks", properties, headers=headers, within_s=_WITHIN_S)

        try:
            await self._threads.run(claimed.party, self._url, lambda: self._open(claimed.party), put)
        except TimeoutError:
            return Failed("the bus does not answer")
        except Unroutable:
            return Failed("the queue is not there")
        except BUS_ERRORS as error:
            return Failed(f"{type(error).__name__}: {error}"[:300])
        return Delivered()

    def _open(self, party: str) -> Sender:
        """With the agency's queue declared, so that a letter finds it."""
        with connect(self._url, heartbeat=0) as connection:
            open_now(connection)
            channel = connection.channel()
            queue_of(party, "tasks", amqp=is_amqp(self._url))(channel).declare()
        return Sender(self._url, exchange_of(party, "tasks"))

    async def aclose(self) -> None:
        self._threads.close()
