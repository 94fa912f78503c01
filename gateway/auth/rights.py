"""What an account may do: roles, organisation, jurisdiction; which of it needs two persons. Pure."""

import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from gateway.auth.codes import LargeGround
from gateway.auth.errors import JurisdictionWrong, OrganisationWrong, RolesIncompatible
from shared.contracts.codes import ADMINISTRATORS, COUNTY_AGENCIES, Recipient, Role
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS, DivisionLevel, Divisions, DivisionUnknown

# Roles that stand alone: separate hands.
_ALONE = ADMINISTRATORS | {Role.AGENCY_SYSTEM}
_ORGANISATIONS: dict[Role, list[str]] = {
    Role.AGENCY_OFFICER: list(COUNTY_AGENCIES),
    Role.AGENCY_SYSTEM: list(COUNTY_AGENCIES),
    Role.RECIPIENT_CLERK: list(Recipient),
    Role.CHIEF: list(COUNTY_AGENCIES),
    Role.ACTING_CHIEF: list(COUNTY_AGENCIES),
    Role.LEADER: list(COUNTY_AGENCIES),
    Role.LEGAL_REVIEWER: list(COUNTY_AGENCIES),
}
# Whose organisation is a division: of a township, or the leading group of the county.
_OF_A_DIVISION = frozenset({Role.TOWNSHIP_OFFICER, Role.COORDINATOR, Role.OFFICE_DIRECTOR, Role.GROUP_HEAD})
_DIVISION = re.compile(r"\d{2}(\d{2}(\d{2}(\d{3})?)?)?", re.ASCII)
_LEVEL_OF = {
    2: DivisionLevel.PROVINCE,
    4: DivisionLevel.CITY,
    COUNTY_DIGITS: DivisionLevel.COUNTY,
    TOWNSHIP_DIGITS: DivisionLevel.TOWNSHIP,
}
# Of whom the jurisdiction is not a county.
_DIGITS: dict[Role, tuple[int, ...]] = {Role.TOWNSHIP_OFFICER: (TOWNSHIP_DIGITS,), Role.SUPERIOR_REVIEWER: (4, 2)}
_TABLE = Path(__file__).parents[1] / "register" / "large_grants.toml"


@dataclass(frozen=True)
class Rights:
    """jurisdiction: prefix of the division codes it may see. No roles: may do nothing."""

    roles: frozenset[Role]
    org_code: str
    jurisdiction: str

    def check(self) -> None:
        """Raise what is wrong with the combination; names the field."""
        alone = sorted(self.roles & _ALONE)
        if alone and len(self.roles) > 1:
            raise RolesIncompatible(alone[0])
        for role in sorted(self.roles):
            known = _ORGANISATIONS.get(role)
            if known is not None and self.org_code not in known:
                raise OrganisationWrong(role, [str(code) for code in known])
            digits = _DIGITS.get(role, (COUNTY_DIGITS,))
            if len(self.jurisdiction) not in digits:
                raise JurisdictionWrong(role, digits[0])
        _known_division(self.jurisdiction, "jurisdiction")
        if not _OF_A_DIVISION.isdisjoint(self.roles):
            _known_division(self.org_code, "org_code")


@dataclass(frozen=True)
class _Ground:
    code: LargeGround
    roles: frozenset[Role]
    shorter_than: int


@dataclass(frozen=True)
class LargeGrants:
    """The table of what needs two persons. expires_after: how long a proposal waits."""

    grounds: tuple[_Ground, ...]
    expires_after: timedelta

    @classmethod
    @cache
    def load(cls) -> "LargeGrants":
        said = tomllib.loads(_TABLE.read_text("utf-8"))
        grounds = tuple(
            _Ground(
                LargeGround(code),
                frozenset(Role(role) for role in row.get("roles", ())),
                row.get("jurisdiction_shorter_than", 0),
            )
            for code, row in said["ground"].items()
        )
        return cls(grounds, timedelta(hours=said["expires_after_h"]))

    def grounds_of(self, held: Rights, wanted: Rights) -> list[LargeGround]:
        """Why giving `wanted` to who holds `held` needs two persons; empty when one may. Taking away needs one."""
        fresh = wanted.roles - held.roles if held.jurisdiction == wanted.jurisdiction else wanted.roles
        return [
            ground.code
            for ground in self.grounds
            if not fresh.isdisjoint(ground.roles) or (fresh and len(wanted.jurisdiction) < ground.shorter_than)
        ]

    def is_large(self, held: Rights) -> bool:
        """Whether one person alone could not have given these."""
        return bool(self.grounds_of(Rights(frozenset(), held.org_code, held.jurisdiction), held))


@cache
def _register() -> Divisions:
    return Divisions.load()


def _known_division(code: str, field: str) -> None:
    """Raises DivisionUnknown unless it is a province, city, county or township of the register."""
    found = _register().find(code.ljust(COUNTY_DIGITS, "0")) if _DIVISION.fullmatch(code) else None
    if found is None or found.level is not _LEVEL_OF[len(code)]:
        raise DivisionUnknown(code, field)
