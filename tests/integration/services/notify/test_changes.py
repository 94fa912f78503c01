"""Who hears that a document has changed: its office, and who is addressed of what concerns it."""

from typing import Any

import pytest

from shared.delivery.sequencer import number_waiting
from shared.principal import Actor
from tests.integration.services.notify.house import (
    AGENCY,
    COORDINATOR,
    DISCIPLINE,
    OTHER_COUNTY,
    OTHER_DISCIPLINE,
    PARTY,
    TOWNSHIP,
    House,
)
from tests.integration.services.notify.test_notices import issued, sign, the_notice

Place = dict[str, Any]


def here(house: House) -> Place:
    """Where the log ends now."""
    number(house)
    told = house.query(COORDINATOR, "change.list")
    assert told["changes"] == []
    return {"log_id": told["log_id"], "after": told["upto"]}


def number(house: House) -> None:
    with house.parts.engine.begin() as connection:
        number_waiting(connection)


def heard(house: House, by: Actor, since: Place) -> dict[tuple[str, str], int]:
    """Kind and id -> how many facts."""
    number(house)
    told = house.query(by, "change.list", **since)
    assert told["upto"] > since["after"]
    return {(change["kind"], change["id"]): change["count"] for change in told["changes"]}


def test_a_notice_is_told_to_its_office_and_to_whom_it_is_addressed(filed: House) -> None:
    since = here(filed)
    id_ = issued(filed, main_recipient="discipline_commission", copies=[])["id"]
    office = heard(filed, COORDINATOR, since)
    assert set(office) == {("document", id_), ("notice", id_)}
    # Its drafts are the office's: of them no more is told than that it is there now.
    addressed = heard(filed, DISCIPLINE, since)
    assert set(addressed) == {("notice", id_)}
    assert addressed["notice", id_] < office["document", id_]
    for other in (PARTY, AGENCY, TOWNSHIP, OTHER_COUNTY, OTHER_DISCIPLINE):
        assert heard(filed, other, since) == {}


def test_that_another_office_has_signed_is_nobody_elses_business(filed: House) -> None:
    id_, since = the_notice(filed), here(filed)
    sign(filed, PARTY, id_)
    assert heard(filed, DISCIPLINE, since) == {}
    assert set(heard(filed, PARTY, since)) == {("notice", id_)}
    assert ("notice", id_) in heard(filed, COORDINATOR, since)


@pytest.mark.parametrize("by", [COORDINATOR, DISCIPLINE])
def test_nothing_is_told_twice_and_another_log_is_known_as_one(filed: House, by: Actor) -> None:
    since = here(filed)
    sign(filed, PARTY, the_notice(filed))
    number(filed)
    told = filed.query(by, "change.list", **since)
    again = filed.query(by, "change.list", log_id=told["log_id"], after=told["upto"])
    assert (again["changes"], again["upto"], again["renewed"]) == ([], told["upto"], False)
    other = filed.query(by, "change.list", log_id="0199a1b2-0000-7000-8000-000000000009", after=1)
    assert (other["renewed"], other["changes"]) == (True, [])
    ahead = filed.query(by, "change.list", log_id=told["log_id"], after=told["upto"] + 1)
    assert ahead["renewed"] is True
