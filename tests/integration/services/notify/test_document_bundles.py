"""The bundle of a document convinces a third party that has nothing of ours, and no change of it goes unseen."""

import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared import keys
from shared.blobs import digested
from shared.bundles.archive import OtherContent
from shared.bundles.documents import packed
from shared.bundles.verifier.pack import Broken
from shared.bundles.verifier.program import checked
from shared.contracts.document_exports import DocumentBundle
from shared.errors import NotFound
from tests.integration.services.notify.document_desk import CHIEF, DIRECTOR, DocumentDesk
from tests.integration.services.notify.house import COORDINATOR, House

Files = dict[str, bytes]
MEMBERS = [
    "README.md",
    "document.json",
    "receipts.json",
    "signature.json",
    "statement.json",
    "verify.py",
    "document.pdf",
    "document.docx",
    "manifest.json",
    "manifest.sha256",
]


def bundle_of(desk: DocumentDesk, id_: str) -> bytes:
    told = desk.house.query(COORDINATOR, "document.bundle", id=id_)
    assert "head" in told, told
    return packed(DocumentBundle.model_validate(told), desk.blobs)


def issued(desk: DocumentDesk) -> dict[str, Any]:
    view = desk.issued()
    signed_at = desk.house.clock.at.isoformat()
    to = view["content"]["to"][0]
    desk.step(COORDINATOR, "sign-for", view["id"], recipient=to, signed_by="王五", signed_at=signed_at)
    return dict(view)


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def faults_of(files: Files | bytes, folder: Path, expected: str = "") -> list[str]:
    path = folder / "bundle.zip"
    if isinstance(files, bytes):
        path.write_bytes(files)
    else:
        with zipfile.ZipFile(path, "w") as bundle:
            for name, content in files.items():
                bundle.writestr(name, content)
    try:
        return checked(str(path), expected).faults
    except (Broken, KeyError, TypeError, AttributeError, ValueError) as error:
        return [str(error)]


@pytest.fixture(params=[keys.ED25519, keys.SM2])
def desk(request: pytest.FixtureRequest, house: House, tmp_path: Path) -> DocumentDesk:
    return DocumentDesk(house, tmp_path / "blobs", keys.new_key(request.param))


