"""A database of before revision 0009: what is new in its tables is filled from its log, as computing again would."""

import pytest
import sqlalchemy as sa

from services.cases.storage.migrations.versions import rev_0009_paths as revision
from services.cases.storage.work_fill import fill
from tests.integration.services.cases.office import COORDINATOR, Office, correction, filed
from tests.integration.services.cases.path_people import new_case
from tests.integration.services.cases.test_main_path import close_case, strike_off, up_to_notice
from tests.integration.services.cases.test_rebuild import rebuild
from tests.support.nodes import PostgresNode

pytestmark = pytest.mark.evidence_not_asked

# Words of events that were not there before.
_SINCE = [
    "area_threshold_met",
    "near_threshold",
    "measures",
    "fine_yuan",
    "gains_yuan",
    "fine_least_yuan",
    "fine_most_yuan",
    "hearing_offered",
    "service_method",
    "deciding_agency",
    "reviewers",
    "major",
    "transferred_to",
    "pbf_area_m2",
    "formalities_area_m2",
    "signers",
    "summed",
    "uncertified",
]
# Events that had the word always.
_KEPT = {"pbf_area_m2": "tianwei.cases.case-filed.v1", "service_method": "tianwei.cases.case-served.v1"}
# Too small for a crime: there was no appraisal then, so a log of before has none.
_SMALL = {"farmland_area_m2": 3000, "pbf_area_m2": 0}
_STRIP = sa.text(
    "UPDATE event_log SET payload = payload - CAST(:name AS text) "
    "WHERE aggregate_type IN ('case', 'rectification') AND type <> :kept"
)


def test_cases_and_items_of_before_are_what_their_log_tells(office: Office, postgres: PostgresNode) -> None:
    strike_off(office, filed(office))
    close_case(office, new_case(office, _SMALL, party_name="甲砂场"))
    under_way = new_case(office, _SMALL, party_name="乙砂场")
    up_to_notice(office, under_way)
    order = correction(farmland_area_m2=_SMALL["farmland_area_m2"])
    office.command(COORDINATOR, "case.order-rectification", order, under_way["id"])
    owner = sa.create_engine(postgres.dsn(str(office.parts.engine.url.database)))
    with owner.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for name in _SINCE:
            kept = _KEPT.get(name, "")
            connection.execute(_STRIP, {"name": name, "kept": kept})
        connection.execute(sa.text('ALTER TABLE "case" DROP COLUMN procedure'))
        connection.execute(sa.text("ALTER TABLE rectification DROP COLUMN facts"))
        for statement in (*revision.ADDED, revision.PROCEDURES, revision.REVIEWS):
            connection.exec_driver_sql(statement)
        # The working lists came after it, out of the same log.
        connection.execute(sa.text("TRUNCATE work_item, work_text"))
        fill(connection)
    owner.dispose()
    for name in ("case", "rectification"):
        found = rebuild(office, name)
        assert found.rows_live == found.rows_computed > 0
        assert found.differences == []
