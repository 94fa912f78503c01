"""The second wall of cases: row-level policies, wider than storage/scope.py, that PostgreSQL holds by itself.

Everything lies in a county, and nobody reads or writes beyond his own. Within it a query sees what the actor's part
shows: the case that his agency leads or names him on, the clue that his township or agency was given, and with a case
what stands beside it. A row for a list (work_item) says the same of itself. A command is bounded by its county alone.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from services.cases.storage import (
    case_import_tables,
    clue_tables,
    deadline_tables,
    disclosures,
    evidence_tables,
    land_tables,
    path_tables,
    rule_tables,
    tables,
    work_tables,
)
from services.cases.storage.scope import (
    IN_AGENCY,
    OF_AGENCY,
    POLICE,
    TRANSFERS_WITH_POLICE,
    VERIFYING,
    WITH_OPINION,
    files_clues,
    is_prefix,
)
from shared.contracts.codes import Agency, Role
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS
from shared.principal import Actor
from shared.standing import standing
from shared.wall import HOUSE, NOBODY, WHOLE, Facts, any_of, build, build_kernel, in_township, lies_within, said

OPEN: Mapping[str, str] = {
    "number_counter": "counters of a county's numbers, asked in a transaction of their own",
    "rule_seed": "registers: the same for everybody",
    "rule": "registers",
    "rule_row": "registers",
    "rule_revision": "registers",
    "counted_calendar": "registers",
    "land_feature": "base layers of the survey, found by place; no facts of cases",
    "land_layer_row": "what became of a row of a base layer",
    "clue_shape": "shapes by their digest, of which only who sees the clue knows",
    "clue_check": "ids that wait for the worker",
    "evidence_examination": "pieces that wait for the worker",
    "work_text": "asked by operators that leak, whose index a policy would close; every hit is shown from work_item",
    "sealed_content": "sealed by the service's key",
    "plot_land": "base layers",
    "plot_job": "base layers",
}
"""Tables without a wall, and why."""

_METADATA = (
    tables.clue.metadata,
    case_import_tables.case_import.metadata,
    clue_tables.clue_duplicate.metadata,
    deadline_tables.deadline.metadata,
    disclosures.disclosure.metadata,
    evidence_tables.evidence.metadata,
    land_tables.overlay.metadata,
    path_tables.listing.metadata,
    rule_tables.rule.metadata,
    work_tables.work_item.metadata,
)


def facts_of(by: Actor, *, acts: bool) -> Facts:
    in_county = is_prefix(by.jurisdiction, COUNTY_DIGITS)
    whole = (by.has(Role.COORDINATOR) and in_county) or by.has(Role.SUPERIOR_REVIEWER)
    township = by.has(Role.TOWNSHIP_OFFICER) and is_prefix(by.jurisdiction, TOWNSHIP_DIGITS)

    def org_if(part: bool) -> str:
        return by.org_code if part and in_county and by.org_code else NOBODY

    return {
        **standing(by, whole=whole or acts, township=township),
        "leads": org_if(by.has(*OF_AGENCY)),
        "agency": org_if(by.has(*IN_AGENCY)),
        "verifies": org_if(by.has(*VERIFYING)),
        "name": by.name if by.has(Role.AGENCY_OFFICER) and by.name else NOBODY,
        "files": "on" if files_clues(by) else "off",
        "police": "on" if by.has(*POLICE) and by.org_code == Agency.PUBLIC_SECURITY and in_county else "off",
    }


def build_walls(connection: Connection) -> None:
    """All of them, anew; called by migrations."""
    build_kernel(connection)
    for table, seen in _objects().items():
        build(
            connection, table, seen=f"{lies_within('division_code')} AND {seen}", written=lies_within("division_code")
        )
    for table in _IN_COUNTY:
        build(connection, table, seen=lies_within("division_code"))
    build(connection, "case_import", seen=f"{lies_within('division_code')} AND {WHOLE}")
    for table in ("work_history", "statistic_sum", "statistic_delta"):
        build(connection, table, seen=lies_within("county_code"))
    build(connection, "sealed_record", seen=lies_within("county"))
    for table, (column, parent) in _PARTS.items():
        build(connection, table, seen=any_of(HOUSE, f"EXISTS (SELECT FROM {parent} p WHERE p.id = {column})"))


# Of a county, whoever asks in it: what narrows further is in the conditions of the queries.
_IN_COUNTY = (
    "deadline",
    "disclosure",
    "clue_duplicate",
    "clue_reporter",
    "evidence_custody",
    "proof_bundle",
    "overlay",
    "overlay_job",
    "clue_import",
    "land_layer",
)
# Rows of what has a wall: table -> its column, whose table.
_PARTS = {"clue_import_row": ("import_id", "clue_import"), "case_import_row": ("import_id", "case_import")}


def _objects() -> dict[str, str]:
    """table -> what of a county is shown to whom."""
    here, beside = in_township("division_code"), 'EXISTS (SELECT FROM "case" c WHERE c.id = case_id)'
    letter = any_of(f"to_agency = {said('agency')}", f"from_agency = {said('agency')}")
    with_police = f"({said('police')} = 'on' AND state IN ({_texts(TRANSFERS_WITH_POLICE)}))"
    with_opinion = f"({said('files')} = 'on' AND state IN ({_texts(WITH_OPINION)}))"
    handled = f"(lead_agency = {said('agency')} AND jsonb_exists(officers, {said('name')}))"
    return {
        '"case"': any_of(WHOLE, here, f"lead_agency = {said('leads')}", handled),
        "clue": any_of(
            WHOLE,
            here,
            in_township("township_code"),
            f"agency = {said('verifies')}",
            with_opinion,
            'EXISTS (SELECT FROM "case" c WHERE c.clue_id = clue.id)',
        ),
        "rectification": any_of(WHOLE, here, beside),
        "joint_action": any_of(WHOLE, here, beside),
        "listing": any_of(WHOLE, here, beside),
        "police_transfer": any_of(WHOLE, with_police, beside),
        "action_proposal": any_of(WHOLE, beside),
        "assistance_request": any_of(WHOLE, letter),
        "evidence": any_of(
            WHOLE, here, in_township("township_code"), "EXISTS (SELECT FROM clue c WHERE c.id = evidence.clue_id)"
        ),
        # Whoever sees a piece sees in its custody to whom copies went.
        "evidence_copy": any_of(
            WHOLE, f"to_agency = {said('agency')}", "EXISTS (SELECT FROM evidence e WHERE e.id = evidence_id)"
        ),
        "work_item": _work_item(),
    }


def _work_item() -> str:
    of_clue = f"({said('files')} = 'on' AND kind = 'clue' AND state IN ({_texts(WITH_OPINION)}))"
    of_transfer = (
        f"({said('police')} = 'on' AND kind = 'police_transfer' AND state IN ({_texts(TRANSFERS_WITH_POLICE)}))"
    )
    return any_of(
        WHOLE,
        in_township("township_code"),
        in_township("division_code"),
        in_township("given_township"),
        f"lead_agency = {said('leads')}",
        f"given_agency = {said('agency')}",
        f"asking_agency = {said('agency')}",
        f"(lead_agency = {said('agency')} AND {said('name')} = ANY(officers))",
        of_clue,
        of_transfer,
    )


def _texts(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def all_tables() -> set[str]:
    """Names of this service's own tables."""
    return {table.name for metadata in _METADATA for table in metadata.tables.values()}
