"""Stands in for the services behind the gateway's RPC port: remembers what was asked, answers as told."""

from collections.abc import Callable
from typing import Any

from shared.bus.rpc_client import Reply
from shared.errors import TianweiError, Unavailable
from shared.principal import Actor, PrincipalVerifier

Answer = Callable[[dict[str, Any]], Any]


class FakeServices:
    """answers: operation, or service:operation -> a value, a TianweiError to be reported, or a function of the request.

    health: service -> facts beyond being ready.
    """

    def __init__(self, public_key_base64: str = "") -> None:
        self.answers: dict[str, Any] = {}
        self.health: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.down: set[str] = set()
        self.connected = True
        self._verifier = PrincipalVerifier(public_key_base64) if public_key_base64 else None

    def submit(
        self, service: str, method: str, request: dict[str, Any], deadline: float, on_reply: Callable[[Reply], None]
    ) -> str:
        assert deadline > 0
        self.asked.append((service, method, request))
        if service in self.down:
            raise Unavailable("bus.down", service=service)
        if method == "health":
            on_reply(Reply({"ok": {"service": service, "ready": True, **self.health.get(service, {})}}))
            return ""
        operation = request["operation"]
        default = {"id": "00000000-0000-0000-0000-000000000001", "version": 1}
        answer = self.answers.get(f"{service}:{operation}", self.answers.get(operation, default))
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, TianweiError):
            on_reply(Reply({"problem": answer.as_problem()}))
        else:
            on_reply(Reply({"ok": answer}))
        return ""

    def withdraw(self, correlation_id: str) -> bool:
        return not correlation_id

    def last(self, operation: str) -> dict[str, Any]:
        """The newest request for an operation."""
        return self.all(operation)[-1]

    def all(self, operation: str) -> list[dict[str, Any]]:
        return [request for _, _, request in self.asked if request.get("operation") == operation]

    def actor_of(self, request: dict[str, Any]) -> Actor:
        """Who the gateway says asks; raises unless its principal is good."""
        assert self._verifier is not None
        return self._verifier.verify(request["principal"])
