"""A proof bundle of a struck-off item: complete, the same for the same proof, and no change of it goes unseen."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from gateway.cli.sample_photos import SamplePhoto
from services.cases.adapters import proof_zip
from services.cases.queries.proof import gather
from shared.blobs import FolderBlobStore, digested
from shared.bundles.script import verify_script
from shared.bundles.verifier.pack import Broken
from shared.bundles.verifier.program import checked
from tests.integration.services.cases.evidence.desk import AGENCY, TAKEN, Desk, of_case
from tests.integration.services.cases.office import COORDINATOR, OFFICER, OTHER_COUNTY, Refused, correction, filed
from tests.integration.services.cases.test_joint_actions import AG, NR, Action
from tests.integration.services.cases.test_main_path import close_case, strike_off
from tests.support.fake_clamd import EICAR, FakeClamd

pytestmark = pytest.mark.evidence_not_asked

Proved = tuple[Desk, dict[str, Any], Path]


def struck_off(desk: Desk) -> dict[str, Any]:
    """An item with everything: photographs, papers, a copy taken, a joint action, a virus kept away."""
    office = desk.office
    action = Action(office)
    action.sign(NR)
    action.decline(AG)
    case = office.query(COORDINATOR, "case.get", id=action.case["id"])
    near = SamplePhoto("近景", TAKEN, azimuth_deg=10.0, pixels=(160, 120))
    before = desk.photo(near, of_case(case))
    paper = desk.text(of_case(case))
    bad = desk.home / "合同.txt"
    bad.write_bytes(EICAR)
    desk.add(bad, of_case(case), kind="documentary", item="other", title="带毒")
    with FakeClamd() as clamd:
        worker = desk.worker(clamd=clamd.address)
        while worker.run_once():
            pass
    office.command(COORDINATOR, "evidence.read", {"way": "download", "why": "审理"}, paper["id"])
    body = {"to_agency": "natural_resources", "purpose": "认定", "expires_at": "2026-05-30T00:00:00+08:00"}
    copy = office.command(COORDINATOR, "evidence.share", body, paper["id"])
    office.command(AGENCY, "evidence_copy.read", {}, copy["id"])
    office.days_pass(30)
    item = strike_off(office, case)
    after = desk.photo(
        replace(near, name="整改后", taken_at=TAKEN + timedelta(days=30), seed=3),
        {"object": "rectification", "object_id": item["id"]},
        stage="after",
    )
    desk.examine()
    office.command(OFFICER, "evidence.pair", {"before_id": before["id"]}, after["id"])
    close_case(office, case)
    return item


@pytest.fixture(scope="module")
def proved(shared_desk: Desk) -> Proved:
    """The desk, the item and its bundle."""
    item = struck_off(shared_desk)
    bundle = made(shared_desk, item)
    path = shared_desk.home / "bundle.zip"
    shutil.copy(shared_desk.blobs.path(bundle["sha256"]), path)
    return shared_desk, item, path


def made(desk: Desk, item: dict[str, Any]) -> dict[str, Any]:
    asked = desk.office.command(COORDINATOR, "proof_bundle.make", {}, item["id"])
    assert asked["state"] == "queued"
    desk.number()
    desk.examine()
    return desk.office.query(COORDINATOR, "proof_bundle.get", id=asked["id"])


def verify(place: Path, *more: str) -> tuple[int, str]:
    """In a process of its own that knows nothing of ours."""
    said = subprocess.run(
        [sys.executable, "-I", "-", str(place), *more],
        input=verify_script().decode(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert said.stderr == ""
    return said.returncode, said.stdout


def test_an_untouched_bundle_is_whole(proved: Proved) -> None:
    desk, item, path = proved
    code, said = verify(path)
    assert (code, said.splitlines()[-1]) == (0, "核对结果：通过，内容完整，未被改动")
    row = desk.sql("SELECT manifest_sha256, files FROM proof_bundle WHERE item_id = :id", id=item["id"])[0]
    assert verify(path, row.manifest_sha256)[0] == 0
    code, said = verify(path, "0" * 64)
    assert code == 1
    assert "整个包可能被替换" in said
    with zipfile.ZipFile(path) as bundle:
        names = bundle.namelist()
        assert len(names) == row.files
        assert names[:-2] == sorted(names[:-2])
        assert names[-2:] == ["manifest.json", "manifest.sha256"]
        pieces = json.loads(bundle.read("evidence.json"))
        assert len(pieces) == 3  # not the virus
        for piece in pieces:
            assert len(bundle.read(piece["path"])) == piece["size_bytes"]
        receipts = [receipt["title"] for receipt in json.loads(bundle.read("receipts.json"))]
        assert set(receipts) == {"部门签收任务", "部门退回任务", "处罚决定送达", "部门领取证据副本"}
        assert f"# 销号举证包 {item['item_no']}" in bundle.read("README.md").decode()
        custody = json.loads(bundle.read(f"custody/{pieces[1]['evidence_no']}.json"))
        assert "下载证据" in [entry["title"] for entry in custody]


def test_the_script_of_the_bundle_verifies_its_own_folder(proved: Proved, tmp_path: Path) -> None:
    with zipfile.ZipFile(proved[2]) as bundle:
        bundle.extractall(tmp_path)
    said = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify.py")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")


def test_the_same_proof_gives_the_same_bytes(proved: Proved) -> None:
    desk, item, path = proved
    desk.number()
    [row] = desk.sql("SELECT id, requested_at FROM proof_bundle WHERE item_id = :id", id=item["id"])
    written = []
    with desk.office.parts.engine.connect() as connection:
        for _ in range(2):
            proof = gather(connection, item["id"], COORDINATOR, row.id, row.requested_at)
            written.append(proof_zip.write_bundle(proof, desk.blobs.open, desk.blobs.receive()))
    assert written[0] == written[1]
    assert path.exists()


Tamper = Callable[[dict[str, bytes]], None]


def _changed(name: str, old: bytes, new: bytes) -> Tamper:
    def tamper(files: dict[str, bytes]) -> None:
        assert old in files[name], name
        files[name] = files[name].replace(old, new, 1)

    return tamper


def _flipped(prefix: str) -> Tamper:
    def tamper(files: dict[str, bytes]) -> None:
        name = next(name for name in files if name.startswith(prefix))
        files[name] = files[name][:-1] + bytes([files[name][-1] ^ 1])

    return tamper


def _gone(name: str) -> Tamper:
    def tamper(files: dict[str, bytes]) -> None:
        del files[name]

    return tamper


def _added(files: dict[str, bytes]) -> None:
    files["evidence/另一件.jpg"] = b"x"


PARTS = [
    "README.md",
    "verify.py",
    "case.json",
    "clue.json",
    "item.json",
    "documents.json",
    "evidence.json",
    "events.jsonl",
    "receipts.json",
    "timeline.json",
    "custody/",
    "evidence/",
    "manifest.json",
    "manifest.sha256",
]
TAMPERINGS: dict[str, Tamper] = {
    **{f"a byte of {name}": _flipped(name) for name in PARTS},
    **{f"no {name}": _gone(name) for name in PARTS if not name.endswith("/")},
    "a file too many": _added,
    "a listed digest": _changed("manifest.json", b'"sha256": "', b'"sha256": "0'),
    "another maker": _changed("manifest.json", "王协调".encode(), "李协调".encode()),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_with_a_part_is_seen(proved: Proved, tmp_path: Path, name: str) -> None:
    files = unpacked(proved[2])
    TAMPERINGS[name](files)
    code, said = verify_in_process(packed(files, tmp_path))
    assert code == 1
    assert "不通过" in said


def unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def packed(files: dict[str, bytes], folder: Path) -> Path:
    path = folder / "tampered.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return path


def verify_in_process(path: Path, expected: str = "") -> tuple[int, str]:
    """The same checks without a process for each of them."""
    try:
        check = checked(str(path), expected)
    except (Broken, KeyError, TypeError, AttributeError, ValueError) as error:
        return 1, f"不通过：{error}"
    return (1 if check.faults else 0), "\n".join(f"不通过：{fault}" for fault in check.faults)


def relisted(files: dict[str, bytes]) -> None:
    """What a forger does who knows the format: the manifest made anew over what he changed."""
    manifest = json.loads(files["manifest.json"])
    for entry in manifest["files"]:
        content = files[entry["path"]]
        made_anew = digested(io.BytesIO(content))
        entry |= {"size": made_anew.size, "sha256": made_anew.sha256, "sm3": made_anew.sm3}
    files["manifest.json"] = json.dumps(manifest).encode()
    digest = digested(io.BytesIO(files["manifest.json"])).sha256
    files["manifest.sha256"] = f"{digest}  manifest.json\n".encode()


def _json_edit(name: str, edit: Callable[[Any], None]) -> Tamper:
    def tamper(files: dict[str, bytes]) -> None:
        content = json.loads(files[name])
        edit(content)
        files[name] = json.dumps(content).encode()

    return tamper


def _event_edit(edit: Callable[[list[dict[str, Any]]], None]) -> Tamper:
    def tamper(files: dict[str, bytes]) -> None:
        events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
        edit(events)
        files["events.jsonl"] = b"".join(json.dumps(event).encode() + b"\n" for event in events)

    return tamper


def _custody_cut(files: dict[str, bytes]) -> None:
    name = next(name for name in files if name.startswith("custody/"))
    files[name] = json.dumps(json.loads(files[name])[:-1]).encode()


def _say_other(events: list[dict[str, Any]]) -> None:
    events[3]["payload"]["reason"] = "改了"


def _say_other_twice(events: list[dict[str, Any]]) -> None:
    events[3]["payload"]["reason"] = "改了"
    events[3]["canonical"] = json.dumps(events[3]["payload"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _drop_one(events: list[dict[str, Any]]) -> None:
    del events[3]


def _swap(events: list[dict[str, Any]]) -> None:
    events[0], events[1] = events[1], events[0]


FORGERIES: dict[str, tuple[Tamper, str]] = {
    "another original": (_flipped("evidence/"), "原件与入库时登记的摘要不一致"),
    "another title of evidence": (
        _json_edit("evidence.json", lambda pieces: pieces[0].update(title="别的")),
        "目录与入库事件不一致",
    ),
    "a step less": (_json_edit("timeline.json", lambda steps: steps.pop()), "timeline.json 与事件日志不一致"),
    "another name at a step": (
        _json_edit("timeline.json", lambda steps: steps[0].update(actor_name="他人")),
        "timeline.json 与事件日志不一致",
    ),
    "a document less": (
        _json_edit("documents.json", lambda documents: documents.pop()),
        "documents.json 与事件日志不一致",
    ),
    "another receipt": (
        _json_edit("receipts.json", lambda receipts: receipts[0].update(by="他人")),
        "与事件日志不一致",
    ),
    "a custody entry less": (_custody_cut, "保管记录与事件日志不一致"),
    "another area": (_json_edit("item.json", lambda item: item.update(area_m2=1.0)), "销号事件的内容不一致"),
    "an event that says other things": (_event_edit(_say_other), "与其规范文本不一致"),
    "an event rewritten": (_event_edit(_say_other_twice), "摘要不一致"),
    "an event less": (_event_edit(_drop_one), "缺第"),
    "events in another order": (_event_edit(_swap), "次序不对"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forger_who_makes_the_manifest_anew_is_seen_by_the_log(proved: Proved, tmp_path: Path, name: str) -> None:
    files = unpacked(proved[2])
    tamper, told = FORGERIES[name]
    tamper(files)
    relisted(files)
    code, said = verify_in_process(packed(files, tmp_path))
    assert code == 1
    assert told in said


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 no zip", None])
def test_what_is_no_bundle_is_said_to_be_none(proved: Proved, tmp_path: Path, broken: bytes | None) -> None:
    path = tmp_path / "broken.zip"
    path.write_bytes(proved[2].read_bytes()[:-3000] if broken is None else broken)
    code, said = verify(path)
    assert code == 1
    assert "不通过：打不开" in said


def test_only_what_is_struck_off_is_proved(desk: Desk) -> None:
    office = desk.office
    item = office.command(COORDINATOR, "case.order-rectification", correction(), filed(office)["id"])
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "proof_bundle.make", {}, item["id"])
    assert (caught.value.code, caught.value.facts["state"]) == ("evidence.item-not-struck-off", "rectifying")


def test_a_bundle_waits_for_its_events_to_be_numbered_and_ends_once(desk: Desk) -> None:
    office = desk.office
    item = strike_off(office, filed(office))
    asked = office.command(COORDINATOR, "proof_bundle.make", {}, item["id"])
    assert desk.worker(again_s=0.0).run_once()
    assert office.query(COORDINATOR, "proof_bundle.get", id=asked["id"])["state"] == "queued" or _waits(desk)
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "proof_bundle.read", {}, asked["id"])
    assert caught.value.code == "evidence.bundle-not-ready"
    desk.number()
    assert desk.worker().run_once()
    assert not desk.worker().run_once()
    done = office.query(COORDINATOR, "proof_bundle.get", id=asked["id"])
    assert (done["state"], desk.told("proof-bundle-made")) == ("finished", 1)
    reading = office.command(COORDINATOR, "proof_bundle.read", {}, asked["id"])
    assert (reading["sha256"], reading["media_type"]) == (done["sha256"], "application/zip")
    with pytest.raises(Refused) as stranger:
        office.query(OTHER_COUNTY, "proof_bundle.get", id=asked["id"])
    assert stranger.value.kind == "not-found"


def _waits(desk: Desk) -> bool:
    return bool(desk.sql("SELECT count(*) FROM proof_bundle WHERE finished_at IS NULL")[0][0])


def test_damaged_evidence_makes_no_bundle_and_is_an_alarm(desk: Desk) -> None:
    office = desk.office
    case = filed(office)
    piece = desk.text(of_case(case))
    desk.examine()
    item = strike_off(office, case)
    desk.blobs.path(piece["sha256"]).write_bytes(b"other")
    done = made(desk, item)
    assert (done["state"], done["problem"]["code"]) == ("refused", "evidence.content-damaged")
    assert desk.told("evidence-damage-found") == 1
    assert [file for file in (desk.home / "blobs").iterdir() if file.name.startswith(".")] == []
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "proof_bundle.read", {}, done["id"])
    assert caught.value.code == "evidence.bundle-refused"


class _Dies(Exception):
    pass


class _DyingStore(FolderBlobStore):
    """Dies in the middle of the first content it gives out."""

    def open(self, sha256: str) -> BinaryIO:
        raise _Dies(sha256)


def test_a_worker_that_dies_while_it_bundles_leaves_nothing_and_the_next_one_makes_it(desk: Desk) -> None:
    office = desk.office
    case = filed(office)
    desk.text(of_case(case))
    desk.examine()
    item = strike_off(office, case)
    desk.number()
    asked = office.command(COORDINATOR, "proof_bundle.make", {}, item["id"])
    desk.number()
    dying = desk.worker(blobs=_DyingStore(desk.home / "blobs"), again_s=0.0)
    assert dying.run_once()
    assert desk.told("proof-bundle-made") == 0
    assert [file for file in (desk.home / "blobs").iterdir() if file.name.startswith(".")] == []
    assert desk.worker().run_once()
    assert office.query(COORDINATOR, "proof_bundle.get", id=asked["id"])["state"] == "finished"
    assert desk.told("proof-bundle-made") == 1


def test_a_bundle_that_kills_its_worker_every_time_is_given_up(desk: Desk) -> None:
    office = desk.office
    case = filed(office)
    desk.text(of_case(case))
    desk.examine()
    item = strike_off(office, case)
    asked = office.command(COORDINATOR, "proof_bundle.make", {}, item["id"])
    desk.number()
    dying = desk.worker(blobs=_DyingStore(desk.home / "blobs"), again_s=0.0)
    for _ in range(4):
        assert dying.run_once()
    done = office.query(COORDINATOR, "proof_bundle.get", id=asked["id"])
    assert (done["state"], done["problem"]["code"]) == ("refused", "evidence.bundle-crashed")
