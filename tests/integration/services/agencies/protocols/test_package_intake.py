"""The receiver is killed with a package in hand: nothing that came with it is lost, nothing is told twice."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from shared import crash_points, keys
from shared.crash_points import CrashPoint
from shared.exchange.store import IN, PARKED, TAKEN
from tests.integration.services.agencies.house import House
from tests.integration.services.agencies.protocols.ferry import AGENCY, Ferry
from tests.unit.services.agencies.builders import convened, result

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)


class Killed(BaseException):
    """The process is gone: nothing of it runs on."""


@pytest.fixture
def ferry(house: House, tmp_path: Path) -> Iterator[Ferry]:
    yield Ferry(house, tmp_path)
    crash_points.install(None)


@pytest.fixture
def task(house: House) -> UUID:
    event = convened(AGENCY)
    house.react(event)
    return event.tasks[0].task_id


def killed_at(point: CrashPoint) -> None:
    """The next time it is reached, once; the connection of a killed process commits nothing more."""

    def hook(reached: CrashPoint, resource: Any) -> None:
        if reached is point:
            crash_points.install(None)
            if resource is not None:
                resource.invalidate()
            raise Killed

    crash_points.install(hook)


@pytest.mark.parametrize("point", [CrashPoint.UNIT_BEFORE_COMMIT, CrashPoint.UNIT_AFTER_COMMIT])
def test_killed_around_the_commit_an_attachment_is_kept_and_told_once(
    ferry: Ferry, task: UUID, point: CrashPoint
) -> None:
    package = ferry.lay("sign", task, {"signed_by": "王五"}, 一=JPEG, 二=JPEG + b"2")
    killed_at(point)
    with pytest.raises(Killed):
        ferry.intake().round()
    # What is told is in the store; what is not told is still in the folder.
    assert ferry.there(IN) == {package}
    assert len(ferry.handed_in(task)) == (2 if point is CrashPoint.UNIT_AFTER_COMMIT else 0)
    for _ in range(2):
        ferry.intake().round()
    assert (ferry.there(IN), ferry.there(TAKEN)) == (set(), {package})
    assert sorted(one["file_name"] for one in ferry.handed_in(task)) == ["一.jpg", "二.jpg"]
    for one in ferry.handed_in(task):
        with ferry.blobs.open(one["sha256"]) as content:
            assert len(content.read()) == one["size_bytes"]
    assert ferry.house.told(task).count("task-signed") == 1


def test_a_store_that_does_not_take_the_content_leaves_the_package_where_it_was(ferry: Ferry, task: UUID) -> None:
    package = ferry.lay("sign", task, {"signed_by": "王五"}, 照片=JPEG)
    place = ferry.blobs.path("0" * 64).parents[1]
    place.write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        ferry.intake().round()
    assert ferry.there(IN) == {package}
    assert ferry.house.told(task) == ["task-issued"]
    place.unlink()
    assert ferry.intake().round() == 1
    assert len(ferry.handed_in(task)) == 1


def test_another_content_than_the_form_says_parks_the_report(ferry: Ferry, task: UUID) -> None:
    form = ferry.house.parts_integration(AGENCY).result_form(result(AGENCY))
    before, after = JPEG + b"before", JPEG + b"after"
    form["照片"][0] |= {"摘要_SHA256": keys.digest("sha256", before), "文件名": "前.jpg"}
    form["照片"][1] |= {"摘要_SHA256": keys.digest("sha256", after)}
    for verb, data in (("sign", {"signed_by": "王五"}), ("accept", {"contact_person": "赵六"})):
        ferry.lay(verb, task, data)
    report = partial(ferry.lay, "report", task, {"form": form})
    wrong = report(前=JPEG + b"another", 后=after)
    ferry.intake().round()
    assert ferry.there(PARKED) == {wrong}
    (row,) = ferry.house.sql("SELECT faults FROM agency_answer WHERE status = 'parked'")
    assert [(fault["field"], fault["reason"]) for fault in row["faults"]] == [
        ("attachments/前.jpg", "attachment-other-content"),
        ("attachments/后.jpg", "attachment-not-taken"),
    ]
    assert ferry.handed_in(task) == []


def test_what_the_report_says_of_a_photograph_goes_with_it(ferry: Ferry, task: UUID) -> None:
    form = ferry.house.parts_integration(AGENCY).result_form(result(AGENCY))
    before = JPEG + b"before"
    form["照片"][0] |= {"摘要_SHA256": keys.digest("sha256", before), "文件名": "前.jpg"}
    for verb, data in (("sign", {"signed_by": "王五"}), ("accept", {"contact_person": "赵六"})):
        ferry.lay(verb, task, data)
    ferry.lay("report", task, {"form": form}, 前=before, 记录=JPEG)
    ferry.carry()
    stages = {one["file_name"]: one["photograph"] and one["photograph"]["stage"] for one in ferry.handed_in(task)}
    assert stages == {"前.jpg": "before", "记录.jpg": None}
    kinds = ferry.house.told(task)
    assert kinds.index("task-reported") < kinds.index("task-attachment-handed-in")
    with ferry.house.engine.connect() as connection:
        statement = sa.text("SELECT version, decided_version FROM agency_task WHERE id = :id")
        version, decided = connection.execute(statement, {"id": task}).one()
    assert version == decided + 2


PENDING = "SELECT 1 FROM delivery d JOIN agency_reply r ON r.id = d.subject_id WHERE d.state = 'pending'"


def test_a_proven_package_uses_up_its_number_whatever_is_wrong_with_it(ferry: Ferry, task: UUID) -> None:
    evil = ferry.lay_with("sign", task, {"signed_by": "王五"}, {"../../evil.txt": JPEG})
    again = [(name, ferry.store.read(IN, name, 1 << 20)) for name in (evil, evil + ".sig")]
    ferry.intake().round()
    assert ferry.there(PARKED) == {evil}
    (first,) = ferry.receipts()
    assert (first["answer_id"], first["status"], first["number_used"]) == (evil[:100], "parked", True)
    assert [fault["reason"] for fault in first["faults"]] == ["name-not-allowed"]
    assert "下一个序号" in first["faults"][0]["text"]
    # Mended under the next number it is taken, and nobody asks for the one before it.
    mended = ferry.lay("sign", task, {"signed_by": "王五"})
    assert ferry.intake().round() == 1
    assert (ferry.there(IN), ferry.there(TAKEN)) == (set(), {mended})
    assert ferry.house.told(task).count("task-signed") == 1
    assert ferry.house.sql("SELECT 1 FROM agency_reply WHERE kind = 'resend'") == []
    # Laid again unchanged it is answered by the same receipt once more.
    ferry.house.sql("UPDATE delivery SET state = 'delivered', arrived_at = now()")
    for name, content in again:
        assert content is not None
        ferry.store.write(IN, name, content)
    ferry.intake().round()
    assert ferry.there(IN) == set()
    assert [one for one in ferry.receipts() if one["answer_id"] == evil[:100]] == [first]
    assert len(ferry.house.sql(PENDING)) == 1


def test_a_faulty_package_before_its_turn_waits_and_the_missing_one_is_asked_for(ferry: Ferry, task: UUID) -> None:
    ferry.number = 1
    evil = ferry.lay_with("sign", task, {"signed_by": "王五"}, {"../../evil.txt": JPEG})
    ferry.intake().round()
    assert (ferry.there(IN), ferry.receipts()) == ({evil}, [])
    (asked,) = ferry.house.sql("SELECT data FROM agency_reply WHERE kind = 'resend'")
    assert asked["data"] == {"numbers": [1]}
    ferry.number = 0
    ferry.lay("sign", task, {"signed_by": "王五"})
    for _ in range(2):
        ferry.intake().round()
    assert (ferry.there(IN), ferry.there(PARKED)) == (set(), {evil})
    assert [one["number_used"] for one in ferry.receipts()] == [True, True]


def test_a_package_that_is_not_proven_leaves_its_number_free(ferry: Ferry, task: UUID) -> None:
    own, ferry.key = ferry.key, keys.new_key(keys.ED25519)
    forged = ferry.lay("sign", task, {"signed_by": "王五"})
    ferry.key = own
    ferry.intake().round()
    assert ferry.there(PARKED) == {forged}
    (receipt,) = ferry.receipts()
    assert (receipt["number_used"], receipt["faults"][0]["reason"]) == (False, "key-unknown")
    assert "同一序号" in receipt["faults"][0]["text"]
    ferry.number = 0
    ferry.lay("sign", task, {"signed_by": "王五"})
    assert ferry.intake().round() == 1
