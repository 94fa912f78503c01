"""Who acts, for whom and who is told."""

from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    COORDINATOR = "coordinator"
    TOWNSHIP_OFFICER = "township_officer"
    AGENCY_OFFICER = "agency_officer"
    AGENCY_SYSTEM = "agency_system"
    RECIPIENT_CLERK = "recipient_clerk"
    ADMINISTRATOR = "administrator"
    """The system administrator 系统管理员; its code is older than those of the two beside it."""
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDIT_ADMINISTRATOR = "audit_administrator"
    """Asks who did and read what."""
    # Of an agency (domain.md 2.1); acting_chief is the flag of who stands in for the chief.
    CHIEF = "chief"
    ACTING_CHIEF = "acting_chief"
    LEADER = "leader"
    LEGAL_REVIEWER = "legal_reviewer"
    SUPERIOR_REVIEWER = "superior_reviewer"
    """Of the city or the autonomous region: its jurisdiction, 4 or 2 digits, says of which."""
    # Of the leading group, which issues the county's documents (domain.md 5).
    OFFICE_DIRECTOR = "office_director"
    GROUP_HEAD = "group_head"


ADMINISTRATORS = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR})
"""三员: each stands alone, and none of them reads a case."""


class Agency(StrEnum):
    """Who is given a task letter: the four agencies of article 9, and the township of the place (domain.md 4.5)."""

    PUBLIC_SECURITY = "public_security"
    NATURAL_RESOURCES = "natural_resources"
    AGRICULTURE = "agriculture"
    COMPREHENSIVE_ENFORCEMENT = "comprehensive_enforcement"
    TOWNSHIP = "township"
    """The one in whose division the case lies; worked by its township officers."""


CountyAgency = Literal[
    Agency.PUBLIC_SECURITY,
    Agency.NATURAL_RESOURCES,
    Agency.AGRICULTURE,
    Agency.COMPREHENSIVE_ENFORCEMENT,
]
"""One of the four of article 9: what leads a case or an action, verifies a clue, has accounts of its own."""
COUNTY_AGENCIES: tuple[CountyAgency, ...] = (
    Agency.PUBLIC_SECURITY,
    Agency.NATURAL_RESOURCES,
    Agency.AGRICULTURE,
    Agency.COMPREHENSIVE_ENFORCEMENT,
)


class Recipient(StrEnum):
    """Who receives notices and copies (article 10)."""

    PARTY_COMMITTEE = "party_committee"
    DISCIPLINE_COMMISSION = "discipline_commission"
    ORGANISATION_DEPARTMENT = "organisation_department"


class OrgType(StrEnum):
    """Kinds of bodies, by the short codes of domain.md 2.1."""

    CPC = "CPC"
    CG = "CG"
    COORD = "COORD"
    NR = "NR"
    AG = "AG"
    PS = "PS"
    CE = "CE"
    TWN = "TWN"
    VIL = "VIL"
    GRID = "GRID"
    DSC = "DSC"
    ORG = "ORG"
    PROC = "PROC"
    COURT = "COURT"
    FIN = "FIN"
    FG = "FG"
    WAT = "WAT"
    EEB = "EEB"
    JUS = "JUS"
    AUD = "AUD"
    CITY = "CITY"


ORG_TYPE_OF: dict[Agency, OrgType] = {
    Agency.PUBLIC_SECURITY: OrgType.PS,
    Agency.NATURAL_RESOURCES: OrgType.NR,
    Agency.AGRICULTURE: OrgType.AG,
    Agency.COMPREHENSIVE_ENFORCEMENT: OrgType.CE,
    Agency.TOWNSHIP: OrgType.TWN,
}
