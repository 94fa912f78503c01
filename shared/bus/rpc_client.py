"""Calling services over the bus from a process that is no nameko service: the gateway, workers, senders, tools.

The wire is nameko 2.14.1's: exchange nameko-rpc, key `service.method`, reply_to, correlation_id, body
{"args": [request], "kwargs": {}}; the reply is {"result": ..., "error": ...}. One thread publishes and keeps the
deadlines, one drains the reply queue; submit() only hands over and never waits for the bus: an event loop may call it.
"""

import contextlib
import heapq
import itertools
import logging
import random
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, time
from typing import Any

from kombu import Connection

from shared.bus import serializer
from shared.bus.connection import BUS_ERRORS, connect, is_amqp, open_now
from shared.bus.names import REPLY_PREFIX, reply_queue, rpc_exchange
from shared.bus.sender import TRANSIENT, Sender, Unroutable
from shared.errors import TianweiError, Unavailable

MAX_IN_FLIGHT = 256
DRAIN_S = 0.5
MAX_BACK_OFF_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a call: the dict the service answered, or why there is none."""

    result: dict[str, Any] | None
    error: TianweiError | None = None


OnReply = Callable[[Reply], None]


@dataclass(slots=True)
class _Call:
    correlation_id: str
    service: str
    method: str
    body: str
    due: float  # monotonic
    on_reply: OnReply

    def fail(self, error: TianweiError) -> None:
        self.finish(Reply(None, error))

    def finish(self, reply: Reply) -> None:
        try:
            self.on_reply(reply)
        except Exception:  # a caller's fault must not end the thread all other callers wait on
            log.exception("the caller of %s.%s failed on its reply", self.service, self.method)


class RpcClient:
    """Calls services. start() before use, close() after. Safe to use from many threads; green when eventlet patched."""

    def __init__(self, url: str, client_name: str, *, max_in_flight: int = MAX_IN_FLIGHT) -> None:
        self._url = url
        self._name = client_name
        self._max_in_flight = max_in_flight
        self._sender = Sender(url, rpc_exchange())
        self._changed = threading.Condition()
        self._up = threading.Event()
        self._closed = threading.Event()
        # All below are guarded by _changed.
        self._reply_to = ""
        self._pending: dict[str, _Call] = {}
        self._outbox: deque[_Call] = deque()
        self._dues: list[tuple[float, int, str]] = []
        self._numbers = itertools.count()
        self._threads = [
            threading.Thread(target=self._send_forever, name=f"rpc-send-{client_name}", daemon=True),
            threading.Thread(target=self._receive_forever, name=f"rpc-receive-{client_name}", daemon=True),
        ]

    def start(self, wait_s: float = 5.0) -> bool:
        """Start connecting, for ever; wait up to wait_s seconds. True if the bus is reached by then."""
        for thread in self._threads:
            thread.start()
        return self._up.wait(wait_s)

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    def submit(self, service: str, method: str, request: dict[str, Any], deadline: float, on_reply: OnReply) -> str:
        """Send a call and return its correlation id; on_reply is called once, from another thread.

        deadline: unix seconds, of the reply's arrival. Raises Unavailable: bus.down (not connected or closed), bus.busy
        (too many in flight), bus.timeout (deadline already past). Reply.error may be Unavailable with bus.down,
        bus.timeout, bus.no-service, or a TianweiError bus.remote-fault: the service failed outside its contract.
        """
        body = serializer.dumps({"args": [request], "kwargs": {}})
        due = monotonic() + deadline - time()
        call = _Call(str(uuid.uuid4()), service, method, body, due, on_reply)
        with self._changed:
            if self._closed.is_set() or not self._up.is_set():
                raise Unavailable("bus.down", service=service)
            if len(self._pending) >= self._max_in_flight:
                raise Unavailable("bus.busy", service=service, retry_after_s=1)
            if due <= monotonic():
                raise Unavailable("bus.timeout", service=service)
            self._pending[call.correlation_id] = call
            self._outbox.append(call)
            heapq.heappush(self._dues, (due, next(self._numbers), call.correlation_id))
            self._changed.notify()
        return call.correlation_id

    def call(self, service: str, method: str, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """Call and wait up to timeout seconds. Raises what submit() raises and what its Reply would carry."""
        done = threading.Event()
        replies: list[Reply] = []

        def on_reply(reply: Reply) -> None:
            replies.append(reply)
            done.set()

        correlation_id = self.submit(service, method, request, time() + timeout, on_reply)
        if not done.wait(timeout) and self.withdraw(correlation_id):
            raise Unavailable("bus.timeout", service=service)
        done.wait()  # withdrawn too late: the reply is being handed over
        reply = replies[0]
        if reply.error is not None:
            raise reply.error
        assert reply.result is not None
        return reply.result

    def withdraw(self, correlation_id: str) -> bool:
        """Stop waiting for a call. True if its on_reply will now never be called."""
        return self._take(correlation_id) is not None

    def close(self) -> None:
        """Stop both threads and close the connections; calls still waiting fail with bus.down. Takes up to 2 s."""
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout=2.0)
        self._fail_all()

    # sending and deadlines

    def _send_forever(self) -> None:
        reply_to = ""
        while (call := self._next_call()) is not None:
            with self._changed:
                wanted, waiting = self._reply_to, call.correlation_id in self._pending
            if wanted != reply_to:  # the bus was lost in between; what this connection knows is stale
                self._sender.drop()
                reply_to = wanted
            if waiting and wanted:
                self._send(call, reply_to)
        self._close_sender()

    def _next_call(self) -> _Call | None:
        """The next call to send, failing meanwhile those whose deadline passes; None when closed."""
        while True:
            with self._changed:
                late = self._pop_late()
                if not late:
                    if self._closed.is_set():
                        return None
                    if self._outbox:
                        return self._outbox.popleft()
                    self._changed.wait(self._dues[0][0] - monotonic() if self._dues else None)
            for call in late:
                call.fail(Unavailable("bus.timeout", service=call.service))

    def _pop_late(self) -> list[_Call]:
        late = []
        now = monotonic()
        while self._dues and (self._dues[0][0] <= now or self._dues[0][2] not in self._pending):
            call = self._pending.pop(heapq.heappop(self._dues)[2], None)
            if call is not None:
                late.append(call)
        return late

    def _send(self, call: _Call, reply_to: str) -> None:
        left_ms = max(1, int((call.due - monotonic()) * 1000))
        properties = {
            "reply_to": reply_to,
            "correlation_id": call.correlation_id,
            "expiration": str(left_ms),
            "delivery_mode": TRANSIENT,
        }
        try:
            self._sender.send(call.body, serializer.JSON_TYPE, f"{call.service}.{call.method}", properties)
        except Unroutable:
            self._fail(call, Unavailable("bus.no-service", service=call.service))
        except BUS_ERRORS as error:
            log.warning("a call to %s could not be sent: %r", call.service, error)
            self._fail_unsent(call)
        except Exception:  # this thread must live: without it no call is sent and no deadline kept
            log.exception("a call to %s could not be sent", call.service)
            self._fail_unsent(call)

    def _fail(self, call: _Call, error: TianweiError) -> None:
        if self._take(call.correlation_id) is not None:
            call.fail(error)

    def _take(self, correlation_id: str | None) -> _Call | None:
        with self._changed:
            return self._pending.pop(correlation_id or "", None)

    def _fail_unsent(self, first: _Call) -> None:
        """The bus takes nothing: fail this call and all behind it, which would only wait for the same answer."""
        with self._changed:
            unsent = [first, *self._outbox]
            self._outbox.clear()
        for call in unsent:
            self._fail(call, Unavailable("bus.down", service=call.service))

    def _close_sender(self) -> None:
        try:
            self._sender.close()
        except BUS_ERRORS:
            self._sender.drop()

    # receiving

    def _receive_forever(self) -> None:
        failures = 0
        connection = connect(self._url, acks=False)
        while not self._closed.is_set():
            try:
                self._listen(connection)
            except BUS_ERRORS as error:
                failures = 1 if self._up.is_set() else failures + 1
                log.warning("the bus is lost: %r", error)
                connection.collect()
            except Exception:  # this thread must live: without it no reply is ever heard
                log.exception("the bus is lost")
                connection.collect()
            finally:
                self._fail_all()
            self._closed.wait(random.uniform(0.05, min(MAX_BACK_OFF_S, 0.2 * 2 ** min(failures, 10))))

    def _listen(self, connection: Connection) -> None:
        open_now(connection)
        channel = connection.channel()
        name = f"{REPLY_PREFIX}{self._name}-{uuid.uuid4()}"
        queue = reply_queue(name)(channel)
        queue.declare()
        queue.consume(consumer_tag="replies", callback=self._on_message, no_ack=True)
        with self._changed:
            self._reply_to = name
            self._up.set()
        log.info("connected to the bus, replies come to %s", name)
        self._drain(connection)
        # Valkey forgets an unread reply queue by itself, and saying good-bye there would wait for its BRPOP.
        connection.release() if is_amqp(self._url) else connection.collect()

    def _drain(self, connection: Connection) -> None:
        beat_at = monotonic() + 1
        while not self._closed.is_set():
            with contextlib.suppress(TimeoutError):
                connection.drain_events(timeout=DRAIN_S)
            if monotonic() >= beat_at:
                connection.heartbeat_check()
                beat_at = monotonic() + 1

    def _on_message(self, message: Any) -> None:
        call = self._take(message.properties.get("correlation_id"))
        if call is None:
            log.debug("a reply nobody waits for is dropped")
            return
        call.finish(_reply_of(message, call))

    def _fail_all(self) -> None:
        """The reply queue is gone: whatever was waiting will not be answered."""
        with self._changed:
            self._up.clear()
            self._reply_to = ""
            waiting = list(self._pending.values())
            self._pending.clear()
            self._outbox.clear()
            self._dues.clear()
        for call in waiting:
            call.fail(Unavailable("bus.down", service=call.service))


def _reply_of(message: Any, call: _Call) -> Reply:
    try:
        if message.content_type not in serializer.ACCEPTED_TYPES:
            raise ValueError(f"content type {message.content_type!r}")
        payload = serializer.loads(message.body)
        result, fault = payload["result"], payload["error"]
        if fault is None and isinstance(result, dict):
            return Reply(result)
        what = fault.get("exc_type") if isinstance(fault, dict) else type(result).__name__
    except (ValueError, TypeError, KeyError) as error:
        what = repr(error)
    log.error("%s.%s answered outside its contract: %s", call.service, call.method, what)
    return Reply(None, TianweiError("bus.remote-fault", service=call.service, method=call.method))
