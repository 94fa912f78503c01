"""What an object's ladder costs does not grow with the clocks of all others."""

from typing import Any

import sqlalchemy as sa

from services.cases.storage import work
from tests.integration.services.cases.office import COORDINATOR, Office, sand_yard

_LADDER = sa.text(f"EXPLAIN (FORMAT JSON) SELECT {work._STEP.format(id=':id')}")


def test_the_ladder_of_one_object_is_read_by_its_own_index_also_without_statistics(office: Office) -> None:
    """Without statistics the planner took the index of all open clocks, and read every one for each row written."""
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    with office.parts.engine.connect() as connection:
        (plan,) = connection.execute(_LADDER, {"id": clue["id"]}).scalar_one()
    assert _indexes(plan["Plan"]) == ["deadline_object"]


def _indexes(node: dict[str, Any]) -> list[str]:
    below = [name for child in node.get("Plans", ()) for name in _indexes(child)]
    return [*([node["Index Name"]] if "Index Name" in node else []), *below]
