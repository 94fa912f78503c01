"""Signed webhooks to the system, its answers by the API."""

import http.client
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from services.agencies.kit.county import County
from services.agencies.kit.doors.api import Api, Shown
from services.agencies.kit.doors.base import How, body_of, tampered
from services.agencies.ports import Dispatch
from shared.outgoing.secret_box import new_webhook_secret
from shared.outgoing.signing import signed_headers

_OLD = timedelta(minutes=10)
_DEADLINE_S = 15.0
_AGAIN_S = 0.5
_PATH = "/tasks"


class WebhookDoor:
    """listen: host and port the system is told to listen on. url: where it listens really, if elsewhere."""

    def __init__(
        self, county: County, listen: tuple[str, int], patience_s: float, url: str = "", api_port: int = 0
    ) -> None:
        self.api = Api(county)
        self._county = county
        self._listen = listen
        self._patience_s = patience_s
        self._url = urlsplit(url or f"http://{listen[0]}:{listen[1]}{_PATH}")
        self._port = api_port
        self._secret = new_webhook_secret()
        self._statuses: dict[UUID, list[int]] = {}
        self._position = 0
        self._closed = threading.Event()

    def access(self) -> dict[str, Any]:
        host, port = self._listen
        webhook = {"listen_host": host, "listen_port": port, "path": self._url.path or "/", "secret": self._secret}
        return {"api": self.api.access(), "webhook": webhook}

    def open(self) -> None:
        self.api.start(self._port)

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection(self._url.hostname or "", self._url.port or 80, timeout=1)
        try:
            connection.connect()
        except OSError:
            return False
        finally:
            connection.close()
        return True

    def send(self, dispatch: Dispatch, how: How = How.PLAIN) -> None:
        body = body_of(dispatch, how)
        if how in (How.PLAIN, How.UNKNOWN_FIELD):
            self._show(dispatch)
        threading.Thread(target=self._push, args=(dispatch.id, body, how), daemon=True).start()

    def is_refused(self, delivery_id: UUID) -> bool | None:
        """4xx or 5xx, and never 2xx."""
        statuses = self._statuses.get(delivery_id, [])
        return bool(statuses) and not any(200 <= status < 300 for status in statuses)

    def has_arrived(self, delivery_id: UUID) -> bool | None:
        return any(200 <= status < 300 for status in self._statuses.get(delivery_id, []))

    def close(self) -> None:
        self._closed.set()
        self.api.close()

    def _show(self, dispatch: Dispatch) -> None:
        """What it was told it may also read."""
        shelf = self.api.tasks if dispatch.kind == "issued" else self.api.messages
        if not any(one.dispatch.id == dispatch.id for one in shelf):
            self._position += 1
            shelf.append(Shown(self._position, dispatch))

    def _push(self, delivery_id: UUID, body: bytes, how: How) -> None:
        """A forgery once; what is right until it is taken, as the house does."""
        end = time.monotonic() + self._patience_s
        while not self._closed.is_set():
            status = self._post(delivery_id, body, how)
            if status is not None:
                self._statuses.setdefault(delivery_id, []).append(status)
                self._county.journal.news()
            taken = status is not None and 200 <= status < 300
            if taken or (status is not None and how not in (How.PLAIN, How.UNKNOWN_FIELD)) or time.monotonic() > end:
                return
            self._closed.wait(_AGAIN_S)

    def _post(self, delivery_id: UUID, body: bytes, how: How) -> int | None:
        secret = new_webhook_secret() if how is How.WRONG_KEY else self._secret
        at = datetime.now(UTC) - (_OLD if how is How.OLD else timedelta())
        headers = signed_headers(delivery_id, [secret], body, at)
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port or None, timeout=_DEADLINE_S)
        try:
            sent = tampered(body) if how is How.TAMPERED else body
            connection.request("POST", self._url.path or "/", sent, {**headers, "user-agent": "tianwei-webhook/1"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
