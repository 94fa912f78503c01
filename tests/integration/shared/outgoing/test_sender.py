"""The sender loop itself, with an errand that tells nothing: side by side, bounded, a bad one delays only itself."""

import asyncio
import base64
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from shared.clock import SystemClock
from shared.database import open_engine
from shared.delivery.dead_letters import DeadLetterBook
from shared.delivery.runner import UnitRunner
from shared.delivery.schema import create_kernel
from shared.outgoing import deliveries
from shared.outgoing.circuit import BREAKS_AFTER
from shared.outgoing.courier import Delivered, Letter
from shared.outgoing.deliveries import Claimed
from shared.outgoing.secret_box import SecretBox, new_webhook_secret
from shared.outgoing.sender import Sender, SenderLimits
from shared.outgoing.tables import outgoing_tables
from shared.outgoing.unit import SendingUnit
from shared.outgoing.urls import AllowedHosts
from shared.outgoing.webhook import WebhookCourier
from tests.integration.shared.outgoing.receiver import Answer, Receiver
from tests.support.nodes import PostgresNode, wait_until

BOX = SecretBox(base64.b64encode(os.urandom(32)).decode())


CHANNEL = "push"


class PostUnit(SendingUnit):
    dead_letters = DeadLetterBook("notify")


@dataclass
class Errand:
    """letters: per party; a party without one gets an error, None cancels."""

    letters: dict[str, bytes | None] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)

    def letter(self, connection: Connection, claimed: Claimed) -> Letter | None:  # noqa: ARG002
        body = self.letters[claimed.party]
        return None if body is None else Letter(body)

    def on_delivered(self, unit: PostUnit, claimed: Claimed, outcome: Delivered) -> None:  # noqa: ARG002
        self.told.append(("delivered", claimed.party))

    def on_exhausted(self, unit: PostUnit, claimed: Claimed, error: str) -> str:  # noqa: ARG002
        self.told.append(("exhausted", claimed.party))
        return "640521104000"

    def on_gone(self, unit: PostUnit, claimed: Claimed, error: str) -> None:  # noqa: ARG002
        unit.connection.execute(sa.text("UPDATE endpoint SET active = false WHERE party = :p"), {"p": claimed.party})

    def on_outage(self, unit: PostUnit, claimed: Claimed, error: str) -> None:
        unit.connection.execute(sa.text("UPDATE endpoint SET outage_at = now() WHERE party = :p"), {"p": claimed.party})
        self.told.append((f"outage {error}", claimed.party))

    def on_recovered(self, unit: PostUnit, claimed: Claimed) -> None:
        unit.connection.execute(sa.text("UPDATE endpoint SET outage_at = NULL WHERE party = :p"), {"p": claimed.party})
        self.told.append(("recovered", claimed.party))


@dataclass
class Post:
    dsn: str
    engine: Engine

    def endpoint(self, party: str, url: str) -> None:
        id_ = uuid4()
        values = {"id": id_, "party": party, "url": url, "secret": BOX.seal(new_webhook_secret(), str(id_))}
        statement = (
            "INSERT INTO endpoint (id, version, party, url, secret, active, configured_at, configured_by) "
            "VALUES (:id, 1, :party, :url, :secret, true, now(), 'test')"
        )
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    def owe(self, party: str, channel: str = "push") -> UUID:
        with self.engine.begin() as connection:
            return deliveries.add(connection, uuid4(), party, channel, "correlation")

    def states(self, party: str) -> list[str]:
        with self.engine.connect() as connection:
            found = connection.execute(sa.text("SELECT state FROM delivery WHERE party = :p"), {"p": party})
            return list(found.scalars())

    def most_tries(self, party: str) -> int:
        (row,) = self.sql("SELECT max(tries) AS tries FROM delivery WHERE party = :p", p=party)
        return int(row["tries"])

    def sql(self, statement: str, **values: object) -> list[Any]:
        with self.engine.begin() as connection:
            answer = connection.execute(sa.text(statement), values)
            return list(answer.mappings()) if answer.returns_rows else []

    def carry(self, errand: Errand, until: Callable[[], bool], limits: SenderLimits | None = None) -> None:
        async def scenario() -> None:
            sender = Sender(
                UnitRunner(self.engine, PostUnit, SystemClock(), lambda: None),
                self.dsn,
                errand,
                {CHANNEL: WebhookCourier(AllowedHosts("127.0.0.1"))},
                BOX,
                name="test-sender",
                limits=limits or SenderLimits(poll_s=0.2, stop_within_s=0.1),
            )
            running = asyncio.create_task(sender.run())
            await asyncio.to_thread(wait_until, until, 20, "the deliveries")
            sender.stop()
            await running

        asyncio.run(scenario())


