"""Sealed clues on officials: named readers only, nothing anywhere else, a log of every opening."""

from typing import Any

import pytest
import sqlalchemy as sa

from services.cases.storage.path_tables import sealed_content
from shared.principal import Actor
from tests.integration.services.cases.office import AGENCY, COORDINATOR, OFFICER, OTHER_COUNTY, Office, Refused, papers
from tests.integration.services.cases.path_people import (
    CHIEF,
    DEPUTY,
    DISCIPLINE,
    LEGAL,
    ORGANISATION,
    OTHER_DISCIPLINE,
    POLICE,
    freed,
    investigating,
    refused,
    step,
    today,
)


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


PERSON = "村支书乙某"
STRANGERS = [OFFICER, AGENCY, OTHER_COUNTY, CHIEF, LEGAL, ORGANISATION, OTHER_DISCIPLINE, POLICE]


def draft(office: Office, case: Any, by: Actor = COORDINATOR) -> dict[str, Any]:
    body = {
        "title": "关于某村土地出租问题线索的移送",
        "person": PERSON,
        "post": "村党支部书记",
        "allegation": "未经程序出租集体土地",
        "leader_id": DEPUTY.account_id,
        "receiver_id": DISCIPLINE.account_id,
        "receiver_name": "纪委收文",
        "attachments": ["租赁合同复印件"],
    }
    return office.command(by, "case.seal-clue", body, case["id"])


def move(office: Office, record: Any, verb: str, by: Actor, **body: Any) -> dict[str, Any]:
    return office.command(by, f"sealed_record.{verb}", body, record["id"])


def sent(office: Office, case: Any) -> dict[str, Any]:
    return move(office, draft(office, case), "send", DEPUTY, document_no="问移1号")


def test_sent_by_the_leader_receipted_and_answered(office: Office) -> None:
    case = investigating(office)
    record = draft(office, case)
    assert (record["state"], "content" in record) == ("drafted", False)
    # The sender is a reader, but only the named leader sends.
    with pytest.raises(Refused):
        move(office, record, "send", COORDINATOR, document_no="1")
    assert move(office, record, "send", DEPUTY, document_no="问移1号")["state"] == "sent"
    receipt = {"received_on": today(office), "received_by": "纪委收文"}
    assert move(office, record, "receipt", DISCIPLINE, **receipt)["state"] == "receipted"
    answer = {"result": "已立案审查", "answered_on": today(office)}
    assert move(office, record, "enter-result", COORDINATOR, **answer)["state"] == "answered"
    opened = move(office, record, "open", DISCIPLINE)
    assert (opened["content"]["person"], opened["content"]["result"]) == (PERSON, "已立案审查")


def test_who_drafted_it_does_not_prove_its_receipt_and_the_leader_does_by_the_paper(office: Office) -> None:
    """domain.md 2.7: the acknowledgement is the only state that comes back."""
    record = sent(office, investigating(office))
    on = today(office)
    paper = {"kind": "paper_receipt", "title": "移送函回执", "document_no": "回1号", "dated_on": on}
    receipt = {"received_on": on, "received_by": "纪委收文", "channel": "paper", "documents": [paper]}
    said = refused(office, COORDINATOR, "sealed_record.receipt", receipt, record["id"])
    assert (said.code, said.kind, said.field) == ("cases.sealed-receipt-own", "conflict", "received_by")
    for change, code, field in (
        ({"channel": "system"}, "cases.sealed-receipt-channel", "channel"),
        ({"documents": []}, "cases.document-missing", "documents"),
        ({"documents": [{**paper, "document_no": None}]}, "cases.sealed-receipt-paper", "documents"),
        ({"documents": [{**paper, "dated_on": "2026-04-01"}]}, "cases.sealed-receipt-paper", "documents"),
    ):
        said = refused(office, DEPUTY, "sealed_record.receipt", {**receipt, **change}, record["id"])
        assert (said.code, said.field) == (code, field)
    assert move(office, record, "receipt", DEPUTY, **receipt)["state"] == "receipted"
    content = move(office, record, "open", DISCIPLINE)["content"]
    assert [one["document_no"] for one in content["receipt_documents"]] == ["回1号"]


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda by: by.name)
def test_to_everybody_else_it_does_not_exist(office: Office, stranger: Actor) -> None:
    """Assertion 3 of domain.md 8.3."""
    record = sent(office, investigating(office))
    for verb, body in (
        ("open", {}),
        ("send", {"document_no": "1"}),
        ("decline", {"reason": "r"}),
        ("receipt", {"received_on": today(office), "received_by": "x"}),
        ("enter-result", {"result": "r", "answered_on": today(office)}),
    ):
        gone = refused(office, stranger, f"sealed_record.{verb}", body, record["id"])
        nothing = refused(office, stranger, f"sealed_record.{verb}", body, "0199a1b2-0000-7000-8000-000000000001")
        assert (gone.kind, gone.code, gone.facts) == (nothing.kind, nothing.code, nothing.facts)
        assert gone.kind == "not-found"


