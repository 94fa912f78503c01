"""What a service is made of, whoever hosts it: its wiring returns this."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine

from shared.delivery.feed import Reaction
from shared.delivery.runner import OpenUnit
from shared.operations import Dispatcher

# (call this after a commit that told events)
Ring = Callable[[], None]


@dataclass(frozen=True)
class ServiceParts:
    """name: its name on the bus and the source of its events.

    reactions: per producer, what it does on which event.
    health: extra facts for the health answer, like jobs waiting; reads only.
    """

    name: str
    engine: Engine
    dispatcher: Dispatcher[Any]
    open_unit: OpenUnit[Any]
    reactions: Mapping[str, Sequence[Reaction]] = field(default_factory=dict)
    health: Callable[[Connection], dict[str, Any]] = lambda _: {}
