"""Lists of documents and receipts as spreadsheets, and a document as a bundle, by HTTP."""

import base64
import hashlib
import io
import zipfile
from typing import Any
from urllib.parse import unquote, urlencode

import openpyxl
import pytest
import rfc8785

from gateway.sheets import MEDIA_TYPE
from shared import keys
from shared.blobs import FolderBlobStore
from shared.bundles.archive import as_json
from shared.bundles.verifier.program import checked
from shared.contracts.codes import Role
from tests.integration.gateway.conftest import House

DAY = "2026-04-24T02:00:00+00:00"
ID = "0190a000-0000-7000-8000-00000000000a"
WROTE = ["=cmd|' /C calc'!A0", "+86-955", "@import", "-1+2", "http://example.com"]


@pytest.fixture
def desk(house: House) -> House:
    house.account("li", Role.COORDINATOR)
    return house


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        ("/documents/export.xlsx", "document.export", "公文-"),
        ("/documents/receipts.xlsx", "document.export_receipts", "签收情况-"),
        ("/notices/export.xlsx", "notice.export", "抄告-"),
    ],
)
def test_a_list_is_one_file_in_which_nothing_is_a_formula(desk: House, path: str, query: str, name: str) -> None:
    def answer(request: dict[str, Any]) -> dict[str, Any]:
        at = int(request["body"].get("cursor") or 0)
        rows = [[text, 1] for text in WROTE] if at == 0 else [["末行", None]]
        return {"headings": ["标题", "应签收"], "rows": rows, "next_cursor": None if at else "1"}

    desk.services.answers[query] = answer
    asked = {"unsigned": True} if "notices" in path else {"state": "issued"}
    told = desk.ask("GET", f"/api/v1{path}?{urlencode(asked)}", by="li")
    assert (told.status_code, told.headers["content-type"]) == (200, MEDIA_TYPE)
    assert unquote(told.headers["content-disposition"].partition("utf-8''")[2]).startswith(name)
    sheet = openpyxl.load_workbook(io.BytesIO(told.content)).active
    cells = [sheet.cell(row, 1) for row in range(2, 7)]
    assert [cell.value for cell in cells] == WROTE
    assert {cell.data_type for cell in cells} == {"s"}
    assert (sheet.cell(1, 1).value, sheet.cell(7, 1).value) == ("标题", "末行")
    first, second = desk.services.all(query)
    assert first["body"] == {**asked, "limit": 500}
    assert second["body"] == {**first["body"], "cursor": "1"}


def bundle_of(blobs: FolderBlobStore) -> dict[str, Any]:
    """As notify answers: of a PDF and a DOCX that lie in the store."""
    kept = {form: blobs.put(io.BytesIO(content)) for form, content in (("pdf", b"%PDF-1"), ("docx", b"PK"))}
    told: Any = {form: {"sha256": one.sha256, "size": one.size, "sm3": one.sm3} for form, one in kept.items()}
    said = {"document_id": ID, "number": "中宁耕保督〔2026〕1号", "issuer": "甲", "dated_on": "2026-04-24"}
    statement = rfc8785.dumps({**said, "files": told, "content_sha256": "0" * 64, "template": "x/1"})
    private = keys.new_key(keys.ED25519)
    signed = keys.sign(private, statement)
    signature = {
        "alg": signed.alg,
        "key_id": signed.key_id,
        "public_key": keys.public_key(private),
        "value": signed.value,
    }
    document: dict[str, Any] = {**said, "to": [], "copies": [], "replaced_by": None, "state": "issued"}
    texts = {
        "statement.json": statement.decode(),
        "signature.json": as_json(signature).decode(),
        "document.json": as_json(document).decode(),
        "receipts.json": "[]\n",
    }
    return {
        "file_name": "中宁耕保督〔2026〕1号-公文包.zip",
        "made_at": DAY,
        "head": {"format": "tianwei-document-bundle", "version": 1, "document_id": ID},
        "texts": texts,
        "files": [{"path": f"document.{form}", "sha256": one.sha256, "size": one.size} for form, one in kept.items()],
    }


def test_a_bundle_is_a_zip_that_proves_itself(desk: House, tmp_path: Any) -> None:
    desk.services.answers["document.bundle"] = bundle_of(FolderBlobStore(desk.blobs))
    told = desk.ask("GET", f"/api/v1/documents/{ID}/bundle", by="li")
    assert (told.status_code, told.headers["content-type"]) == (200, "application/zip")
    assert unquote(told.headers["content-disposition"].partition("UTF-8''")[2]) == "中宁耕保督〔2026〕1号-公文包.zip"
    digest = base64.b64encode(hashlib.sha256(told.content).digest()).decode()
    assert told.headers["repr-digest"] == f"sha-256=:{digest}:"
    path = tmp_path / "bundle.zip"
    path.write_bytes(told.content)
    assert checked(str(path)).faults == []
    with zipfile.ZipFile(path) as bundle:
        assert bundle.read("document.pdf") == b"%PDF-1"


def test_a_bundle_of_a_damaged_file_is_refused_by_name(desk: House) -> None:
    answer = bundle_of(FolderBlobStore(desk.blobs))
    desk.services.answers["document.bundle"] = answer
    path = FolderBlobStore(desk.blobs).path(answer["files"][0]["sha256"])
    path.chmod(0o600)
    for break_it in (lambda: path.write_bytes(b"other"), path.unlink):
        break_it()
        told = desk.ask("GET", f"/api/v1/documents/{ID}/bundle", by="li")
        assert (told.status_code, told.json()["code"]) == (409, "notify.file-damaged")
