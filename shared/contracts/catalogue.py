"""Every event of the house, by its source: what AsyncAPI tells and what a consumer may meet."""

from collections.abc import Iterator

from shared.contracts import (
    action_proposals,
    action_step_events,
    agencies,
    agency_certificates,
    agency_endpoints,
    assistance,
    assistance_notices,
    bulletins,
    case_import_events,
    case_path_events,
    cases_events,
    clue_events,
    dead_letters,
    disclosure,
    document_events,
    evidence_events,
    joint_action_events,
    listings,
    maintenance,
    notify,
    outage_notices,
    party_identities,
    police_transfer_events,
    receipt_proofs,
    rectification_events,
    rule_events,
    sealed_records,
)
from shared.contracts.base import Event

_MODULES = (
    cases_events,
    joint_action_events,
    rectification_events,
    action_step_events,
    clue_events,
    case_path_events,
    case_import_events,
    police_transfer_events,
    listings,
    action_proposals,
    assistance,
    sealed_records,
    party_identities,
    evidence_events,
    disclosure,
    rule_events,
    agencies,
    agency_endpoints,
    agency_certificates,
    notify,
    outage_notices,
    receipt_proofs,
    assistance_notices,
    document_events,
    bulletins,
    dead_letters,
    maintenance,
)


def _events() -> Iterator[type[Event]]:
    for module in _MODULES:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Event) and _is_own(value, module.__name__):
                yield value


def _is_own(event: type[Event], module: str) -> bool:
    return bool(event.type) and event.__module__ == module


# Classes without a version in their name are bases, not events.
EVENTS: tuple[type[Event], ...] = tuple(sorted(_events(), key=lambda event: event.type))
SOURCES: tuple[str, ...] = ("cases", "agencies", "notify")


def of_source(source: str) -> tuple[type[Event], ...]:
    return tuple(event for event in EVENTS if event.source == source)
