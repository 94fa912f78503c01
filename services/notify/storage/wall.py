"""The second wall of notify: a document is of a county, and there of the office that issues it and those it goes to."""

from collections.abc import Mapping

from sqlalchemy import Connection

from services.notify.domain.document_table import office_of
from services.notify.storage import bulletin_tables
from services.notify.storage.assistance import IN_AGENCY
from services.notify.storage.scope import recipient_of
from shared.contracts.documents import COORDINATION
from shared.principal import Actor
from shared.standing import standing
from shared.wall import HOUSE, NOBODY, WHOLE, Facts, any_of, build, build_kernel, lies_within, said

OPEN: Mapping[str, str] = {
    "notice_number": "counters of numbers",
    "document_service": "which delivery serves which document",
    "document_press": "ids that wait for the press",
    "channel_package": "numbers of packages",
    "climbed_step": "steps of clocks by the ids of their objects",
    "counting_gap": "positions that are to be counted again",
    "rectification_brief": "states of items by their ids",
    "bulletin_setting": "registers",
    "standing": "counts of objects by their ids, read by the million for a bulletin; their names are in counted_object",
    "delivery": "that and when something went out, by its id",
    "endpoint": "how a recipient is reached",
}
"""Tables without a wall, and why."""

# Not held by the wall: whether a document is addressed to a body is asked by the wall of the document itself, and a
# wall that asked another that asks the first would never end.
_ADDRESSED = """
CREATE OR REPLACE FUNCTION tianwei_addressed(asked uuid, whom text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS
$$ SELECT EXISTS (SELECT FROM public.document_receipt r WHERE r.document_id = asked AND r.code = whom) $$
"""


def facts_of(by: Actor, *, acts: bool) -> Facts:
    agency = by.org_code if by.has(*IN_AGENCY) and by.org_code else NOBODY
    return {
        **standing(by, whole=acts),
        "office": office_of(by) or NOBODY,
        "recipient": recipient_of(by) or NOBODY,
        "agency": agency,
    }


def build_walls(connection: Connection) -> None:
    """All of them, anew; called by migrations."""
    build_kernel(connection)
    connection.exec_driver_sql(_ADDRESSED)
    here = lies_within("jurisdiction")
    addressed = (
        f"({said('recipient')} <> '{NOBODY}' AND issued_at IS NOT NULL AND tianwei_addressed(id, {said('recipient')}))"
    )
    seen = any_of(WHOLE, f"office = {said('office')}", addressed)
    build(connection, "document", seen=f"{here} AND {seen}", written=here)
    of_document = "EXISTS (SELECT FROM document d WHERE d.id = document_id)"
    build(connection, "document_receipt", seen=any_of(HOUSE, of_document), written="true")
    build(connection, "receipt_proof", seen=f"{here} AND {any_of(WHOLE, of_document)}", written=here)
    of_group = any_of(WHOLE, f"{said('office')} = '{COORDINATION}'")
    for table in ("bulletin", "outage_notice"):
        build(connection, table, seen=f"{here} AND {of_group}", written=here)
    told = any_of(WHOLE, f"{said('office')} = '{COORDINATION}'", f"agency = {said('agency')}")
    build(connection, "assistance_notice", seen=f"{here} AND {told}", written=here)
    build(connection, "dossier", seen=here)
    build(connection, "case_brief", seen=lies_within("division_code"))
    build(connection, "counted_object", seen=f"{lies_within('division_code')} AND {of_group}", written="true")
    of_bulletin = "EXISTS (SELECT FROM bulletin b WHERE b.id = bulletin_id)"
    # Figures are frozen, and read again, before the bulletin that they are of is written.
    build(connection, "bulletin_group", seen=any_of(WHOLE, of_bulletin))


def all_tables() -> set[str]:
    """Names of this service's own tables."""
    return set(bulletin_tables.bulletin.metadata.tables)
