"""That an agency cannot be reached, told to the coordinator by an event that notify makes a notice of, and its end.

It is told by failures in a row (shared/outgoing/circuit.py), by an agency that shut its endpoint (410), and by time:
whatever the reason, what waits too long makes the outage. Times are the database's, as those of all deliveries.
"""

from datetime import datetime
from uuid import UUID

from services.agencies.domain.endpoint import AgencyEndpoint
from services.agencies.storage import late
from services.agencies.storage.reach import transport_of, waiting
from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.agency_certificates import NEEDS_NONE
from shared.contracts.codes import Agency

NOT_CONFIGURED = "还没有配置接入方式"
NOT_FETCHED = "对方没有来取"
NOT_ARRIVED = "还没有送达"


def tell_of(unit: AgenciesUnit, party: str, error: str) -> None:
    """The agency does not answer any more."""
    tell(unit, unit.endpoints.of(unit.connection, party, unit.desk.county_code), error)


def tell(unit: AgenciesUnit, endpoint: AgencyEndpoint, error: str, since: datetime | None = None) -> None:
    """Once until it is over; of every letter that waits so far its action is told too. endpoint: locked."""
    count = waiting(unit.connection, endpoint.party)
    unit.record(endpoint, unit.endpoints, endpoint.fail(error, count, unit.now, since))
    _tell_letters(unit, late.letters_waiting(unit.connection, endpoint.party), error)


def tell_late(unit: AgenciesUnit) -> int:
    """Tell of what waits too long; of how many letters and messages. Who opens the console's inbox is not unreached."""
    told = 0
    for party in late.parties(unit.connection, unit.desk.late, unit.desk.late_urgent):
        transport = transport_of(unit.connection, unit.desk.registry, Agency(party))
        if transport.name == NEEDS_NONE:
            continue
        endpoint = unit.endpoints.of(unit.connection, party, unit.desk.county_code)
        found = late.take(unit.connection, party, unit.desk.late, unit.desk.late_urgent)
        if endpoint.paused_at is not None or not found:
            continue
        if not endpoint.is_configured:
            error = NOT_CONFIGURED
        else:
            error = found[0].last_error or (NOT_ARRIVED if transport.pushes else NOT_FETCHED)
        tell(unit, endpoint, error, found[0].owed_since)
        told += len(found)
    return told


def end_those_over(unit: AgenciesUnit) -> int:
    """End outages of which nothing waits and nothing fails any more: it was fetched, carried by hand or withdrawn."""
    ended = 0
    for party in late.parties_in_outage(unit.connection):
        endpoint = unit.endpoints.of(unit.connection, party, unit.desk.county_code)
        if endpoint.is_over and not waiting(unit.connection, party):
            unit.record(endpoint, unit.endpoints, endpoint.recover(unit.now))
            ended += 1
    return ended


def _tell_letters(unit: AgenciesUnit, ids: list[UUID], error: str) -> None:
    for id_ in ids:
        found = unit.deliveries.load(unit.connection, id_)
        unit.record(found, unit.deliveries, found.wait(error, unit.now))
    unit.flush()  # who settles one of them in this unit reads it as it is now
