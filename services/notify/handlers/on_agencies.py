"""What agencies tells: one cannot be reached, or can be again. The coordinator must know, by more than a log line."""

from services.notify.domain.outage_notice import OutageNotice
from services.notify.storage.unit import NotifyUnit
from shared.contracts.agency_endpoints import AgencyEndpointFailingV1, AgencyEndpointRecoveredV1
from shared.contracts.base import EventMeta
from shared.delivery.reactor import Reaction
from shared.ids import derived_id


def on_endpoint_failing(event: AgencyEndpointFailingV1, meta: EventMeta, unit: NotifyUnit) -> None:
    """One notice an outage; its id follows from the event."""
    id_ = derived_id("outage-notice", meta.event_id)
    if unit.outages.exists(unit.connection, id_):
        return
    made = OutageNotice(id_, meta.jurisdiction)
    unit.record(made, unit.outages, made.issue(event.agency, event.since, event.error, event.waiting, unit.now))


def on_endpoint_recovered(event: AgencyEndpointRecoveredV1, _: EventMeta, unit: NotifyUnit) -> None:
    for found in unit.outages.open_of(unit.connection, event.agency):
        unit.record(found, unit.outages, found.end(unit.now))


REACTIONS = (
    Reaction(AgencyEndpointFailingV1, on_endpoint_failing),
    Reaction(AgencyEndpointRecoveredV1, on_endpoint_recovered),
)
