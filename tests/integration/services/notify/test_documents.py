"""The life of a document on the real database, with the real press."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from pypdf import PdfReader

from services.notify.handlers.documents import RuleDraft, draft_by_rule
from services.notify.storage.unit import NotifyUnit
from shared import keys
from shared.contracts.documents import COORDINATION, DocumentContent
from shared.ids import derived_id
from shared.principal import STRANGER, Actor
from tests.integration.services.notify.document_desk import (
    CHIEF,
    COLLEAGUE,
    CONTENT,
    DIRECTOR,
    HEAD,
    LETTER,
    OFFICER,
    DocumentDesk,
)
from tests.integration.services.notify.house import (
    ADMINISTRATOR,
    AGENCY,
    COORDINATOR,
    NOON,
    OTHER_COUNTY,
    PARTY,
    TOWNSHIP,
    House,
)
from tests.unit.services.notify import facts


@pytest.fixture
def desk(house: House, tmp_path: Path) -> DocumentDesk:
    return DocumentDesk(house, tmp_path / "blobs")


def content(**changes: Any) -> dict[str, Any]:
    return {**CONTENT, "facts": {**LETTER, **changes}}


def text_of(desk: DocumentDesk, view: Any) -> str:
    with desk.blobs.open(view["files"][0]["sha256"]) as file:
        return "".join(page.extract_text() for page in PdfReader(file).pages).replace("\n", "")


def test_issued_document_is_numbered_printed_frozen_and_signed(desk: DocumentDesk) -> None:
    view = desk.issued()
    assert (view["state"], view["number"], view["dated_on"]) == ("issued", "中宁耕保督〔2026〕1号", "2026-04-24")
    assert (view["drafted_by"], view["checked_by"], view["approved_by"]) == ("协调员", "办公室主任", "办公室主任")
    for file in view["files"]:
        with desk.blobs.open(file["sha256"]) as kept:
            found = kept.read()
        assert (hashlib.sha256(found).hexdigest(), len(found)) == (file["sha256"], file["size"])
        assert keys.digest("sm3", found) == file["sm3"]
    assert "中宁耕保督〔2026〕1号" in text_of(desk, view)
    with desk.blobs.open(view["files"][1]["sha256"]) as file:
        words = "".join(paragraph.text for paragraph in docx.Document(BytesIO(file.read())).paragraphs)
    assert "中宁耕保督〔2026〕1号" in words


def test_signature_of_the_office_covers_number_and_digests(desk: DocumentDesk) -> None:
    view = desk.issued()
    told = view["signature"]
    signature = keys.Signature(told["alg"], told["key_id"], told["value"])
    statement = told["statement"].encode()
    assert keys.verifies(told["public_key"], signature, statement)
    said = json.loads(statement)
    assert (said["number"], said["document_id"]) == (view["number"], view["id"])
    assert {name: file["sha256"] for name, file in said["files"].items()} == {
        file["format"]: file["sha256"] for file in view["files"]
    }
    ((event,),) = desk.house.rows("SELECT payload FROM event_log WHERE type LIKE '%document-issued%'")
    assert (event["signature"], event["files"]) == (told, view["files"])


def test_sm2_signs_where_the_key_says_so(house: House, tmp_path: Path) -> None:
    desk = DocumentDesk(house, tmp_path / "blobs", keys.new_key(keys.SM2))
    told = desk.issued()["signature"]
    assert told["alg"] == "sm2"
    signature = keys.Signature(told["alg"], told["key_id"], told["value"])
    assert keys.verifies(told["public_key"], signature, told["statement"].encode())


def test_before_it_is_issued_it_has_neither_number_nor_files_and_nobody_can_verify_it(desk: DocumentDesk) -> None:
    view = desk.approved()
    assert (view["state"], view["number"], view["files"], view["verify_code"]) == ("approved", None, [], None)
    ((code,),) = desk.house.rows("SELECT verify_code FROM document")
    assert desk.house.query(STRANGER, "document.verify", code=code)["kind"] == "not-found"
    assert desk.house.query(COORDINATOR, "document.file", id=view["id"], format="pdf")["kind"] == "not-found"
    assert desk.house.rows("SELECT * FROM notice_number") == []


ORDER = {
    "found_on": "2026-04-20",
    "act": "占用耕地建设砂场",
    "articles": "《土地管理法》第三十七条",
    "officers": ["李四", "王五"],
}


def ordered(house: House, by: Actor, **facts_given: Any) -> Any:
    """A stop order on the filed case."""
    given = {"facts": {**ORDER, **facts_given}}
    return house.command(by, "document.draft", type="stop_order", content=given, case_id=facts.CASE_ID)


def test_what_the_case_says_is_filled_in_and_not_typed_again(filed: House) -> None:
    known = facts.case_filed()
    said = ordered(filed, OFFICER)["content"]["facts"]
    assert (said["party"], said["place"]) == (known.party_name, known.place)
    assert said["area"] == float(known.area_m2)
    refused = ordered(filed, OFFICER, party="另一人")
    assert (refused["code"], refused["field"]) == ("notify.fact-contradicted", "party")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"type": "no_such_paper"}, "notify.document-type-unknown", "type"),
        ({"type": "accountability_advice"}, "notify.document-sealed", "type"),
        ({"type": "stop_order"}, "notify.document-of-another", "type"),
        ({"content": {"to": ["甲"], "facts": {}}}, "notify.document-field-missing", "matter"),
        ({"content": content(days="四")}, "notify.document-field-wrong", "days"),
        ({"content": content(due="20.4.2026")}, "notify.document-field-wrong", "due"),
        ({"content": content(matter="a\u0007b")}, "notify.character-refused", "matter"),
        ({"content": content(colour="红")}, "notify.document-field-unknown", "colour"),
        ({"content": content(days=2**53)}, "notify.document-field-wrong", "days"),
        ({"content": {**CONTENT, "copies": ["恩和镇人民政府"]}}, "notify.party-named-twice", "copies"),
        ({"content": {**CONTENT, "number": "7"}}, "invalid-field", "content.number"),
        ({"case_id": facts.CASE_ID}, "notify.case-unknown", "case_id"),
    ],
)
def test_wrong_draft_names_the_field_and_leaves_nothing(
    desk: DocumentDesk, changes: dict[str, Any], code: str, field: str
) -> None:
    problem = desk.drafted(**changes)
    assert (problem["code"], problem["field"]) == (code, field)
    assert desk.house.rows("SELECT * FROM document") == []


def test_who_drafted_neither_checks_nor_issues(desk: DocumentDesk) -> None:
    by_director = desk.house.command(DIRECTOR, "document.draft", type="supervise_letter", content=CONTENT)
    assert desk.step(DIRECTOR, "check", by_director["id"])["code"] == "notify.drafter-checks"
    desk.step(COORDINATOR, "check", by_director["id"])
    assert desk.step(DIRECTOR, "issue", by_director["id"])["code"] == "notify.drafter-checks"
    assert desk.step(COORDINATOR, "issue", by_director["id"])["code"] == "role-not-allowed"
    assert desk.step(HEAD, "issue", by_director["id"])["state"] == "approved"


def test_a_type_of_the_head_is_not_the_directors_to_issue(desk: DocumentDesk) -> None:
    drafted = desk.drafted()
    desk.house.change("UPDATE document SET type = 'report_to_party'")
    desk.step(HEAD, "check", drafted["id"])
    assert desk.step(DIRECTOR, "issue", drafted["id"])["code"] == "role-not-allowed"


@pytest.mark.parametrize("by", [OTHER_COUNTY, OFFICER, CHIEF, AGENCY, PARTY, TOWNSHIP, ADMINISTRATOR])
def test_for_another_office_the_document_does_not_exist(desk: DocumentDesk, by: Actor) -> None:
    id_ = desk.issued()["id"]
    assert desk.seen(id_, by)["kind"] == "not-found"
    assert desk.house.query(by, "document.file", id=id_, format="pdf")["kind"] == "not-found"
    assert desk.house.query(by, "document.list")["items"] == []


def test_agency_issues_its_own_papers_in_its_own_series(filed: House, tmp_path: Path) -> None:
    desk = DocumentDesk(filed, tmp_path / "blobs")
    id_ = ordered(filed, OFFICER)["id"]
    assert desk.step(OFFICER, "check", id_)["code"] == "notify.drafter-checks"
    desk.step(COLLEAGUE, "check", id_)
    assert desk.step(COLLEAGUE, "issue", id_)["code"] == "role-not-allowed"
    assert desk.step(CHIEF, "issue", id_)["state"] == "approved"
    assert desk.worker().run_once()
    view = desk.seen(id_, CHIEF)
    assert view["number"].startswith("中宁自然资")
    assert view["number"].endswith("〔2026〕1号")
    assert desk.step(COLLEAGUE, "close", id_)["state"] == "closed"
    assert ordered(filed, COORDINATOR)["code"] == "notify.document-of-another"


def test_character_without_a_glyph_sends_it_back_without_a_number(desk: DocumentDesk) -> None:
    view = desk.issued(content=content(matter="砂场\U00013000拆除"))
    assert (view["state"], view["number"]) == ("drafted", None)
    assert (view["problem"]["code"], view["problem"]["field"]) == ("notify.glyph-missing", "matter")
    assert view["approved_by"] is None
    assert desk.issued()["number"] == "中宁耕保督〔2026〕1号"
    desk.step(COORDINATOR, "revise", view["id"], content=CONTENT)
    assert desk.seen(view["id"])["problem"] is None


def test_taken_back_before_the_press_it_is_not_printed(desk: DocumentDesk) -> None:
    id_ = desk.approved()["id"]
    assert desk.step(DIRECTOR, "return", id_, reason="期限写错")["state"] == "drafted"
    assert not desk.worker().run_once()
    assert desk.seen(id_)["reason"] == "期限写错"
    desk.step(COORDINATOR, "revise", id_, content=content(new_due="2026-05-12"))
    desk.step(DIRECTOR, "check", id_)
    desk.step(DIRECTOR, "issue", id_)
    assert desk.worker().run_once()
    assert desk.seen(id_)["number"] == "中宁耕保督〔2026〕1号"


def test_withdrawn_document_keeps_its_number_and_says_so(desk: DocumentDesk) -> None:
    view = desk.issued()
    withdrawn = desk.step(DIRECTOR, "withdraw", view["id"], reason="事项已办结")
    assert (withdrawn["state"], withdrawn["number"], withdrawn["files"]) == ("withdrawn", view["number"], view["files"])
    assert desk.issued()["number"] == "中宁耕保督〔2026〕2号"
    told = desk.house.query(STRANGER, "document.verify", code=view["verify_code"])
    assert (told["standing"], told["number"]) == ("withdrawn", view["number"])
    refused = desk.step(COORDINATOR, "deliver", view["id"], recipient="恩和镇人民政府", channel="x", delivered_at=NOON)
    assert refused["code"] in ("notify.document-transition-not-allowed", "invalid-field")


def receipt(desk: DocumentDesk, verb: str, id_: str, recipient: str, **more: Any) -> Any:
    desk.house.clock.at += timedelta(minutes=1)
    at = {"deliver": "delivered_at", "sign-for": "signed_at"}[verb]
    return desk.step(COORDINATOR, verb, id_, recipient=recipient, **{at: desk.house.clock.at.isoformat()}, **more)


def test_delivered_when_all_have_it_and_signed_for_when_all_have_signed(desk: DocumentDesk) -> None:
    id_ = desk.issued()["id"]
    town, bureau = "恩和镇人民政府", "中宁县自然资源局"
    # The bureau has an inbox: there it was placed when it was issued.
    assert receipt(desk, "deliver", id_, town, channel="专人送达")["state"] == "delivered"
    assert receipt(desk, "sign-for", id_, bureau, signed_by="王五")["state"] == "delivered"
    assert receipt(desk, "sign-for", id_, bureau, signed_by="赵六")["code"] == "notify.document-signed-for"
    assert desk.step(DIRECTOR, "withdraw", id_, reason="有误")["code"] == "notify.document-signed-for"
    assert desk.step(DIRECTOR, "close", id_)["code"] == "notify.reason-missing"
    signed = receipt(desk, "sign-for", id_, town, signed_by="钱七")
    assert (signed["state"], [one["signed_by"] for one in signed["receipts"]]) == ("signed_for", ["钱七", "王五"])
    assert receipt(desk, "sign-for", id_, "县委", signed_by="某")["code"] == "notify.recipient-unknown"
    assert desk.step(COORDINATOR, "close", id_)["state"] == "closed"


def test_receipt_of_before_its_issue_or_of_the_future_is_refused(desk: DocumentDesk) -> None:
    id_ = desk.issued()["id"]
    for at in (NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)):
        refused = desk.step(
            COORDINATOR, "sign-for", id_, recipient="恩和镇人民政府", signed_by="某", signed_at=at.isoformat()
        )
        assert (refused["code"], refused["field"]) == ("notify.receipt-before-issue", "signed_at")


def test_correction_names_what_it_corrects_and_takes_its_place(desk: DocumentDesk) -> None:
    first = desk.issued()
    second = desk.issued(corrects=first["id"], content=content(days=5))
    third = desk.issued(corrects=second["id"], content=content(days=6))
    assert [one["number"] for one in third["chain"]] == [first["number"], second["number"]]
    words = text_of(desk, third)
    assert f"（{second['number']}）" in words
    assert f"最初印发：《{first['title']}》（{first['number']}）" in words
    assert desk.seen(first["id"])["state"] == desk.seen(second["id"])["state"] == "replaced"
    told = desk.house.query(STRANGER, "document.verify", code=second["verify_code"])
    assert (told["standing"], told["corrected_by"], told["corrects"]) == ("corrected", third["number"], first["number"])
    again = desk.drafted(corrects=first["id"])
    assert (again["code"], again["facts"]["replaced_by"]) == ("notify.document-not-in-force", second["number"])


def test_of_two_corrections_of_one_document_the_later_goes_back_without_a_number(desk: DocumentDesk) -> None:
    first = desk.issued()
    one, other = (desk.approved(corrects=first["id"]) for _ in range(2))
    while desk.worker().run_once():
        pass
    assert desk.seen(one["id"])["state"] == "issued"
    late = desk.seen(other["id"])
    assert (late["state"], late["problem"]["code"]) == ("drafted", "notify.document-not-in-force")
    assert desk.numbers() == ["中宁耕保督〔2026〕1号", "中宁耕保督〔2026〕2号"]


def test_numbers_begin_anew_with_the_year_of_the_day_it_was_issued(desk: DocumentDesk) -> None:
    desk.house.clock.at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    desk.approved()
    desk.house.clock.at = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
    assert desk.worker().run_once()
    assert desk.issued()["number"] == "中宁耕保督〔2027〕1号"
    assert sorted(desk.numbers()) == ["中宁耕保督〔2026〕1号", "中宁耕保督〔2027〕1号"]


def test_stranger_learns_state_and_file_but_neither_title_nor_party(desk: DocumentDesk) -> None:
    view = desk.issued()
    pdf = view["files"][0]["sha256"]
    told = desk.house.query(STRANGER, "document.verify", code=view["verify_code"], sha256=pdf)
    assert told == {
        "number": "中宁耕保督〔2026〕1号",
        "issuer": "中宁县耕地保护联合执法工作领导小组办公室",
        "dated_on": "2026-04-24",
        "standing": "in_force",
        "corrected_by": None,
        "corrects": None,
        "file": "pdf",
        "signature_alg": "ed25519",
        "key_id": view["signature"]["key_id"],
    }
    other = desk.house.query(STRANGER, "document.verify", code=view["verify_code"], sha256="0" * 64)
    assert other["file"] == "none"
    assert desk.house.query(STRANGER, "document.verify", code="0" * 16)["kind"] == "not-found"
    assert desk.house.query(STRANGER, "document.list")["code"] == "role-not-allowed"


def test_draft_by_rule_is_made_once_and_checked_by_anybody(desk: DocumentDesk) -> None:
    asked = RuleDraft(
        document_id=derived_id("document", "event-1"),
        county_code="640521000000",
        office=COORDINATION,
        type="supervise_letter",
        content=DocumentContent.model_validate(CONTENT),
        case=None,
        caused_by="event-1",
    )

    def use_case(unit: NotifyUnit) -> dict[str, Any]:
        draft_by_rule(asked, unit)
        return {}

    for _ in range(2):
        desk.house.runner.run(COORDINATOR, use_case, correlation_id="c")
    (row,) = desk.house.query(DIRECTOR, "document.list", awaiting_me=True)["items"]
    assert (row["id"], desk.seen(row["id"])["drafted_by"]) == (str(asked.document_id), None)
    assert desk.step(COORDINATOR, "check", row["id"])["state"] == "checked"


def test_waiting_list_is_of_what_the_caller_can_take_on(desk: DocumentDesk) -> None:
    own = desk.drafted()["id"]
    assert desk.house.query(COORDINATOR, "document.list", awaiting_me=True)["items"] == []
    assert [row["id"] for row in desk.house.query(DIRECTOR, "document.list", awaiting_me=True)["items"]] == [own]
    desk.step(DIRECTOR, "check", own)
    assert [row["id"] for row in desk.house.query(HEAD, "document.list", awaiting_me=True)["items"]] == [own]
    checked = desk.house.query(COORDINATOR, "document.list", type="supervise_letter", state="checked")
    assert [row["id"] for row in checked["items"]] == [own]
    assert desk.house.query(COORDINATOR, "document.list", state="issued")["items"] == []
