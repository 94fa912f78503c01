"""The evidence worker: viruses, damage, a scanner that is away, workers that are killed."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.sample_photos import SamplePhoto
from services.cases.adapters.clamd import Clamd, ClamdUnavailable, TooLargeToScan
from tests.integration.services.cases.evidence.desk import TAKEN, Desk, of_case
from tests.integration.services.cases.office import OFFICER, Refused, filed
from tests.support.clamd_node import ClamdNode
from tests.support.fake_clamd import EICAR, FakeClamd, nobody
from tests.support.nodes import wait_until


def virus(desk: Desk, case: dict[str, Any]) -> dict[str, Any]:
    file = desk.home / "合同.txt"
    file.write_bytes(EICAR)
    return desk.add(file, of_case(case), kind="documentary", item="use_papers", title="带毒")


def test_a_virus_is_quarantined_and_never_served(desk: Desk) -> None:
    case = filed(desk.office)
    bad, good = virus(desk, case), desk.text(of_case(case), "干净的")
    with FakeClamd() as clamd:
        worker = desk.worker(clamd=clamd.address)
        assert worker.run_once()
        assert worker.run_once()
        assert not worker.run_once()
        assert [len(content) for content in clamd.scanned] == [bad["size_bytes"], good["size_bytes"]]
    assert (desk.get(bad)["state"], desk.get(bad)["scan"]) == ("quarantined", "infected")
    assert (desk.get(good)["state"], desk.get(good)["scan"]) == ("kept", "clean")
    with pytest.raises(Refused) as caught:
        desk.office.command(OFFICER, "evidence.read", {"way": "view"}, bad["id"])
    assert caught.value.code == "evidence.quarantined"
    assert desk.acts(bad) == ["添加证据", "发现病毒，隔离"]


def test_while_the_scanner_is_away_evidence_waits_and_is_not_served(desk: Desk) -> None:
    piece = desk.text(of_case(filed(desk.office)))
    away = desk.worker(clamd=nobody(), again_s=0.0)
    for _ in range(5):
        assert away.run_once()
    assert desk.get(piece)["state"] == "unexamined"
    with FakeClamd() as clamd:
        assert desk.worker(clamd=clamd.address).run_once()
    # Waiting is no failed try, however long it took.
    assert (desk.get(piece)["state"], desk.get(piece)["scan"]) == ("kept", "clean")


def test_what_the_scanner_does_not_take_says_that_it_was_not_scanned(desk: Desk) -> None:
    piece = desk.text(of_case(filed(desk.office)), "长" * 400_000)
    with FakeClamd(most_bytes=1000) as clamd:
        assert desk.worker(clamd=clamd.address).run_once()
    assert desk.get(piece)["scan"] == "not_scanned"


@pytest.mark.parametrize("address", ["nowhere", "/no/such/socket", "127.0.0.1:"])
def test_a_scanner_that_cannot_be_reached_gives_no_verdict(address: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with (tmp_path / "file").open("rb") as stream, pytest.raises(ClamdUnavailable):
        Clamd(address, 1.0).scan(stream, lambda: None)


def test_verdicts_are_read_as_clamd_gives_them(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with FakeClamd(most_bytes=100_000) as clamd:
        scanner = Clamd(clamd.address, 5.0)
        for content, verdict in ((b"clean", None), (b"a" + EICAR, "Eicar-Test-Signature")):
            file.write_bytes(content)
            with file.open("rb") as stream:
                assert scanner.scan(stream, lambda: None) == verdict
        file.write_bytes(b"x" * 2_000_000)
        with file.open("rb") as stream, pytest.raises(TooLargeToScan):
            scanner.scan(stream, lambda: None)


def test_a_real_scanner_gives_the_same_verdicts(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with ClamdNode() as clamd:
        scanner = Clamd(clamd.address, 30.0)
        for content, verdict in ((b"clean", None), (EICAR, "Eicar-Test-Signature")):
            file.write_bytes(content)
            with file.open("rb") as stream:
                found = scanner.scan(stream, lambda: None)
            assert found == verdict or (verdict is not None and found is not None and found.startswith(verdict))
        file.write_bytes(b"x" * 3_000_000)
        with file.open("rb") as stream, pytest.raises(TooLargeToScan):
            scanner.scan(stream, lambda: None)


def test_content_changed_in_the_store_before_anybody_looked_is_an_alarm(desk: Desk) -> None:
    piece = desk.text(of_case(filed(desk.office)))
    desk.blobs.path(piece["sha256"]).write_bytes("合同全文。".encode())
    assert desk.worker().run_once()
    seen = desk.get(piece)
    assert seen["damaged_at"] is not None
    assert [flag["facts"] for flag in seen["flags"]] == [{"why": "content-damaged"}]
    assert desk.told("evidence-damage-found") == 1


def test_content_that_is_gone_is_an_alarm(desk: Desk) -> None:
    piece = desk.text(of_case(filed(desk.office)))
    desk.blobs.path(piece["sha256"]).unlink()
    assert desk.worker().run_once()
    assert desk.get(piece)["damaged_at"] is not None


def test_a_worker_that_is_killed_leaves_nothing_half_done(desk: Desk) -> None:
    """Killed while the scanner has the file: told once, by whoever takes the job up after the lease."""
    piece = desk.photo(SamplePhoto("近景", TAKEN), of_case(filed(desk.office)))
    log = desk.home / "worker.log"
    with FakeClamd() as clamd:
        clamd.answers.clear()
        settings = {"TIANWEI_CLAMD": clamd.address, "TIANWEI_EVIDENCE_LEASE_S": "1"}
        killed = desk.process(log, **settings)
        try:
            assert clamd.asked.wait(30), log.read_text()
            killed.send_signal(signal.SIGKILL)
        finally:
            killed.kill()
            killed.wait()
        assert (desk.get(piece)["state"], desk.told("evidence-examined")) == ("unexamined", 0)
        clamd.answers.set()
        again = desk.process(log, **settings)
        try:
            wait_until(lambda: desk.get(piece)["state"] == "kept", 30, "the examination")
            again.send_signal(signal.SIGTERM)
            assert again.wait(20) == 0
        except subprocess.TimeoutExpired:
            again.kill()
            raise
        finally:
            again.kill()
            again.wait()
    assert desk.told("evidence-examined") == 1
    assert desk.sql("SELECT count(*) FROM evidence_examination")[0][0] == 0


def test_a_worker_that_lost_its_lease_tells_nothing(desk: Desk) -> None:
    piece = desk.text(of_case(filed(desk.office)))
    with FakeClamd() as clamd:
        slow = desk.worker(clamd=clamd.address, lease_s=0.0)
        taken = desk.worker()
        original = slow._scan

        def overtaken(job: Any, one: Any) -> Any:
            assert taken.run_once()
            return original(job, one)

        slow._scan = overtaken  # type: ignore[assignment,method-assign]
        assert slow.run_once()
    assert (desk.get(piece)["state"], desk.told("evidence-examined")) == ("kept", 1)
