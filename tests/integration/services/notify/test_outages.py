"""An agency that cannot be reached becomes a notice to its county's coordinator, once, until it can be again."""

from typing import Any
from uuid import uuid4

from services.notify.handlers.on_agencies import on_endpoint_failing, on_endpoint_recovered
from services.notify.storage.unit import NotifyUnit
from shared.contracts.agency_endpoints import AgencyEndpointFailingV1, AgencyEndpointRecoveredV1
from shared.contracts.base import Event, EventMeta
from shared.contracts.codes import Agency
from tests.integration.services.notify.house import ADMINISTRATOR, AGENCY, COORDINATOR, NOON, OTHER_COUNTY, House

FAILING = AgencyEndpointFailingV1(
    at=NOON, agency=Agency.PUBLIC_SECURITY, url="folder:police", error="not laid", since=NOON, waiting=3
)
RECOVERED = AgencyEndpointRecoveredV1(at=NOON, agency=Agency.PUBLIC_SECURITY, url="folder:police", since=NOON)


def heard(house: House, event: Event, handler: Any, meta: EventMeta | None = None) -> EventMeta:
    """As the feed applies it."""
    meta = meta or EventMeta(
        event_id=uuid4(),
        source="/agencies",
        type=event.type,
        subject=uuid4(),
        time=NOON,
        position=1,
        actor="agencies-sender",
        jurisdiction="640521000000",
        correlation_id="test",
    )

    def use_case(unit: NotifyUnit) -> dict[str, Any]:
        handler(event, meta, unit)
        return {}

    house.runner.run(COORDINATOR, use_case, correlation_id="test")
    return meta


def listed(house: House, **asked: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = house.query(COORDINATOR, "outage-notice.list", **asked)["items"]
    return items


def test_an_outage_is_one_notice_to_the_coordinator_of_the_county(house: House) -> None:
    meta = heard(house, FAILING, on_endpoint_failing)
    heard(house, FAILING, on_endpoint_failing, meta)
    (notice,) = listed(house)
    assert (notice["agency"], notice["waiting"], notice["error"]) == ("public_security", 3, "not laid")
    assert notice["ended_at"] is None
    assert house.query(OTHER_COUNTY, "outage-notice.list")["items"] == []
    for by in (AGENCY, ADMINISTRATOR):
        assert house.query(by, "outage-notice.list")["code"] == "role-not-allowed"


def test_it_ends_when_the_agency_can_be_reached_again(house: House) -> None:
    heard(house, FAILING, on_endpoint_failing)
    heard(house, RECOVERED, on_endpoint_recovered)
    heard(house, RECOVERED, on_endpoint_recovered)
    (notice,) = listed(house)
    assert (notice["ended_at"] is not None, notice["version"]) == (True, 2)


def test_who_has_seen_it_is_kept_once(house: House) -> None:
    heard(house, FAILING, on_endpoint_failing)
    (notice,) = listed(house, unseen=True)
    seen = house.command(COORDINATOR, "outage-notice.acknowledge", notice["id"])
    assert (seen["acknowledged_by"], seen["version"]) == ("协调员", 2)
    assert house.command(COORDINATOR, "outage-notice.acknowledge", notice["id"])["version"] == 2
    assert listed(house, unseen=True) == []
    assert house.command(OTHER_COUNTY, "outage-notice.acknowledge", notice["id"])["code"] == "not-found"
