"""GET …/deadlines: every clock with how it was counted; the table of clocks behind a person's own list; recounting."""

import threading
import time
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from services.cases.domain import clocks
from services.cases.domain.transitions import Row
from services.cases.scheduler import Scheduler, SchedulerLimits
from services.cases.settings import CasesData
from services.cases.wiring import scheduler_actor, wire_scheduler
from shared.clock import SHANGHAI
from shared.contracts.cases_events import CaseInvestigationStartedV1, DeadlinesRecountedV1
from shared.contracts.clocks import ExtensionFact, ResumeFact
from shared.contracts.clues import AssignClue
from shared.contracts.codes import CaseState, DocumentKind, PauseReason, Role
from shared.contracts.parts import DocumentRef
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    COUNTY,
    OFFICER,
    OTHER_COUNTY,
    OTHER_OFFICER,
    Office,
    Refused,
    actor,
    correction,
    filed,
    invitation,
    sand_yard,
)
from tests.integration.services.cases.test_rebuild import rebuild
from tests.support.nodes import wait_until

ADMIN = actor(Role.ADMINISTRATOR, COUNTY, "钱管理")
PAPER = DocumentRef(kind=DocumentKind.EVIDENCE_LIST, title="鉴定委托书", document_no="中鉴〔2026〕3号")


def at(office: Office, text: str) -> None:
    office.clock.at = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def step(office: Office, case: dict[str, Any], **facts: Any) -> None:
    """A step of the case that pauses, resumes or extends, as the paths of a case tell it."""
    stay = Row("stay", CaseState.FILED, CaseState.FILED)
    with office.parts.engine.begin() as connection:
        unit = office.parts.open_unit(connection, COORDINATOR, office.clock.now(), "test")
        found = unit.cases.lock(connection, UUID(case["id"]))
        unit.record(
            found,
            unit.cases,
            [CaseInvestigationStartedV1(officers=["甲", "乙"], **found.told(stay, unit.moment, **facts))],
        )
        unit.flush()


def clock(office: Office, object_: str, id_: str, rule: str) -> dict[str, Any]:
    items = office.query(COORDINATOR, f"{object_}.deadlines", id=id_)["items"]
    return next(one for one in items if one["rule_id"] == rule)


def pause(on: str, reason: PauseReason) -> dict[str, Any]:
    return {"pauses": [clocks.pause("D10", reason, date.fromisoformat(on), PAPER)]}


def resume(on: str, reason: PauseReason) -> dict[str, Any]:
    return {"resumes": [ResumeFact(rule_id="D10", reason=reason, to_on=date.fromisoformat(on))]}


def test_the_worked_example_shows_33_of_90_with_both_pauses_and_their_papers(office: Office) -> None:
    """Domain.md 8.2, steps 5, 14, 19, 22, 24, 29; assertion 4 of 8.3."""
    at(office, "2026-04-24T10:00")
    case = filed(office)
    d10 = clock(office, "case", case["id"], "D10")
    assert (d10["due_on"], d10["source"], d10["status"]) == ("2026-07-23", "《行政处罚法》第60条（法定）", "running")
    assert (d10["first_day_on"], d10["used"], d10["total"]) == ("2026-04-25", 0, 90)
    assert d10["extended_due_on"] == "2026-08-22"
    # No more time is ever given to begin an investigation.
    assert clock(office, "case", case["id"], "S02")["extended_due_on"] is None
    at(office, "2026-05-08T15:00")
    step(office, case, **pause("2026-05-08", PauseReason.APPRAISAL))
    at(office, "2026-05-20T10:00")
    standing = clock(office, "case", case["id"], "D10")
    assert (standing["status"], standing["due_on"]) == ("paused", "2026-07-23")
    assert (standing["current_due_on"], standing["paused_days"], standing["used"]) == ("2026-08-04", 12, 14)
    at(office, "2026-05-25T10:00")
    step(office, case, **resume("2026-05-25", PauseReason.APPRAISAL))
    assert clock(office, "case", case["id"], "D10")["due_on"] == "2026-08-09"
    at(office, "2026-05-27T16:30")
    step(office, case, **pause("2026-05-27", PauseReason.AWAITING_POLICE_OR_PROCURATORATE))
    at(office, "2026-06-01T11:00")
    step(office, case, **resume("2026-06-01", PauseReason.AWAITING_POLICE_OR_PROCURATORATE))
    at(office, "2026-06-18T10:00")
    d10 = clock(office, "case", case["id"], "D10")
    assert (d10["due_on"], d10["used"], d10["total"], d10["paused_days"]) == ("2026-08-14", 33, 90, 22)
    assert d10["extended_due_on"] == "2026-09-13"
    assert [(one["reason"], one["from_on"], one["to_on"], one["proof"]["document_no"]) for one in d10["pauses"]] == [
        ("appraisal", "2026-05-08", "2026-05-25", "中鉴〔2026〕3号"),
        ("awaiting_police_or_procuratorate", "2026-05-27", "2026-06-01", "中鉴〔2026〕3号"),
    ]
    assert len([one for one in d10["skipped"] if one["why"] == "pause"]) == 22
    assert d10["skipped"][0] == {"on": "2026-05-09", "why": "pause", "title": "鉴定", "reason": "appraisal"}
    more = ExtensionFact(
        rule_id="D10", amount=30, unit="calendar_day", reason="案情复杂", approved_by="局长", document=PAPER
    )
    step(office, case, extends=[more])
    d10 = clock(office, "case", case["id"], "D10")
    assert (d10["due_on"], d10["used"], d10["total"]) == ("2026-09-13", 33, 120)
    assert (d10["ends_on"], d10["alarm_on"], d10["rolled_on"]) == ("2026-09-13", "2026-09-11", "2026-09-14")
    assert d10["extensions"][0]["approved_by"] == "局长"
    # Beyond D11 a case goes on only as specially complex: nothing more is promised.
    assert d10["extended_due_on"] is None
    assert rebuild(office, "case").differences == []


