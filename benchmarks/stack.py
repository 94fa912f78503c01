"""A fresh embedded stack for measuring: started as a person would start it, in a temporary folder."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from gateway.cli.stack.layout import Home, read_state

SERVICES = ("cases", "agencies", "notify")
# One client is a whole county here.
RATES_LIFTED = {
    f"TIANWEI_RATE_{whose}_{what}": "1000000" for whose in ("ACCOUNT", "ADDRESS") for what in ("PER_S", "BURST")
}


@dataclass
class Stack:
    home: Home
    first_start_s: float

    @property
    def base_url(self) -> str:
        return str(read_state(self.home).address)

    @property
    def port(self) -> int:
        return int(read_state(self.home).http_port)

    def status(self) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli", "status", "--json", "--home", str(self.home.root)],
            capture_output=True,
            check=False,
        )
        return dict(json.loads(done.stdout))

    def environment_of(self, process: str) -> dict[str, str]:
        """TIANWEI_* of a running process: the bench reads databases and bus with the rights that process has."""
        pid = next(row["pid"] for row in self.status()["processes"] if row["name"] == process)
        raw = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        pairs = (entry.decode().split("=", 1) for entry in raw if entry.startswith(b"TIANWEI_"))
        return {pair[0]: pair[1] for pair in pairs}

    def engine(self, service: str) -> sa.Engine:
        return sa.create_engine(self.environment_of(service)[f"TIANWEI_{service.upper()}_DSN"], poolclass=sa.NullPool)

    def account(self, login: str) -> dict[str, Any]:
        accounts = json.loads(self.home.accounts_file.read_text(encoding="utf-8"))
        return dict(next(account for account in accounts if account["login"] == login))

    def token(self, login: str) -> str:
        account = self.account(login)
        grant = {"grant_type": "password", "username": login, "password": account["password"]}
        answer = httpx.post(f"{self.base_url}/api/v1/auth/token", json=grant, trust_env=False).raise_for_status()
        return str(answer.json()["access_token"])

    def call(self, method: str, path: str, token: str, **given: Any) -> Any:
        answer = httpx.request(
            method,
            f"{self.base_url}{path}",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=60,
            **given,
        )
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def wait_until_applied(self, within_s: float = 120) -> float:
        """Seconds until every event written so far is settled by every consumer."""
        begun = time.perf_counter()
        while self._behind() > 0:
            if time.perf_counter() - begun > within_s:
                raise TimeoutError("events were not applied in time")
            time.sleep(0.02)
        return time.perf_counter() - begun

    def _behind(self) -> int:
        services = httpx.get(f"{self.base_url}/readyz", trust_env=False, timeout=10).json()["services"]
        return int(
            sum(services[name]["unnumbered"] for name in SERVICES)
            + sum(
                services[producer]["head"] - feed["position"]
                for name in SERVICES
                for producer, feed in services[name]["feeds"].items()
            )
        )


@contextmanager
def fresh_stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="tianwei-bench-"))
    home = Home.at(folder)
    try:
        seconds = start(home)
        yield Stack(home, seconds)
    finally:
        stop(home)
        shutil.rmtree(folder, ignore_errors=True)


def start(home: Home) -> float:
    """`tianwei up -d`, to ready; seconds."""
    begun = time.perf_counter()
    environment = {**os.environ, "TIANWEI_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1", **RATES_LIFTED}
    command = [sys.executable, "-m", "gateway.cli", "up", "-d", "--home", str(home.root)]
    subprocess.run(command, check=True, stdout=sys.stderr, env=environment)
    return time.perf_counter() - begun


def stop(home: Home) -> None:
    subprocess.run(
        [sys.executable, "-m", "gateway.cli", "down", "--home", str(home.root)], check=False, stdout=sys.stderr
    )