def test_the_receiver_sees_it_only_once_it_was_sent(office: Office) -> None:
    record = draft(office, investigating(office))
    assert refused(office, DISCIPLINE, "sealed_record.open", {}, record["id"]).kind == "not-found"
    move(office, record, "send", DEPUTY, document_no="1")
    assert move(office, record, "open", DISCIPLINE)["content"]["person"] == PERSON


def test_every_opening_is_logged_and_an_answer_asked_for_again_is_empty(office: Office) -> None:
    record = sent(office, investigating(office))
    move(office, record, "open", COORDINATOR)
    opened = office.command(DISCIPLINE, "sealed_record.open", {}, record["id"], key="k1")
    assert [entry["opened_by"] for entry in opened["openings"]] == ["王协调", "纪委收文"]
    again = office.command(DISCIPLINE, "sealed_record.open", {}, record["id"], key="k1")
    assert (again["content"], again["openings"]) == (None, None)
    assert [event.type for event in office.events(record["id"])].count("tianwei.cases.sealed-record-opened.v1") == 2


def test_nothing_of_it_is_anywhere_else(office: Office) -> None:
    """No list, no count, no timeline; encrypted at rest; nothing in the log, in the answers kept, in any table."""
    case = investigating(office)
    before = office.query(COORDINATOR, "cases.statistics")
    record = sent(office, case)
    move(office, record, "open", DEPUTY)
    assert office.query(COORDINATOR, "cases.statistics") == before
    assert "sealed" not in str(office.query(COORDINATOR, "case.timeline", id=case["id"]))
    assert "sealed" not in str(office.query(COORDINATOR, "case.get", id=case["id"]))
    with office.parts.engine.connect() as connection:
        tables = connection.execute(
            sa.text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        )
        everything = {
            name: str(connection.execute(sa.text(f'SELECT * FROM "{name}"')).all()) for name in tables.scalars()
        }
        log = connection.execute(
            sa.text("SELECT payload, audience FROM event_log WHERE aggregate_type = 'sealed_record'")
        ).all()
    assert [name for name, content in everything.items() if PERSON in content or "租赁合同" in content] == []
    assert case["id"] not in everything["sealed_content"] + everything["sealed_record"]
    for payload, audience in log:
        assert set(payload) <= set(EMPTY) | {"record_id", "from_state", "to_state", "digest", "at"}
        assert all(payload[name] in (None, []) for name in EMPTY)
        assert audience == "640521000000"


EMPTY = ("reason", "documents", "starts", "stops", "pauses", "resumes", "extends", "recounts")


def test_the_case_is_not_closed_before_the_leader_has_decided(office: Office) -> None:
    """Assertion 2 of domain.md 8.3; the refusal does not say what is due."""
    case = freed(office, investigating(office))
    record = draft(office, case)
    step(office, case, "terminate", ground="other", reason="r", **papers("termination_approval"))
    close = {"ground": "terminated", **papers("closing_approval")}
    due = refused(office, COORDINATOR, "case.close", close, case["id"])
    assert (due.code, due.facts) == ("cases.transfers-due", {"law": "NRP 46"})
    move(office, record, "send", DEPUTY, document_no="1")
    assert step(office, case, "close", **close)["state"] == "closed"


def test_a_declined_draft_holds_nothing_up_and_reaches_nobody(office: Office) -> None:
    case = freed(office, investigating(office))
    record = draft(office, case)
    move(office, record, "decline", DEPUTY, reason="不属实")
    assert refused(office, DISCIPLINE, "sealed_record.open", {}, record["id"]).kind == "not-found"
    step(office, case, "terminate", ground="other", reason="r", **papers("termination_approval"))
    assert step(office, case, "close", ground="terminated", **papers("closing_approval"))["state"] == "closed"


def test_a_text_put_in_the_place_of_the_sealed_one_is_not_opened(office: Office) -> None:
    one, other = sent(office, investigating(office)), sent(office, investigating(office))
    with office.parts.engine.begin() as connection:
        newest = sa.select(sealed_content.c.sealed).where(sealed_content.c.record_id == other["id"])
        foreign = connection.execute(newest.order_by(sealed_content.c.revision.desc()).limit(1)).scalar_one()
        connection.execute(
            sa.update(sealed_content).where(sealed_content.c.record_id == one["id"]).values(sealed=foreign)
        )
    assert refused(office, COORDINATOR, "sealed_record.open", {}, one["id"]).code == "cases.seal-broken"


def test_the_receiver_is_neither_sender_nor_leader(office: Office) -> None:
    case = investigating(office)
    body = {"title": "t", "person": "p", "allegation": "a", "receiver_name": "n", "leader_id": DEPUTY.account_id}
    wrong = refused(office, COORDINATOR, "case.seal-clue", {**body, "receiver_id": DEPUTY.account_id}, case["id"])
    assert (wrong.code, wrong.field) == ("cases.sealed-receiver", "receiver_id")
    assert refused(
        office, OFFICER, "case.seal-clue", {**body, "receiver_id": DISCIPLINE.account_id}, case["id"]
    ).code == ("role-not-allowed")
