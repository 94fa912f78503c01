"""Official documents: how many a second the press prints, how fast a thousand notices reach their recipients."""

import gc
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
from pydantic import SecretStr

from benchmarks.http_load import milliseconds, percentile
from services.notify.adapters.charts import Charts
from services.notify.adapters.document_press import DocumentPress
from services.notify.adapters.docx_writer import DocxWriter
from services.notify.adapters.fonts import FREE, FontSet, folders
from services.notify.adapters.pdf_writer import PdfWriter
from services.notify.adapters.registers import read_document_types
from services.notify.domain.blocks import Document
from services.notify.storage.migrate import MIGRATIONS
from shared import keys
from shared.contracts.codes import Recipient
from shared.ids import new_id
from shared.migration import upgrade
from tests.integration.services.notify.house import ADMINISTRATOR, SECRETS_KEY, House
from tests.support.nodes import PostgresNode, wait_until
from tests.unit.services.notify.facts import case_filed
from tests.unit.services.notify.paper_facts import document

PRINTED = 100
NOTICES = 1_000
_AT_ONCE = 50
_GIVE_UP_S = 600


def printing() -> dict[str, Any]:
    """One of each type in turn, in one process; the first, which reads fonts and template, apart."""
    kinds = [document(type_) for type_ in read_document_types()]
    before = _resident_mb()
    began = time.perf_counter()
    fonts = FontSet(folders(None, FREE))
    charts = Charts(fonts)
    writer, docx = PdfWriter(fonts, charts), DocxWriter(charts)
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
    """1,000 notices to three recipients each: written by rule, printed, signed and sealed by the shipped press, and
    delivered by the shipped sender, both as processes over a private PostgreSQL; each recipient has an endpoint here.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
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
        press, printed_s = _ended(stack, "worker", run, folder, house, _PRINTED)
        sender, drained_s = _ended(stack, "sender", run, folder, house, _DELIVERED)
        ((sent,),) = house.rows("SELECT count(*) FROM delivery")
        assert sent == NOTICES * len(Recipient)
        return {
            "notices": NOTICES,
            "deliveries": sent,
            "written_per_s": round(NOTICES / written_s, 1),
            "printed_and_sealed_per_s": round(NOTICES / printed_s, 1),
            "deliveries_per_s": round(sent / drained_s, 1),
            "drained_s": round(written_s + printed_s + drained_s, 1),
            "press_most_mb": press,
            "sender_most_mb": sender,
        }


_PRINTED = f"SELECT {NOTICES} - count(*) FROM document WHERE issued_at IS NOT NULL"
_DELIVERED = "SELECT count(*) FROM delivery WHERE state <> 'delivered'"


def _ended(stack: ExitStack, name: str, dsn: str, folder: Path, house: House, waiting: str) -> tuple[float, float]:
    """Run a process of notify until nothing waits: the most memory it had in MB, and seconds."""
    began, most_mb = time.perf_counter(), 0.0
    process = stack.enter_context(_process(name, dsn, folder))
    seen = psutil.Process(process.pid)

    def done() -> bool:
        nonlocal most_mb
        most_mb = max(most_mb, seen.memory_info().rss / 2**20)
        ((left,),) = house.rows(waiting)
        return bool(left == 0)

    wait_until(done, _GIVE_UP_S, f"{name} to end")
    return round(most_mb, 1), time.perf_counter() - began


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
def _process(name: str, dsn: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "TIANWEI_NOTIFY_DSN": dsn,
        "TIANWEI_SECRETS_KEY": SECRETS_KEY,
        "TIANWEI_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
        "TIANWEI_PUBLIC_URL": "https://tianwei.example",
        "TIANWEI_BLOB_DIR": str(folder / "blobs"),
        "TIANWEI_OFFICE_KEY": keys.new_key(keys.ED25519),
    }
    with (folder / f"{name}.log").open("ab") as log:
        command = [sys.executable, "-m", f"services.notify.{name}"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
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