@pytest.fixture
def post(postgres: PostgresNode) -> Iterator[Post]:
    dsn = postgres.create_database(f"post_{uuid4().hex[:8]}")
    engine = open_engine(dsn, pool_size=6)
    metadata = sa.MetaData()
    outgoing_tables(metadata)
    with engine.begin() as connection:
        create_kernel(connection)
        metadata.create_all(connection)
    yield Post(dsn, engine)
    engine.dispose()


def test_a_slow_receiver_delays_only_itself(post: Post) -> None:
    answer = threading.Event()
    with Receiver(*[Answer(wait_for=answer)] * 20) as slow, Receiver() as quick:
        post.endpoint("slow", slow.url)
        post.endpoint("quick", quick.url)
        for _ in range(6):
            post.owe("slow")
        for _ in range(20):
            post.owe("quick")
        errand = Errand({"slow": b"{}", "quick": b"{}"})
        limits = SenderLimits(per_endpoint=2, poll_s=0.2, stop_within_s=0.1)
        post.carry(errand, lambda: set(post.states("quick")) == {"delivered"}, limits)
        assert set(post.states("slow")) == {"pending"}
        # The bulkhead: never more than so many at one receiver.
        assert len(slow.received) == limits.per_endpoint
        answer.set()


def test_one_letter_that_cannot_be_written_does_not_stop_the_others(post: Post) -> None:
    with Receiver() as receiver:
        post.endpoint("good", receiver.url)
        post.endpoint("bad", receiver.url)
        post.endpoint("ended", receiver.url)
        for party in ("bad", "ended", "good"):
            post.owe(party)
        post.carry(Errand({"good": b"{}", "ended": None}), lambda: post.states("good") == ["delivered"])
        assert len(receiver.received) == 1
    assert post.states("bad") == ["pending"]
    assert post.states("ended") == ["cancelled"]


def test_what_is_not_pushed_or_has_no_active_endpoint_is_left_alone(post: Post) -> None:
    with Receiver() as receiver:
        for party in ("mailbox", "off", "on"):
            if party != "mailbox":
                post.endpoint(party, receiver.url)
        post.owe("mailbox", "mailbox")
        post.owe("none")
        post.owe("off")
        with post.engine.begin() as connection:
            connection.execute(sa.text("UPDATE endpoint SET active = false WHERE party = 'off'"))
        post.owe("on")
        post.carry(Errand({"on": b"{}"}), lambda: post.states("on") == ["delivered"])
    assert post.states("mailbox") + post.states("none") + post.states("off") == ["pending"] * 3


def test_two_senders_never_try_one_delivery_at_the_same_time(post: Post) -> None:
    post.endpoint("agency", "http://127.0.0.1:9/")
    for _ in range(3):
        post.owe("agency")
    ask = partial(deliveries.claim, channels=["push"], most=2, per_endpoint=9, lease_s=60)
    with post.engine.connect() as one, post.engine.connect() as two:
        with one.begin(), two.begin():
            first, second = ask(one), ask(two)
        third = ask(one)
    assert len(first) == 2
    assert len(second) == 1
    assert third == []
    assert not {c.id for c in first} & {c.id for c in second}


