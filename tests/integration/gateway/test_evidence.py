"""Evidence at the gateway: streams in by digest, goes out verified; what does not fit leaves nothing."""

import asyncio
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import downloads
from shared.blobs import CHUNK_BYTES, FolderBlobStore, digested
from shared.contracts.codes import Role
from shared.errors import Conflict, NotFound
from tests.integration.gateway.conftest import MOST_EVIDENCE, House

ID = "0199a1b2-0000-7000-8000-000000000001"
JPEG = b"\xff\xd8\xff\xe0" + b"a photograph" * 1000
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM = {"kind": "audiovisual", "item": "photo", "title": "全景", "stage": "before", "view": "whole", "source": "camera"}
PIECE: dict[str, Any] = {
    "id": ID,
    "version": 1,
    "flags": [{"code": "too_far", "facts": {"distance_m": 120.0, "most_m": 50.0}}],
    "sha256": hashlib.sha256(JPEG).hexdigest(),
}


@pytest.fixture
def desk(house: House) -> House:
    house.account("li", Role.COORDINATOR)
    house.services.answers |= {
        "evidence.add": PIECE,
        "evidence.may-add": {"division_code": "640521104000"},
        "evidence.get": PIECE,
        "evidence.verify": PIECE,
    }
    return house


def send(desk: House, name: str, content: bytes, home: str = "cases", **form: Any) -> httpx.Response:
    path = f"/api/v1/{home}/{ID}/evidence"
    return desk.ask("POST", path, by="li", files={"file": (name, content)}, data={**FORM, **form})


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def reading(content: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "evidence_id": ID,
        "evidence_no": "ZW-EV-640521-2026-00001",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "media_type": "image/jpeg",
        "file_name": "全景.jpg",
        "thumbnails": [],
        **changes,
    }


@pytest.mark.parametrize(
    ("home", "object_"),
    [("cases", "case"), ("clues", "clue"), ("rectifications", "rectification"), ("joint-actions", "joint_action")],
)
def test_a_file_becomes_evidence_of_its_object(desk: House, home: str, object_: str) -> None:
    answer = send(desk, "..\\DCIM/全景.jpg", JPEG, home, longitude="105.68", register_in_advance="true", taken_by="")
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/v1/evidence/{ID}"
    assert answer.json()["flags"][0]["detail"] == "拍摄位置离地块 120.0 米，超过 50.0 米。"
    found = digested(io.BytesIO(JPEG))
    assert desk.services.last("evidence.add")["body"] == {
        **FORM,
        "longitude": 105.68,
        "register_in_advance": True,
        "object": object_,
        "object_id": ID,
        "size_bytes": len(JPEG),
        "media_type": "image/jpeg",
        "file_name": "全景.jpg",
        "name_differs": False,
        "sha256": found.sha256,
        "sm3": found.sm3,
    }
    with FolderBlobStore(desk.blobs).open(found.sha256) as stored:
        assert stored.read() == JPEG


def _zip(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name in names:
            made.writestr(name, b"x" * 20_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "media_type", "differs"),
    [
        ("a.jpg", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image/png", True),
        ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 50, "image/heic", False),
        ("a.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 50, "video/mp4", False),
        ("a.pdf", b"%PDF-1.7\n", "application/pdf", False),
        ("a.ofd", _zip("Doc_0/Document.xml", "OFD.xml"), "application/ofd", False),
        (
            "a.xlsx",
            _zip("[Content_Types].xml", "xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            False,
        ),
        ("图形.zip", _zip("a.shp", "a.dbf"), "application/zip", False),
        ("说明.txt", "调查情况".encode("gb18030"), "text/plain", False),
        ("noname", "调查情况".encode(), "text/plain", True),
    ],
)
def test_the_kind_is_told_by_content_and_never_by_name(
    desk: House, name: str, content: bytes, media_type: str, differs: bool
) -> None:
    assert send(desk, name, content).status_code == 201
    body = desk.services.last("evidence.add")["body"]
    assert (body["media_type"], body["name_differs"]) == (media_type, differs)


@pytest.mark.parametrize("content", [b"MZ\x90\0" + b"\0" * 60, b"\x7fELF\2\1\1" + b"\0" * 60, b"RIFFxxxxACON"])
def test_a_program_called_a_photograph_is_refused_and_kept_nowhere(desk: House, content: bytes) -> None:
    answer = send(desk, "全景.jpg", content)
    assert (answer.status_code, answer.json()["code"]) == (422, "evidence.type-unknown")
    assert not files(desk.blobs)
    assert not desk.services.all("evidence.add")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"title": ""}, "title"),
        ({"longitude": "east"}, "longitude"),
        ({"taken_at": "2026-04-20T09:00"}, "taken_at"),
        ({"sha256": "0" * 64}, "sha256"),
        ({"register_in_advance": "perhaps"}, "register_in_advance"),
    ],
)
def test_a_field_that_is_wrong_keeps_nothing(desk: House, form: dict[str, str], field: str) -> None:
    answer = send(desk, "a.jpg", JPEG, **form)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not files(desk.blobs)


