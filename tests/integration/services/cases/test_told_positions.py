"""A position told in the system of a map is kept in CGCS2000, and the event keeps what was told."""

import pytest

from services.cases.domain.datum import bd09_from_wgs84
from tests.integration.services.cases.office import COORDINATOR, Office, Refused, sand_yard

PLACE = (105.75, 37.52)


def test_a_position_of_baidu_is_converted_and_kept_as_told(office: Office) -> None:
    longitude, latitude = bd09_from_wgs84(*PLACE)
    told = sand_yard(longitude=longitude, latitude=latitude, position_crs="bd09")
    clue = office.command(COORDINATOR, "clue.report", told)
    assert (clue["longitude"], clue["latitude"]) == pytest.approx(PLACE, abs=1e-9)
    payload = office.events(clue["id"])[0].payload
    assert payload["stated_position"] == {"crs": "bd09", "longitude": longitude, "latitude": latitude}


def test_without_a_system_it_is_cgcs2000(office: Office) -> None:
    clue = office.command(COORDINATOR, "clue.report", sand_yard(longitude=PLACE[0], latitude=PLACE[1]))
    assert (clue["longitude"], clue["latitude"]) == PLACE
    assert office.events(clue["id"])[0].payload["stated_position"] is None


def test_an_unknown_system_is_refused(office: Office) -> None:
    told = sand_yard(longitude=PLACE[0], latitude=PLACE[1], position_crs="beijing54")
    with pytest.raises(Refused) as refused:
        office.command(COORDINATOR, "clue.report", told)
    assert refused.value.field == "position_crs"
