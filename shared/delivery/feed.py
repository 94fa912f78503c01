"""Consuming a producer's log: every position gets one recorded outcome, in order (reliability.md 5 to 7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.contracts.base import Event, EventMeta


@dataclass(frozen=True)
class Reaction:
    """handler(event, meta, unit): database only; may run again until its unit commits."""

    event: type[Event]
    handler: Callable[[Any, EventMeta, Any], None]
