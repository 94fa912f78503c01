"""Whether the gateway lives, and whether it and all behind it are ready."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from gateway.forwarding import json_answer
from gateway.parts import Parts
from gateway.rpc import HEALTH_WITHIN_S
from shared.contracts.catalogue import SOURCES
from shared.errors import TianweiError


def add_to(router: APIRouter) -> None:
    router.add_route("/healthz", healthz, methods=["GET"], include_in_schema=False)
    router.add_route("/readyz", readyz, methods=["GET"], include_in_schema=False)


async def healthz(_: Request) -> Response:
    return json_answer({"alive": True})


async def readyz(request: Request) -> Response:
    """200 with every service's facts; 503 naming who is missing or not ready yet.

    alerts: what needs a person, though the house is ready.
    """
    parts: Parts = request.app.state.parts
    told = await asyncio.gather(_database(parts), *(_service(parts, name) for name in SOURCES))
    facts = dict(zip(("gateway", *SOURCES), told, strict=True))
    _measure_feeds(facts)
    missing = [name for name, fact in facts.items() if not fact.get("ready", True)]
    answer = {"ready": not missing, "missing": missing, "alerts": _alerts(facts), "services": facts}
    return json_answer(answer, 503 if missing else 200, {"Retry-After": "2"} if missing else {})


def _measure_feeds(facts: Mapping[str, dict[str, Any]]) -> None:
    """A consumer knows its producer's head as of its last catch-up; the producer itself knows it now."""
    for fact in facts.values():
        for producer, feed in fact.get("feeds", {}).items():
            feed["head"] = max(feed["head"], facts.get(producer, {}).get("head", 0))
            feed["lag"] = feed["head"] - feed["position"]


# Kinds of dead letters, as a service counts those that wait for a person; working calendars and rules it lacks; chains
# that are not what was signed of them.
_ALERTS = ("parked", "refused", "exhausted", "forked", "calendar_missing", "rules_unreadable", "audit_contradicted")


def _alerts(facts: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"service": name, "what": what, "number": fact[what]}
        for name, fact in facts.items()
        for what in _ALERTS
        if fact.get(what)
    ]


async def _service(parts: Parts, name: str) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = await parts.services.health(name)
    except TianweiError as error:
        return {"ready": False, "problem": error.code}
    return facts


async def _database(parts: Parts) -> dict[str, Any]:
    try:
        await asyncio.wait_for(asyncio.to_thread(parts.accounts.ping), HEALTH_WITHIN_S)
    except (SQLAlchemyError, TimeoutError):
        return {"ready": False, "problem": "database-unavailable"}
    keeper = parts.checkpoints
    return {"ready": True, "audit_contradicted": 0 if keeper is None else len(keeper.contradicted)}
