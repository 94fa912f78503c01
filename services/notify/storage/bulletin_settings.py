"""The county's own rhythm of bulletins, as cases tells its configuration register."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg

from services.notify.storage.bulletin_tables import bulletin_setting
from shared.contracts.rules import RuleFact


def keep_setting(connection: Connection, rule_id: UUID, county_code: str, rows: Sequence[RuleFact]) -> None:
    """The whole rule after an edit."""
    told = [
        {
            "value": row.value.get("value"),
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        }
        for row in rows
    ]
    insert = pg.insert(bulletin_setting).values(rule_id=rule_id, county_code=county_code, rows=told)
    changed = {"county_code": insert.excluded.county_code, "rows": insert.excluded.rows}
    connection.execute(insert.on_conflict_do_update(index_elements=["rule_id"], set_=changed))


def rhythm_on(connection: Connection, county_code: str, day: date) -> str | None:
    """The setting in force; None where the county has set none."""
    held = sa.select(bulletin_setting.c.rows).where(bulletin_setting.c.county_code == county_code)
    said = day.isoformat()
    for rows in connection.execute(held).scalars():
        for row in rows:
            if row["valid_from"] <= said and (row["valid_to"] is None or said <= row["valid_to"]):
                value: str | None = row["value"]
                return value
    return None
