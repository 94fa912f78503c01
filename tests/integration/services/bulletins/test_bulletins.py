"""Bulletins as the office drafts and issues them: frozen figures, what is behind them, what comes late (domain 5.3)."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from services.notify.rebuild import PROJECTIONS
from services.notify.storage.bulletin_tables import bulletin_group
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.own_log import OwnLog
from tests.integration.services.bulletins.telling import DEMANDS, Telling, counts
from tests.integration.services.cases.office import COORDINATOR as CASES_COORDINATOR
from tests.integration.services.cases.office import filed
from tests.integration.services.cases.test_main_path import strike_off
from tests.integration.services.notify.document_desk import CONTENT, DIRECTOR, HEAD, OFFICER
from tests.integration.services.notify.house import COORDINATOR, OTHER_COUNTY

ENHE = "640521104"


def struck_off_late(telling: Telling, case: Any) -> Any:
    """An item that waits for its strike-off at the end of the second quarter."""
    return strike_off(telling.office, case, until="request-review")


@pytest.fixture
def second_quarter(telling: Telling) -> dict[str, Any]:
    """The worked example (8.2 step 31): an item not put right when the quarter ends; drafted on 6 July."""
    case = filed(telling.office)
    item = struck_off_late(telling, case)
    telling.at("2026-07-06T01:00:00+00:00")
    telling.hear()
    drafted = telling.draft(period="2026-Q2")
    assert "id" in drafted, drafted
    return {"case": case, "item": item, "bulletin": drafted}


def text_of(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_the_second_quarter_tells_of_an_item_that_the_third_has_put_right(
    telling: Telling, second_quarter: dict[str, Any]
) -> None:
    figures = second_quarter["bulletin"]["figures"]
    assert counts(figures) == {
        "found": 1,
        "verified": 1,
        "violations": 1,
        "cases": 1,
        "cases_open": 1,
        "items": 1,
        "in_rectification": 1,
        "listings": 1,
        "listings_proposed": 1,
    } | {name: number for name, number in counts(figures).items() if name in ("transfers", "overdue")}
    assert counts(figures, ENHE) == counts(figures)
    item = next(one for one in figures["county"]["figures"] if one["column"] == "in_rectification")
    assert (item["this"]["area_mu"], item["this"]["farmland_area_mu"], item["this"]["pbf_area_mu"]) == (12.6, 10.5, 6.3)
    assert (item["before"]["items"], item["year_before"]["items"]) == (0, 0)
    telling.at("2026-07-20T01:00:00+00:00")
    sheet = {"kind": "strike_off_sheet", "title": "销号单", "dated_on": "2026-07-20"}
    telling.office.command(
        CASES_COORDINATOR, "rectification.strike-off", {"documents": [sheet]}, second_quarter["item"]["id"]
    )
    telling.at("2026-10-09T01:00:00+00:00")
    telling.hear()
    third = telling.draft(period="2026-Q3")
    told = counts(third["figures"])
    assert (told["struck_off"], told["demolished"], told.get("in_rectification")) == (1, 1, None)
    struck = next(one for one in third["figures"]["county"]["figures"] if one["column"] == "struck_off")
    assert (struck["before"]["items"], struck["this"]["items"]) == (0, 1)
    again = telling.house.query(COORDINATOR, "bulletin.get", id=second_quarter["bulletin"]["id"])
    assert again["figures"] == figures


def test_three_papers_are_drafted_in_one_command_and_the_last_two_name_the_number_of_the_first(
    telling: Telling, second_quarter: dict[str, Any]
) -> None:
    snapshot = second_quarter["bulletin"]["snapshot"]
    report, letter = snapshot["report_id"], snapshot["copy_id"]
    assert telling.desk.seen(report)["content"]["to"] == ["中宁县委"]
    assert telling.desk.seen(letter)["content"]["to"] == ["中宁县纪委监委", "中宁县委组织部"]
    telling.desk.step(DIRECTOR, "check", letter)
    refused = telling.desk.step(HEAD, "issue", letter)
    assert refused["code"] == "notify.bulletin-not-issued"
    bulletin = telling.issue(snapshot["document_id"])
    assert bulletin["number"] == "中宁耕保通〔2026〕1号"
    approved = telling.desk.step(HEAD, "issue", letter)
    assert "id" in approved, approved
    sent = telling.issue(report)
    letter_now = telling.desk.seen(letter)
    for paper in (sent, letter_now):
        # Issued, and at once in the inboxes of whom it is addressed to.
        assert paper["state"] == "delivered"
        assert bulletin["number"] in text_of(telling.file(paper, "pdf"))
    assert letter_now["drafted_by"] == COORDINATOR.name


def test_an_issued_bulletin_says_its_figures_its_charts_and_the_ends_of_the_logs(
    telling: Telling, second_quarter: dict[str, Any]
) -> None:
    issued = telling.issue(second_quarter["bulletin"]["snapshot"]["document_id"])
    said = text_of(telling.file(issued, "pdf"))
    for words in ("核实违法1个12.60亩", "永久基本农田6.30亩", "在整改1个", "销号率0.00%", "恩和镇", "与上期末相比"):
        assert words in said
    heads = {head["service"]: head for head in second_quarter["bulletin"]["snapshot"]["heads"]}
    assert heads["cases"]["position"] == second_quarter["bulletin"]["snapshot"]["position"] > 0
    assert heads["cases"]["hash"] == telling.log()[heads["cases"]["position"] - 1].hash
    for service in ("cases", "notify"):
        assert heads[service]["hash"] in said
    for caption in ("各乡镇核实违法、已销号、逾期未销号数", "主要指标与上期、去年同期比较"):
        assert caption in said


def test_printed_again_the_bulletin_is_the_same_bytes(telling: Telling, second_quarter: dict[str, Any]) -> None:
    from services.notify.adapters.document_press import DocumentPress
    from services.notify.domain import composing, drafting
    from services.notify.storage.documents import DocumentStore
    from services.notify.wiring import press_desk

    issued = telling.issue(second_quarter["bulletin"]["snapshot"]["document_id"])
    telling.at("2031-07-06T01:00:00+00:00")
    desk = press_desk(telling.desk.worker_settings())
    with telling.house.parts.engine.connect() as connection:
        found = DocumentStore().get(connection, issued["id"])
    assert found.dated_on is not None
    assert found.number is not None
    version = desk.types.on(found.type, found.dated_on)
    imprint = drafting.Imprint(
        number=found.number.text,
        signer=found.approved_by or "",
        verify_url=f"{desk.public_url}/verify/{found.verify_code}",
    )
    issuer = desk.offices.of(found.jurisdiction).issuer(found.office)
    header = drafting.header_of(found.content, version, issuer, found.dated_on, found.chain, imprint)
    composed = composing.compose(version, header, drafting.read_facts(version, found.content.facts))
    printed = DocumentPress().print(composed)
    assert {"pdf": printed.pdf.sha256, "docx": printed.docx.sha256} == {
        file["format"]: file["sha256"] for file in issued["files"]
    }


def test_every_figure_leads_to_as_many_objects_as_it_says(telling: Telling, second_quarter: dict[str, Any]) -> None:
    made = second_quarter["bulletin"]
    for township in (*made["figures"]["townships"], made["figures"]["county"]):
        for one in township["figures"]:
            asked = {"id": made["id"], "township": township["code"], "column": one["column"], "with_total": True}
            behind = telling.house.query(COORDINATOR, "bulletin.figure", **asked)
            assert behind["total"] == len(behind["items"]) == one["this"]["items"], (township["code"], one["column"])
            assert sum(item["area_m2"] for item in behind["items"]) == pytest.approx(one["this"]["area_m2"])
    asked = {"id": made["id"], "township": ENHE, "column": "in_rectification"}
    (item,) = telling.house.query(COORDINATOR, "bulletin.figure", **asked)["items"]
    assert (item["number"], item["case_no"]) == (second_quarter["item"]["item_no"], second_quarter["case"]["case_no"])
    wrong = telling.house.query(COORDINATOR, "bulletin.figure", id=made["id"], township=ENHE, column="nothing")
    assert wrong["code"] == "notify.bulletin-column-unknown"


def test_what_comes_late_changes_nothing_issued_is_explained_and_may_be_corrected(
    telling: Telling, second_quarter: dict[str, Any]
) -> None:
    made = second_quarter["bulletin"]
    issued = telling.issue(made["snapshot"]["document_id"])
    explain = {"id": made["id"]}
    assert telling.house.query(COORDINATOR, "bulletin.explain", **explain)["changes"] == []
    sheet = {"kind": "strike_off_sheet", "title": "销号单", "dated_on": "2026-06-29"}
    telling.office.command(
        CASES_COORDINATOR, "rectification.strike-off", {"documents": [sheet]}, second_quarter["item"]["id"]
    )
    telling.hear()
    assert telling.house.query(COORDINATOR, "bulletin.get", **explain)["figures"] == made["figures"]
    told = telling.house.query(COORDINATOR, "bulletin.explain", **explain)
    assert {(one["township"], one["column"]): one["now"]["items"] for one in told["changes"]}[ENHE, "struck_off"] == 1
    (late,) = told["events"]
    assert (late["number"], late["late"], late["to_state"]) == (second_quarter["item"]["item_no"], True, "struck_off")
    assert late["position"] > made["snapshot"]["position"] == told["position"]
    assert telling.draft(period="2026-Q2")["code"] == "notify.bulletin-exists"
    corrected = telling.draft(corrects=made["id"])
    assert (corrected["revision"], corrected["snapshot"]["known"]) == (1, True)
    assert counts(corrected["figures"])["struck_off"] == 1
    assert telling.house.query(COORDINATOR, "bulletin.explain", id=corrected["id"])["changes"] == []
    second = telling.issue(corrected["snapshot"]["document_id"])
    assert issued["number"] in text_of(telling.file(second, "pdf"))
    assert telling.desk.seen(issued["id"])["state"] == "replaced"
    assert telling.house.query(COORDINATOR, "bulletin.get", **explain)["figures"] == made["figures"]


def test_what_had_been_told_by_the_end_and_arrived_after_the_drafting_is_explained(telling: Telling) -> None:
    filed(telling.office)
    telling.at("2026-06-30T03:00:00+00:00")
    filed(telling.office)
    all_told = len(telling.log())
    telling.at("2026-07-06T01:00:00+00:00")
    half = next(event.position for event in telling.log() if event.time.month == 6) - 1
    telling.hear(until=half)
    made = telling.draft(period="2026-Q2")
    assert counts(made["figures"])["cases"] == 1
    assert telling.hear() == all_told
    told = telling.house.query(COORDINATOR, "bulletin.explain", id=made["id"])
    assert next(one["now"]["items"] for one in told["changes"] if one["column"] == "cases") == 2
    assert {event["late"] for event in told["events"]} == {False}
    assert min(event["position"] for event in told["events"]) > half


def test_a_figure_that_was_changed_by_hand_is_not_issued(telling: Telling, second_quarter: dict[str, Any]) -> None:
    document = telling.desk.seen(second_quarter["bulletin"]["snapshot"]["document_id"])
    content = document["content"]
    content["facts"]["overdue"] = 0 if content["facts"]["overdue"] else 7
    telling.desk.step(COORDINATOR, "revise", document["id"], content=content)
    telling.desk.step(DIRECTOR, "check", document["id"])
    refused = telling.desk.step(HEAD, "issue", document["id"])
    assert (refused["code"], refused["field"]) == ("notify.bulletin-fact-changed", "overdue")
    assert refused["facts"]["title"] == "逾期未销号数"


def test_a_sum_that_does_not_come_out_is_named_and_nothing_is_drafted(telling: Telling) -> None:
    filed(telling.office)
    telling.at("2026-07-06T01:00:00+00:00")
    telling.hear()
    telling.house.change("UPDATE standing SET outcome = 'of nobody' WHERE kind = 'clue' AND outcome <> ''")
    refused = telling.draft(period="2026-Q2")
    assert (refused["code"], refused["field"]) == ("notify.bulletin-figure-wrong", "found")
    assert refused["facts"]["place"] == ENHE
    assert refused["facts"]["items"] == 1
    assert telling.preview(period="2026-Q2")["wrong"] == ["notify.bulletin-figure-wrong:found"]
    papers = telling.house.rows("SELECT 1 FROM document WHERE type IN ('bulletin', 'report_to_party', 'copy_notice')")
    assert telling.house.rows("SELECT 1 FROM bulletin") == papers == []


def test_frozen_figures_cannot_be_changed(telling: Telling, second_quarter: dict[str, Any]) -> None:
    assert second_quarter["bulletin"]["id"]
    for statement in (f"UPDATE {bulletin_group.name} SET items = 9", f"DELETE FROM {bulletin_group.name}"):
        with pytest.raises(Exception, match="frozen"):
            telling.house.change(statement)


def test_a_bulletin_waits_until_everything_was_counted(telling: Telling) -> None:
    filed(telling.office)
    telling.at("2026-07-06T01:00:00+00:00")
    telling.hear()
    telling.house.change("INSERT INTO counting_gap VALUES (gen_random_uuid(), 5)")
    refused = telling.draft(period="2026-Q2")
    assert (refused["code"], refused["facts"]["why"]) == ("notify.bulletin-unfinished", "uncounted")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"period": "2026-Q3"}, "period"),
        ({}, "period"),
        ({"period": "2026-Q1", "occasion": {"since": "2026-03-01", "until": "2026-03-31", "name": "春耕"}}, "period"),
        ({"occasion": {"since": "2026-04-15", "until": "2026-03-01", "name": "春耕"}}, "until"),
        ({"occasion": {"since": "2026-07-01", "until": "2026-07-31", "name": "专项"}}, "occasion"),
    ],
)
def test_a_period_that_is_none_or_has_not_ended_is_refused(
    shared_telling: Telling, said: dict[str, Any], field: str
) -> None:
    shared_telling.at("2026-07-06T01:00:00+00:00")
    refused = shared_telling.draft(**said)
    assert (refused["code"], refused["field"]) == ("notify.bulletin-period-wrong", field)


def test_a_special_occasion_has_its_own_days_and_name(telling: Telling) -> None:
    filed(telling.office)
    telling.at("2026-07-06T01:00:00+00:00")
    telling.hear()
    made = telling.draft(occasion={"since": "2026-04-01", "until": "2026-05-10", "name": "2026年春耕专项检查"})
    assert (made["name"], made["kind"], made["due_on"]) == ("2026年春耕专项检查", "occasion", None)
    assert counts(made["figures"])["found"] == 1


def test_cases_are_named_as_the_rule_proposes_or_as_a_person_chooses(telling: Telling) -> None:
    large = filed(telling.office)
    telling.at("2026-07-06T01:00:00+00:00")
    telling.hear()
    (proposed,) = telling.preview(period="2026-Q2")["proposed"]
    assert (proposed["case_no"], proposed["why"]) == (large["case_no"], ["pbf"])
    unknown = telling.draft(period="2026-Q2", cases=["01900000-0000-7000-8000-000000000000"])
    assert (unknown["code"], unknown["field"]) == ("notify.bulletin-case-unknown", "cases")
    none = telling.draft(period="2026-Q2", cases=[])
    assert none["snapshot"]["cases"] == []
    telling.desk.step(COORDINATOR, "discard", none["document_id"], reason="重拟")
    again = telling.draft(period="2026-Q2")
    assert (again["revision"], [one["case_id"] for one in again["snapshot"]["cases"]]) == (1, [large["id"]])
    said = telling.desk.seen(again["document_id"])["content"]["facts"]["problems"]
    assert large["case_no"] in said[0]
    assert "6.30亩" in said[0]


def test_unsigned_copies_are_named_in_the_next_bulletin(telling: Telling, second_quarter: dict[str, Any]) -> None:
    snapshot = second_quarter["bulletin"]["snapshot"]
    telling.issue(snapshot["document_id"])
    letter = telling.issue(snapshot["copy_id"])
    # A bulletin names no party that has not signed for its paper.
    of_party = telling.desk.issued(content={**CONTENT, "to": ["甲砂场经营者"], "copies": []})
    telling.at("2026-07-08T02:00:00+00:00")
    for signed in ("中宁县纪委监委",):
        at = telling.house.clock.at.isoformat()
        telling.desk.step(COORDINATOR, "sign-for", letter["id"], recipient=signed, signed_by="王五", signed_at=at)
    telling.at("2026-10-09T01:00:00+00:00")
    telling.hear()
    made = telling.draft(period="2026-Q3")
    named = {(one["number"], one["recipient"]) for one in made["snapshot"]["unsigned"]}
    assert (letter["number"], "中宁县委组织部") in named
    assert (letter["number"], "中宁县纪委监委") not in named
    assert of_party["number"] not in {number for number, _ in named}
    late = next(one for one in made["snapshot"]["unsigned"] if one["recipient"] == "中宁县委组织部")
    assert late["due_on"] == "2026-07-08"
    assert late["days_late"] > 50
    assert any(
        "中宁县委组织部" in line for line in telling.desk.seen(made["document_id"])["content"]["facts"]["unsigned"]
    )


def test_due_bulletins_are_listed_with_no_process_up_and_told_once(telling: Telling) -> None:
    filed(telling.office)
    telling.at("2026-07-02T01:00:00+00:00")
    telling.hear()
    assert telling.house.query(COORDINATOR, "bulletin.list", due=True)["items"] == []
    telling.at("2026-10-09T01:00:00+00:00")
    due = telling.house.query(COORDINATOR, "bulletin.list", due=True)["items"]
    # 3 October lies in the holiday: the 8th is the next working day.
    assert [(one["period"], one["due_on"], one["state"]) for one in due] == [
        ("2026-Q2", "2026-07-03", "due"),
        ("2026-Q3", "2026-10-08", "due"),
    ]
    for _ in range(2):
        telling.desk.worker().remind_once()
    assert telling.house.told().count("bulletin-due.v1") == 2
    assert telling.house.query(DIRECTOR, "bulletin.list", due=True)["items"] == due
    made = telling.draft(period="2026-Q2")
    assert made["id"] == due[0]["id"]
    assert [one["period"] for one in telling.house.query(COORDINATOR, "bulletin.list", due=True)["items"]] == [
        "2026-Q3"
    ]
    telling.desk.worker().remind_once()
    assert telling.house.told().count("bulletin-due.v1") == 2
    (listed,) = telling.house.query(COORDINATOR, "bulletin.list")["items"]
    assert (listed["period"], listed["document_state"]) == ("2026-Q2", "drafted")


def test_other_counties_and_agencies_see_no_bulletin(telling: Telling, second_quarter: dict[str, Any]) -> None:
    id_ = second_quarter["bulletin"]["id"]
    for operation in ("bulletin.get", "bulletin.explain"):
        assert telling.house.query(OTHER_COUNTY, operation, id=id_)["kind"] == "not-found"
    assert telling.house.query(OTHER_COUNTY, "bulletin.list")["items"] == []
    assert telling.house.query(OTHER_COUNTY, "bulletin.list", due=True)["items"] == []
    assert telling.house.query(OFFICER, "bulletin.list")["kind"] == "not-allowed"
    assert (
        telling.house.command(OTHER_COUNTY, "bulletin.draft", None, None, corrects=id_, **DEMANDS)["kind"]
        == "not-found"
    )


def test_bulletins_are_computed_again_from_the_log(telling: Telling, second_quarter: dict[str, Any]) -> None:
    assert second_quarter["bulletin"]["id"]
    telling.at("2026-10-09T01:00:00+00:00")
    telling.desk.worker().remind_once()
    projection = next(one for one in PROJECTIONS if one.name == "bulletin")
    assert isinstance(projection, OwnProjection)
    found = OwnLog(telling.house.parts.engine, "notify", projection, lambda *_: None).rebuild(None)
    assert (found.differences, found.rows_live) == ([], 2)
