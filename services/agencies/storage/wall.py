"""The second wall of agencies: a task is of a county and of one agency there, and so is all that is said of it."""

from collections.abc import Mapping

from sqlalchemy import Connection

from services.agencies.storage.scope import AGENCY_ROLES, is_county
from services.agencies.storage.tables import METADATA
from shared.contracts.codes import Agency, Role
from shared.divisions.register import TOWNSHIP_DIGITS
from shared.principal import Actor
from shared.standing import standing
from shared.wall import HOUSE, NOBODY, WHOLE, Facts, any_of, build, build_kernel, in_township, lies_within, said

OPEN: Mapping[str, str] = {
    "agency_reply": "receipts that are sent to an agency's system; nobody asks for them",
    "exchange_series": "numbers of packages",
    "exchange_package": "packages as they were laid, for the sender alone",
    "agency_kit": "keys of an agency's software",
    "agency_certificate": "what an agency's software has passed",
    "delivery": "that and when something went to an agency, by its id",
    "endpoint": "how an agency's system is reached",
}
"""Tables without a wall, and why."""


def facts_of(by: Actor, *, acts: bool) -> Facts:
    in_county = is_county(by)
    whole = by.has(Role.COORDINATOR) and in_county
    township = by.has(Role.TOWNSHIP_OFFICER) and in_county and len(by.jurisdiction) >= TOWNSHIP_DIGITS
    own = by.has(*AGENCY_ROLES) and in_county and by.org_code not in ("", Agency.TOWNSHIP.value)
    return {
        **standing(by, whole=whole or acts, township=township),
        "agency": by.org_code if own else NOBODY,
        "operates": "on" if by.has(Role.ADMINISTRATOR) else "off",
    }


def build_walls(connection: Connection) -> None:
    """All of them, anew; called by migrations."""
    build_kernel(connection)
    own = any_of(
        WHOLE,
        f"agency = {said('agency')}",
        f"(agency = '{Agency.TOWNSHIP.value}' AND {in_township('division_code')})",
    )
    build(
        connection,
        "agency_task",
        seen=f"{lies_within('division_code')} AND {own}",
        written=lies_within("division_code"),
    )
    of_task = "EXISTS (SELECT FROM agency_task t WHERE t.id = task_id)"
    build(connection, "task_message", seen=any_of(HOUSE, of_task), written="true")
    operates = f"{said('operates')} = 'on'"
    # Also one that names no task of ours, or another's, is seen by those who must look at it. The registry and what
    # comes in belong to the house's own county (ENDPOINTS, REGISTRY in scope.py).
    build(connection, "agency_answer", seen=any_of(WHOLE, operates, f"agency = {said('agency')}"), written="true")


def all_tables() -> set[str]:
    """Names of this service's own tables."""
    return set(METADATA.tables)
