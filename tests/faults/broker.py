"""Faults of RabbitMQ and of the wire to it."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import amqp

from shared.bus.names import EVENTS_EXCHANGE, event_queue_name, rpc_queue_name
from tests.faults.fault import Fault, Heal, nothing
from tests.faults.proxy import Way
from tests.faults.stack import SERVICES, NotSeen, Stack, wait_for

GROUP = "broker"
FEEDS = (("cases", "agencies"), ("cases", "notify"), ("agencies", "cases"))
"""(producer, consumer)"""
WIPES = 10


@contextmanager
def channel_to(stack: Stack, user: str = "guest", password: str = "guest") -> Iterator[Any]:
    """A channel straight to the broker, past the proxy, which confirms: what a test counts must have arrived."""
    address = f"127.0.0.1:{stack.rabbit.port}"
    link = amqp.Connection(address, userid=user, password=password, connect_timeout=5, confirm_publish=True)
    with link as connection, connection.channel() as channel:
        yield channel


def events_queues() -> list[tuple[str, str]]:
    """(queue, routing key)"""
    return [(event_queue_name(producer, consumer), producer) for producer, consumer in FEEDS]


def _is_broken(stack: Stack) -> None:
    """The gateway must have noticed: a call fails while the broker is away."""
    assert stack.proxy is not None
    wait_for(lambda: stack.proxy is not None and stack.proxy.connections == 0, 5, "every connection broke")


def _stop(stack: Stack) -> Heal:
    stack.rabbit.stop()
    _is_broken(stack)
    return lambda: _start(stack)


def _kill(stack: Stack) -> Heal:
    stack.rabbit.kill()
    _is_broken(stack)
    return lambda: _start(stack)


def _start(stack: Stack) -> None:
    stack.rabbit.start()


def _wipe_disk(stack: Stack) -> Heal:
    """An empty broker comes in the place of one that lost its disk."""
    stack.rabbit.kill()
    shutil.rmtree(stack.rabbit.folder / "mnesia")
    _is_broken(stack)
    _start(stack)
    return nothing


def _wipe_running(stack: Stack) -> Heal:
    """The broker forgets everything and goes on."""
    stack.rabbit.ctl("stop_app")
    _is_broken(stack)
    stack.rabbit.ctl("force_reset")
    stack.rabbit.start_app()
    return nothing


def _kill_young(stack: Stack) -> Heal:
    """Killed as soon as its event queues are declared anew: one of them may come back dead."""
    _wipe_running(stack)
    wait_for(partial(_are_declared, stack), 20, "the event queues declared anew")
    stack.rabbit.kill()
    return lambda: _start(stack)


def _are_declared(stack: Stack) -> bool:
    for queue, _ in events_queues():
        try:
            with channel_to(stack) as channel:
                channel.queue_declare(queue, passive=True)
        except amqp.NotFound:
            return False
    return True


def _freeze(stack: Stack) -> Heal:
    stack.rabbit.pause()
    before = stack.commands_by_now()
    time.sleep(2)
    if stack.commands_by_now() - before > 20:
        raise NotSeen("commands went on through a frozen broker")
    return stack.rabbit.resume


def _alarm(raise_it: tuple[str, str], lower_it: tuple[str, str], name: str, stack: Stack) -> Heal:
    stack.rabbit.ctl(*raise_it)
    wait_for(lambda: name in stack.rabbit.ctl("eval", "rabbit_alarm:get_alarms()."), 10, f"{name} alarm")
    return partial(_ctl, stack, *lower_it)


def _ctl(stack: Stack, *words: str) -> None:
    stack.rabbit.ctl(*words)


def _close_all(stack: Stack) -> Heal:
    assert stack.proxy is not None
    before = stack.proxy.connections
    stack.rabbit.ctl("close_all_connections", "by order of the fault suite")
    if not before:
        raise NotSeen("there was no connection to close")
    return nothing


def _purge(stack: Stack) -> Heal:
    """While nobody listens, so that there is something to lose."""
    with _deaf(stack), channel_to(stack) as channel:
        lost = 0
        give_up_at = time.monotonic() + 10
        while lost < 5 and time.monotonic() < give_up_at:
            time.sleep(0.3)
            lost += sum(channel.queue_purge(queue) for queue, _ in events_queues())
        lost += sum(channel.queue_purge(rpc_queue_name(service)) for service in SERVICES)
    if lost < 5:
        raise NotSeen(f"only {lost} messages were purged")
    return nothing


@contextmanager
def _deaf(stack: Stack) -> Iterator[None]:
    """Consumers take nothing: their connections' prefetch is used up while they are stopped."""
    import signal

    pids = [stack.signal(name, signal.SIGSTOP) for name in ("agencies", "notify")]
    try:
        time.sleep(1.0)
        yield
    finally:
        for name in ("agencies", "notify")[: len(pids)]:
            stack.signal(name, signal.SIGCONT)


