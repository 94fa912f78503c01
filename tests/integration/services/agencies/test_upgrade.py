"""A database of the first release, brought to today: its trouble becomes dead letters a person can act on."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
from pydantic import SecretStr

from services.agencies.storage.migrate import MIGRATIONS
from shared.contracts.dead_letters import DeadLetterKind
from shared.contracts.envelope import CloudEvent
from shared.delivery.envelopes import above
from shared.delivery.log import is_whole
from shared.migration import upgrade
from tests.integration.services.agencies.house import House, administrator, coordinator, open_house
from tests.support.nodes import PostgresNode

_ROLE = "agencies_app"


@pytest.fixture
def house(postgres: PostgresNode, owner_dsn: str) -> Iterator[House]:  # noqa: ARG001 - makes the role
    name = f"first_release_{uuid4().hex[:8]}"
    dsn = postgres.create_database(name)
    script = Path(__file__).with_name("first_release.sql").read_text(encoding="utf-8")
    connection = psycopg2.connect(dsn.replace("+psycopg2", ""))
    with connection, connection.cursor() as cursor:
        cursor.execute(script)
    connection.close()
    assert upgrade(MIGRATIONS, SecretStr(dsn), _ROLE) == "0008"
    key = base64.b64encode(os.urandom(32)).decode()
    opened = open_house(postgres.dsn(name, user=_ROLE), key)
    yield opened
    opened.engine.dispose()


def test_trouble_of_the_first_release_can_be_acted_on(house: House) -> None:
    letters = {letter["kind"]: letter for letter in house.asked(administrator(), "dead-letter.list")["items"]}
    assert set(letters) == {
        DeadLetterKind.PARKED_EVENT,
        DeadLetterKind.REFUSED_MESSAGE,
        DeadLetterKind.EXHAUSTED_DELIVERY,
    }
    assert letters["refused_message"]["times"] == 3
    assert letters["parked_event"]["error"] is None  # the first release kept values of the event in it
    exhausted = letters["exhausted_delivery"]
    done = house.done(administrator(), "dead-letter.replay", {}, exhausted["id"], expected_version=0)
    assert (done["status"], done["version"]) == ("settled", 1)
    assert house.sql("SELECT state FROM delivery")[0]["state"] == "pending"
    parked = letters["parked_event"]["id"]
    house.done(administrator(), "dead-letter.discard", {"reason": "旧版遗留"}, parked)
    assert house.done(coordinator(), "dead-letter.confirm-discard", {}, parked)["status"] == "discarded"
    assert house.sql("SELECT status FROM parked")[0]["status"] == "discarded"


def test_its_log_goes_on_whole(house: House) -> None:
    (head,) = house.sql("SELECT log_id FROM log_head")
    with house.engine.connect() as connection:
        events = [CloudEvent.model_validate(made) for made in above(connection, "agencies", head["log_id"], 0, 10)]
    assert len(events) == 1
    assert all(map(is_whole, events))
