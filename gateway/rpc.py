"""Calling services from the event loop: shared/bus/rpc_client.py runs in threads, answers arrive here as futures."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from gateway.gate import Gate, GateLimits
from shared.bus.rpc_client import Reply
from shared.errors import TianweiError, from_problem

HEALTH_WITHIN_S = 2.0


class RpcPort(Protocol):
    """What the gateway needs of RpcClient."""

    @property
    def connected(self) -> bool: ...

    def submit(
        self, service: str, method: str, request: dict[str, Any], deadline: float, on_reply: Callable[[Reply], None]
    ) -> str: ...

    def withdraw(self, correlation_id: str) -> bool: ...


class Services:
    """The services by RPC. deadline_s: of every call. limits: of the gate before each service, health apart."""

    def __init__(self, client: RpcPort, deadline_s: float, limits: GateLimits | None = None) -> None:
        self._client = client
        self._deadline_s = deadline_s
        self._limits = limits or GateLimits()
        self._gates: dict[str, Gate] = {}

    async def command(
        self,
        service: str,
        operation: str,
        body: dict[str, Any],
        *,
        principal: str,
        correlation_id: str,
        target_id: UUID | None = None,
        expected_version: int | None = None,
        command_id: str | None = None,
    ) -> Any:
        """The command's answer as JSON. Raises the service's TianweiError, or Unavailable."""
        deadline = time.time() + self._deadline_s
        request = {
            "operation": operation,
            "body": body,
            "target_id": None if target_id is None else str(target_id),
            "expected_version": expected_version,
            "command_id": command_id,
            "principal": principal,
            "deadline": deadline,
            "correlation_id": correlation_id,
        }
        return await self._in_turn(service, "command", request, deadline)

    async def query(
        self, service: str, operation: str, body: dict[str, Any], *, principal: str, correlation_id: str
    ) -> Any:
        """The query's answer as JSON. Raises the service's TianweiError, or Unavailable."""
        deadline = time.time() + self._deadline_s
        request = {
            "operation": operation,
            "body": body,
            "principal": principal,
            "deadline": deadline,
            "correlation_id": correlation_id,
        }
        return await self._in_turn(service, "query", request, deadline)

    async def health(self, service: str) -> Any:
        """What the service says of itself, within HEALTH_WITHIN_S."""
        deadline = time.time() + HEALTH_WITHIN_S
        return await self._call(service, "health", {"deadline": deadline}, deadline)

    async def _in_turn(self, service: str, method: str, request: dict[str, Any], deadline: float) -> Any:
        """Raises Overloaded besides what the call raises."""
        gate = self._gates.get(service)
        if gate is None:
            gate = self._gates[service] = Gate(self._limits)
        async with gate.place():
            return await self._call(service, method, request, deadline)

    async def _call(self, service: str, method: str, request: dict[str, Any], deadline: float) -> Any:
        loop = asyncio.get_running_loop()
        arrived: asyncio.Future[Reply] = loop.create_future()

        def on_reply(reply: Reply) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, arrived, reply)

        call = self._client.submit(service, method, request, deadline, on_reply)
        try:
            reply = await arrived
        except asyncio.CancelledError:
            self._client.withdraw(call)
            raise
        if reply.error is not None:
            raise reply.error
        answer = reply.result or {}
        if "ok" in answer:
            return answer["ok"]
        raise from_problem(answer["problem"]) if "problem" in answer else TianweiError("bus.remote-fault")


def _settle(arrived: "asyncio.Future[Reply]", reply: Reply) -> None:
    if not arrived.done():
        arrived.set_result(reply)
