"""One account that calls the public API, and does not give up while a service is away."""

import time
from collections.abc import Mapping
from typing import Any, Self
from uuid import uuid4

import httpx

from gateway.cli.precondition import Precondition

GIVE_UP_S = 120.0
LONGEST_PAUSE_S = 2.0


class Refused(RuntimeError):
    """The API said no, and would say no again."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.status = answer.status_code
        try:
            self.problem: dict[str, Any] = answer.json()
        except ValueError:
            self.problem = {"detail": answer.text[:500]}
        super().__init__(f"{self.status} {answer.request.method} {answer.request.url.path}: {self.problem}")


class CredentialsRefused(Refused):
    """The account does not exist or the password is wrong: asking again would only lock somebody's account."""


class Person:
    """Knows nothing but the public API. A call that got no answer is repeated under the same Idempotency-Key.

    Wrong credentials are shown once and never again: every later call raises the same CredentialsRefused.
    """

    def __init__(self, base_url: str, login: str, password: str, *, system: bool = False) -> None:
        self.login = login
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=30.0, trust_env=False)
        self._grant = (
            {"grant_type": "client_credentials", "client_id": login, "client_secret": password}
            if system
            else {"grant_type": "password", "username": login, "password": password}
        )
        self._token = ""
        self._refused: CredentialsRefused | None = None

    def get(self, path: str, **params: Any) -> Any:
        given = {name: value for name, value in params.items() if value is not None}
        return self._call("GET", path, params=given)

    def content(self, path: str) -> bytes:
        """A file."""
        return self._answered("GET", path).content

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, version: int | None = None) -> Any:
        """version: what the caller saw; a newer one in between is refused (412). Without: whatever it is by now."""
        return self._command("POST", path, dict(body or {}), Precondition(version))

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._command("PUT", path, dict(body), Precondition())

    def upload(self, path: str, name: str, content: bytes, fields: Mapping[str, str] | None = None) -> Any:
        """fields: of the form, before the file."""
        headers = {"Idempotency-Key": str(uuid4())}
        files = {"file": (name, content, "application/octet-stream")}
        return self._call("POST", path, data=dict(fields or {}), files=files, headers=headers)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _command(self, method: str, path: str, body: dict[str, Any], wanted: Precondition) -> Any:
        key = {"Idempotency-Key": str(uuid4())}
        while True:
            try:
                return self._call(method, path, json=body, headers={**key, **wanted.headers})
            except Refused as refused:
                address = wanted.asks_for(refused.answer)
                if not address:
                    raise
            wanted.learn(self._persistent("GET", address))

    def _call(self, method: str, path: str, **given: Any) -> Any:
        answer = self._answered(method, path, **given)
        return answer.json() if answer.content else None

    def _answered(self, method: str, path: str, **given: Any) -> httpx.Response:
        """A success. Raises Refused."""
        answer = self._persistent(method, path, **given)
        if answer.is_error:
            raise Refused(answer)
        return answer

    def _persistent(self, method: str, path: str, **given: Any) -> httpx.Response:
        give_up_at = time.monotonic() + GIVE_UP_S
        while True:
            answer = self._try(method, path, **given)
            if answer is not None and answer.status_code not in (429, 503):
                break
            if time.monotonic() > give_up_at:
                if answer is None:
                    raise ConnectionError(f"{method} {path}: no answer in {GIVE_UP_S:g} s")
                raise Refused(answer)
            wished = float(answer.headers.get("Retry-After", "0.5")) if answer is not None else 0.5
            time.sleep(min(wished, LONGEST_PAUSE_S))
        return answer

    def _try(self, method: str, path: str, **given: Any) -> httpx.Response | None:
        """One try with a token; None when nobody answered. Raises CredentialsRefused."""
        if self._refused:
            raise self._refused
        try:
            if not self._token:
                signed_in = self._http.post("/auth/token", json=self._grant)
                if signed_in.status_code == 401:
                    self._refused = CredentialsRefused(signed_in)
                    raise self._refused
                if signed_in.is_error:
                    return signed_in
                self._token = signed_in.json()["access_token"]
            headers = {**given.pop("headers", {}), "Authorization": f"Bearer {self._token}"}
            answer = self._http.request(method, path, headers=headers, **given)
        except httpx.TransportError:
            return None
        if answer.status_code == 401:
            self._token = ""
            return None
        return answer
