"""Several parts of one service that take the same event."""

from typing import Any

import pytest

from shared.clock import FixedClock
from shared.contracts.cases_events import CaseClosedV1, CaseFiledV1
from shared.delivery.reactor import Reaction, Reactor, together
from shared.delivery.unit import Unit
from tests.unit.services.notify.facts import case_filed

CLOCK = FixedClock(case_filed().at)


def noting(into: list[str], name: str) -> Any:
    return lambda *_: into.append(name)


def test_all_that_take_an_event_take_it_in_their_order() -> None:
    done: list[str] = []
    reactions = together(
        Reaction(CaseFiledV1, noting(done, "first")),
        Reaction(CaseClosedV1, noting(done, "other")),
        Reaction(CaseFiledV1, noting(done, "second")),
    )
    assert [reaction.event for reaction in reactions] == [CaseFiledV1, CaseClosedV1]
    nothing: Any = None
    reactions[0].handler(case_filed(), nothing, nothing)
    assert done == ["first", "second"]
    assert Reactor(reactions, Unit, CLOCK).wanted == sorted([CaseFiledV1.type, CaseClosedV1.type])


def test_a_reaction_that_would_never_run_is_refused() -> None:
    with pytest.raises(ValueError, match="two reactions"):
        Reactor([Reaction(CaseFiledV1, noting([], "a")), Reaction(CaseFiledV1, noting([], "b"))], Unit, CLOCK)
