"""The four reference agencies, each with our end of its protocol."""

import base64
import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kombu import Consumer

from gateway.cli.demo import programs
from services.agencies.adapters.integrations.material import vectors
from services.agencies.adapters.protocols.bus_queue import exchange_of, queue_of
from services.agencies.adapters.protocols.cloud_event import CONTENT_TYPE
from shared import keys
from shared.bus.connection import connect, is_amqp
from shared.contracts.codes import Agency
from shared.outgoing.secret_box import new_webhook_secret
from shared.outgoing.webhook import signed_headers
from tests.support.nodes import free_port, wait_until
from tests.support.vendor_desk import VendorDesk
from tests.support.vendor_house import LOGIN, PASSWORD, ApiHouse, FolderHouse, running, steps

WAIT_S = 20.0
WHOLE_WAY = ["sign", "accept", "start", "report"]


class Vendor:
    """A reference agency and the house that it knows. folder: with its access.json, state and log."""

    agency: ClassVar[Agency]
    protocol: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.desk = VendorDesk(self.agency)

    def access(self) -> dict[str, Any]:
        raise NotImplementedError

    def deliver(self, event: bytes) -> None:
        raise NotImplementedError

    def pump(self) -> None:
        """Take what has come to us."""

    @contextmanager
    def started(self, *more: str) -> Iterator[subprocess.Popen[bytes]]:
        self.folder.mkdir(exist_ok=True)
        head = {"contract": "1.0", "agency": self.agency.value, "county_code": "640521", "protocol": self.protocol}
        access = self.folder / "access.json"
        access.write_text(json.dumps({**head, **self.access()}), "utf-8")
        before = len(steps(self.log))
        with running([*programs.command(self.agency), str(access), *more], self.log) as program:
            wait_until(lambda: program.poll() is not None or "ready" in self.said(before), WAIT_S, "ready")
            yield program

    def said(self, since: int = 0) -> list[str]:
        return [str(line.get("step", "ready")) for line in steps(self.log)[since:]]

    def until(self, verbs: Sequence[str], event: bytes) -> None:
        """The task of this letter has got so far."""
        task = self.desk.tasks[json.loads(event)["subject"]]

        def there() -> bool:
            self.pump()
            return task.told == list(verbs)

        try:
            wait_until(there, WAIT_S)
        except Exception as error:
            raise AssertionError(f"{task.told}, {self.desk.receipts}, {self.log.read_text()}") from error

    def until_said(self, word: str, times: int = 1, *, pumping: bool = True) -> None:
        def there() -> bool:
            if pumping:
                self.pump()
            return self.said().count(word) >= times

        wait_until(there, WAIT_S, word)

    def rest(self, seconds: float = 1.0) -> None:
        """Long enough for what must not come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.pump()
            time.sleep(0.05)

    def close(self) -> None: ...


class WithApi(Vendor):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.house = ApiHouse(self.desk)
        self._thread = threading.Thread(target=self.house.serve_forever, daemon=True)
        self._thread.start()

    def api(self) -> dict[str, str]:
        head = {"base_url": self.house.base_url, "token_path": "/auth/token"}
        return {**head, "login": LOGIN, "password": PASSWORD}

    def close(self) -> None:
        self.house.shutdown()
        self.house.server_close()
        self._thread.join()


class Webhook(WithApi):
    agency = Agency.NATURAL_RESOURCES
    protocol = "signed_webhook"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.secret = new_webhook_secret()
        self.port = free_port()

    def access(self) -> dict[str, Any]:
        listen = {"listen_host": "127.0.0.1", "listen_port": self.port, "path": "/tasks", "secret": self.secret}
        return {"api": self.api(), "webhook": listen}

    def deliver(self, event: bytes) -> None:
        assert self.post(event) == 202

    def post(self, event: bytes, secret: str = "", age: timedelta = timedelta(0)) -> int:
        """The status."""
        id_ = UUID(json.loads(event)["id"])
        headers = signed_headers(id_, [secret or self.secret], event, datetime.now(UTC) - age)
        url = f"http://127.0.0.1:{self.port}/tasks"
        return httpx.post(url, content=event, headers=headers, trust_env=False).status_code


class Mailbox(WithApi):
    agency = Agency.AGRICULTURE
    protocol = "polled_mailbox"

    def access(self) -> dict[str, Any]:
        return {"api": self.api()}

    def deliver(self, event: bytes) -> None:
        self.house.show(event)

    def lose_place(self) -> None:
        """A mailbox repeats nothing by itself; but whoever has lost his place reads again from the beginning."""
        state = self.folder / f"{self.agency}.state.json"
        kept = json.loads(state.read_text("utf-8"))
        kept["task_position"] = kept["message_position"] = 0
        state.write_text(json.dumps(kept), "utf-8")


class Exchange(Vendor):
    agency = Agency.PUBLIC_SECURITY
    protocol = "file_exchange"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        folder.mkdir()
        self._key = Ed25519PrivateKey.generate()
        public = f"ed25519:{base64.b64encode(self._key.public_key().public_bytes_raw()).decode()}"
        self.house = FolderHouse(self.desk, folder / "exchange", public)
        self._laid: dict[bytes, tuple[str, bytes, bytes]] = {}

    def access(self) -> dict[str, Any]:
        private = base64.b64encode(self._key.private_bytes_raw()).decode()
        folder = str(self.folder / "exchange")
        return {"exchange": {"folder": folder, "house_key": keys.public_key(self.house.key), "private_key": private}}

    def deliver(self, event: bytes) -> None:
        if event not in self._laid:
            self._laid[event] = self.house.number(event)
        self.house.lay(self._laid[event])

    def pump(self) -> None:
        self.house.round()


class Queue(Vendor):
    agency = Agency.COMPREHENSIVE_ENFORCEMENT
    protocol = "bus_queue"

    def __init__(self, folder: Path, url: str, vendor_url: str = "") -> None:
        super().__init__(folder)
        self._url, self._vendor_url = url, vendor_url or url
        self.secret = new_webhook_secret()
        self.users: list[str | None] = []
        self.headers: list[dict[str, Any]] = []
        self.connect()

    def connect(self) -> None:
        """On the shared Valkey, with what an earlier vendor left in the queues thrown away."""
        self._connection = connect(self._url)
        channel, amqp = self._connection.channel(), is_amqp(self._url)
        for kind in ("tasks", "answers"):
            queue = queue_of(self.agency, kind, amqp=amqp)(channel)
            queue.declare()
            if not amqp:
                queue.purge()
        answers = queue_of(self.agency, "answers", amqp=amqp)
        Consumer(channel, [answers], on_message=self._take, accept=["json"]).consume()

    def access(self) -> dict[str, Any]:
        return {"queue": {"url": self._vendor_url, "secret": self.secret}, "example": {"declines_without": "道路"}}

    def deliver(self, event: bytes) -> None:
        self.send(event)

    def send(self, event: bytes, secret: str = "", age: timedelta = timedelta(0)) -> None:
        headers = signed_headers(uuid4(), [secret or self.secret], event, datetime.now(UTC) - age)
        self._connection.Producer().publish(
            event.decode(),
            exchange=exchange_of(self.agency, "tasks"),
            routing_key="tasks",
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
            headers=headers,
        )

    def pump(self) -> None:
        with contextlib.suppress(TimeoutError):
            self._connection.drain_events(timeout=0.1)

    def _take(self, message: Any) -> None:
        body = message.body if isinstance(message.body, bytes) else message.body.encode()
        self.users.append(message.properties.get("user_id"))
        self.headers.append(dict(message.headers))
        self.send(self.desk.receipt_event(self.desk.take(body)))
        message.ack()

    def close(self) -> None:
        self._connection.release()


Make = Callable[[str], Vendor]


def letter(vendor: Vendor) -> bytes:
    """One that says all an agency wants to know."""
    given: dict[str, Any] = vectors(vendor.agency)["letters"][0]["letter"]
    return vendor.desk.issue({**given, **({"处置要求": "清理，道路宽六米"} if "处置要求" in given else {})})
