"""Notices computed again from notify's own log, briefs from the log of cases."""

from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.notify.handlers.assistance import tell_asked
from services.notify.handlers.on_agencies import on_endpoint_failing
from services.notify.rebuild import PROJECTIONS
from shared.contracts.envelope import CloudEvent, LogPage
from shared.contracts.maintenance import NotifyProjectionRepairedV1, RowFault
from shared.delivery.log import GENESIS
from shared.delivery.maintenance import Operator
from shared.ids import new_id
from shared.rebuild.audit import RepairAudit
from shared.rebuild.comparison import CannotCompare, Comparison, FeedProjection
from shared.rebuild.feeds import FeedLog, ReadPage
from shared.rebuild.own_log import OwnLog
from tests.integration.services.notify.document_desk import CONTENT, DIRECTOR, LETTER, DocumentDesk
from tests.integration.services.notify.house import COORDINATOR, PARTY, House
from tests.integration.services.notify.test_assistance_notices import letter_asked
from tests.integration.services.notify.test_outages import FAILING, heard
from tests.support.meanwhile import look_while
from tests.unit.services.notify import facts

OPERATOR = Operator("root", "核对后改正", "640521000000", datetime(2026, 4, 21, tzinfo=UTC))
# Those of bulletins need both services: tests/integration/services/bulletins.
_ELSEWHERE = ("bulletin", "climbed_step", "bulletin_setting")
NAMES = [projection.name for projection in PROJECTIONS if projection.name not in _ELSEWHERE]


def read_from(house: House, log: list[CloudEvent] | None = None, log_id: UUID | None = None, size: int = 3) -> ReadPage:
    """read_log of cases, as far as the house has made its log up. size: of a page."""

    def read(after: int, _: list[str]) -> LogPage:
        events = house.log if log is None else log
        anchor = GENESIS if after == 0 else events[after - 1].hash if after <= len(events) else None
        return LogPage(
            log_id=log_id or house.log_id,
            head=len(events),
            anchor_hash=anchor,
            events=events[after : after + size] if anchor else [],
        )

    return read


def rebuild(house: House, name: str, *, repair: bool = False, read: ReadPage | None = None) -> Comparison:
    projection = next(projection for projection in PROJECTIONS if projection.name == name)
    audit = RepairAudit(name, OPERATOR, NotifyProjectionRepairedV1) if repair else None
    if isinstance(projection, FeedProjection):
        reader = read or read_from(house)
        return FeedLog(house.parts.engine, "notify", projection, reader, house.clock, _quiet).rebuild(audit)
    return OwnLog(house.parts.engine, "notify", projection, _quiet).rebuild(audit)


def _quiet(done: int, total: int) -> None:
    """Nobody watches."""


def case_with_item(house: House, number: int) -> None:
    case_id, item_id = new_id(), new_id()
    case = {"case_id": case_id, "case_no": f"ZW-CA-640521-2026-1{number:04}"}
    item = {**case, "item_id": item_id}
    told = [facts.case_filed(**case), facts.investigation_started(**case), facts.rectification_ordered(**item)]
    house.tell(*told, *([facts.rectification_struck_off(**item)] if number % 2 else []))


def documents(desk: DocumentDesk) -> None:
    """One corrected, one withdrawn, one that cannot be printed, one signed for and closed, one discarded draft."""
    first = desk.issued()
    desk.issued(corrects=first["id"])
    desk.step(DIRECTOR, "withdraw", desk.issued()["id"], reason="有误")
    desk.issued(content={**CONTENT, "facts": {**LETTER, "matter": "砂场\U00013000拆除"}})
    signed, at = desk.issued(content={**CONTENT, "copies": []})["id"], desk.house.clock.at.isoformat()
    slip = {"handed_by": "李四", "photo_sha256": "a" * 64, "received_at": at}
    desk.step(COORDINATOR, "record-receipt", signed, recipient="恩和镇人民政府", **slip)
    desk.step(COORDINATOR, "sign-for", signed, recipient="恩和镇人民政府", signed_by="王五", signed_at=at)
    desk.step(COORDINATOR, "close", signed)
    desk.step(COORDINATOR, "discard", desk.drafted()["id"], reason="重复")


@pytest.fixture
def story(house: House, tmp_path: Path) -> House:
    for number in range(4):
        case_with_item(house, number)
    house.press()
    notice = house.notices(PARTY)[0]
    house.command(PARTY, "notice.read", notice["id"])
    house.command(PARTY, "notice.sign", notice["id"], signed_by="王五", sha256=notice["sha256"])
    heard(house, FAILING, on_endpoint_failing)
    heard(house, letter_asked(), tell_asked)
    documents(DocumentDesk(house, tmp_path / "blobs"))
    return house


