"""The agency's own queues on a real RabbitMQ node with its own user, and on the embedded bus."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import orjson
import pytest
from amqp.exceptions import AccessRefused, PreconditionFailed
from kombu import Connection, Consumer, Queue
from standardwebhooks import Webhook

from services.agencies.adapters.protocols.bus_queue import exchange_of, name_of, user_of_agency
from shared.bus.connection import BUS_ERRORS, connect, is_amqp
from shared.contracts.codes import Agency
from shared.outgoing.secret_box import new_webhook_secret
from shared.outgoing.webhook import signed_headers
from tests.integration.services.agencies.house import House
from tests.integration.services.agencies.protocols.carriers import Carriers, carriers
from tests.integration.services.agencies.protocols.suite import WAIT_S, Peer, PushedProtocolSuite
from tests.support.nodes import RabbitNode, ValkeyNode, wait_until

HOUR = timedelta(hours=1)
AGENCY = Agency.COMPREHENSIVE_ENFORCEMENT
_RIGHTS = (r"^$", rf"^agency\.{AGENCY}\.answers$", rf"^agency\.{AGENCY}\.tasks$")


class QueuePeer(Peer):
    """url: of the bus as the agency's user; other: as another agency's, None where there are no users."""

    protocol: ClassVar[str] = "bus_queue"

    def __init__(self, house: House, url: str, other: str | None = None) -> None:
        super().__init__(house, AGENCY)
        self.url, self.other = url, other
        self.secret = ""
        self.events: list[dict[str, Any]] = []
        self.messages: list[Any] = []
        self._connection: Connection | None = None
        self._drain(0.3)  # what the test before left there
        self.events.clear()
        self.messages.clear()

    def configure(self) -> dict[str, Any]:
        made = self.house.configure(self.body(url="queue:"))
        self.secret = made["secret"]
        return made

    def look(self) -> list[dict[str, Any]]:
        self._drain(0.2)
        return self.events

    def tell(self, answer: dict[str, Any]) -> None:
        wait_until(lambda: self._put(self.url, user_of_agency(AGENCY), answer, self.secret), WAIT_S, "the queue")

    def tell_signed(self, answer: dict[str, Any], at: datetime) -> None:
        """With a signature of that moment and no name of a user."""
        wait_until(lambda: self._put(self.url, "", answer, self.secret, at), WAIT_S, "the queue")

    def forge(self, answer: dict[str, Any]) -> str:
        """RabbitMQ lets nobody else write here or sign with this name; so it is sent by the house's own user."""
        if self.other is None:
            wait_until(lambda: self._put(self.url, "", answer, new_webhook_secret()), WAIT_S, "the queue")
            return "proof-wrong"
        with pytest.raises((AccessRefused, PreconditionFailed)):
            self._put(self.other, "agency-agriculture", answer, None)
        with pytest.raises(PreconditionFailed):
            self._put(self.url, "agency-agriculture", answer, None)
        wait_until(lambda: self._put(self.house_url, "guest", answer, None), WAIT_S, "the queue")
        return "proof-wrong"

    house_url = ""

    def _drain(self, within_s: float) -> None:
        try:
            if self._connection is None:
                self._connection = connect(self.url)
                queue = Queue(name_of(AGENCY, "tasks"), no_declare=True)
                Consumer(self._connection.channel(), [queue], on_message=self._keep, accept=["json"]).consume()
            while True:
                self._connection.drain_events(timeout=within_s)
        except TimeoutError:
            return
        except BUS_ERRORS:  # before the house has declared the queue, there is none
            self.close()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*BUS_ERRORS):
                connection.release()

    def _keep(self, message: Any) -> None:
        event = orjson.loads(message.body)
        self.messages.append(message)
        self.events.append(event)
        self.keep(event)
        message.ack()

    def _put(self, url: str, user: str, answer: dict[str, Any], secret: str | None, at: datetime | None = None) -> bool:
        body = orjson.dumps(answer)
        headers: dict[str, str] = {}
        if secret:
            headers = signed_headers(UUID(int=1), [secret], body, at or datetime.now(UTC))
        with connect(url) as connection:
            return self._publish(connection, user, body, headers)

    def _publish(self, connection: Connection, user: str, body: bytes, headers: dict[str, str]) -> bool:
        amqp = is_amqp(self.url)
        producer = connection.Producer(auto_declare=False)
        exchange = exchange_of(AGENCY, "answers")
        try:
            if not amqp:
                exchange(connection.channel()).declare()
            producer.publish(
                body.decode(),
                exchange=exchange.name,
                routing_key="answers",
                content_type="application/cloudevents+json",
                content_encoding="utf-8",
                headers=headers,
                delivery_mode=2,
                mandatory=True,
                **({"user_id": user} if amqp and user else {}),
            )
        except (AccessRefused, PreconditionFailed):
            raise
        except BUS_ERRORS:
            return False
        return True


