"""What a consumer does on one event: find the reaction, read the event as its contract says, run it in a unit."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from shared.clock import Clock
from shared.contracts.base import Event, EventMeta
from shared.contracts.envelope import CloudEvent
from shared.crash_points import CrashPoint, reach
from shared.delivery.runner import OpenUnit
from shared.principal import Actor

_VERSION = re.compile(r"\.v\d+$")


@dataclass(frozen=True)
class Reaction:
    """handler(event, meta, unit): database only; may run again until its unit commits."""

    event: type[Event]
    handler: Callable[[Any, EventMeta, Any], None]


def together(*reactions: Reaction) -> tuple[Reaction, ...]:
    """One reaction an event: where several parts of a service take the same event, all in one unit, in order.

    Raises ValueError for a part that would take the same event twice.
    """
    handlers: dict[type[Event], list[Callable[[Any, EventMeta, Any], None]]] = {}
    for reaction in reactions:
        several = handlers.setdefault(reaction.event, [])
        if reaction.handler in several:
            raise ValueError(f"{reaction.event.type} would be taken twice by one part")
        several.append(reaction.handler)
    return tuple(Reaction(event, _all_of(several)) for event, several in handlers.items())


class Unfit(Exception):
    """The event cannot be read. reason: invalid or unsupported_version; error: fields and faults, no values."""

    def __init__(self, reason: str, error: str) -> None:
        super().__init__(error)
        self.reason = reason
        self.error = error


class ReactionFailed(Exception):
    """The reaction could not take the event; the database is well."""

    def __init__(self, event: CloudEvent, cause: Exception) -> None:
        super().__init__(str(cause))
        self.event = event
        self.cause = cause


def _all_of(handlers: Sequence[Callable[[Any, EventMeta, Any], None]]) -> Callable[[Any, EventMeta, Any], None]:
    if len(handlers) == 1:
        return handlers[0]

    def every(event: Any, meta: EventMeta, unit: Any) -> None:
        for handler in handlers:
            handler(event, meta, unit)

    return every


def stem(event_type: str) -> str:
    """The type without its version."""
    return _VERSION.sub("", event_type)


class Reactor:
    """The reactions of one consumer on one producer's events.

    Raises ValueError for two reactions on one event.
    """

    def __init__(self, reactions: Sequence[Reaction], open_unit: OpenUnit[Any], clock: Clock) -> None:
        self.reactions = tuple(reactions)
        self._by_type = {reaction.event.type: reaction for reaction in reactions}
        if len(self._by_type) < len(self.reactions):
            raise ValueError("an event with two reactions: one of them would never run (see together)")
        self._stems = {stem(type_) for type_ in self._by_type}
        self.open_unit = open_unit
        self.clock = clock

    @property
    def wanted(self) -> list[str]:
        """Event types it reacts to; all others may come as stubs, but for other versions of these."""
        return sorted(self._by_type)

    def wants(self, event: CloudEvent) -> bool:
        """Whether the event is its business: a type it takes, or a version of one that it does not know."""
        return event.type in self._by_type or stem(event.type) in self._stems

    def react(self, connection: Connection, event: CloudEvent) -> bool:
        """Do what the event asks for, inside the caller's transaction; whether events of our own were told.

        Raises Unfit, ReactionFailed, or the database's own error when it is the database that fails.
        """
        decoded, reaction = self._decode(event)
        unit = self.open_unit(
            connection, _actor(event), self.clock.now(), event.correlationid, causation_id=str(event.id)
        )
        try:
            reach(CrashPoint.FEED_IN_REACTION, event)
            reaction.handler(decoded, _meta(event), unit)
            told: bool = unit.has_events
            unit.flush()
            return told
        except (OperationalError, InterfaceError):
            raise
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            raise ReactionFailed(event, error) from error
        except Exception as error:
            raise ReactionFailed(event, error) from error

    def _decode(self, event: CloudEvent) -> tuple[Event, Reaction]:
        reaction = self._by_type.get(event.type)
        if reaction is None:
            raise Unfit("unsupported_version", event.type)
        try:
            return reaction.event.model_validate(event.data), reaction
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            places = ", ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults[:10])
            raise Unfit("invalid", places) from error


def _actor(event: CloudEvent) -> Actor:
    """Who acted stays who acted, whatever service reacts; reactions need no rights."""
    return Actor(event.actor, event.actorname, frozenset(), "", event.jurisdiction)


def _meta(event: CloudEvent) -> EventMeta:
    return EventMeta(
        event_id=event.id,
        source=event.source.removeprefix("/"),
        type=event.type,
        subject=event.subject,
        time=event.time,
        position=event.position,
        actor=event.actor,
        jurisdiction=event.jurisdiction,
        correlation_id=event.correlationid,
        causation_id=event.causationid,
    )
