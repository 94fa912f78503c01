"""Official documents: how many a second the press prints, how fast a thousand notices reach their recipients."""

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psutil
from pydantic import SecretStr

from benchmarks.http_load import milliseconds, percentile
from services.notify.adapters.document_press import DocumentPress
from services.notify.adapters.docx_writer import DocxWriter
from services.notify.adapters.fonts import FREE, FontSet, folders
from services.notify.adapters.pdf_writer import PdfWriter
from services.notify.adapters.registers import read_document_types
from services.notify.domain.blocks import Document
from services.notify.storage.migrate import MIGRATIONS
from shared.contracts.codes import Recipient
from shared.ids import new_id
from shared.migration import upgrade
from tests.integration.services.notify.house import ADMINISTRATOR, SECRETS_KEY, House
from tests.support.nodes import PostgresNode, wait_until
from tests.unit.services.notify.facts import case_filed
from tests.unit.services.notify.paper_facts import document

PRINTED = 200
NOTICES = 1_000
_AT_ONCE = 50
_GIVE_UP_S = 600


def printing() -> dict[str, Any]:
    """One of each type in turn, in one process; the first, which reads fonts and template, apart."""
    kinds = [document(type_) for type_ in read_document_types()]
    before = _resident_mb()
    began = time.perf_counter()
    writer, docx = PdfWriter(FontSet(folders(None, FREE))), DocxWriter()
    first = writer.write(kinds[0])
    first_s = time.perf_counter() - began
    docx.write(kinds[0], first.pages_after)
    made = [kinds[number % len(kinds)] for number in range(PRINTED)]
    pdf = _each(made, writer.write)
    word = _each(made, lambda one: docx.write(one, 0))
    both = _each(made, DocumentPress(None, FREE).print)
    return {
        "first_pdf_s": round(first_s, 2),
        "pdf": pdf,
        "docx": word,
        "pdf_and_docx_with_digests": both,
        "memory_mb": {"before": before, "after": _resident_mb()},
    }


def notices_drained() -> dict[str, Any]:
    """1,000 notices to three recipients each, from the events that ask for them to the last of 3,000 deliveries.

    By the shipped sender as a process over a private PostgreSQL; each recipient has an endpoint in this process.
    """
    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresNode())
        dsn = postgres.create_database("notify")
        postgres.create_role("notify_app")
        upgrade(MIGRATIONS, SecretStr(dsn), "notify_app")
        run = postgres.dsn("notify", user="notify_app")
        house = House(run)
        stack.callback(house.close)
        url = stack.enter_context(_taking())
        for recipient in Recipient:
            told = house.command(ADMINISTRATOR, "recipient.configure-endpoint", recipient=recipient.value, url=url)
            assert "secret" in told, told
        began = time.perf_counter()
        for number in range(0, NOTICES, _AT_ONCE):
            house.tell(*(_filed(number + more) for more in range(_AT_ONCE)))
        written_s = time.perf_counter() - began
        sender = stack.enter_context(_sender(run))
        process, began = psutil.Process(sender.pid), time.perf_counter()
        most_mb = 0.0

        def drained() -> bool:
            nonlocal most_mb
            most_mb = max(most_mb, process.memory_info().rss / 2**20)
            ((waiting,),) = house.rows("SELECT count(*) FROM delivery WHERE state <> 'delivered'")
            return bool(waiting == 0)

        wait_until(drained, _GIVE_UP_S, "every notice delivered")
        drained_s = time.perf_counter() - began
        ((sent,),) = house.rows("SELECT count(*) FROM delivery")
        assert sent == NOTICES * len(Recipient)
        return {
            "notices": NOTICES,
            "deliveries": sent,
            "written_per_s": round(NOTICES / written_s, 1),
            "drained_s": round(drained_s, 1),
            "deliveries_per_s": round(sent / drained_s, 1),
            "sender_most_mb": round(most_mb, 1),
        }


def _filed(number: int) -> Any:
    return case_filed(case_id=new_id(), case_no=f"ZW-CA-640521-2026-{number:05}", title=f"违法占用耕地案{number}")


@contextmanager
def _taking() -> Iterator[str]:
    """An endpoint that takes everything at once."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(204)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _sender(dsn: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "TIANWEI_NOTIFY_DSN": dsn,
        "TIANWEI_SECRETS_KEY": SECRETS_KEY,
        "TIANWEI_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
        "TIANWEI_PUBLIC_URL": "https://tianwei.example",
    }
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-m", "services.notify.sender"], env=environment, stdout=quiet, stderr=quiet
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def _each(made: list[Document], write: Callable[[Document], object]) -> dict[str, Any]:
    gc.collect()
    times = []
    for one in made:
        began = time.perf_counter()
        write(one)
        times.append(time.perf_counter() - began)
    return {
        "per_second": round(len(times) / sum(times), 1),
        "p50_ms": milliseconds(percentile(times, 50)),
        "p99_ms": milliseconds(percentile(times, 99)),
    }


def _resident_mb() -> float:
    return round(psutil.Process().memory_info().rss / 2**20, 1)