class BusQueueSuite(PushedProtocolSuite):
    def check_both_keys(self, peer: Peer, former: dict[str, Any], made: dict[str, Any]) -> None:
        assert isinstance(peer, QueuePeer)
        message = peer.messages[-1]
        headers = {name.lower(): value for name, value in message.headers.items()}
        for secret in (former["secret"], made["secret"]):
            assert Webhook(secret).verify(message.body, headers)

    def test_what_was_signed_an_hour_ago_and_lay_in_the_queue_is_taken_once(self, peer: QueuePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        answer = peer.answer("sign", task, {"signed_by": "王五"})
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        for status in ("taken", "repeated"):
            peer.tell_signed(answer, an_hour_ago)
            peer.wait_for_receipt(answer["id"], status)
        assert peer.house.told(task).count("task-signed") == 1

    def test_what_is_older_than_is_remembered_or_from_the_future_is_refused_and_says_why(self, peer: QueuePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        answer = peer.answer("sign", task, {"signed_by": "王五"})
        now = datetime.now(UTC)
        for at, reason in ((now - timedelta(days=184), "proof-too-old"), (now + HOUR, "proof-from-the-future")):
            peer.tell_signed(answer, at)
            wait_until(lambda reason=reason: reason in self.reasons(peer), WAIT_S, reason)  # type: ignore[misc]
        assert self.state(peer, task) in ("offered", "delivered")
        peer.tell_signed(answer, now)
        peer.wait_for_receipt(answer["id"], "taken")

    @staticmethod
    def reasons(peer: QueuePeer) -> list[str]:
        """Of every receipt: what is not proven has no id of its own."""
        peer.look()
        return [fault["reason"] for told in peer.receipts.values() for one in told for fault in one["faults"]]


@pytest.fixture(scope="class")
def rabbit(run_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    folder: Path = tmp_path_factory.mktemp("rabbit")
    with RabbitNode() as node:
        for agency in (AGENCY, Agency.AGRICULTURE):
            node.ctl("add_user", user_of_agency(agency), "secret")
        node.ctl("set_permissions", "-p", "/", user_of_agency(AGENCY), *_RIGHTS)
        node.ctl("set_permissions", "-p", "/", user_of_agency(Agency.AGRICULTURE), "^$", "^$", "^$")
        with carriers(run_dsn, folder, node.url):
            yield node


class TestBusQueueOnRabbitMq(BusQueueSuite):
    @pytest.fixture
    def peer(self, house: House, rabbit: RabbitNode) -> Iterator[QueuePeer]:
        def url(agency: Agency) -> str:
            return f"amqp://{user_of_agency(agency)}:secret@127.0.0.1:{rabbit.port}//"

        peer = QueuePeer(house, url(AGENCY), url(Agency.AGRICULTURE))
        peer.house_url = rabbit.url
        yield peer
        peer.close()

    def test_what_we_send_carries_our_own_name(self, peer: QueuePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        wait_until(lambda: bool(peer.about(task, "issued")), WAIT_S, "the letter")
        assert peer.messages[-1].properties["user_id"] == "guest"


@pytest.fixture(scope="class")
def embedded(run_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ValkeyNode, Carriers]]:
    folder: Path = tmp_path_factory.mktemp("valkey")
    with ValkeyNode() as node, carriers(run_dsn, folder, node.url) as running:
        yield node, running


class TestBusQueueOnTheEmbeddedBus(BusQueueSuite):
    @pytest.fixture
    def peer(self, house: House, embedded: tuple[ValkeyNode, Carriers]) -> Iterator[QueuePeer]:
        peer = QueuePeer(house, embedded[0].url)
        yield peer
        peer.close()
