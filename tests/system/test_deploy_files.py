"""The production files: secrets made once, compose complete, RabbitMQ users that can do their part and no more."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import amqp
import pytest
import yaml  # type: ignore[import-untyped]

from services.agencies.adapters.protocols.bus_queue import queue_of
from shared.bus.connection import connect
from shared.bus.names import EVENTS_EXCHANGE, event_queue, events_exchange, reply_queue, rpc_exchange
from tests.support.nodes import RabbitNode

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of secrets of a fresh deployment."""
    folder = tmp_path_factory.mktemp("deploy") / "secrets"
    _make_secrets().make(folder)
    return folder


def _make_secrets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_secrets", ROOT / "deploy" / "make_secrets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_every_secret_of_the_compose_file_is_made(made: Path, compose: Any) -> None:
    wanted = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    # The passwords of agencies' own users are for the agencies: no container gets them.
    assert wanted == {file.name for file in made.iterdir() if not file.name.startswith("agency-")}


def test_a_container_gets_just_the_secrets_its_settings_name(compose: Any) -> None:
    for service in compose["services"].values():
        told = {Path(value).name for name, value in service.get("environment", {}).items() if name.endswith("_FILE")}
        if "postgres" not in service.get("image", ""):
            assert told == set(service.get("secrets", [])) - {"rabbitmq_definitions"}


def test_secrets_are_not_made_anew_over_old_ones(made: Path) -> None:
    before = (made / "signing_key").read_text()
    with pytest.raises(SystemExit):
        _make_secrets().make(made)
    assert (made / "signing_key").read_text() == before


@pytest.fixture(scope="module")
def broker(made: Path) -> Iterator[dict[str, str]]:
    """service -> bus URL on a private node that has loaded the deployment's definitions."""
    with RabbitNode() as node:
        node.ctl("import_definitions", str(made / "rabbitmq_definitions.json"))
        place = node.url.rpartition("@")[2].partition("/")[0]
        users = [user["name"] for user in json.loads((made / "rabbitmq_definitions.json").read_text())["users"]]
        ours = {name for name in users if not name.startswith("agency-")}
        urls = {name: (made / f"{name}_bus_url").read_text().replace("rabbitmq:5672", place) for name in ours}
        for name in set(users) - ours:
            password = (made / f"{name}_bus_password").read_text()
            urls[name] = f"amqp://{name}:{password}@{place}/tianwei"
        yield urls


def test_a_service_hears_others_tells_its_own_and_calls(broker: dict[str, str]) -> None:
    with connect(broker["notify"]) as connection, connection.channel() as channel:
        rpc_exchange()(channel).declare()
        event_queue("cases", "notify", amqp=True)(channel).declare()
        reply_queue("rpc.reply-of-this-test")(channel).declare()
        producer = connection.Producer(channel)
        producer.publish({}, exchange=events_exchange(), routing_key="notify", serializer="json")
        producer.publish({}, exchange=rpc_exchange(), routing_key="cases.read_log", serializer="json")
        # What a user may not do closes the channel, which the next answer of the broker shows.
        assert event_queue("cases", "notify", amqp=True)(channel).queue_declare(passive=True).message_count == 0


def test_the_gateway_can_call_and_hear_replies(broker: dict[str, str]) -> None:
    with connect(broker["gateway"]) as connection, connection.channel() as channel:
        queue = reply_queue("rpc.reply-of-the-gateway")(channel)
        queue.declare()
        rpc_exchange()(channel).declare()
        connection.Producer(channel).publish(
            {}, exchange=rpc_exchange(), routing_key="cases.command", serializer="json"
        )
        assert queue.queue_declare(passive=True).message_count == 0


def test_nobody_tells_events_in_anothers_name(broker: dict[str, str]) -> None:
    with connect(broker["agencies"]) as connection, connection.channel() as channel:
        events_exchange()(channel).declare()
        producer = connection.Producer(channel)
        with pytest.raises(amqp.exceptions.AccessRefused):
            producer.publish({}, exchange=EVENTS_EXCHANGE, routing_key="cases", serializer="json")


@pytest.mark.parametrize("queue", ["events.cases.to.notify", "rpc-notify"])
def test_nobody_reads_anothers_queue(broker: dict[str, str], queue: str) -> None:
    with connect(broker["agencies"]) as connection:
        channel = connection.channel()
        with pytest.raises(amqp.exceptions.AccessRefused):
            channel.basic_consume(queue)


def test_an_agency_reads_its_tasks_writes_its_answers_and_nothing_else(broker: dict[str, str]) -> None:
    with connect(broker["agencies"]) as connection, connection.channel() as channel:
        for agency in ("agriculture", "public_security"):
            for kind in ("tasks", "answers"):
                queue_of(agency, kind, amqp=True)(channel).declare()
    refused = amqp.exceptions.AccessRefused
    with connect(broker["agency-agriculture"]) as connection:
        connection.channel().basic_consume("agency.agriculture.tasks")
        connection.Producer().publish({}, exchange="agency.agriculture.answers", routing_key="answers")
        for queue in ("agency.public_security.tasks", "agency.agriculture.answers", "rpc-agencies"):
            with pytest.raises(refused):
                connection.channel().basic_consume(queue)
        with pytest.raises(refused), connection.channel() as channel:
            connection.Producer(channel).publish({}, exchange="agency.public_security.answers", routing_key="answers")
        with pytest.raises(refused), connection.channel() as channel:
            queue_of("agriculture", "more", amqp=True)(channel).declare()
