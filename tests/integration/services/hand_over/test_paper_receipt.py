"""A receipt on paper (domain.md 8.2, step 11) and the sign-for report (8.3, assertion 6)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.codes import Agency
from tests.integration.services.agencies.house import officer
from tests.integration.services.cases.office import COORDINATOR, filed
from tests.integration.services.hand_over.county import County

NR, PS = "natural_resources", "public_security"


class Called:
    """NR and PS called on 2026-04-28, to sign by 04-29; NR has signed."""

    def __init__(self, county: County) -> None:
        self.county = county
        county.office.days_pass(8)
        case = filed(county.office)
        self.id = county.convene(case, NR, PS)["id"]
        tasks = county.live(self.id)
        self.nr, self.ps = tasks[NR]["task_id"], tasks[PS]["task_id"]
        assert "ok" in county.act(NR, "sign", self.nr)
        county.settle()

    def enter(self, signed_at: str, by: Any = COORDINATOR, kind: str = "paper_receipt") -> Any:
        receipt = {"kind": kind, "title": "公安局签收回执", "sha256": "b" * 64}
        body = {"signed_at": signed_at, "signed_by": "孙警官", "receipt": receipt}
        answer = self.county.house.command(by, "task.enter-receipt", body, UUID(self.ps))
        self.county.settle()
        return answer

    def lines(self) -> dict[str, dict[str, Any]]:
        return {task["agency"]: task for task in self.county.action(self.id)["tasks"]}

    def clock(self) -> dict[str, Any]:
        return next(clock for clock in self.county.action(self.id)["deadlines"] if clock["rule_id"] == "J02")


@pytest.fixture
def called(county: County) -> Called:
    return Called(county)


def test_lateness_counts_by_the_date_on_the_receipt_however_late_it_is_entered(called: Called) -> None:
    called.county.clock.at = datetime.fromisoformat("2026-05-06T09:00:00+08:00")
    assert called.lines()[PS]["sign_late_days"] is None
    entered = called.enter("2026-04-30T16:00:00+08:00")["ok"]
    assert (entered["state"], entered["sign_channel"], entered["signed_by"]) == ("signed", "offline", "孙警官")
    lines = called.lines()
    assert (lines[NR]["sign_late_days"], lines[PS]["sign_late_days"]) == (0, 1)
    assert (lines[PS]["sign_channel"], lines[PS]["receipt"]["sha256"]) == ("offline", "b" * 64)
    assert called.clock()["met_at"] == "2026-04-30T08:00:00Z"  # nothing is escalated any more
    assert called.county.action(called.id)["state"] == "all_signed"


def test_a_receipt_of_the_day_of_the_order_that_names_no_hour_is_in_time(called: Called) -> None:
    assert "ok" in called.enter("2026-04-28T00:00:00+08:00")
    line = called.lines()[PS]
    issued_at = called.county.task(called.ps)["issued_at"]
    assert (line["sign_late_days"], line["signed_at"]) == (0, issued_at)


@pytest.mark.parametrize(
    ("signed_at", "kind", "field", "rule"),
    [
        ("2026-04-27T23:59:00+08:00", "paper_receipt", "signed_at", "not-before-the-order"),
        ("2026-04-29T16:00:00+08:00", "paper_receipt", "signed_at", "not-in-the-future"),
        ("2026-04-28T12:00:00+08:00", "site_photos", "receipt.kind", "receipt-is-paper"),
    ],
)
def test_a_receipt_that_cannot_be_of_this_task_is_refused(
    called: Called, signed_at: str, kind: str, field: str, rule: str
) -> None:
    problem = called.enter(signed_at, kind=kind)["problem"]
    assert (problem["code"], problem["field"], problem["facts"]["rule"]) == ("agencies.receipt-wrong", field, rule)
    assert called.lines()[PS]["signed_at"] is None


def test_only_the_coordinator_enters_a_receipt_and_once(called: Called) -> None:
    today = "2026-04-28T12:00:00+08:00"
    called.county.clock.at = datetime.fromisoformat("2026-04-28T15:00:00+08:00")
    assert called.enter(today, by=officer(Agency.PUBLIC_SECURITY))["problem"]["kind"] == "not-allowed"
    assert "ok" in called.enter(today)
    assert called.enter(today)["problem"]["code"] == "agencies.task-transition-not-allowed"


def test_feedback_is_late_by_working_days_too(called: Called) -> None:
    """The action counts from 04-28: feedback by 05-08; PS answers on the working Saturday after."""
    assert "ok" in called.enter(called.county.clock.at.isoformat())
    called.county.clock.at = datetime.fromisoformat("2026-04-30T09:00:00+08:00")
    for agency, task in ((NR, called.nr), (PS, called.ps)):
        assert "ok" in called.county.act(agency, "accept", task)
    assert "ok" in called.county.act(NR, "report", called.nr)
    due_on = called.lines()[PS]["feedback_due_on"]
    assert due_on == "2026-05-08"
    called.county.clock.at = datetime.fromisoformat("2026-05-09T09:00:00+08:00")
    assert "ok" in called.county.act(PS, "report", called.ps)
    called.county.settle()
    lines = called.lines()
    assert (lines[NR]["feedback_late_days"], lines[PS]["feedback_late_days"]) == (0, 1)
