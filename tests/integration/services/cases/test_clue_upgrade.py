"""A database of before the whole machine of clues, brought to today: what the log says is what stands in the rows."""

from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from services.cases.rebuild import PROJECTIONS
from services.cases.storage.migrate import MIGRATIONS
from services.cases.storage.migrations.versions import rev_0010_clues
from shared.migration import upgrade
from shared.rebuild.own_log import OwnLog
from tests.integration.services.cases.clue_desk import box, look, proposals, take_in
from tests.integration.services.cases.conftest import ROLE
from tests.integration.services.cases.office import COORDINATOR, Office, filed, sand_yard, verified
from tests.support.nodes import PostgresNode


def set_back(owner: sa.Engine) -> None:
    """As revision 0009 left it."""
    columns = ", ".join(f"DROP COLUMN {column.split()[0]}" for column in rev_0010_clues._COLUMNS)
    with owner.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER clue_ask_duplicates ON clue"))
        connection.execute(sa.text("DROP FUNCTION tianwei_ask_duplicates"))
        connection.execute(sa.text(f"ALTER TABLE clue {columns}"))
        connection.execute(sa.text("ALTER TABLE clue_import DROP COLUMN completeness"))
        connection.execute(sa.text("DROP INDEX clue_import_row_clue"))
        connection.execute(sa.text("DROP TABLE clue_duplicate, clue_check, clue_reporter"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0009'"))


def test_an_older_database_has_afterwards_what_its_log_says(office: Office, postgres: PostgresNode) -> None:
    filed(office)
    verified(office)
    told = office.command(COORDINATOR, "clue.report", sand_yard(longitude=105.5, latitude=37.4))
    multi = {"type": "MultiPolygon", "coordinates": [box(105.6)["coordinates"], box(105.7)["coordinates"]]}
    take_in(office, (1, box()), (3, multi))
    dsn = postgres.dsn(str(office.parts.engine.url.database))
    owner = sa.create_engine(dsn)
    set_back(owner)
    assert upgrade(MIGRATIONS, SecretStr(dsn), ROLE) >= "0010"
    clue = next(projection for projection in PROJECTIONS if projection.name == "clue")
    found = OwnLog(office.parts.engine, "cases", clue, lambda *_: None).rebuild(None)
    differing: dict[str, Any] = {
        difference.row.key: difference.row.fields for difference in found.differences if difference.row.fields
    }
    # What only events of today say, which those of before did not.
    newer = {"review_required", "submitted_by", "missing_proofs"}
    assert {field for fields in differing.values() for field in fields} <= newer
    owner.dispose()
    assert office.command(COORDINATOR, "clue.deduplicate", {}, told["id"])["state"] == "deduplicated"
    (again,) = take_in(office, (2, box()))
    look(office)
    assert again in {clue_id for found in proposals(office) for clue_id in found[1:3]}