@pytest.mark.parametrize("name", NAMES)
def test_a_healthy_story_is_equal(story: House, name: str) -> None:
    before = story.told()
    found = rebuild(story, name)
    assert found.differences == []
    assert found.rows_live == found.rows_computed > 0
    assert story.told() == before


TAMPERINGS: list[tuple[str, str, RowFault, set[str]]] = [
    ("case_brief", "UPDATE case_brief SET state = 'closed', place = '他处'", RowFault.CHANGED, {"state", "place"}),
    ("case_brief", "DELETE FROM case_brief", RowFault.MISSING, set()),
    ("rectification_brief", "UPDATE rectification_brief SET state = 'rectifying'", RowFault.CHANGED, {"state"}),
    (
        "rectification_brief",
        "INSERT INTO rectification_brief VALUES (gen_random_uuid(), gen_random_uuid(), 'rectifying')",
        RowFault.EXTRA,
        set(),
    ),
    ("document", "UPDATE document SET title = '改'", RowFault.CHANGED, {"title"}),
    ("document", "UPDATE document_receipt SET signed_at = NULL", RowFault.CHANGED, {"signed_at"}),
    ("document", "DELETE FROM document_receipt WHERE signed_at IS NOT NULL", RowFault.MISSING, set()),
]


@pytest.mark.parametrize(("name", "statement", "fault", "fields"), TAMPERINGS)
def test_every_tampering_is_found_and_named_and_put_right(
    story: House, name: str, statement: str, fault: RowFault, fields: set[str]
) -> None:
    story.change(statement)
    found = rebuild(story, name)
    assert {difference.row.fault for difference in found.differences} == {fault}
    assert all(set(difference.row.fields) == fields for difference in found.differences)
    assert rebuild(story, name, repair=True).repaired
    assert rebuild(story, name).differences == []
    assert story.told()[-1] == "projection-repaired.v1"
    [(event,)] = story.rows("SELECT payload FROM event_log WHERE type LIKE '%projection-repaired%'")
    assert [row["key"] for row in event["rows"]] == [difference.row.key for difference in found.differences]


def test_a_lost_document_comes_back_with_its_receipts(story: House) -> None:
    story.change("DELETE FROM document_receipt; DELETE FROM document_press; DELETE FROM document")
    found = rebuild(story, "document", repair=True)
    assert {difference.row.table for difference in found.differences} == {"document", "document_receipt"}
    assert rebuild(story, "document").differences == []


def test_what_is_parked_is_left_out_until_it_is_replayed(house: House) -> None:
    case_with_item(house, 0)
    abroad = house._envelope(facts.case_filed(division_code="110101000000", case_id=new_id()))
    for _ in range(6):
        house.offer([abroad])
        house.change("UPDATE attempt SET next_at = now()")
    assert house.rows("SELECT status FROM parked") == [("open",)]
    case_with_item(house, 1)
    found = rebuild(house, "case_brief")
    assert (found.differences, found.rows_live) == ([], 2)
    house.change("UPDATE parked SET status = 'replayed'")
    found = rebuild(house, "case_brief", repair=True)
    assert [one.row.fault for one in found.differences] == [RowFault.MISSING]
    assert house.rows("SELECT count(*) FROM case_brief") == [(3,)]


def test_another_log_or_an_altered_event_is_no_ground_to_compare_on(story: House) -> None:
    for log_id, log in (
        (uuid4(), story.log),
        (story.log_id, story.log[:3]),
        (story.log_id, [story.log[0].model_copy(update={"data": story.log[1].data}), *story.log[1:]]),
    ):
        with pytest.raises(CannotCompare):
            rebuild(story, "case_brief", read=read_from(story, log, log_id))
    story.change("UPDATE feed_cursor SET state = 'forked'")
    with pytest.raises(CannotCompare, match="分叉"):
        rebuild(story, "case_brief")


def test_a_rebuild_while_events_come_gives_no_false_difference(story: House) -> None:
    numbers = count(10)
    names = cycle(["case_brief", "rectification_brief"])
    seen = look_while(lambda: case_with_item(story, next(numbers)), lambda: rebuild(story, next(names)), 12)
    assert [found.differences for found in seen] == [[]] * len(seen)
    assert seen[-1].position > seen[0].position
