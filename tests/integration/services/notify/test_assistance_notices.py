"""A letter of assistance is told to the agency asked, what becomes of it to the one that asked, to nobody else."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.handlers.assistance import tell_asked, tell_asking
from shared.contracts import assistance as c
from shared.contracts.clocks import DeadlineFact, RecountFact
from shared.contracts.codes import (
    Agency,
    AnswerForm,
    AssistanceMatter,
    AssistanceRefusal,
    AssistanceResult,
    AssistanceState,
    Role,
)
from shared.principal import Actor
from tests.integration.services.notify.house import COORDINATOR, NOON, OTHER_COUNTY, PARTY, House
from tests.integration.services.notify.test_outages import heard

LETTER, CASE = UUID(int=7), UUID(int=8)
_STATE = AssistanceState
_J08: dict[str, Any] = {"rule_id": "J08", "due_on": date(2026, 4, 27), "provisional": False}


def officer(agency: str, role: Role = Role.AGENCY_OFFICER, county: str = "640521") -> Actor:
    return Actor(f"{agency}:{role}", "办事员", frozenset({role}), agency, county)


ASKED, ASKING = officer("agriculture"), officer("natural_resources")


def told(kind: type[Any], from_state: AssistanceState | None, to_state: AssistanceState, **more: Any) -> Any:
    between = {"from_agency": Agency.NATURAL_RESOURCES, "to_agency": Agency.AGRICULTURE, "to_body": None}
    head = {"at": NOON, "assistance_id": LETTER, "letter_no": "ZW-AS-640521-2026-00001", "case_id": CASE}
    return kind(**{**head, **between, "from_state": from_state, "to_state": to_state, **more})


def letter_asked(**more: Any) -> c.AssistanceRequestedV1:
    clock = DeadlineFact(**_J08, title="答复协助函", limit=5, unit="working_day", started_at=NOON, holder="agency")
    said: dict[str, Any] = {
        "case_no": "ZW-CA-640521-2026-00001",
        "division_code": "640521104000",
        "matters": [AssistanceMatter.RECORDS],
        "details": "调取合同",
        "basis": "APL 26",
        "answer_form": AnswerForm.COPIES,
        "contact": "张",
        "urgent": False,
        "requested_by": "副局长",
        "refuse_by_on": date(2026, 4, 22),
        "starts": [clock],
    }
    asked: c.AssistanceRequestedV1 = told(c.AssistanceRequestedV1, None, _STATE.REQUESTED, **{**said, **more})
    return asked


def seen(house: House, by: Actor, **asked: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = house.query(by, "assistance-notice.list", **asked)["items"]
    return items


def test_the_agency_asked_is_told_once_and_somebody_acknowledges(house: House) -> None:
    meta = heard(house, letter_asked(), tell_asked)
    heard(house, letter_asked(), tell_asked, meta)
    (notice,) = seen(house, ASKED)
    assert (notice["news"], notice["other_body"], notice["due_on"]) == ("requested", "natural_resources", "2026-04-27")
    assert (notice["letter_no"], notice["case_no"]) == ("ZW-AS-640521-2026-00001", "ZW-CA-640521-2026-00001")
    assert house.command(COORDINATOR, "assistance-notice.acknowledge", notice["id"])["code"] == "role-not-allowed"
    assert house.command(ASKING, "assistance-notice.acknowledge", notice["id"])["code"] == "not-found"
    done = house.command(ASKED, "assistance-notice.acknowledge", notice["id"])
    assert (done["acknowledged_by"], done["version"]) == ("办事员", 2)
    assert house.command(ASKED, "assistance-notice.acknowledge", notice["id"])["version"] == 2
    assert seen(house, ASKED, unseen=True) == []


def test_only_the_two_agencies_and_the_coordinator_see_it(house: House) -> None:
    heard(house, letter_asked(), tell_asked)
    assert len(seen(house, COORDINATOR)) == len(seen(house, officer("agriculture", Role.CHIEF))) == 1
    for by in (ASKING, OTHER_COUNTY, PARTY, officer("public_security"), officer("agriculture", county="640522")):
        assert seen(house, by) == []


@pytest.mark.parametrize(
    ("kind", "to_state", "more", "due_on"),
    [
        (
            c.AssistanceExtendedV1,
            _STATE.EXTENDED,
            {"days": 5, "noticed_on": NOON.date(), "recounts": [RecountFact(**{**_J08, "due_on": date(2026, 5, 7)})]},
            "2026-05-07",
        ),
        (
            c.AssistanceAnsweredV1,
            _STATE.ANSWERED,
            {"result": AssistanceResult.DONE, "account": "a", "answered_by": "b", "answered_on": NOON.date()},
            None,
        ),
        (
            c.AssistanceRefusedV1,
            _STATE.REFUSED,
            {"ground": AssistanceRefusal.LAW_FORBIDS, "law": "l", "refused_by": "b", "refused_on": NOON.date()},
            None,
        ),
    ],
)
def test_who_asked_is_told_what_has_become_of_it(
    house: House, kind: type[Any], to_state: AssistanceState, more: dict[str, Any], due_on: str | None
) -> None:
    heard(house, told(kind, _STATE.REQUESTED, to_state, channel="system", **more), tell_asking)
    (notice,) = seen(house, ASKING)
    assert (notice["news"], notice["other_body"], notice["due_on"]) == (to_state, "agriculture", due_on)
    assert seen(house, ASKED) == []


def test_a_withdrawal_goes_to_who_was_asked_and_a_body_without_an_account_is_told_nothing(house: House) -> None:
    heard(house, told(c.AssistanceWithdrawnV1, _STATE.REQUESTED, _STATE.WITHDRAWN, reason="r"), tell_asked)
    assert [notice["news"] for notice in seen(house, ASKED)] == ["withdrawn"]
    heard(house, letter_asked(to_agency=None, to_body="登记中心", assistance_id=uuid4()), tell_asked)
    assert len(seen(house, COORDINATOR)) == 1
