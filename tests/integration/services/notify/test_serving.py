"""Receipts on the real database: served, urged, served again, listed as unsigned; former notices become documents."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notify.adapters.registers import read_receipt_terms
from services.notify.handlers.urging import give_terms, urge_unsigned
from services.notify.queries.receipts import unsigned
from services.notify.rebuild import PROJECTIONS
from services.notify.storage.former_notices import adopt_notices
from services.notify.storage.unit import NotifyUnit
from services.notify.wiring import sweep
from shared.contracts.notify import NoticeDeliveredV1, NoticeIssuedV1, NoticeLine, NoticeSignedV1
from shared.ids import new_id
from shared.principal import STRANGER
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.own_log import OwnLog
from tests.integration.services.notify.document_desk import CHIEF, CONTENT, DIRECTOR, DocumentDesk
from tests.integration.services.notify.house import (
    ADMINISTRATOR,
    AGENCY,
    COORDINATOR,
    DISCIPLINE,
    NOON,
    ORGANISATION,
    OTHER_COUNTY,
    PARTY,
    House,
)
from tests.unit.services.notify import facts

COUNTY = "640521000000"
# 24 April 2026 is a Friday: due on the 28th, urged on the mornings of 29 and 30 April, 7 May, …
FIRST_URGE = datetime(2026, 4, 29, 1, 0, tzinfo=UTC)


def urge(house: House) -> None:
    sweep(house.runner, COUNTY, urge_unsigned)


def the_notice(house: House) -> Any:
    (row,) = house.notices(COORDINATOR)
    return row


def sign(house: House, by: Any) -> None:
    row = the_notice(house)
    answer = house.command(by, "notice.sign", row["id"], signed_by="王五", sha256=row["sha256"])
    assert "id" in answer, answer


def receipt(house: House, code: str) -> Any:
    row = the_notice(house)
    return next(one for one in row["receipts"] if one["recipient"] == code)


def test_each_step_of_the_ladder_is_told_once_and_who_has_signed_is_left_alone(filed: House) -> None:
    sign(filed, PARTY)
    filed.clock.at = FIRST_URGE - timedelta(seconds=1)
    urge(filed)
    assert "document-urged.v1" not in filed.told()
    for at, number in ((FIRST_URGE, 2), (FIRST_URGE, 2), (FIRST_URGE + timedelta(days=1), 4)):
        filed.clock.at = at
        urge(filed)
        assert filed.told().count("document-urged.v1") == number
    assert (receipt(filed, "party_committee")["urged"], receipt(filed, "discipline_commission")["urged"]) == (0, 2)
    sign(filed, DISCIPLINE)
    sign(filed, ORGANISATION)
    filed.clock.at += timedelta(days=90)
    urge(filed)
    assert filed.told().count("document-urged.v1") == 4


def test_a_house_that_stood_still_for_weeks_urges_in_order_and_once(filed: House) -> None:
    filed.clock.at = datetime(2026, 5, 25, 4, 0, tzinfo=UTC)
    filed.command(COORDINATOR, "notice.issue", case_id=facts.CASE_ID, remarks="请阅。")
    filed.press()
    filed.clock.at = datetime(2026, 6, 8, 4, 0, tzinfo=UTC)
    urge(filed)
    urge(filed)
    rows = filed.rows(
        "SELECT aggregate_id::text, (payload ->> 'step')::int FROM event_log e JOIN outbox o USING (event_id)"
        " WHERE type LIKE '%document-urged%' ORDER BY o.id"
    )
    first = next(row["id"] for row in filed.notices(COORDINATOR) if row["notice_no"].endswith("〕1号"))
    assert [id_ == first for id_, _ in rows] == [True] * 3 + [False] * 3
    assert len({step for id_, step in rows if id_ == first}) == 1


def test_urging_goes_by_the_way_the_document_went_and_reading_does_not_end_it(house: House) -> None:
    house.command(
        ADMINISTRATOR, "recipient.configure-endpoint", recipient="party_committee", url="http://127.0.0.1:9/hook"
    )
    house.tell(facts.case_filed())
    house.press()
    house.command(PARTY, "notice.read", the_notice(house)["id"])
    house.clock.at = FIRST_URGE
    urge(house)
    rows = house.rows(
        "SELECT s.kind, s.number, d.channel, d.state FROM delivery d"
        " JOIN document_service s ON s.id = d.subject_id AND s.party = d.party"
        " WHERE d.party = '640521:party_committee' ORDER BY s.kind"
    )
    assert rows == [("serve", 1, "webhook", "delivered"), ("urge", 1, "webhook", "pending")]
    sign(house, PARTY)
    assert house.rows("SELECT DISTINCT state FROM delivery") == [("delivered",)]


def test_a_person_serves_it_again_by_another_way_and_the_former_is_called_off(house: House) -> None:
    house.command(
        ADMINISTRATOR, "recipient.configure-endpoint", recipient="party_committee", url="http://127.0.0.1:9/hook"
    )
    house.tell(facts.case_filed())
    house.press()
    id_ = the_notice(house)["id"]
    again: dict[str, Any] = {"recipient": "中宁县委", "reason": "接口一直不通"}
    refused = house.command(COORDINATOR, "document.re-serve", id_, channel="email", **again)
    assert (refused["code"], refused["facts"]["ways"]) == (
        "notify.channel-without-way",
        ["webhook", "inbox", "paper"],
    )
    view = house.command(COORDINATOR, "document.re-serve", id_, channel="inbox", **again)
    assert view["receipts"][0]["delivered_at"] is not None
    assert [(one["channel"], one["reason"]) for one in view["receipts"][0]["services"]] == [
        ("webhook", None),
        ("inbox", "接口一直不通"),
    ]
    rows = house.rows("SELECT channel, state FROM delivery WHERE party = '640521:party_committee' ORDER BY created_at")
    assert rows == [("webhook", "cancelled"), ("inbox", "delivered")]
    sign(house, PARTY)
    signed = house.command(COORDINATOR, "document.re-serve", id_, channel="paper", **again)
    assert signed["code"] == "notify.document-signed-for"
    other: dict[str, Any] = {"recipient": "县委办", "reason": "x", "channel": "paper"}
    assert house.command(COORDINATOR, "document.re-serve", id_, **other)["code"] == "notify.recipient-unknown"


def test_withdrawing_and_closing_call_off_what_is_on_its_way(house: House, tmp_path: Path) -> None:
    desk = DocumentDesk(house, tmp_path / "blobs")
    for verb, by, more in (("withdraw", DIRECTOR, {"reason": "有误"}), ("close", DIRECTOR, {"reason": "已口头告知"})):
        id_ = desk.approved()["id"]
        house.press()
        assert house.rows(
            f"SELECT count(*) FROM delivery d JOIN document_service s ON s.id = d.subject_id"
            f" WHERE s.document_id = '{id_}' AND d.state = 'pending'"
        ) == [(1,)]
        assert desk.step(by, verb, id_, **more)["state"] in ("withdrawn", "closed")
    assert house.rows("SELECT DISTINCT state FROM delivery WHERE channel = 'paper'") == [("cancelled",)]
    house.clock.at += timedelta(days=60)
    urge(house)
    assert "document-urged.v1" not in house.told()


def test_a_recipient_without_any_way_is_named_when_it_is_to_be_issued(house: House, tmp_path: Path) -> None:
    terms = house.parts.open_unit.keywords["desk"].terms  # type: ignore[attr-defined]
    terms._ways = tuple(one for one in terms._ways if one.body != "other") + tuple(
        replace(one, order=()) for one in terms._ways if one.body == "other"
    )
    desk = DocumentDesk(house, tmp_path / "blobs")
    drafted = desk.drafted()
    desk.step(DIRECTOR, "check", drafted["id"])
    refused = desk.step(DIRECTOR, "issue", drafted["id"])
    assert (refused["code"], refused["facts"]["recipient"]) == ("notify.recipient-without-way", "恩和镇人民政府")


def test_unsigned_are_listed_the_longest_overdue_first_and_only_to_who_sent_them(filed: House, tmp_path: Path) -> None:
    desk = DocumentDesk(filed, tmp_path / "blobs")
    filed.clock.at = NOON + timedelta(days=3)
    desk.approved(content={**CONTENT, "copies": []})
    filed.press()
    sign_first(filed)
    listed = filed.query(COORDINATOR, "document.unsigned", with_total=True)
    assert [row["recipient"] for row in listed["items"]] == ["中宁县纪委监委", "中宁县委组织部", "恩和镇人民政府"]
    assert listed["total"] == 3
    assert [(row["due_on"], row["days_late"], row["channel"]) for row in listed["items"]] == [
        ("2026-04-28", 0, "inbox"),
        ("2026-04-28", 0, "inbox"),
        ("2026-04-29", 0, "paper"),
    ]
    assert filed.query(COORDINATOR, "document.unsigned", late=True)["items"] == []
    filed.clock.at = datetime(2026, 4, 29, 4, 0, tzinfo=UTC)
    late = filed.query(COORDINATOR, "document.unsigned", late=True)["items"]
    assert [(row["recipient"], row["days_late"]) for row in late] == [("中宁县纪委监委", 1), ("中宁县委组织部", 1)]
    for by in (OTHER_COUNTY, AGENCY, PARTY, CHIEF):
        assert filed.query(by, "document.unsigned")["items"] == []
    page = filed.query(COORDINATOR, "document.unsigned", limit=2)
    rest = filed.query(COORDINATOR, "document.unsigned", limit=2, cursor=page["next_cursor"])
    assert [row["recipient"] for row in rest["items"]] == ["恩和镇人民政府"]


def sign_first(house: House) -> None:
    row = next(row for row in house.notices(COORDINATOR) if row["kind"] == "case_filed_copy")
    house.command(PARTY, "notice.sign", row["id"], signed_by="王五", sha256=row["sha256"])


def test_the_next_bulletin_is_told_who_has_not_signed_by_then(filed: House) -> None:
    sign(filed, PARTY)
    terms = read_receipt_terms()
    with filed.parts.engine.connect() as connection:
        assert unsigned(connection, "640521", date(2026, 4, 28), terms) == []
        rows = unsigned(connection, "640521", date(2026, 5, 1), terms)
        assert unsigned(connection, "640522", date(2026, 5, 1), terms) == []
    assert [(row.number, row.recipient, row.due_on, row.days_late) for row in rows] == [
        ("中宁耕保抄〔2026〕1号", "中宁县纪委监委", date(2026, 4, 28), 2),
        ("中宁耕保抄〔2026〕1号", "中宁县委组织部", date(2026, 4, 28), 2),
    ]


# as the tables were before each notice was a document (revision 0006)
_FORMER = """
CREATE TABLE notice (id uuid PRIMARY KEY, version int, jurisdiction text, notice_no text);
CREATE TABLE notice_receipt (notice_id uuid, recipient text);
"""


class Former:
    """A notice whose log was written by the release before. TYPE: as its events have it."""

    TYPE = "notice"

    def __init__(self, number: int) -> None:
        self.id, self.jurisdiction, self.version, self.number = new_id(), facts.ENHE, 0, number

    def events(self) -> list[Any]:
        head = {"at": NOON, "notice_id": self.id, "notice_no": f"中宁耕保抄〔2026〕{self.number}号"}
        lines = [
            NoticeLine(recipient="party_committee", line="main"),
            NoticeLine(recipient="discipline_commission", line="copy"),
        ]
        issued = NoticeIssuedV1(
            **head,
            kind="case_filed_copy",
            title="旧抄告",
            body="县委：\n　　现将有关情况抄告如下。",
            sha256="e" * 64,
            issuer="中宁县耕地保护联合执法工作领导小组办公室",
            case_id=facts.CASE_ID,
            caused_by="event-1",
            recipients=lines,
        )
        if self.number == 2:
            return [issued]
        told = {**head, "recipient": "party_committee"}
        return [issued, NoticeDeliveredV1(**told, channel="inbox"), NoticeSignedV1(**told, signed_by="李四")]

    def apply(self, _: Any) -> None:
        """Only its events matter here."""


class _Nowhere:
    def save(self, *_: Any) -> None:
        """The release before kept it in a table that is gone."""


@pytest.fixture
def upgraded(house: House) -> House:
    """Two notices of the release before, the first signed for by the party committee; then the upgrade."""
    notices = [Former(1), Former(2)]

    def use_case(unit: NotifyUnit) -> dict[str, Any]:
        for notice in notices:
            unit.record(notice, _Nowhere(), notice.events())  # type: ignore[arg-type]
        return {}

    house.runner.run(COORDINATOR, use_case, correlation_id="former")
    with house.owner() as connection:
        connection.exec_driver_sql(_FORMER)
        for notice in notices:
            connection.exec_driver_sql(f"INSERT INTO notice VALUES ('{notice.id}', 1, '{facts.ENHE}', 'x')")
        connection.exec_driver_sql(
            f"INSERT INTO delivery (id, subject_id, party, channel, correlation_id)"
            f" VALUES (gen_random_uuid(), '{notices[1].id}', '640521:party_committee', 'webhook', 'former')"
        )
        connection.exec_driver_sql("INSERT INTO notice_number VALUES ('中宁耕保抄', 2026, 2)")
        adopt_notices(connection)
    return house


def test_a_former_notice_is_a_document_that_says_so(upgraded: House) -> None:
    old = next(row for row in upgraded.notices(PARTY) if row["notice_no"] == "中宁耕保抄〔2026〕1号")
    view = upgraded.query(PARTY, "notice.get", id=old["id"])
    assert (view["body"], view["sha256"], view["files"]) == ("县委：\n　　现将有关情况抄告如下。", "e" * 64, [])
    assert view["receipts"][0]["signed_by"] == "李四"
    ((template,),) = upgraded.rows("SELECT DISTINCT frozen ->> 'template' FROM document")
    assert template == "former_notice/1"
    ((code,),) = upgraded.rows(f"SELECT verify_code FROM document WHERE id = '{old['id']}'")
    assert upgraded.query(STRANGER, "document.verify", code=code)["kind"] == "not-found"


def test_numbers_go_on_after_those_of_former_notices(upgraded: House) -> None:
    upgraded.tell(facts.case_filed())
    upgraded.press()
    assert "中宁耕保抄〔2026〕3号" in [row["notice_no"] for row in upgraded.notices(COORDINATOR)]


def test_a_former_notice_gets_a_term_once_and_is_signed_for_over_its_text(upgraded: House) -> None:
    for _ in range(2):
        sweep(upgraded.runner, COUNTY, give_terms)
    assert upgraded.told().count("document-served.v1") == 3
    old = next(row for row in upgraded.notices(PARTY) if row["notice_no"] == "中宁耕保抄〔2026〕2号")
    wrong = upgraded.command(PARTY, "notice.sign", old["id"], signed_by="王五", sha256="f" * 64)
    assert wrong["code"] == "notify.digest-wrong"
    signed = upgraded.command(PARTY, "notice.sign", old["id"], signed_by="王五", sha256="e" * 64)
    assert signed["receipts"][0]["signed_by"] == "王五"
    upgraded.clock.at = FIRST_URGE + timedelta(days=1)
    urge(upgraded)
    assert upgraded.told().count("document-urged.v1") == 2
    # What was pushed the old way is not sent any more to who has signed.
    assert ("delivered",) in upgraded.rows("SELECT state FROM delivery WHERE channel = 'webhook'")


def test_former_notices_are_computed_again_from_the_log(upgraded: House) -> None:
    sweep(upgraded.runner, COUNTY, give_terms)
    (projection,) = (one for one in PROJECTIONS if isinstance(one, OwnProjection) and one.name == "document")
    found = OwnLog(upgraded.parts.engine, "notify", projection, lambda *_: None).rebuild(None)
    assert found.differences == []
    assert found.rows_live == found.rows_computed > 0
