"""A fine lies in the range of its article; larger gains ask for a hearing (domain.md 2.3; APL 38; NRP 34)."""

from typing import Any

import pytest

from tests.integration.services.cases.office import COORDINATOR, Office, papers
from tests.integration.services.cases.path_people import decision, refused, step, under_review

pytestmark = pytest.mark.evidence_not_asked


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def notice(office: Office, *measures: str, **changes: Any) -> dict[str, Any]:
    told = {"intended_penalty": "罚", "measures": list(measures), "served_at": office.clock.at.isoformat()}
    offered = {"hearing_offered": True, **papers("penalty_notice", "hearing_right_notice")}
    return {**told, **offered, **changes}


def test_where_the_article_gives_no_fine_there_is_none(office: Office) -> None:
    case = under_review(office, violation_types=["VT04"], lead_agency="agriculture", party_kind="person")
    fine = notice(office, "fine", fine_yuan=3000)
    none = refused(office, COORDINATOR, "case.notice", fine, case["id"])
    assert (none.code, none.field) == ("cases.no-fine-in-law", "fine_yuan")
    assert (none.facts["violations"], none.facts["law"]) == (["VT04"], "APL 38")


def test_a_fine_by_area_is_not_above_the_highest(office: Office) -> None:
    """100 to 1000 yuan a square metre of the 8400."""
    case = under_review(office, violation_types=["VT01"])
    above = refused(office, COORDINATOR, "case.notice", notice(office, "fine", fine_yuan=8_400_000.01), case["id"])
    assert (above.code, above.field, above.facts["most_yuan"]) == ("cases.fine-above-most", "fine_yuan", 8_400_000)
    told = step(office, case, "notice", **notice(office, "fine", fine_yuan=8_400_000))
    intended = told["procedure"]["intended"]
    assert (intended["fine_least_yuan"], intended["fine_most_yuan"], intended["below_least"]) == (
        840_000,
        8_400_000,
        False,
    )
    office.days_pass(20)
    # Below the least it is told of: a ground for mitigation must be found (APL 32).
    low = step(office, case, "decide", **decision(measures=["fine"], fine_yuan=839_999))
    assert low["procedure"]["penalty"]["below_least"]


def test_without_the_rate_of_its_base_no_fine_is_counted(office: Office) -> None:
    """RF and RestF are not set until a county does (domain.md 10)."""
    case = under_review(office, violation_types=["VT03"])
    missing = refused(office, COORDINATOR, "case.notice", notice(office, "fine", fine_yuan=1000), case["id"])
    assert (missing.code, missing.facts["bases"]) == ("cases.fine-base-missing", ["reclamation_fee"])


def test_a_fine_on_gains_is_counted_on_the_gains_that_are_stated(office: Office) -> None:
    """VT06: 10 to 50 per cent."""
    case = under_review(office, violation_types=["VT06"])
    unstated = refused(office, COORDINATOR, "case.notice", notice(office, "fine", fine_yuan=100), case["id"])
    assert (unstated.code, unstated.facts["bases"]) == ("cases.fine-base-missing", ["gains"])
    both = {"fine_yuan": 5001, "gains_yuan": 10000}
    above = refused(office, COORDINATOR, "case.notice", notice(office, "fine", "confiscate_gains", **both), case["id"])
    assert above.facts["most_yuan"] == 5000
    step(office, case, "notice", **notice(office, "fine", "confiscate_gains", fine_yuan=5000, gains_yuan=10000))
    office.days_pass(20)
    order = decision(measures=["fine", "confiscate_gains"], fine_yuan=5000)
    more = refused(office, COORDINATOR, "case.decide", {**order, "gains_yuan": 10001}, case["id"])
    assert (more.code, more.field) == ("cases.more-gains-than-told", "gains_yuan")
    decided = step(office, case, "decide", **order, gains_yuan=10000)
    assert decided["procedure"]["penalty"]["gains_yuan"] == 10000


def test_larger_gains_ask_for_the_offer_of_a_hearing(office: Office) -> None:
    case = under_review(office, violation_types=["VT06"], party_kind="person")
    silent = {"hearing_offered": False, **papers("penalty_notice")}
    faults: list[tuple[int, list[str]]] = [(0, ["confiscate_gains"]), (10, ["correct"])]
    for yuan, measures in faults:
        body = {**notice(office, *measures, gains_yuan=yuan), **silent}
        wrong = refused(office, COORDINATOR, "case.notice", body, case["id"])
        assert (wrong.code, wrong.field) == ("cases.gains-and-measure-differ", "gains_yuan")
    gains = {**notice(office, "confiscate_gains", gains_yuan=5000), **silent}
    large = refused(office, COORDINATOR, "case.notice", gains, case["id"])
    assert (large.code, large.facts["measures"]) == ("cases.hearing-not-offered", ["confiscate_gains"])
    step(office, case, "notice", **{**gains, "gains_yuan": 4999.99})