def test_its_own_script_accepts_it_without_anything_of_ours(desk: DocumentDesk, tmp_path: Path) -> None:
    view = issued(desk)
    content = bundle_of(desk, view["id"])
    place = tmp_path / "公文包.zip"
    place.write_bytes(content)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(place) as bundle:
        assert bundle.namelist() == MEMBERS
        bundle.extractall(folder)
    script = str(folder / "verify.py")
    public = view["signature"]["public_key"]
    for words in ([], [str(place)], [str(place), view["signature"]["key_id"]], [str(place), public]):
        said = subprocess.run(
            [sys.executable, "-I", script, *words], capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert (said.returncode, said.stderr) == (0, ""), said.stdout
        assert said.stdout.splitlines()[-1] == "核对结果：通过，内容完整，未被改动"
        assert view["signature"]["key_id"] in said.stdout
    (told,) = [one for one in json.loads((folder / "receipts.json").read_text("utf-8")) if one["signed_at"]]
    assert (told["recipient"], told["signed_by"]) == ("恩和镇人民政府", "王五")
    assert f"# 公文包 {view['number']}" in (folder / "README.md").read_text("utf-8")


def test_the_same_instant_gives_the_same_bytes(desk: DocumentDesk) -> None:
    id_ = issued(desk)["id"]
    assert bundle_of(desk, id_) == bundle_of(desk, id_)


def test_a_flipped_byte_of_any_member_is_seen(desk: DocumentDesk, tmp_path: Path) -> None:
    whole = unpacked(bundle_of(desk, issued(desk)["id"]))
    assert faults_of(whole, tmp_path) == []
    for name in MEMBERS:
        content = whole[name]
        for at in {0, len(content) // 2, len(content) - 1}:
            flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            assert faults_of({**whole, name: flipped}, tmp_path), (name, at)
    for name in MEMBERS:
        assert faults_of({other: whole[other] for other in MEMBERS if other != name}, tmp_path), name
    assert faults_of({**whole, "document.txt": b"x"}, tmp_path)


def test_whatever_byte_of_the_file_is_flipped_no_member_is_another_unseen(desk: DocumentDesk, tmp_path: Path) -> None:
    """Dates and modes in a ZIP say nothing; a flip there may pass, one that changes a member may not."""
    content = bundle_of(desk, issued(desk)["id"])
    whole, chance = unpacked(content), random.Random(20260424)
    for _ in range(150):
        at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        flipped = content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]
        assert faults_of(flipped, tmp_path) or unpacked(flipped) == whole, (at, bit)


def relisted(files: Files) -> Files:
    """What a forger does who knows the format: the manifest made anew over what he changed."""
    manifest = json.loads(files["manifest.json"])
    for entry in manifest["files"]:
        found = digested(io.BytesIO(files[entry["path"]]))
        entry |= {"size": found.size, "sha256": found.sha256, "sm3": found.sm3}
    made = json.dumps(manifest).encode()
    digest = digested(io.BytesIO(made)).sha256
    return {**files, "manifest.json": made, "manifest.sha256": f"{digest}  manifest.json\n".encode()}


def changed(name: str, edit: Callable[[Any], None]) -> Callable[[Files], Files]:
    def forge(files: Files) -> Files:
        content = json.loads(files[name])
        edit(content)
        return {**files, name: json.dumps(content).encode()}

    return forge


def signed_by_another(files: Files) -> Files:
    private = keys.new_key(keys.ED25519)
    signed = keys.sign(private, files["statement.json"])
    told = {
        "alg": signed.alg,
        "key_id": signed.key_id,
        "public_key": keys.public_key(private),
        "value": signed.value,
    }
    return {**files, "signature.json": json.dumps(told).encode()}


FORGERIES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "another PDF": (lambda files: {**files, "document.pdf": files["document.pdf"] + b" "}, "不是机关签名的那一份"),
    "another DOCX": (lambda files: {**files, "document.docx": b"PK"}, "不是机关签名的那一份"),
    "another number signed": (changed("statement.json", lambda said: said.update(number="x")), "机关签名不成立"),
    "another value": (changed("signature.json", lambda told: told.update(value="A" * 88)), "机关签名不成立"),
    "another name of the key": (changed("signature.json", lambda told: told.update(key_id="0" * 16)), "公钥编号"),
    "another number registered": (changed("document.json", lambda told: told.update(number="x")), "不一致"),
    "a receipt less": (changed("receipts.json", lambda told: told.pop()), "收文单位不一致"),
    "a receipt of another file": (
        changed("receipts.json", lambda told: told[0].update(sha256="0" * 64)),
        "签收的不是这一份",
    ),
    "signed by nobody": (changed("receipts.json", lambda told: told[0].update(signed_by=None)), "没有签收人"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forger_who_makes_the_manifest_anew_is_seen_by_the_signature(house: House, tmp_path: Path, name: str) -> None:
    desk = DocumentDesk(house, tmp_path / "blobs")
    forge, told = FORGERIES[name]
    whole = unpacked(bundle_of(desk, issued(desk)["id"]))
    faults = faults_of(relisted(forge(whole)), tmp_path)
    assert [fault for fault in faults if told in fault], faults


def test_another_office_that_signs_it_is_seen_by_who_knows_the_published_key(house: House, tmp_path: Path) -> None:
    desk = DocumentDesk(house, tmp_path / "blobs")
    view = issued(desk)
    forged = relisted(signed_by_another(unpacked(bundle_of(desk, view["id"]))))
    assert faults_of(forged, tmp_path) == []
    (fault,) = faults_of(forged, tmp_path, view["signature"]["key_id"])
    assert "签名可能出自他人" in fault


def test_a_withdrawn_or_corrected_document_says_so_and_is_still_genuine(house: House, tmp_path: Path) -> None:
    desk = DocumentDesk(house, tmp_path / "blobs")
    first = desk.issued()
    second = desk.issued(corrects=first["id"])
    desk.step(DIRECTOR, "withdraw", second["id"], reason="有误")
    notes = []
    for view in (first, second):
        path = tmp_path / "bundle.zip"
        path.write_bytes(bundle_of(desk, view["id"]))
        check = checked(str(path))
        assert check.faults == []
        notes.append(" ".join(check.notes))
    assert f"本文已由 {second['number']} 更正代替" in notes[0]
    assert "本文已撤回" in notes[1]


def test_a_draft_has_no_bundle_and_another_office_sees_none(house: House, tmp_path: Path) -> None:
    desk = DocumentDesk(house, tmp_path / "blobs")
    assert house.query(COORDINATOR, "document.bundle", id=desk.drafted()["id"])["kind"] == "not-found"
    assert house.query(CHIEF, "document.bundle", id=desk.issued()["id"])["kind"] == "not-found"


def test_a_file_that_is_not_the_issued_one_is_not_packed(house: House, tmp_path: Path) -> None:
    desk = DocumentDesk(house, tmp_path / "blobs")
    view = desk.issued()
    told = DocumentBundle.model_validate(house.query(COORDINATOR, "document.bundle", id=view["id"]))
    path = desk.blobs.path(view["files"][0]["sha256"])
    path.chmod(0o600)
    path.write_bytes(b"other")
    with pytest.raises(OtherContent):
        packed(told, desk.blobs)
    path.unlink()
    with pytest.raises(NotFound):
        packed(told, desk.blobs)
