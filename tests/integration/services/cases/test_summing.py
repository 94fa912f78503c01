"""Several acts of one party within the year: the limit, the hand-over and the ban on a fine follow from the sum."""

from typing import Any

import pytest

from tests.integration.services.cases.office import COORDINATOR, OFFICERS, Office, papers
from tests.integration.services.cases.path_people import (
    clock_of,
    commission,
    decision,
    get_case,
    new_case,
    opinion,
    refused,
    step,
    transfer_of,
)

pytestmark = pytest.mark.evidence_not_asked
SMALL = {"area_m2": 2400, "farmland_area_m2": 2000, "pbf_area_m2": 2000}


def small(office: Office, party: str, **changes: Any) -> dict[str, Any]:
    """Three mu of permanent basic farmland: by itself no crime."""
    return step(office, new_case(office, SMALL, party_name=party, **changes), "investigate", **OFFICERS)


def crime(office: Office, case: Any) -> dict[str, Any]:
    return dict(get_case(office, case)["procedure"]["crime"])


def test_two_acts_together_reach_the_limit_and_each_case_says_which(office: Office) -> None:
    first = small(office, "张三砂场")
    alone = crime(office, first)
    assert (alone["area_threshold_met"], alone["summed"]) == (False, [])
    stranger = small(office, "别家砂场")
    office.days_pass(200)
    second = small(office, "张三砂场")
    for case, other in ((first, second), (second, first)):
        told = crime(office, case)
        assert (told["area_threshold_met"], told["due"]) == (True, False)
        assert [(one["case_no"], one["pbf_area_m2"]) for one in told["summed"]] == [(other["case_no"], 2000.0)]
        assert clock_of(get_case(office, case), "S10")["met_at"] is None
    assert crime(office, stranger)["area_threshold_met"] is False
    titles = [entry["title"] for entry in office.query(COORDINATOR, "case.timeline", id=first["id"])["items"]]
    assert "多次行为累计" in titles

    # Opinions of both make the hand-over of both mandatory; the fine waits.
    commission(office, first)
    opinion(office, first, 2000, 2000)
    assert not crime(office, first)["due"]
    commission(office, second)
    opinion(office, second, 2000, 2000)
    for case in (first, second):
        assert crime(office, case)["due"]
        assert transfer_of(office, case)["state"] == "due"
    step(office, second, "conclude", conclusion="清楚", **papers("investigation_report", "evidence_list"))
    step(office, second, "review", **papers("case_review_record"))
    served = {"served_at": office.clock.at.isoformat(), "intended_penalty": "罚款"}
    fine = {"measures": ["fine"], "fine_yuan": 1000}
    step(office, second, "notice", **served, **fine, **papers("penalty_notice"))
    office.days_pass(10)
    blocked = refused(office, COORDINATOR, "case.decide", decision(**fine), second["id"])
    assert (blocked.code, blocked.facts["law"]) == ("cases.transfer-first", "APL 27; T310 11")


def test_after_a_year_or_once_dealt_with_an_act_counts_no_more(office: Office) -> None:
    small(office, "李四砂场")
    office.days_pass(366)
    assert crime(office, small(office, "李四砂场"))["summed"] == []
    dealt = small(office, "王五砂场")
    step(office, dealt, "terminate", ground="no_fact", reason="无违法事实", **papers("termination_approval"))
    assert crime(office, small(office, "王五砂场"))["summed"] == []
