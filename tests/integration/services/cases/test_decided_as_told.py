"""Nothing is decided that the party was not told of, and nothing against the legal unit (APL 44, 45, 58, 63)."""

from typing import Any

import pytest

from tests.integration.services.cases.office import COORDINATOR, Office, papers
from tests.integration.services.cases.path_people import (
    CHIEF,
    LEGAL,
    decision,
    noticed,
    refused,
    step,
    today,
    under_review,
)

pytestmark = pytest.mark.evidence_not_asked


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def notice(office: Office, **changes: Any) -> dict[str, Any]:
    told = {"intended_penalty": "恢复", "measures": ["restore"], "served_at": office.clock.at.isoformat()}
    return {**told, **papers("penalty_notice"), **changes}


def test_a_notice_lists_its_measures(office: Office) -> None:
    case = under_review(office)
    without: list[dict[str, Any]] = [{}, {"measures": []}]
    for measures in without:
        body = {name: value for name, value in notice(office).items() if name != "measures"}
        bare = refused(office, COORDINATOR, "case.notice", {**body, **measures}, case["id"])
        assert (bare.code, bare.field) == ("invalid-field", "measures")
    step(office, case, "notice", **notice(office))


@pytest.mark.parametrize("measures", [["demolish"], ["restore", "demolish"]])
def test_what_the_party_was_not_told_of_is_not_decided(office: Office, measures: list[str]) -> None:
    case = under_review(office)
    step(office, case, "notice", **notice(office))
    office.days_pass(20)
    more = refused(office, COORDINATOR, "case.decide", decision(measures=measures), case["id"])
    assert (more.code, more.field, more.facts["law"]) == ("cases.not-told", "measures", "APL 44; APL 62")
    assert more.facts["measures"] == ["demolish"]
    fine = decision(measures=["restore", "fine"], fine_yuan=900000)
    assert refused(office, COORDINATOR, "case.decide", fine, case["id"]).facts["measures"] == ["fine"]
    assert refused(office, COORDINATOR, "case.decide", decision(measures=[]), case["id"]).field == "measures"
    # Told again, with the offer of a hearing, it may be.
    step(office, case, "review", **papers("case_review_record"))
    offer = {"hearing_offered": True, **papers("penalty_notice", "hearing_right_notice")}
    step(office, case, "notice", **notice(office, measures=["restore", "demolish"], **offer))
    office.days_pass(20)
    assert step(office, case, "decide", **decision(measures=measures))["state"] == "decided"


def test_less_than_was_told_may_be_decided(office: Office) -> None:
    case = noticed(office, measures=["demolish", "fine", "restore"], fine_yuan=1000)
    office.days_pass(20)
    lighter = step(office, case, "decide", **decision(measures=["restore", "fine"], fine_yuan=900))
    assert lighter["procedure"]["penalty"]["fine_yuan"] == 900


def test_one_alone_discusses_nothing(office: Office) -> None:
    case = under_review(office)
    step(office, case, "legal-review")
    step(office, case, "legal-opinion", LEGAL, **opinion(True))
    alone = {"members": ["陈局长"], "outcome": "处罚", **papers("collective_record")}
    wrong = refused(office, CHIEF, "case.deliberate", alone, case["id"])
    assert (wrong.code, wrong.field, wrong.facts["reason"]) == ("invalid-field", "members", "meeting_two")


def opinion(agrees: bool) -> dict[str, Any]:
    return {"agrees": agrees, "opinion": "意见", **papers("legal_opinion")}


def test_against_the_legal_opinion_nothing_is_noticed_by_way_of_the_leaders(office: Office) -> None:
    case = under_review(office)
    step(office, case, "legal-review")
    step(office, case, "legal-opinion", LEGAL, **opinion(False))
    step(office, case, "deliberate", CHIEF, members=["陈局长", "副局长"], outcome="处罚", **papers("collective_record"))
    against = refused(office, COORDINATOR, "case.notice", notice(office), case["id"])
    assert (against.code, against.facts["law"]) == ("cases.legal-opinion-against", "APL 58")
    # Nor once it is back in review: the opinion stands until there is one that agrees.
    case = step(office, case, "review", **papers("case_review_record"))
    assert case["procedure"]["opinion_against"]
    assert refused(office, COORDINATOR, "case.notice", notice(office), case["id"]).code == "cases.legal-opinion-against"
    step(office, case, "legal-review")
    step(office, case, "legal-opinion", LEGAL, **opinion(True))
    assert step(office, case, "notice", **notice(office))["state"] == "noticed"


def test_against_the_legal_opinion_nothing_is_decided_after_a_hearing(office: Office) -> None:
    case = noticed(office)
    step(office, case, "request-hearing", asked_on=today(office), **papers("hearing_request"))
    told = {"announced_on": today(office), "place": "会议室", "chair": "主持人", **papers("hearing_notice")}
    step(office, case, "announce-hearing", **told, hearing_at=f"{today(office, 15)}T09:00:00+08:00")
    office.days_pass(16)
    held = {"held_at": f"{today(office, -1)}T11:00:00+08:00", "chair": "主持人"}
    step(office, case, "hold-hearing", **held, **papers("hearing_record", "hearing_report"))
    step(office, case, "legal-review")
    step(office, case, "legal-opinion", LEGAL, **opinion(False))
    step(office, case, "deliberate", CHIEF, members=["陈局长", "副局长"], outcome="处罚", **papers("collective_record"))
    against = refused(office, COORDINATOR, "case.decide", decision(), case["id"])
    assert (against.code, against.facts["law"]) == ("cases.legal-opinion-against", "APL 58")
