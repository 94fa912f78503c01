"""A database of the release before the table of clocks: its objects' clocks become rows of it."""

from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from services.cases.storage.migrations.versions import rev_0005_deadlines
from tests.integration.services.cases.office import COORDINATOR, Office, correction, filed, sand_yard
from tests.integration.services.cases.test_joint_actions import AG, NR, Action
from tests.integration.services.cases.test_rebuild import import_patches
from tests.support.nodes import PostgresNode

# As the first release wrote a clock: these fields, every one of them.
_OLD = ("rule_id", "title", "limit", "unit", "started_at", "due_on", "due_at", "provisional", "met_at")
# J03, whose holders it had no word for, is younger than that release; so are proposals.
_AGAIN = """
SELECT id, object_type, object_id, no, object_no, division_code, township_code, agencies, state, due_on, met_at
FROM deadline WHERE object_type <> 'action_proposal' AND rule_id <> 'J03' ORDER BY id
"""


def rows(office: Office) -> list[Any]:
    with office.parts.engine.connect() as connection:
        return list(connection.execute(sa.text(_AGAIN)))


def test_clocks_of_the_first_release_are_in_the_table_after_the_upgrade(office: Office, postgres: PostgresNode) -> None:
    case = filed(office)
    office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    action = Action(office)
    action.sign(NR)
    action.decline(AG)
    action.reassign(AG, "public_security")
    office.command(COORDINATOR, "clue.report", sand_yard(division_code="640521104000"))
    import_patches(office, 3)
    expected = rows(office)
    assert len({row.object_type for row in expected}) == 4
    owner = sa.create_engine(postgres.dsn(str(office.parts.engine.url.database)))
    with owner.begin() as connection:
        connection.execute(sa.text("DROP TABLE deadline, counted_calendar"))
        for table in ("clue", "case", "rectification", "joint_action"):
            fields = ", ".join(f"'{name}', clock -> '{name}'" for name in _OLD)
            connection.execute(
                sa.text(
                    f'UPDATE "{table}" SET deadlines = (SELECT coalesce(jsonb_agg(jsonb_build_object({fields}) '
                    "ORDER BY no), '[]') FROM jsonb_array_elements(deadlines) WITH ORDINALITY AS c(clock, no))"
                )
            )
        with Operations.context(MigrationContext.configure(connection)):
            rev_0005_deadlines.upgrade()
        connection.execute(sa.text("GRANT ALL ON deadline, counted_calendar TO cases_app"))
    owner.dispose()
    assert rows(office) == expected
    # They go on as before: the next step of the case writes and reads them.
    office.command(COORDINATOR, "case.investigate", {"officers": ["甲", "乙"]}, case["id"])
    told = office.query(COORDINATOR, "case.deadlines", id=case["id"])["items"]
    assert {one["rule_id"]: one["status"] for one in told}["S02"] == "met"
