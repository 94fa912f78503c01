"""Taking a file in: stored by digest before the service hears of it."""

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.blobs import FolderBlobStore
from shared.contracts.codes import Role
from tests.integration.gateway.conftest import MOST_IMPORT, House

ID = "0199a1b2-0000-7000-8000-000000000001"
JOB: dict[str, Any] = {"id": ID, "state": "queued", "warnings": [], "problem": None}


@pytest.fixture
def desk(house: House) -> House:
    house.account("li", Role.COORDINATOR)
    house.services.answers["clue_import.start"] = JOB
    return house


def _send(desk: House, name: str, content: bytes, **more: Any) -> httpx.Response:
    return desk.ask("POST", "/api/v1/clue-imports", by="li", files={"file": (name, content)}, **more)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_becomes_a_job_to_watch(desk: House) -> None:
    content = b"PK\x03\x04 a file of patches"
    answer = _send(desk, "2026年第一季度.zip", content, headers={"Idempotency-Key": "file-1"})
    assert (answer.status_code, answer.json()) == (202, JOB)
    assert answer.headers["Location"] == f"/api/v1/clue-imports/{ID}"
    digest = hashlib.sha256(content).hexdigest()
    sent = desk.services.last("clue_import.start")
    assert sent["command_id"] == "file-1"
    assert sent["body"] == {"file_sha256": digest, "file_name": "2026年第一季度.zip", "size_bytes": len(content)}
    with FolderBlobStore(desk.blobs).open(digest) as stored:
        assert stored.read() == content


def test_the_same_content_is_stored_once(desk: House) -> None:
    for name in ("a.zip", "b.zip"):
        _send(desk, name, b"same")
    assert len(_files(desk.blobs)) == 1


def test_a_name_is_only_a_name(desk: House) -> None:
    _send(desk, "..\\..\\etc/passwd.zip", b"x")
    assert desk.services.last("clue_import.start")["body"]["file_name"] == "passwd.zip"


def test_a_file_over_the_limit_is_413_and_leaves_nothing(desk: House) -> None:
    answer = _send(desk, "big.zip", b"x" * (MOST_IMPORT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "http.body-too-large")
    assert not _files(desk.blobs)


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"files": {"file": ("a.zip", b"")}}, 422, "http.file-empty"),
        ({"files": {"other": ("a.zip", b"x")}}, 422, "http.file-missing"),
        ({"json": {}}, 415, "http.media-type"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "http.malformed"),
        (
            {"content": b"--b\r\nnonsense", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
            422,
            "http.file-missing",
        ),
        ({"files": [("file", ("a.zip", b"x")), ("more", ("b.zip", b"x"))]}, 400, "http.malformed"),
    ],
)
def test_what_is_no_file_is_refused(desk: House, more: dict[str, Any], status: int, code: str) -> None:
    answer = desk.ask("POST", "/api/v1/clue-imports", by="li", **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not desk.services.all("clue_import.start")


def test_the_system_of_the_coordinates_goes_with_the_file(desk: House) -> None:
    desk.services.answers["clue_import.start"] = JOB
    files = {"file": ("a.geojson", b"{}")}
    answer = desk.ask("POST", "/api/v1/clue-imports", by="li", files=files, data={"crs": "bd09"})
    assert (answer.status_code, desk.services.last("clue_import.start")["body"]["crs"]) == (202, "bd09")
    odd = desk.ask("POST", "/api/v1/clue-imports", by="li", files=files, data={"crs": "mars"})
    assert (odd.status_code, odd.json()["field"]) == (422, "crs")


def test_rows_are_read_page_by_page(desk: House) -> None:
    desk.services.answers["clue_import.rows"] = {"items": [], "next_cursor": None, "total": None}
    desk.ask("GET", f"/api/v1/clue-imports/{ID}/rows?outcome=rejected&limit=200", by="li")
    asked = {"id": ID, "outcome": "rejected", "limit": 200}
    assert desk.services.last("clue_import.rows")["body"] == asked


def test_a_layer_comes_with_what_the_form_says_of_it(desk: House) -> None:
    desk.services.answers["land_layer.load"] = JOB
    form = {"kind": "parcel", "version_name": "2025年度", "valid_from": "2025-12-31", "more": "x", "layer_name": "DK"}
    files = {"file": ("一地一码.gpkg", b"SQLite")}
    answer = desk.ask("POST", "/api/v1/land-layers", by="li", files=files, data={**form, "repair": "true"})
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/api/v1/land-layers/{ID}")
    body = desk.services.last("land_layer.load")["body"]
    del form["more"]
    digest = hashlib.sha256(b"SQLite").hexdigest()
    assert body == {**form, "repair": True, "file_name": "一地一码.gpkg", "file_sha256": digest, "size_bytes": 6}


def test_a_layer_of_no_kind_is_refused(desk: House) -> None:
    form = {"kind": "moon", "version_name": "x", "valid_from": "2025-12-31"}
    files = {"file": ("a.gpkg", b"SQLite")}
    answer = desk.ask("POST", "/api/v1/land-layers", by="li", files=files, data=form)
    assert (answer.status_code, answer.json()["field"]) == (422, "kind")
    assert not desk.services.all("land_layer.load")
