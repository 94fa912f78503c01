"""Files of satellite patches become clues, whatever is wrong with their rows and whoever dies on the way."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from shapely.geometry import mapping, shape

from gateway.cli.sample_patches import write_sample
from services.cases.adapters.parser_process import ParsedFile, PatchParser
from services.cases.domain.clue import Clue
from services.cases.storage.repository import ClueStore
from services.cases.worker import Worker
from shared.aggregate import replay
from shared.contracts.cases_events import ClueImportFinishedV1, ClueReceivedV1
from tests.integration.services.cases.import_desk import Desk
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    COUNTY,
    OFFICER,
    OTHER_COUNTY,
    Refused,
)
from tests.integration.services.cases.patch_writing import geojson, row, shapefile_parts, square, zip_shapefile
from tests.support.nodes import wait_until


def sample(folder: Path, **options: Any) -> Any:
    return write_sample(folder / "files", **{"rows": 60, "broken": 3, **options})


def counts(job: dict[str, Any]) -> tuple[int, int, int, int]:
    return job["rows_done"], job["rows_created"], job["rows_known"], job["rows_rejected"]


# --- rows


def test_good_rows_become_clues_and_bad_rows_are_listed(desk: Desk, tmp_path: Path) -> None:
    file = sample(tmp_path)
    job = desk.imported(file.path)
    assert job["state"] == "finished"
    assert job["rows_total"] == 60
    assert counts(job) == (60, 57, 0, 3)
    assert (job["crs"], job["encoding"], job["problem"]) == ("EPSG:4523", "GB18030", None)
    assert job["sample"]["XZQMC"].isalpha()
    assert job["warnings"] == []
    rows = desk.rows(job["id"])
    assert [row["row_no"] for row in rows] == list(range(1, 61))
    rejected = [(row["row_no"], row["field"]) for row in rows if row["outcome"] == "rejected"]
    assert rejected == [(fault.row_no, fault.field) for fault in file.broken]
    assert all(row["code"] and row["clue_id"] is None for row in rows if row["outcome"] == "rejected")
    assert desk.count("clue") == 57


def test_the_clue_of_a_patch_says_where_it_came_from(desk: Desk, tmp_path: Path) -> None:
    job = desk.imported(sample(tmp_path).path)
    row = desk.rows(job["id"], outcome="created")[0]
    clue = desk.office.query(COORDINATOR, "clue.get", id=row["clue_id"])
    assert (clue["clue_no"], clue["patch_no"]) == (row["clue_no"], row["patch_no"])
    assert (clue["state"], clue["source"]) == ("received", "satellite_patch")
    assert clue["division_code"].startswith(COUNTY)
    assert clue["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert clue["due_on"] is not None
    found = desk.office.query(COORDINATOR, "clue.list", no=row["patch_no"])["items"]
    assert [each["id"] for each in found] == [row["clue_id"]]


def test_every_clue_has_its_event_in_file_order_by_whoever_asked(desk: Desk, tmp_path: Path) -> None:
    job = desk.imported(sample(tmp_path).path)
    told = desk.told(ClueReceivedV1)
    created = desk.rows(job["id"], outcome="created")
    assert [event.payload["clue_id"] for event in told] == [row["clue_id"] for row in created]
    assert {event.payload["import_id"] for event in told} == {job["id"]}
    assert {event.actor for event in told} == {COORDINATOR.account_id}
    assert all(event.audience == event.payload["division_code"] for event in told)


def test_replaying_the_event_of_a_patch_gives_the_stored_clue(desk: Desk, tmp_path: Path) -> None:
    desk.imported(sample(tmp_path, rows=5, broken=0).path)
    for event in desk.told(ClueReceivedV1):
        clue = Clue(id=UUID(event.payload["clue_id"]))
        replay(clue, [ClueReceivedV1.model_validate(event.payload)])
        with desk.office.parts.engine.connect() as connection:
            stored = ClueStore().get(connection, clue.id)
        assert (clue.view(), clue.version) == (stored.view(), stored.version)


def test_the_end_of_an_import_is_told_once_with_its_counts(desk: Desk, tmp_path: Path) -> None:
    job = desk.imported(sample(tmp_path).path)
    (event,) = desk.told(ClueImportFinishedV1)
    assert (event.aggregate_type, str(event.aggregate_id), event.aggregate_seq) == ("clue_import", job["id"], 1)
    names = ("rows_created", "rows_known", "rows_rejected", "refused")
    assert tuple(event.payload[name] for name in names) == (57, 0, 3, False)


def test_the_same_file_twice_makes_nothing_new(desk: Desk, tmp_path: Path) -> None:
    file = sample(tmp_path).path
    first, second = desk.imported(file), desk.imported(file)
    assert counts(second) == (60, 0, 57, 3)
    known = {row["patch_no"]: row["clue_id"] for row in desk.rows(second["id"], outcome="known")}
    assert known == {row["patch_no"]: row["clue_id"] for row in desk.rows(first["id"], outcome="created")}
    assert len(desk.told(ClueReceivedV1)) == desk.count("clue") == 57


def test_a_known_number_with_another_shape_is_refused_and_named(desk: Desk, tmp_path: Path) -> None:
    before = desk.imported(sample(tmp_path / "a", rows=4, broken=0, seed=1).path)
    clues = {row["patch_no"]: row["clue_no"] for row in desk.rows(before["id"])}
    after = desk.imported(sample(tmp_path / "b", rows=4, broken=0, seed=2).path)
    conflicts = [row for row in desk.rows(after["id"]) if row["outcome"] == "rejected"]
    assert conflicts
    assert {(row["field"], row["code"]) for row in conflicts} == {("JCBH", "patch.number-conflict")}
    assert all(row["facts"]["clue_no"] == clues[row["patch_no"]] for row in conflicts)
    assert desk.count("clue") == 4 + after["rows_created"]


def test_a_number_taken_in_another_county_is_refused_without_saying_more(desk: Desk, tmp_path: Path) -> None:
    file = sample(tmp_path, rows=2, broken=0).path
    desk.imported(file)
    desk.sql("UPDATE clue SET division_code = '640522100000'")
    rows = desk.rows(desk.imported(file)["id"])
    assert [(row["outcome"], row["code"]) for row in rows] == [("rejected", "patch.number-conflict")] * 2
    assert all(row["facts"]["clue_no"] is None and row["clue_id"] is None for row in rows)


def test_a_patch_of_thousands_of_points_and_the_longest_note_fits_into_its_event(desk: Desk, tmp_path: Path) -> None:
    file = sample(tmp_path, rows=2, broken=0, kind="geojson").path
    document = orjson.loads(file.read_bytes())
    for feature in document["features"]:
        centre = shape(feature["geometry"]).centroid
        feature["geometry"] = mapping(centre.buffer(0.0003, quad_segs=5000))
        feature["properties"]["BZ"] = "注" * 4000
    file.write_bytes(orjson.dumps(document))
    job = desk.imported(file)
    assert counts(job) == (2, 2, 0, 0)
    for told, event in zip(desk.rows(job["id"]), desk.told(ClueReceivedV1), strict=True):
        assert "patch.outline-simplified" in told["warnings"]
        assert told["facts"]["patch.outline-simplified"]["vertices"] > 10_000
        assert event.payload["patch"]["note"] == "注" * 4000
        assert shape(event.payload["geometry"]).is_valid


def test_rows_come_page_by_page_in_file_order(desk: Desk, tmp_path: Path) -> None:
    job = desk.imported(sample(tmp_path, rows=25, broken=2).path)
    assert [row["row_no"] for row in desk.rows(job["id"], limit=7)] == list(range(1, 26))
    page = desk.office.query(COORDINATOR, "clue_import.rows", id=job["id"], outcome="rejected", with_total=True)
    assert (len(page["items"]), page["total"], page["next_cursor"]) == (2, 2, None)
    with pytest.raises(Refused) as refused:
        desk.office.query(COORDINATOR, "clue_import.rows", id=job["id"], cursor="-1")
    assert (refused.value.code, refused.value.field) == ("cursor-invalid", "cursor")


# --- whole files


def test_a_file_that_is_no_zip_is_refused_as_a_whole(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "图斑.zip"
    file.write_bytes(b"not a zip")
    job = desk.imported(file)
    assert (job["state"], counts(job)) == ("refused", (0, 0, 0, 0))
    assert job["problem"] == {"code": "file.not-a-zip", "field": "file", "facts": {"name": "图斑.zip"}}
    assert job["finished_at"] is not None
    (event,) = desk.told(ClueImportFinishedV1)
    assert event.payload["refused"]
    assert event.payload["reason"] == "file.not-a-zip"


def test_a_projection_with_a_nul_is_refused_and_stored_without_it(desk: Desk, tmp_path: Path) -> None:
    parts = {**shapefile_parts(tmp_path / "p"), ".prj": b"PROJCS[\0\x01]"}
    job = desk.imported(zip_shapefile(tmp_path / "a.zip", parts))
    assert (job["state"], job["problem"]["code"]) == ("refused", "file.projection-unknown")
    assert job["problem"]["facts"]["projection"] == "PROJCS[\ufffd\ufffd]"


def test_a_column_named_with_a_nul_does_not_stop_an_import(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson([row(1, **{"A\0": "x"}), row(2, JCMJ="\0", **{"A\0": "x"})], [square(), square(300)]))
    assert counts(desk.imported(path)) == (2, 1, 0, 1)


def test_a_file_that_the_store_does_not_hold_is_refused(desk: Desk, tmp_path: Path) -> None:
    file = sample(tmp_path).path
    job = desk.ask(file)
    next((tmp_path / "blobs").rglob("??/*")).unlink()
    assert desk.worker().run_once()
    assert desk.job(job)["problem"]["code"] == "import.file-missing"


def test_a_file_on_which_the_parser_dies_is_refused_after_three_tries(desk: Desk, tmp_path: Path) -> None:
    job = desk.ask(sample(tmp_path).path)
    worker = desk.worker(parser=PatchParser(most_s=0))
    seen = [(worker.run_once(), desk.job(job)["state"]) for _ in range(4)]
    assert seen == [(True, "queued"), (True, "queued"), (True, "refused"), (False, "refused")]
    assert desk.job(job)["problem"]["code"] == "import.parser-crashed"


def test_the_scratch_folder_of_a_killed_worker_goes_when_the_next_file_is_parsed(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    left, others, fresh = (scratch / name for name in ("tianwei-import-left", "others", "tianwei-import-fresh"))
    for folder in (left, others, fresh):
        folder.mkdir(parents=True)
        (folder / "part").touch()
    an_hour_ago = time.time() - 3600
    for folder in (left, others):
        os.utime(folder, (an_hour_ago, an_hour_ago))
    desk.imported(sample(tmp_path).path)
    assert sorted(scratch.iterdir()) == [others, fresh]


class BrokenParser(PatchParser):
    @contextmanager
    def parse(self, *_: Any) -> Iterator[ParsedFile]:
        raise RuntimeError("broken")
        yield


def test_a_file_that_breaks_the_worker_is_refused_after_three_tries(desk: Desk, tmp_path: Path) -> None:
    job = desk.ask(sample(tmp_path).path)
    worker = desk.worker(parser=BrokenParser())
    while worker.run_once():
        continue
    refused = desk.job(job)
    assert refused["state"] == "refused"
    assert refused["problem"] == {"code": "import.worker-crashed", "field": "file", "facts": {"tries": 3}}


# --- who may


def test_a_job_waits_until_a_worker_takes_it_and_a_repeated_command_makes_no_second(desk: Desk, tmp_path: Path) -> None:
    stored = desk.store(sample(tmp_path).path)
    first = desk.office.command(COORDINATOR, "clue_import.start", stored, key="one")
    again = desk.office.command(COORDINATOR, "clue_import.start", stored, key="one")
    assert first == again
    assert (first["state"], first["rows_total"], first["rows_done"]) == ("queued", None, 0)
    assert desk.waiting() == 1
    worker = desk.worker()
    assert [worker.run_once(), worker.run_once()] == [True, False]
    assert desk.waiting() == 0


@pytest.mark.parametrize("by", [OTHER_COUNTY, OFFICER, AGENCY])
def test_an_import_does_not_exist_for_others(desk: Desk, tmp_path: Path, by: Any) -> None:
    job = desk.imported(sample(tmp_path, rows=4, broken=1).path)
    for operation in ("clue_import.get", "clue_import.rows"):
        with pytest.raises(Refused) as refused:
            desk.office.query(by, operation, id=job["id"])
        assert refused.value.kind == "not-found"


@pytest.mark.parametrize("by", [OFFICER, AGENCY])
def test_only_a_coordinator_may_import(desk: Desk, tmp_path: Path, by: Any) -> None:
    with pytest.raises(Refused) as refused:
        desk.ask(sample(tmp_path).path, by)
    assert refused.value.kind == "not-allowed"
    assert desk.count("clue_import") == 0


# --- workers that end


def test_a_worker_told_to_stop_gives_the_job_back_after_its_batch(desk: Desk, tmp_path: Path) -> None:
    job = desk.ask(sample(tmp_path).path)
    worker: Worker = desk.worker(ring=lambda: worker.stop(), rows=10)
    assert worker.run_once()
    stopped = desk.job(job)
    assert (stopped["state"], stopped["rows_done"]) == ("queued", 10)
    assert desk.worker(rows=10).run_once()
    assert counts(desk.job(job)) == (60, 57, 0, 3)
    assert desk.totals() == {"clues": 57, "numbers": 57, "rows": 60, "received": 57, "finished": 1}


def test_a_job_is_held_by_one_worker_at_a_time(desk: Desk, tmp_path: Path) -> None:
    desk.ask(sample(tmp_path).path)
    other, tried = desk.worker(), []
    assert desk.worker(ring=lambda: tried.append(other.run_once()), rows=10).run_once()
    assert set(tried) == {False}


def test_a_worker_whose_lease_ended_changes_nothing_more(desk: Desk, tmp_path: Path) -> None:
    job = desk.ask(sample(tmp_path).path)
    other = desk.worker()

    def lose_the_lease() -> None:
        desk.sql("UPDATE clue_import SET lease_until = now() - interval '1 s' WHERE state = 'running'")
        other.run_once()

    assert desk.worker(ring=lose_the_lease, rows=10).run_once()
    assert counts(desk.job(job)) == (60, 57, 0, 3)
    assert desk.totals() == {"clues": 57, "numbers": 57, "rows": 60, "received": 57, "finished": 1}


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def test_a_worker_killed_in_mid_import_loses_and_doubles_nothing(
    desk: Desk, tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    file = sample(tmp_path, rows=10_000, broken=10)
    log, beat = tmp_path / "worker.log", tmp_path / "beat"
    job = desk.ask(file.path)
    processes.append(desk.process(log, TIANWEI_IMPORT_LEASE_S="2"))
    wait_until(lambda: desk.job(job)["rows_done"] >= 1000, what="a thousand rows")
    processes[0].kill()
    processes[0].wait()
    assert desk.job(job)["state"] == "running"
    assert 1000 <= desk.job(job)["rows_done"] < 10_000
    processes.append(desk.process(log, TIANWEI_IMPORT_LEASE_S="2", TIANWEI_HEARTBEAT_FILE=str(beat)))
    wait_until(lambda: desk.job(job)["state"] == "finished", what="the end of the import")
    assert counts(desk.job(job)) == (10_000, 9_990, 0, 10)
    expected = {"clues": 9_990, "numbers": 9_990, "rows": 10_000, "received": 9_990, "finished": 1}
    assert desk.totals() == expected
    rejected = [(row["row_no"], row["field"]) for row in desk.rows(job, outcome="rejected")]
    assert rejected == [(fault.row_no, fault.field) for fault in file.broken]
    assert beat.exists()
    processes[1].send_signal(signal.SIGTERM)
    assert processes[1].wait(20) == 0


def test_a_waiting_worker_is_woken_by_the_command(
    desk: Desk, tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    processes.append(desk.process(tmp_path / "worker.log"))
    waiting = "pg_stat_activity WHERE application_name = 'tianwei-cases-worker-bell'"
    wait_until(lambda: desk.count(waiting) == 1, what="the worker to listen")
    job = desk.ask(sample(tmp_path).path)
    wait_until(lambda: desk.job(job)["state"] == "finished", what="the end of the import")
    assert counts(desk.job(job)) == (60, 57, 0, 3)
