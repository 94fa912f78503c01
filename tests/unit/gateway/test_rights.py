"""Which combinations of rights make sense, and which need two persons."""

import pytest

from gateway.auth.codes import LargeGround
from gateway.auth.errors import RolesIncompatible
from gateway.auth.rights import LargeGrants, Rights
from shared.contracts.codes import ADMINISTRATORS, Role

COUNTY = "640521"
NOTHING = Rights(frozenset(), COUNTY, COUNTY)
LARGE = LargeGrants.load()


def _rights(*roles: Role, jurisdiction: str = COUNTY) -> Rights:
    return Rights(frozenset(roles), jurisdiction, jurisdiction)


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("other", sorted(set(Role)))
def test_an_administrator_holds_no_other_role(role: Role, other: Role) -> None:
    if role is not other:
        with pytest.raises(RolesIncompatible):
            _rights(role, other).check()


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_every_administrators_role_needs_two_persons(role: Role) -> None:
    assert LARGE.grounds_of(NOTHING, _rights(role)) == [LargeGround.ADMINISTRATOR]


@pytest.mark.parametrize(
    ("wanted", "grounds"),
    [
        (_rights(Role.COORDINATOR), [LargeGround.COORDINATOR]),
        (_rights(Role.SUPERIOR_REVIEWER, jurisdiction="6405"), [LargeGround.BEYOND_COUNTY]),
        (_rights(Role.SUPERIOR_REVIEWER, jurisdiction="64"), [LargeGround.BEYOND_COUNTY]),
        (_rights(Role.OFFICE_DIRECTOR), []),
        (_rights(Role.TOWNSHIP_OFFICER, jurisdiction="640521100"), []),
        (_rights(), []),
    ],
)
def test_what_is_large_stands_in_the_table(wanted: Rights, grounds: list[LargeGround]) -> None:
    assert LARGE.grounds_of(NOTHING, wanted) == grounds


def test_what_one_has_is_not_given_again_but_another_county_is() -> None:
    held = _rights(Role.COORDINATOR)
    assert LARGE.grounds_of(held, held) == []
    assert LARGE.grounds_of(held, _rights(Role.COORDINATOR, Role.OFFICE_DIRECTOR)) == []
    assert LARGE.grounds_of(held, _rights(Role.COORDINATOR, jurisdiction="640522")) == [LargeGround.COORDINATOR]


def test_taking_away_needs_one_person() -> None:
    assert LARGE.grounds_of(_rights(Role.ADMINISTRATOR), _rights()) == []
    assert LARGE.grounds_of(_rights(Role.SUPERIOR_REVIEWER, jurisdiction="64"), _rights(jurisdiction="64")) == []


def test_a_proposal_waits_three_days() -> None:
    assert LARGE.expires_after.total_seconds() == 72 * 3600