def test_every_rest_day_within_a_term_is_named(office: Office) -> None:
    """D08: found on 22 April, ten working days on is a working Saturday, 9 May."""
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
    office.command(OFFICER, "clue.sign", {}, clue["id"])
    at(office, "2026-04-22T11:00")
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, clue["id"])
    d08 = clock(office, "clue", clue["id"], "D08")
    assert d08["due_on"] == "2026-05-09"
    assert [(one["on"], one["why"], one["title"]) for one in d08["skipped"]] == [
        ("2026-04-25", "weekend", "周末"),
        ("2026-04-26", "weekend", "周末"),
        ("2026-05-01", "holiday", "劳动节"),
        ("2026-05-02", "weekend", "周末"),
        ("2026-05-03", "weekend", "周末"),
        ("2026-05-04", "holiday", "劳动节"),
        ("2026-05-05", "rest", "劳动节"),
    ]
    met = clock(office, "clue", clue["id"], "D01")
    assert (met["status"], met["late_days"], met["used"]) == ("met", 0, 0)


def test_who_signed_late_was_late_by_working_days(office: Office) -> None:
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    at(office, "2026-04-30T10:00")
    late = clock(office, "clue", clue["id"], "S01")
    assert (late["status"], late["late_days"], late["used"], late["total"]) == ("overdue", 7, 8, 1)
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
    assert clock(office, "clue", clue["id"], "S01")["status"] == "met_late"


def test_every_object_explains_its_own_clocks(office: Office) -> None:
    case = filed(office)
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    action = office.command(COORDINATOR, "case.convene-joint-action", invitation("natural_resources"), case["id"])
    r01 = clock(office, "rectification", item["id"], "R01")
    assert (r01["object"], r01["object_no"], r01["total"], r01["source"]) == (
        "rectification",
        item["item_no"],
        15,
        "《土地管理法》第75条（文书载明）",
    )
    assert clock(office, "joint_action", action["id"], "J07")["due_on"] == "2026-05-13"
    of_case = office.query(COORDINATOR, "case.deadlines", id=case["id"])["items"]
    objects = {"clue", "case", "rectification", "joint_action"}
    assert {one["object"] for one in of_case} == {*objects, "action_proposal"}
    of_township = office.query(OFFICER, "case.deadlines", id=case["id"])["items"]
    assert {one["object"] for one in of_township} == objects, "a proposal is no matter of the township"
    for kind, id_ in (("clue", case["clue_id"]), ("rectification", item["id"]), ("joint_action", action["id"])):
        for stranger in (AGENCY, OTHER_COUNTY, OTHER_OFFICER):
            with pytest.raises(Refused) as refused:
                office.query(stranger, f"{kind}.deadlines", id=id_)
            assert refused.value.kind == "not-found"


def mine(office: Office, by: Any) -> set[tuple[str, str]]:
    return {(one["rule_id"], one["object_no"]) for one in office.query(by, "deadline.mine")["items"]}


