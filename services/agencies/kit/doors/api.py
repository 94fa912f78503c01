"""The gateway's part of the contract over HTTP on loopback: tokens, the mailbox, tasks and answers."""

import hashlib
import json
import re
import secrets
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson
from pydantic import ValidationError

from services.agencies.domain.answers import DATA, MOST_BYTES, faults_of
from services.agencies.kit.county import County
from services.agencies.kit.journal import HINDERED, Heard
from services.agencies.ports import Dispatch
from shared.contracts.agencies import TaskRow
from shared.errors import InvalidInput, TianweiError

PREFIX = "/api/v1"
_LOGIN = "agency-system"
# The house lets a poll wait longer; the trial goes faster when it does not.
_MOST_WAIT_S = 0.5
_RETRY_AFTER_S = 1
_TASK = re.compile(r"/tasks/([0-9a-fA-F-]{36})(?:/([a-z-]+))?")
_VERBS = {"report-form": "report", "report": "report-typed"}
_STATUS = {"invalid-input": 422, "not-found": 404, "conflict": 409, "stale-version": 412}
_MOST_ITEMS = 200


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """body: None closes the connection without a word."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False


@dataclass
class Shown:
    """What stands in the mailbox. position: rises; again: shown once more whatever is asked for. extra: unknown."""

    position: int
    dispatch: Dispatch
    extra: dict[str, Any] = field(default_factory=dict)
    again: bool = False
    asked: bool = False


@dataclass
class Api:
    """hinder: (task, verb) -> what happens to its next answer: 503, or drop."""

    county: County
    hinder: dict[tuple[UUID, str], str] = field(default_factory=dict)
    tasks: list[Shown] = field(default_factory=list)
    messages: list[Shown] = field(default_factory=list)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    tokens: set[str] = field(default_factory=set)
    tokens_given: int = 0
    tokens_refused: int = 0

    def start(self, port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), _handler(self))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.county.public_url = self.base_url.removesuffix(PREFIX)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{PREFIX}"

    def access(self) -> dict[str, Any]:
        return {
            "base_url": self.base_url,
            "token_path": "/auth/token",
            "login": _LOGIN,
            "password": self.password,
        }

    def end_tokens(self) -> None:
        """Every token has run out."""
        self.tokens.clear()

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/auth/token" and asked.method == "POST":
            return self._token(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            self.tokens_refused += 1
            return _problem(401, "auth.token-invalid", "访问令牌无效或已过期，请重新取得")
        self.county.journal.ask(f"{asked.method} {asked.path}")
        try:
            return self._routed(asked)
        except ValidationError as error:
            return _invalid(error)
        except TianweiError as error:
            return _of(error)

    def _routed(self, asked: Asked) -> Reply:
        if asked.method == "GET" and asked.path in ("/tasks", "/task-messages"):
            return self._list(asked, self.tasks if asked.path == "/tasks" else self.messages)
        if asked.method == "POST" and asked.path == "/answers":
            return self._answers(asked)
        match = _TASK.fullmatch(asked.path)
        if match and asked.method == "GET" and match[2] is None:
            return Reply(200, self._view(UUID(match[1])))
        if match and asked.method == "POST" and match[2]:
            return self._step(asked, UUID(match[1]), _VERBS.get(match[2], match[2]))
        return _problem(404, "http.no-such-path", "没有这个地址")

    def _token(self, asked: Asked) -> Reply:
        given = _form(asked)
        if given.get("client_id") != _LOGIN or given.get("client_secret") != self.password:
            return _problem(401, "auth.login-refused", "账号或密码不正确")
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        self.tokens_given += 1
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": 900})

    def _list(self, asked: Asked, shown: list[Shown]) -> Reply:
        after = int(asked.query.get("after", "0"))
        most = min(int(asked.query.get("limit", "50")), _MOST_ITEMS)
        end = time.monotonic() + min(float(asked.query.get("wait", "0")), _MOST_WAIT_S)
        while True:
            items = [one for one in list(shown) if one.position > after or one.again]
            if items or time.monotonic() >= end:
                break
            time.sleep(0.05)
        for one in items:
            one.again, one.asked = False, True
            self.county.arrived.add(one.dispatch.id)
        make = self._row if shown is self.tasks else self._message
        self.county.journal.news()
        return Reply(200, {"items": [make(one) for one in items[:most]], "next_cursor": None, "total": None})

    def _row(self, shown: Shown) -> dict[str, Any]:
        view = self.county.view(shown.dispatch.subject_id, shown.position).model_dump(mode="json")
        return {name: view[name] for name in TaskRow.model_fields} | shown.extra

    def _message(self, shown: Shown) -> dict[str, Any]:
        dispatch, data = shown.dispatch, dict(shown.dispatch.data)
        task = self.county.tasks[UUID(data["task_id"])]
        facts = {name: data[name] for name in data if name not in _OF_EVERY_MESSAGE}
        return {
            "id": str(dispatch.id),
            "position": shown.position,
            "kind": dispatch.kind,
            "task_id": data["task_id"],
            "task_version": data["task_version"],
            "agency": self.county.agency.value,
            "action_id": str(task.order.action_id),
            "action_no": data["action_no"],
            "at": dispatch.at.isoformat(),
            "facts": facts,
            "delivered_at": None,
            **shown.extra,
        }

    def _view(self, task_id: UUID) -> dict[str, Any]:
        found = next((one for one in self.tasks if one.dispatch.subject_id == task_id), None)
        view = self.county.view(task_id, found.position if found else 1).model_dump(mode="json")
        return view | (found.extra if found else {})

    def _answers(self, asked: Asked) -> Reply:
        try:
            given = orjson.loads(asked.body)
        except ValueError:
            # As the county says it, so that the journal has it too.
            receipt = self.county.take(asked.body)
            return _problem(400, "body.not-json", receipt.faults[0].text)
        answer = given.get("answer") if isinstance(given, dict) else None
        if not isinstance(answer, dict) or set(given) != {"answer"}:
            return _problem(422, "invalid-field", '请求体应为 {"answer": {…}}，内容是 CloudEvents')
        verb = str(answer.get("type", "")).removeprefix("tianwei.answer.").removesuffix(".v1")
        how = self._hindrance(answer.get("subject"), verb)
        raw = orjson.dumps(answer)
        if how == "503":
            return self._hindered(str(answer.get("id")), verb, UUID(str(answer["subject"])), raw)
        receipt = self.county.take(raw, dropped=how == "drop")
        return Reply(200, receipt.model_dump(mode="json"), silent=how == "drop")

    def _step(self, asked: Asked, task_id: UUID, verb: str) -> Reply:
        if verb not in DATA:
            return _problem(404, "http.no-such-path", "没有这个地址")
        try:
            given = orjson.loads(asked.body or b"{}")
        except ValueError:
            return _problem(400, "body.not-json", self.county.take(asked.body).faults[0].text)
        key = asked.headers.get("idempotency-key") or secrets.token_hex(8)
        how = self._hindrance(str(task_id), verb)
        if how == "503":
            return self._hindered(key, verb, task_id, asked.body)
        data = DATA[verb].model_validate(given)
        content = hashlib.sha256(asked.body).hexdigest()
        self.county.step(task_id, verb, data, key, content, dropped=how == "drop")
        view = self._view(task_id)
        return Reply(200, view, {"ETag": f'"{view["version"]}"'}, silent=how == "drop")

    def _hindrance(self, subject: Any, verb: str) -> str | None:
        verb = "report" if verb == "report-typed" else verb
        try:
            return self.hinder.pop((UUID(str(subject)), verb), None)
        except ValueError:
            return None

    def _hindered(self, key: str, verb: str, task_id: UUID, raw: bytes) -> Reply:
        verb = "report" if verb == "report-typed" else verb
        content = hashlib.sha256(raw).hexdigest()
        self.county.journal.add(Heard(time.monotonic(), key, verb, task_id, HINDERED, content=content))
        return Reply(503, _problem(503, "unavailable", "暂时不可用").body, {"Retry-After": str(_RETRY_AFTER_S)})


_OF_EVERY_MESSAGE = ("message_id", "task_id", "task_version", "action_no", "link")


def _form(asked: Asked) -> dict[str, str]:
    """A token is asked for in JSON or as a form."""
    if "json" in asked.headers.get("content-type", ""):
        try:
            given = json.loads(asked.body)
        except ValueError:
            return {}
        return given if isinstance(given, dict) else {}
    return {name: values[0] for name, values in parse_qs(asked.body.decode("utf-8", "replace")).items()}


def _problem(status: int, code: str, detail: str, **more: Any) -> Reply:
    document = {"type": f"urn:tianwei:problem:{code}", "status": status, "code": code, "detail": detail}
    return Reply(status, {**document, **more})


def _invalid(error: ValidationError) -> Reply:
    faults = [
        {"field": ".".join(map(str, one["loc"])), "reason": one["type"], "text": one["msg"]}
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return _problem(422, "invalid-field", "请求内容不符合约定，逐项见 faults", faults=faults)


def _of(error: TianweiError) -> Reply:
    faults = [fault.model_dump(mode="json") for fault in faults_of(error)]
    return _problem(_STATUS.get(error.kind, 422), error.code, faults[0]["text"], faults=faults)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up in the middle is no error of ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "0")
            if not length.isdigit() or int(length) > MOST_BYTES + 1000:
                self._reply(_problem(413, "http.body-too-large", "请求内容过大"))
                self.close_connection = True
                return
            self._serve(self.rfile.read(int(length)))

        def _serve(self, body: bytes) -> None:
            split = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(split.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            path = split.path.removeprefix(PREFIX)
            try:
                reply = api.answer(Asked(self.command, path, query, body, headers))
            except (ValueError, InvalidInput) as error:
                reply = _problem(422, "invalid-field", str(error))
            self._reply(reply)

        def _reply(self, reply: Reply) -> None:
            self.close_connection = True
            if reply.silent:
                return
            content = orjson.dumps(reply.body)
            self.send_response(reply.status)
            kind = "application/json" if reply.status < 400 else "application/problem+json"
            for name, value in {"Content-Type": kind, "Connection": "close", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """What matters is in the journal."""

    return Handler
