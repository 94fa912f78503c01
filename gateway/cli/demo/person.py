"""One account that calls the public API, and does not give up while a service is away."""

import time
from collections.abc import Mapping
from typing import Any, Self
from uuid import uuid4

import httpx

GIVE_UP_S = 120.0
LONGEST_PAUSE_S = 2.0


class Refused(RuntimeError):
    """The API said no, and would say no again."""

    def __init__(self, answer: httpx.Response) -> None:
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
        """version: what the caller saw; a newer one in between is refused (412)."""
        headers = {"Idempotency-Key": str(uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self._call("POST", path, json=dict(body or {}), headers=headers)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PUT", path, json=dict(body), headers={"Idempotency-Key": str(uuid4())})

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

    def _call(self, method: str, path: str, **given: Any) -> Any:
        answer = self._answered(method, path, **given)
        return answer.json() if answer.content else None

    def _answered(self, method: str, path: str, **given: Any) -> httpx.Response:
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
        if answer.is_error:
            raise Refused(answer)
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