def test_a_person_s_own_clocks_are_those_the_person_holds(office: Office) -> None:
    case = filed(office)
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    agencies = ("natural_resources", "public_security")
    action = office.command(COORDINATOR, "case.convene-joint-action", invitation(*agencies), case["id"])
    assert mine(office, OFFICER) == {("R01", item["item_no"])}
    police = replace(actor(Role.AGENCY_OFFICER, "640521"), org_code="public_security")
    assert mine(office, police) == {("J02", action["action_no"]), ("J07", action["action_no"])}
    assert {("D10", case["case_no"]), ("J02", action["action_no"])} <= mine(office, COORDINATOR)
    assert ("R01", item["item_no"]) not in mine(office, COORDINATOR)
    for stranger in (OTHER_COUNTY, OTHER_OFFICER, AGENCY, actor(Role.ADMINISTRATOR, "")):
        assert mine(office, stranger) == set()


def scheduler(office: Office, **limits: Any) -> Scheduler:
    settings = CasesData(cases_dsn=SecretStr(office.parts.engine.url.render_as_string(hide_password=False)))
    runner = wire_scheduler(settings, lambda: None, office.clock)
    return Scheduler(runner, scheduler_actor("640521000000"), limits=SchedulerLimits(**limits))


def load_2027(office: Office) -> None:
    """With 1 and 4 January as holidays."""
    days = [{"date": f"2027-01-0{day}", "kind": "holiday", "name": "元旦", "source": "通知"} for day in (1, 4)]
    notice = {"text": "国务院办公厅通知", "document": {"title": "通知", "document_no": "国办发明电〔2026〕1号"}}
    office.command(ADMIN, "calendar.load-year", {"reason": "通知", "source": notice, "year": 2027, "days": days})


def test_a_provisional_end_is_firm_once_the_year_s_calendar_is_loaded(office: Office) -> None:
    at(office, "2026-12-29T10:00")
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
    before = clock(office, "clue", clue["id"], "D03")
    assert (before["due_on"], before["provisional"]) == ("2027-01-05", True)
    counting = scheduler(office)
    assert counting.recount() == 0
    load_2027(office)
    wait_until(lambda: counting.recount() == 1, 5)
    after = clock(office, "clue", clue["id"], "D03")
    assert (after["due_on"], after["provisional"]) == ("2027-01-07", False)
    assert [day["title"] for day in after["skipped"]].count("元旦") == 2
    (told,) = [one for one in office.events(clue["id"]) if one.type == DeadlinesRecountedV1.type]
    assert [one["rule_id"] for one in told.payload["recounts"]] == ["D01", "D03"]
    assert counting.recount() == 0
    assert rebuild(office, "clue").differences == []
    with office.parts.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT due_on, provisional FROM deadline WHERE rule_id = 'D03'")).one()
    assert found == (date(2027, 1, 7), False)


def test_a_clock_started_by_the_calendar_of_a_moment_ago_is_counted_again(office: Office) -> None:
    """A unit has read the rules, the calendar changes, the scheduler sees it, and only then the unit commits."""
    at(office, "2026-12-29T10:00")
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    counting = scheduler(office, poll_s=0.05, settle_s=4.0)
    running = threading.Thread(target=counting.run)
    try:
        with office.parts.engine.begin() as connection:
            unit = office.parts.open_unit(connection, COORDINATOR, office.clock.now(), "late")
            former = unit.moment
            load_2027(office)
            running.start()
            time.sleep(1.0)  # time enough to count by the new calendar, if it were not to wait
            found = unit.clues.lock(connection, UUID(clue["id"]))
            unit.record(found, unit.clues, found.assign(AssignClue(township_code="640521104000"), former))
            unit.flush()
        assert clock(office, "clue", clue["id"], "D03")["due_on"] == "2027-01-05"
        wait_until(lambda: clock(office, "clue", clue["id"], "D03")["due_on"] == "2027-01-07", 30)
    finally:
        counting.stop()
        running.join()


def test_clocks_of_an_older_release_get_their_ladder_by_recounting(office: Office) -> None:
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    with office.parts.engine.begin() as connection:
        connection.execute(sa.text("UPDATE clue SET deadlines = jsonb_set(deadlines, '{0,alarms}', '[]')"))
        connection.execute(sa.text("UPDATE deadline SET alarms = '[]', next_at = NULL, next_step = NULL"))
    assert scheduler(office).recount() == 1
    with office.parts.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT next_step FROM deadline")).scalar_one() == "E1"
    assert clock(office, "clue", clue["id"], "S01")["alarms"][0]["step"] == "E1"
