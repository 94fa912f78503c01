"""The API of a house and its exchange folder, for reference agencies in tests. Standard library and our packages."""

import contextlib
import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from shared import keys
from shared.exchange.package import PackageName, open_package, pack, seal
from tests.support.vendor_desk import VendorDesk

LOGIN, PASSWORD = "agency-system", "a long password"


class ApiHouse(ThreadingHTTPServer):
    """troubles: statuses with which the next answers are met; 0: taken, but the connection ends without a word."""

    daemon_threads = True

    def __init__(self, desk: VendorDesk) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.desk = desk
        self.troubles: list[int] = []
        self.keys: list[str] = []
        self.tokens = 0
        self.rows: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.more: dict[str, Any] = {}
        self.lock = threading.Lock()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/v1"

    def show(self, event: bytes) -> None:
        """In the mailbox."""
        told = json.loads(event)
        kind, position = told["type"].split(".")[2], len(self.rows) + len(self.messages) + 1
        if kind == "issued":
            self.rows.append({"id": told["subject"], "position": position, "state": "offered", **self.more})
        else:
            facts = {name: told["data"][name] for name in ("points", "reason") if name in told["data"]}
            row = {"id": told["id"], "position": position, "kind": kind, "task_id": told["subject"], "facts": facts}
            self.messages.append(row)


class _Handler(BaseHTTPRequestHandler):
    server: ApiHouse

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        after = int(parse_qs(query).get("after", ["0"])[0])
        house = self.server
        if path == "/api/v1/tasks":
            self._say(200, {"items": [row for row in house.rows if row["position"] > after]})
        elif path == "/api/v1/task-messages":
            self._say(200, {"items": [row for row in house.messages if row["position"] > after]})
        else:
            task = house.desk.tasks[path.rpartition("/")[2]]
            self._say(200, {"state": task.state, "form": {"任务": task.letter}, **house.more})

    def do_POST(self) -> None:
        house = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if urlsplit(self.path).path.endswith("/auth/token"):
            house.tokens += 1
            known = json.loads(body)["client_secret"] == PASSWORD
            self._say(200 if known else 401, {"access_token": "t"} if known else {})
            return
        with house.lock:
            trouble = house.troubles.pop(0) if house.troubles else None
            house.keys.append(self.headers["Idempotency-Key"])
            if trouble:
                self._say(trouble, {})
                return
            if trouble == 0:
                house.desk.take(json.dumps(json.loads(body)["answer"]).encode())
                self.close_connection = True
                return
            try:
                answer = json.loads(body)["answer"]
            except ValueError:
                self._say(400, {"code": "body-not-json"})
                return
            self._say(200, house.desk.take(json.dumps(answer).encode()))

    def _say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class FolderHouse:
    """The exchange folder, our end of it."""

    def __init__(self, desk: VendorDesk, folder: Path, partner_key: str) -> None:
        self.desk = desk
        self.out, self.in_ = folder / "out", folder / "in"
        for place in (self.out, self.in_):
            place.mkdir(parents=True)
        self.key = keys.new_key("ed25519")
        self._partner_key = partner_key
        self._next = 1
        self.taken: dict[int, dict[str, Any]] = {}

    def number(self, event: bytes) -> tuple[str, bytes, bytes]:
        """The next package of ours: name, content, signature."""
        name = PackageName("tianwei", self.desk.agency.value, self._next, UUID(json.loads(event)["id"]))
        self._next += 1
        content = pack(name, event, datetime.now(UTC), "sha256", {})
        return f"{name}.zip", content, seal(name, content, [self.key])

    def lay(self, package: tuple[str, bytes, bytes]) -> None:
        name, content, signature = package
        (self.out / name).write_bytes(content)
        part = self.out / f".{name}.sig.part"
        part.write_bytes(signature)
        part.replace(self.out / f"{name}.sig")

    def round(self) -> None:
        """Verify and take what has come, and lay a receipt of it."""
        agency = self.desk.agency.value
        for mark in sorted(self.in_.glob("*.zip.sig")):
            file = mark.with_suffix("")
            signed = (file.name, file.read_bytes(), mark.read_bytes())
            package = open_package(*signed, trusted=[self._partner_key], sender=agency, receiver="tianwei")
            mark.unlink()
            file.unlink()
            with contextlib.suppress(ValueError):
                self.taken[package.name.number] = json.loads(package.data)
            receipt = self.desk.take(package.data)
            if receipt["verb"] != "received":
                self.lay(self.number(self.desk.receipt_event(receipt)))


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is ended by SIGTERM, and must then end by itself."""
    with log.open("ab") as output, subprocess.Popen(command, stdout=output, stderr=output, cwd=log.parent) as program:
        try:
            yield program
        finally:
            program.terminate()
            program.wait(10)


def steps(log: Path) -> list[dict[str, Any]]:
    """Lines that the programs have said so far, without what is no JSON."""
    said = []
    for line in log.read_text("utf-8").splitlines() if log.exists() else []:
        try:
            said.append(json.loads(line))
        except ValueError:
            continue
    return said
