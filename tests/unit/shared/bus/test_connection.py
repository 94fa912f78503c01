"""One TIANWEI_BUS_URL says which bus it is."""

import subprocess
import sys

import pytest

from shared.bus.connection import UnknownBus, connect, is_amqp, kombu_url
from shared.bus.names import event_queue


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://u:p@bus:5672/tianwei", "amqp://u:p@bus:5672/tianwei"),
        ("redis://127.0.0.1:6379/0", "tianwei-valkey://127.0.0.1:6379/0"),
        ("amqp://a;amqp://b", "amqp://a;amqp://b"),
        ("redis://a;redis://b", "tianwei-valkey://a;tianwei-valkey://b"),
        ("redis+socket:///run/v.sock?virtual_host=0", "tianwei-valkey+socket:///run/v.sock?virtual_host=0"),
    ],
)
def test_the_url_decides_the_transport(url: str, expected: str) -> None:
    assert kombu_url(url) == expected
    assert kombu_url(kombu_url(url)) == expected


@pytest.mark.parametrize("url", ["", "bus", "memory://", "kafka://x", "filesystem://"])
def test_a_bus_we_do_not_speak_is_refused(url: str) -> None:
    with pytest.raises(UnknownBus):
        kombu_url(url)


def test_rediss_is_verified_and_only_amqp_has_a_heartbeat() -> None:
    assert connect("rediss://bus:6379/0").ssl == {"ssl_cert_reqs": "required"}
    assert connect("redis://bus:6379/0").heartbeat == 0
    assert connect("amqp://bus").heartbeat == 20


def test_event_queues_are_quorum_queues_on_rabbitmq_alone() -> None:
    assert is_amqp("amqps://bus")
    assert event_queue("cases", "notify", amqp=True).queue_arguments["x-queue-type"] == "quorum"
    queue = event_queue("cases", "notify", amqp=False)
    assert (queue.name, queue.routing_key, queue.durable) == ("events.cases.to.notify", "cases", True)
    assert not queue.queue_arguments


def test_the_bus_package_brings_neither_nameko_nor_eventlet() -> None:
    code = (
        "import sys, shared.bus.rpc_client, shared.bus.publisher\n"
        "assert not {'nameko', 'eventlet'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
