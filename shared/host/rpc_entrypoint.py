"""Nameko's `rpc` entrypoint with our way of replying; the wire stays nameko 2.14.1's.

Nameko's own responder opens a connection object per reply, serializes twice, and lets a reply that cannot be sent (no
reply_to, bus gone) end the whole service. Here one connection is kept for replies, and what cannot be sent is dropped
with a log line: the caller's deadline takes care of it.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from nameko.exceptions import UnserializableValueError, serialize
from nameko.rpc import Rpc, RpcConsumer

from shared.bus import serializer
from shared.bus.connection import BUS_ERRORS
from shared.bus.names import rpc_exchange
from shared.bus.sender import TRANSIENT, Sender
from shared.crash_points import CrashPoint, reach
from shared.host.nameko_settings import BUS_URL_CONFIG_KEY
from shared.host.queue_consumer import BusQueueConsumer

log = logging.getLogger(__name__)


class ReplyingRpcConsumer(RpcConsumer):  # type: ignore[misc]
    """Takes calls from the service's queue and answers them over one connection of its own."""

    queue_consumer = BusQueueConsumer()

    def __init__(self) -> None:
        self._sender: Sender | None = None
        self._sending = threading.Lock()
        super().__init__()

    def setup(self) -> None:
        if self._sender is None:
            self._sender = Sender(self.container.config[BUS_URL_CONFIG_KEY], rpc_exchange(), confirm=False)
        super().setup()

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        """Answer and acknowledge; never raises for what the bus or the caller did wrong."""
        reach(CrashPoint.RPC_BEFORE_REPLY)
        self._reply(message, _payload(result, exc_info))
        reach(CrashPoint.RPC_BEFORE_ACK)
        try:
            self.queue_consumer.ack_message(message)
        except BUS_ERRORS as error:
            log.warning("a call could not be acknowledged: %r", error)
        reach(CrashPoint.RPC_AFTER_ACK)
        return result, exc_info

    def _reply(self, message: Any, body: str) -> None:
        reply_to = message.properties.get("reply_to")
        if not isinstance(reply_to, str) or not reply_to:
            log.error("a call without reply_to came by %s: no reply is sent", message.delivery_info.get("routing_key"))
            return
        properties = {"correlation_id": message.properties.get("correlation_id"), "delivery_mode": TRANSIENT}
        with self._sending:
            try:
                self._send(body, reply_to, properties)
            except BUS_ERRORS as error:
                log.warning("a reply could not be sent: %r", error)

    def _send(self, body: str, reply_to: str, properties: dict[str, Any]) -> None:
        assert self._sender is not None
        try:
            self._sender.send(body, serializer.JSON_TYPE, reply_to, properties, mandatory=False)
        except BUS_ERRORS:
            # Most likely the connection died while nothing was said on it; a second try uses a fresh one.
            self._sender.send(body, serializer.JSON_TYPE, reply_to, properties, mandatory=False)


def _payload(result: Any, exc_info: Any) -> str:
    error = None if exc_info is None else serialize(exc_info[1])
    try:
        return serializer.dumps({"result": None if error else result, "error": error})
    except (ValueError, TypeError):
        log.exception("a service returned what plain JSON cannot carry")
        refused = serialize(UnserializableValueError(None))
        return serializer.dumps({"result": None, "error": {"exc_type": refused["exc_type"], "value": "unserializable"}})


class TianweiRpc(Rpc):  # type: ignore[misc]
    """Entrypoint for a service method that takes one dict and returns one dict."""

    rpc_consumer = ReplyingRpcConsumer()


F = TypeVar("F", bound=Callable[..., Any])
rpc: Callable[[F], F] = TianweiRpc.decorator
