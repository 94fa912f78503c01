"""An error as it crosses the bus."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.bus import serializer
from shared.contracts.codes import CaseState, Role
from shared.errors import Conflict, from_problem


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (CaseState.FILED, "filed"),
        ([Role.COORDINATOR], ["coordinator"]),
        (("a", "b"), ["a", "b"]),
        (date(2026, 4, 1), "2026-04-01"),
        (Decimal("1.50"), "1.50"),
        (None, None),
        (3, 3),
    ],
)
def test_whatever_an_error_states_crosses_the_bus(fact: Any, told: Any) -> None:
    problem = serializer.loads(serializer.dumps(Conflict("cases.some-rule", None, fact=fact).as_problem()))
    arrived = from_problem(problem)
    assert (type(arrived), arrived.code, arrived.facts) == (Conflict, "cases.some-rule", {"fact": told})