def test_an_outcome_counts_only_from_who_holds_the_lease(post: Post) -> None:
    post.endpoint("agency", "http://127.0.0.1:9/")
    post.owe("agency")
    ask = partial(deliveries.claim, channels=["push"], most=2, per_endpoint=9)
    with post.engine.begin() as connection:
        (stale,) = ask(connection, lease_s=0)
    with post.engine.begin() as connection:
        (fresh,) = ask(connection, lease_s=60)
        assert (fresh.id, fresh.tries) == (stale.id, 2)
        assert not deliveries.delivered(connection, stale)
        assert not deliveries.later(connection, stale, "late", 1.0)
        assert deliveries.delivered(connection, fresh)
        assert not deliveries.exhausted(connection, fresh, "late")
    assert post.states("agency") == ["delivered"]


def test_a_letter_that_kills_its_sender_every_time_is_given_up_unsent(post: Post) -> None:
    with Receiver() as receiver:
        post.endpoint("agency", receiver.url)
        post.owe("agency")
        with post.engine.begin() as connection:
            connection.execute(sa.text("UPDATE delivery SET tries = 10"))
        errand = Errand({"agency": b"{}"})
        post.carry(errand, lambda: post.states("agency") == ["exhausted"])
        assert receiver.received == []
    assert errand.told == [("exhausted", "agency")]


def test_it_listens_again_after_the_database_has_cut_its_connections(post: Post) -> None:
    with Receiver() as receiver:
        post.endpoint("agency", receiver.url)
        first = post.owe("agency")
        cut: list[UUID] = []

        def cut_then_owe() -> bool:
            if post.states("agency").count("delivered") == 1 and not cut:
                with post.engine.connect() as connection:
                    connection.execute(
                        sa.text(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                        )
                    )
                post.engine.dispose()  # the test's own idle connections were cut as well
                cut.append(post.owe("agency"))
            return post.states("agency") == ["delivered"] * 2

        post.carry(Errand({"agency": b"{}"}), cut_then_owe)
        assert {UUID(call.webhook_id) for call in receiver.received} == {first, *cut}


def test_a_circuit_breaks_after_some_failures_and_costs_the_waiting_no_tries(post: Post) -> None:
    with Receiver(*[Answer(500)] * BREAKS_AFTER) as receiver:
        post.endpoint("ill", receiver.url)
        for _ in range(BREAKS_AFTER):
            post.owe("ill")
        errand = Errand({"ill": b"{}"})
        post.carry(errand, lambda: ("outage HTTP 500", "ill") in errand.told)
        for _ in range(20):
            post.owe("ill")
        # The pause is over for one try alone; it arrives, and all that waited follows.
        post.carry(errand, lambda: set(post.states("ill")) == {"delivered"})
    assert errand.told.count(("outage HTTP 500", "ill")) == 1
    assert errand.told.count(("recovered", "ill")) == 1
    assert len(receiver.received) == BREAKS_AFTER + BREAKS_AFTER + 20
    assert post.most_tries("ill") == 2


def test_a_refusal_of_one_letter_breaks_no_circuit(post: Post) -> None:
    with Receiver(*[Answer(422)] * 2 * BREAKS_AFTER) as receiver:
        post.endpoint("strict", receiver.url)
        for _ in range(2 * BREAKS_AFTER):
            post.owe("strict")
        errand = Errand({"strict": b"{}"})
        post.carry(errand, lambda: len(receiver.received) == 2 * BREAKS_AFTER)
    assert errand.told == []


def test_a_paused_endpoint_gets_nothing_but_the_one_that_is_tried(post: Post) -> None:
    with Receiver() as receiver:
        post.endpoint("paused", receiver.url)
        post.sql("UPDATE endpoint SET paused_at = now()")
        first, _ = post.owe("paused"), post.owe("paused")
        post.sql("UPDATE endpoint SET trial_id = :id", id=first)
        post.carry(Errand({"paused": b"{}"}), lambda: "delivered" in post.states("paused"))
        assert [call.webhook_id for call in receiver.received] == [str(first)]
        (row,) = post.sql("SELECT trial_id, trial_error, trial_at FROM endpoint")
        assert (row["trial_id"], row["trial_error"]) == (None, None)
        assert row["trial_at"] is not None
