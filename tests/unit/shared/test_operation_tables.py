"""A table of operations that forgets something does not start."""

from unittest.mock import Mock

import pytest

from shared.contracts.base import Query, View
from shared.contracts.codes import Role
from shared.operations import Dispatcher, Operation, QueryOperation, ScopeRule, TableUnfit
from shared.principal import Actor
from shared.standing import standing
from shared.wall import NOBODY

ROLES = frozenset({Role.COORDINATOR})
RULE = ScopeRule("everything", "all rows")


class AskWeather(Query, operation="weather.ask"):
    """What the weather is."""


def answer(*_: object) -> View:
    return View()


def dispatcher(*operations: Operation) -> Dispatcher[Mock]:
    return Dispatcher(operations, Mock(), Mock(), Mock())


def test_an_operation_without_a_scope_is_none() -> None:
    with pytest.raises(TypeError, match="scope"):
        QueryOperation(AskWeather, answer, ROLES)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "operations",
    [
        (QueryOperation(AskWeather, answer, frozenset(), RULE),),
        (QueryOperation(AskWeather, answer, ROLES, RULE, public=True),),
        (QueryOperation(AskWeather, answer, ROLES, RULE), QueryOperation(AskWeather, answer, ROLES, RULE)),
    ],
    ids=["for nobody", "public and yet for some", "twice"],
)
def test_a_table_that_contradicts_itself_does_not_start(operations: tuple[Operation, ...]) -> None:
    with pytest.raises(TableUnfit, match=r"weather\.ask"):
        dispatcher(*operations)


def test_a_sound_table_starts() -> None:
    assert dispatcher(QueryOperation(AskWeather, answer, ROLES, RULE))


@pytest.mark.parametrize("jurisdiction", ["", "6", "64%", "六四"])
def test_who_is_of_no_place_stands_nowhere(jurisdiction: str) -> None:
    said = standing(Actor("x", "x", ROLES, "640521", jurisdiction), whole=True)
    assert said["place"] == NOBODY


@pytest.mark.parametrize(("jurisdiction", "place"), [("640521", "640521"), ("640521104", "640521"), ("6405", "6405")])
def test_who_is_of_a_county_stands_in_all_of_it(jurisdiction: str, place: str) -> None:
    said = standing(Actor("x", "x", ROLES, "640521", jurisdiction), whole=True)
    assert said["place"] == place
