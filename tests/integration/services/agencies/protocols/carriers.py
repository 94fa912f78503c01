"""The shipped sender and receiver as processes, over the tests' database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.integration.services.agencies.house import SECRETS_KEY
from tests.support.nodes import wait_until


@dataclass
class Carriers:
    """exchange: the root of exchange folders. blobs: the file store. bus_url: as the house's own user."""

    exchange: Path
    blobs: Path
    bus_url: str


@contextmanager
def carriers(dsn: str, folder: Path, bus_url: str = "") -> Iterator[Carriers]:
    exchange, blobs = folder / "exchange", folder / "blobs"
    environment = {
        **os.environ,
        "TIANWEI_AGENCIES_DSN": dsn,
        "TIANWEI_SECRETS_KEY": SECRETS_KEY,
        "TIANWEI_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
        "TIANWEI_EXCHANGE_DIR": str(exchange),
        "TIANWEI_BLOB_DIR": str(blobs),
        "TIANWEI_BUS_URL": bus_url,
        "TIANWEI_PUBLIC_URL": "https://tianwei.example",
        "TIANWEI_FOLDER_POLL_S": "0.1",
        "TIANWEI_LOOK_S": "0.2",
    }
    started = []
    try:
        for name in ("sender", "receiver"):
            with (folder / f"{name}.log").open("ab") as log:
                command = [sys.executable, "-m", f"services.agencies.{name}"]
                beat = {"TIANWEI_HEARTBEAT_FILE": str(folder / f"{name}.beat")}
                started.append(subprocess.Popen(command, env=environment | beat, stdout=log, stderr=log))
        for name in ("sender", "receiver"):
            wait_until((folder / f"{name}.beat").exists, 90, name)
        yield Carriers(exchange, blobs, bus_url)
        for process in started:
            assert process.poll() is None, "a carrier has ended"
    finally:
        for process in started:
            process.kill()
            process.wait(10)