def test_what_is_not_the_callers_to_see_takes_no_byte_in(desk: House) -> None:
    desk.services.answers["evidence.may-add"] = NotFound()
    assert send(desk, "a.jpg", JPEG).status_code == 404
    assert not files(desk.blobs)


def test_a_file_over_the_limit_is_413_and_leaves_nothing(desk: House) -> None:
    answer = send(desk, "a.jpg", JPEG + b"x" * MOST_EVIDENCE)
    assert (answer.status_code, answer.json()["code"]) == (413, "http.body-too-large")
    assert not files(desk.blobs)


def test_only_an_upload_may_be_large(desk: House) -> None:
    answer = desk.ask("POST", f"/api/v1/evidence/{ID}/exclude", by="li", json={"reason": "x" * MOST_EVIDENCE})
    assert answer.status_code == 413


_B = {"Content-Type": "multipart/form-data; boundary=b"}
_HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"files": {"file": ("a.jpg", b"")}}, 422, "http.file-empty"),
        ({"files": {"other": ("a.jpg", JPEG)}}, 422, "http.file-missing"),
        ({"json": {}}, 415, "http.media-type"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "http.malformed"),
        ({"content": b"--b\r\nnonsense", "headers": _B}, 400, "http.malformed"),
        ({"content": _HEAD + JPEG, "headers": _B}, 400, "http.malformed"),
        ({"content": b"", "headers": _B}, 422, "http.file-missing"),
        ({"files": [("file", ("a.jpg", JPEG)), ("file", ("b.jpg", JPEG))]}, 400, "http.malformed"),
        ({"files": {"file": ("a.jpg", JPEG)}, "data": {"title": "x" * 20_000}}, 400, "http.malformed"),
        ({"files": {"file": ("a.jpg", JPEG)}, "data": {f"f{n}": "x" for n in range(60)}}, 400, "http.malformed"),
        (
            {"content": b"--b\r\nX-" + b"y" * 9000 + b": 1\r\n\r\n", "headers": _B},
            400,
            "http.malformed",
        ),
    ],
)
def test_what_is_no_upload_is_refused(desk: House, more: dict[str, Any], status: int, code: str) -> None:
    answer = desk.ask("POST", f"/api/v1/cases/{ID}/evidence", by="li", **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert not desk.services.all("evidence.add")
    assert not files(desk.blobs)


def test_a_sender_that_breaks_off_leaves_nothing(desk: House) -> None:
    """What uvicorn tells the application when the phone is out of reach."""
    sent: list[dict[str, Any]] = []

    async def broken(client: httpx.AsyncClient) -> None:
        token = await desk._token(client, "li")
        messages = iter(
            [{"type": "http.request", "body": _HEAD + JPEG, "more_body": True}, {"type": "http.disconnect"}]
        )

        async def receive() -> Any:
            return next(messages)

        async def send_(message: Any) -> None:
            sent.append(message)

        headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", _B["Content-Type"].encode())]
        headers.append((b"idempotency-key", b"broken-off"))
        path = f"/api/v1/cases/{ID}/evidence"
        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "headers": headers}
        scope |= {"query_string": b"", "http_version": "1.1", "scheme": "http", "server": ("gateway", 80)}
        await desk.app(scope, receive, send_)

    desk.run(broken)
    assert sent[0]["status"] == 499
    assert not files(desk.blobs)
    assert not desk.services.all("evidence.add")


# going out


def stored(desk: House, content: bytes) -> str:
    return FolderBlobStore(desk.blobs).put(io.BytesIO(content)).sha256


def test_a_content_comes_with_its_name_kind_and_digest(desk: House) -> None:
    stored(desk, JPEG)
    desk.services.answers["evidence.read"] = reading(JPEG)
    answer = desk.ask("GET", f"/api/v1/evidence/{ID}/content?why=%E5%AE%A1%E7%90%86", by="li")
    assert (answer.status_code, answer.content) == (200, JPEG)
    assert desk.services.last("evidence.read")["body"] == {"way": "view", "why": "审理"}
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''%E5%85%A8%E6%99%AF.jpg"
    assert answer.headers["repr-digest"].startswith("sha-256=:")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("media_type", "way", "shown"),
    [("image/jpeg", "view", True), ("image/jpeg", "download", False), ("text/plain", "view", False)],
)
def test_only_pictures_are_shown_and_only_when_not_downloaded(
    desk: House, media_type: str, way: str, shown: bool
) -> None:
    stored(desk, JPEG)
    desk.services.answers["evidence.read"] = reading(JPEG, media_type=media_type)
    answer = desk.ask("GET", f"/api/v1/evidence/{ID}/content?way={way}&why=x", by="li")
    assert answer.headers["content-disposition"].startswith("inline" if shown else "attachment")


