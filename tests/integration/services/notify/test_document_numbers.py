"""Numbers of documents: no gap and no double, whoever issues at once and whenever the press dies."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from shared import crash_points
from shared.crash_points import CrashPoint
from tests.integration.services.notify.document_desk import DIRECTOR, DocumentDesk
from tests.integration.services.notify.house import COORDINATOR, House
from tests.unit.services.notify import facts

PRESS_POINTS = [
    CrashPoint.PRESS_AFTER_CLAIM,
    CrashPoint.PRESS_AFTER_PRINT,
    CrashPoint.PRESS_AFTER_KEEPING,
    CrashPoint.UNIT_BEFORE_COMMIT,
    CrashPoint.UNIT_AFTER_COMMIT,
]

COPY = {
    "to": ["中宁县纪委监委"],
    "copies": ["中宁县委组织部"],
    "facts": {
        "period": "2026年第一季度",
        "bulletin_no": "中宁耕保通〔2026〕1号",
        "total": 12,
        "total_area": 84000,
        "done": 9,
        "done_area": 61000.5,
        "late": 1,
        "summary": [
            {
                "township": "恩和镇",
                "found": "12",
                "violations": "12",
                "in_rectification": "3",
                "struck_off": "9",
                "overdue": "1",
            }
        ],
    },
}


class Killed(BaseException):
    """As if by SIGKILL: nothing of ours catches it."""


@pytest.fixture
def desk(house: House, tmp_path: Path) -> Iterator[DocumentDesk]:
    yield DocumentDesk(house, tmp_path / "blobs")
    crash_points.install(None)


def require_whole(desk: DocumentDesk, count: int) -> None:
    """Numbers 1 to count, each once, and of every issued document both files with the digests it tells."""
    assert desk.numbers() == [f"中宁耕保督〔2026〕{number}号" for number in range(1, count + 1)]
    for (frozen,) in desk.house.rows("SELECT frozen FROM document WHERE issued_at IS NOT NULL"):
        assert [file["format"] for file in frozen["files"]] == ["pdf", "docx"]
        for file in frozen["files"]:
            assert desk.blobs.path(file["sha256"]).stat().st_size == file["size"]
    assert desk.house.rows("SELECT count(*) FROM document WHERE (state = 'issued') <> (number IS NOT NULL)") == [(0,)]


@pytest.mark.parametrize("point", PRESS_POINTS, ids=lambda point: point.value)
def test_press_that_dies_leaves_neither_a_gap_nor_a_document_without_its_files(
    desk: DocumentDesk, point: CrashPoint
) -> None:
    for _ in range(2):
        desk.approved()
    workers = [desk.worker() for _ in range(2)]

    def kill(reached: CrashPoint, _: Any) -> None:
        if reached is point:
            crash_points.install(None)
            raise Killed

    crash_points.install(kill)
    with pytest.raises(Killed):
        workers[0].run_once()
    issued = len(desk.numbers())
    require_whole(desk, issued)
    assert issued == (1 if point is CrashPoint.UNIT_AFTER_COMMIT else 0)
    while workers[1].run_once():
        pass
    require_whole(desk, 2)
    assert desk.house.rows("SELECT count(*) FROM event_log WHERE type LIKE '%document-issued%'") == [(2,)]


def test_document_that_kills_the_press_goes_back_and_the_others_are_issued(desk: DocumentDesk) -> None:
    bad = desk.approved()["id"]

    def kill(reached: CrashPoint, _: Any) -> None:
        if reached is CrashPoint.PRESS_AFTER_PRINT:
            raise Killed

    crash_points.install(kill)
    for _ in range(3):
        with pytest.raises(Killed):
            desk.worker().run_once()
    crash_points.install(None)
    desk.approved()
    worker = desk.worker()
    while worker.run_once():
        pass
    assert desk.seen(bad)["problem"]["code"] == "notify.press-crashed"
    require_whole(desk, 1)


def test_document_that_breaks_the_code_goes_back_and_the_press_goes_on(desk: DocumentDesk) -> None:
    bad = desk.approved()["id"]

    def fail(reached: CrashPoint, _: Any) -> None:
        if reached is CrashPoint.PRESS_AFTER_PRINT:
            raise RuntimeError("a fault of ours")

    crash_points.install(fail)
    worker = desk.worker()
    while worker.run_once():
        pass
    assert desk.seen(bad)["problem"]["code"] == "notify.press-crashed"
    crash_points.install(None)
    desk.approved()
    assert worker.run_once()
    require_whole(desk, 1)


def test_clerks_and_presses_at_once_give_each_number_once(desk: DocumentDesk) -> None:
    wanted, presses = 8, 3
    drafts = [desk.drafted()["id"] for _ in range(wanted)]
    for id_ in drafts:
        desk.step(DIRECTOR, "check", id_)
    together = Barrier(4)

    def issue(four: list[str]) -> None:
        together.wait(30)
        for id_ in four:
            assert desk.step(DIRECTOR, "issue", id_)["state"] == "approved"

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(issue, [drafts[at::4] for at in range(4)]))
    begin = Barrier(presses)

    def press(_: int) -> None:
        worker = desk.worker()
        begin.wait(60)
        while worker.run_once():
            pass

    with ThreadPoolExecutor(presses) as threads:
        list(threads.map(press, range(presses)))
    require_whole(desk, wanted)


def test_two_who_issue_the_same_document_at_once_issue_it_once(desk: DocumentDesk) -> None:
    id_ = desk.drafted()["id"]
    version = desk.step(DIRECTOR, "check", id_)["version"]
    together = Barrier(2)

    def issue(_: int) -> Any:
        together.wait(30)
        return desk.house.command(DIRECTOR, "document.issue", id_, version=version)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(issue, range(2)))
    assert sorted(answer.get("state", answer.get("kind")) for answer in answers) == ["approved", "stale-version"]
    while desk.worker().run_once():
        pass
    require_whole(desk, 1)


def test_notices_of_the_same_series_and_documents_count_together(filed: House, tmp_path: Path) -> None:
    """A notice takes its number while another press prints: that one prints again with the next one."""
    desk = DocumentDesk(filed, tmp_path / "blobs")
    desk.approved(type="copy_notice", content=COPY)
    taken: list[str] = []

    def meanwhile(reached: CrashPoint, _: Any) -> None:
        if reached is CrashPoint.PRESS_AFTER_PRINT and not taken:
            notice = filed.command(COORDINATOR, "notice.issue", case_id=facts.CASE_ID, remarks="请知悉。")
            filed.press_one(notice["id"])
            taken.append(filed.query(COORDINATOR, "notice.get", id=notice["id"])["notice_no"])

    crash_points.install(meanwhile)
    try:
        assert desk.worker().run_once()
    finally:
        crash_points.install(None)
    assert taken == ["中宁耕保抄〔2026〕2号"]
    assert desk.numbers() == [f"中宁耕保抄〔2026〕{number}号" for number in (1, 2, 3)]
