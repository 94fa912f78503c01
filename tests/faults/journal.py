"""Accounts that act over the public API and write down every attempt, as checker/INTERFACE.md says."""

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from gateway.cli.precondition import Precondition

ATTEMPT_S = 8.0
GIVE_UP_S = 40.0
_PAUSE_S = 0.4
_AGAIN = (429, 500, 502, 503, 504)


class GivenUp(Exception):
    """A command was refused, or nobody answered it for long; what hung on it is not carried on."""

    def __init__(self, status: int | None, what: str) -> None:
        super().__init__(f"{status} {what}")
        self.status = status


class Gate:
    """Closed: nothing new is asked. What was begun goes on to its answer."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self.busy = 0

    def open(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.clear()

    async def __aenter__(self) -> None:
        await self._open.wait()
        self.busy += 1

    async def __aexit__(self, *_: object) -> None:
        self.busy -= 1


class Journal:
    """commands.jsonl, a line an attempt, written when its answer came or was given up."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8", buffering=1)
        self.commands = 0
        self.accepted = 0
        self.attempts = 0
        self.by_status: dict[str, int] = {}

    def write(self, key: str, method: str, path: str, body: Any, status: int | None, answer: Any) -> None:
        self.attempts += 1
        self.by_status[str(status)] = self.by_status.get(str(status), 0) + 1
        line = {
            "key": key,
            "method": method,
            "path": path,
            "status": status,
            "body": body,
            "answer": answer,
            "at": datetime.now(UTC).isoformat(),
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")


class Account:
    """One account. Every call waits at the gate first; a command without an answer is repeated under its key."""

    def __init__(self, http: httpx.AsyncClient, gate: Gate, journal: Journal, login: str, password: str) -> None:
        self.login = login
        self._http = http
        self._gate = gate
        self._journal = journal
        self._grant = {"grant_type": "password", "username": login, "password": password}
        self._token = ""
        self._signing_in = asyncio.Lock()

    async def get(self, path: str, **params: Any) -> Any:
        """The answer's JSON. Raises GivenUp."""
        give_up_at = time.monotonic() + GIVE_UP_S
        async with self._gate:
            while True:
                answer = await self._attempt("GET", path, {}, params=params)
                if answer is not None and answer.is_success:
                    return answer.json()
                status = None if answer is None else answer.status_code
                if status not in (None, 401, *_AGAIN) or time.monotonic() > give_up_at:
                    raise GivenUp(status, f"GET {path}")
                await asyncio.sleep(_PAUSE_S)

    async def post(self, path: str, body: Mapping[str, Any], *, version: int | None = None) -> Any:
        return await self._command("POST", path, dict(body), version, json=dict(body))

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return await self._command("PUT", path, dict(body), None, json=dict(body))

    async def upload(self, path: str, name: str, content: bytes, fields: Mapping[str, str] | None = None) -> Any:
        """fields: of the form, before the file."""
        said, files = dict(fields or {}), {"file": (name, content, "application/json")}
        return await self._command("POST", path, said or None, None, data=said, files=files)

    async def _command(self, method: str, path: str, body: Any, version: int | None, **given: Any) -> Any:
        """The first answer that is none of "try again". Raises GivenUp."""
        key = uuid4().hex
        wanted = Precondition(version)
        give_up_at = time.monotonic() + GIVE_UP_S
        async with self._gate:
            self._journal.commands += 1
            while True:
                headers = {"Idempotency-Key": key, **wanted.headers}
                answer = await self._attempt(method, path, headers, **given)
                if address := wanted.asks_for(answer):
                    wanted.learn(await self._attempt("GET", address, {}))
                    continue
                status = None if answer is None else answer.status_code
                told = answer.json() if answer is not None and answer.is_success else None
                if status != 401:  # it came to nobody: the gateway did not know who asks
                    self._journal.write(key, method, path, body, status, told)
                if told is not None:
                    self._journal.accepted += 1
                    return told
                if status not in (None, 401, *_AGAIN) or time.monotonic() > give_up_at:
                    raise GivenUp(status, f"{method} {path}: {'' if answer is None else answer.text[:300]}")
                await asyncio.sleep(_PAUSE_S)

    async def _attempt(self, method: str, path: str, headers: dict[str, str], **given: Any) -> httpx.Response | None:
        """None when no answer came."""
        try:
            token = self._token or await self._sign_in()
            if not token:
                return None
            signed = {**headers, "Authorization": f"Bearer {token}"}
            answer = await self._http.request(method, path, headers=signed, **given)
        except httpx.HTTPError:
            return None
        if answer.status_code == 401 and self._token == token:
            self._token = ""
        return answer

    async def _sign_in(self) -> str:
        """One at a time: the fifth wrong or broken-off try in a row would lock the account."""
        async with self._signing_in:
            if not self._token:
                answer = await self._http.post("/auth/token", json=self._grant)
                if answer.is_success:
                    self._token = answer.json()["access_token"]
            return self._token