def test_a_misnamed_file_goes_out_under_a_name_that_tells_its_kind(desk: House) -> None:
    stored(desk, JPEG)
    desk.services.answers["evidence.read"] = reading(JPEG, file_name="全景.exe")
    answer = desk.ask("GET", f"/api/v1/evidence/{ID}/content", by="li")
    assert answer.headers["content-disposition"].endswith(".exe.jpg")


@pytest.mark.parametrize("other", [b"another content", None], ids=["changed", "gone"])
def test_another_content_is_never_served_and_is_told(desk: House, other: bytes | None) -> None:
    digest = stored(desk, JPEG)
    path = FolderBlobStore(desk.blobs).path(digest)
    if other is None:
        path.unlink()
    else:
        path.write_bytes(other)
    desk.services.answers["evidence.read"] = reading(JPEG)
    answer = desk.ask("GET", f"/api/v1/evidence/{ID}/content", by="li")
    assert (answer.status_code, answer.json()["code"]) == (409, "evidence.content-damaged")
    told = desk.services.last("evidence.verify")["body"]
    assert told["found_bytes"] == (0 if other is None else len(other))
    assert told["found_sha256"] == (None if other is None else hashlib.sha256(other).hexdigest())


def test_a_content_changed_while_it_goes_out_breaks_off() -> None:
    """The last chunk is held back until the digest agrees."""
    content = io.BytesIO(b"a" * CHUNK_BYTES + b"b" * 10)
    digest = digested(content).sha256
    content.seek(0)
    content.getbuffer()[3] = 0

    async def run() -> bytes:
        got = b""
        async for chunk in downloads._chunks(content, digest):
            got += chunk
        return got

    with pytest.raises(downloads.OtherContent):
        asyncio.run(run())


def test_what_the_service_refuses_is_not_read(desk: House) -> None:
    desk.services.answers["evidence.read"] = Conflict("evidence.content-damaged", None, evidence_no="ZW")
    answer = desk.ask("GET", f"/api/v1/evidence/{ID}/content", by="li")
    assert answer.status_code == 409
    assert not desk.services.all("evidence.verify")


def test_a_thumbnail_is_chosen_by_size(desk: House) -> None:
    digests = {size: stored(desk, size.encode() * 10) for size in ("small", "large")}
    pictures = [{"size": size, "media_type": "image/webp", "sha256": digest} for size, digest in digests.items()]
    desk.services.answers["evidence.read"] = reading(JPEG, thumbnails=pictures)
    for size in ("small", "large"):
        answer = desk.ask("GET", f"/api/v1/evidence/{ID}/thumbnail?size={size}", by="li")
        assert (answer.content, answer.headers["content-type"]) == (size.encode() * 10, "image/webp")
    desk.services.answers["evidence.read"] = reading(JPEG)
    assert desk.ask("GET", f"/api/v1/evidence/{ID}/thumbnail", by="li").status_code == 404


def test_verifying_reads_the_store_and_tells_both_digests(desk: House) -> None:
    stored(desk, JPEG)
    assert desk.ask("POST", f"/api/v1/evidence/{ID}/verify", by="li").status_code == 200
    found = digested(io.BytesIO(JPEG))
    told = desk.services.last("evidence.verify")["body"]
    assert told == {"found_sha256": found.sha256, "found_sm3": found.sm3, "found_bytes": len(JPEG)}


def test_a_bundle_is_asked_for_watched_and_downloaded(desk: House) -> None:
    job = {"id": ID, "state": "queued", "problem": None, "version": 1}
    desk.services.answers |= {"proof_bundle.make": job, "proof_bundle.get": job}
    made = desk.ask("POST", f"/api/v1/rectifications/{ID}/proof-bundle", by="li")
    assert (made.status_code, made.headers["Location"]) == (202, f"/api/v1/proof-bundles/{ID}")
    assert desk.ask("GET", f"/api/v1/proof-bundles/{ID}", by="li").json()["state"] == "queued"
    content = _zip("manifest.json")
    stored(desk, content)
    desk.services.answers["proof_bundle.read"] = reading(content, media_type="application/zip", file_name="举证包.zip")
    answer = desk.ask("GET", f"/api/v1/proof-bundles/{ID}/content", by="li")
    assert (answer.content, answer.headers["content-disposition"][:10]) == (content, "attachment")


def test_what_is_missing_is_told_in_words(desk: House) -> None:
    item = {"title": "近景", "needed": 2, "missing": 2, "spoiled": [{"evidence_id": ID, "flags": ["no_azimuth"]}]}
    desk.services.answers["evidence.requirements"] = {"items": [item], "complete": False}
    path = f"/api/v1/rectifications/{ID}/evidence/requirements?step=strike-off"
    told = desk.ask("GET", path, by="li").json()["items"][0]["detail"]
    assert told == "近景：需要 2 件，还缺 2 件。有 1 件因“照片无方位角”不能计入。"
    asked = {"object": "rectification", "id": ID, "step": "strike-off"}
    assert desk.services.last("evidence.requirements")["body"] == asked