def _delete(queues: Callable[[], list[str]], stack: Stack) -> Heal:
    with channel_to(stack) as channel:
        for queue in queues():
            if not channel.queue_declare(queue, passive=True).consumer_count:
                raise NotSeen(f"nobody listened to {queue}")
            channel.queue_delete(queue)
    return nothing


def _drop_all_events(stack: Stack) -> Heal:
    """The exchange knows no queue: every event of the hold is lost on the bus."""
    published = "SELECT published FROM log_head"
    with channel_to(stack) as channel:
        for queue, key in events_queues():
            channel.queue_unbind(queue, EVENTS_EXCHANGE, key)
    before = stack.number("cases", published)
    wait_for(lambda: stack.number("cases", published) > before + 20, 20, "events published into the void")
    return lambda: _bind(stack)


def _bind(stack: Stack) -> None:
    with channel_to(stack) as channel:
        for queue, key in events_queues():
            channel.queue_bind(queue, EVENTS_EXCHANGE, key)


def _cut(stack: Stack) -> Heal:
    assert stack.proxy is not None
    if not stack.proxy.cut():
        raise NotSeen("there was no connection to cut")
    return stack.proxy.mend


def _hole(way: Way, stack: Stack) -> Heal:
    proxy = stack.proxy
    assert proxy is not None
    before = proxy.swallowed
    if not proxy.hole(way):
        raise NotSeen("there was no connection to swallow")
    wait_for(lambda: proxy.swallowed > before, 10, "something swallowed")
    return proxy.mend


def _event_queues() -> list[str]:
    return [queue for queue, _ in events_queues()]


def _rpc_queues() -> list[str]:
    return [rpc_queue_name(service) for service in SERVICES]


_MEMORY = (("set_vm_memory_high_watermark", "0.000001"), ("set_vm_memory_high_watermark", "0.4"))
_DISK = (("set_disk_free_limit", "100000000000000"), ("set_disk_free_limit", "50000000"))


def faults() -> list[Fault]:
    return [
        Fault("RabbitMQ stopped", GROUP, _stop),
        Fault("RabbitMQ killed", GROUP, _kill, mixable=True),
        *(
            Fault(f"RabbitMQ wiped, {number} of {WIPES}", GROUP, _wipe_disk if number % 3 == 0 else _wipe_running)
            for number in range(2, WIPES + 1)
        ),
        Fault(f"RabbitMQ wiped, 1 of {WIPES}", GROUP, _wipe_disk, short=True),
        Fault("RabbitMQ killed as soon as its queues are made", GROUP, _kill_young),
        Fault("RabbitMQ frozen", GROUP, _freeze, hold_s=4, mixable=True),
        Fault("memory alarm", GROUP, partial(_alarm, *_MEMORY, "memory"), hold_s=4),
        Fault("disk alarm", GROUP, partial(_alarm, *_DISK, "disk"), hold_s=4),
        Fault("all connections closed", GROUP, _close_all, short=True, mixable=True),
        Fault("queues purged", GROUP, _purge),
        Fault("event queues deleted", GROUP, partial(_delete, _event_queues)),
        Fault("call queues deleted", GROUP, partial(_delete, _rpc_queues)),
        Fault("every event dropped", GROUP, _drop_all_events, hold_s=5, short=True, mixable=True),
        Fault("wire cut", GROUP, _cut, hold_s=3, mixable=True),
        Fault("wire black-holed towards the broker", GROUP, partial(_hole, "up"), hold_s=3),
        Fault("wire black-holed from the broker", GROUP, partial(_hole, "down"), hold_s=3),
    ]
