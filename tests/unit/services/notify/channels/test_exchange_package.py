"""What is laid for a recipient into a folder, and how the receipts that come back are read."""

import asyncio
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.adapters.channels.exchange_receipts import ExchangeReceipts, read_receipt
from services.notify.adapters.channels.file_exchange import SLIP, FileExchangeChannel
from services.notify.domain.channel import ParcelKind, ReceiptGrade
from services.notify.domain.receipt_code import package_text
from services.notify.domain.route_secret import pack_secret
from services.notify.ports import Route
from shared import keys
from shared.exchange.package import HOUSE, Package, PackageFault, PackageName, open_package
from shared.outgoing.courier import Delivered, Failed, Outcome
from shared.outgoing.urls import AllowedHosts
from tests.unit.services.notify.channels.parcels import DOCX, NASTY, PDF, parcel

KEY, FORMER = keys.new_key(keys.ED25519), keys.new_key(keys.SM2)
SENT = PackageName(HOUSE, "discipline_commission", 7, parcel().delivery_id)


class _NoReceipts:
    def start(self) -> None: ...

    def stop(self) -> None: ...


def lay(root: Path, what: Any = None, url: str = "folder:jw") -> Outcome:
    async def run() -> Outcome:
        channel = FileExchangeChannel(root, AllowedHosts(), cast(ExchangeReceipts, _NoReceipts()))
        secrets = [pack_secret({"key": KEY}), pack_secret({"key": FORMER})]
        try:
            return await channel.send(what or parcel(), Route("640521:d:file_exchange", url, secrets, {}, 7))
        finally:
            await channel.aclose()

    return asyncio.run(run())


def opened(root: Path, key: str = KEY) -> Package:
    out = root / "jw" / "out"
    content, signature = (out / f"{SENT}.zip").read_bytes(), (out / f"{SENT}.zip.sig").read_bytes()
    trusted = [keys.public_key(key)]
    return open_package(
        f"{SENT}.zip", content, signature, trusted=trusted, sender=HOUSE, receiver="discipline_commission"
    )


def test_files_and_a_slip_are_laid_signed_by_both_keys_while_one_is_changed(tmp_path: Path) -> None:
    assert lay(tmp_path) == Delivered(reference=str(SENT))
    package = opened(tmp_path)
    assert opened(tmp_path, FORMER).sha256 == package.sha256
    assert package.attachments["中宁耕保抄〔2026〕3号.pdf"] == PDF
    assert package.attachments["中宁耕保抄〔2026〕3号.docx"] == DOCX
    told = json.loads(package.data)
    assert (told["type"], told["data"]["sha256"]) == ("tianwei.document.served.v1", parcel().sha256)
    slip = docx.Document(io.BytesIO(package.attachments[SLIP]))
    cells = [cell.text for table in slip.tables for row in table.rows for cell in row.cells]
    assert package_text(parcel().delivery_id) in cells
    assert len(slip.inline_shapes) == 1


def test_laid_again_it_is_the_same_package(tmp_path: Path) -> None:
    lay(tmp_path)
    first = (tmp_path / "jw/out" / f"{SENT}.zip").read_bytes()
    lay(tmp_path)
    assert (tmp_path / "jw/out" / f"{SENT}.zip").read_bytes() == first
    assert len(list((tmp_path / "jw/out").iterdir())) == 2


def test_no_name_or_title_leaves_the_package(tmp_path: Path) -> None:
    files = tuple(
        type(file)(f"../{NASTY}/{file.name}", *(file.media_type, file.sha256, file.load)) for file in parcel().files
    )
    assert isinstance(lay(tmp_path, parcel(title=NASTY, number=NASTY, files=files)), Delivered)
    package = opened(tmp_path)
    assert len(package.attachments) == 3
    assert not any("/" in name or "\\" in name or ".." in name for name in package.attachments)


def test_a_probe_is_laid_without_files(tmp_path: Path) -> None:
    lay(tmp_path, parcel(kind=ParcelKind.PROBE))
    assert opened(tmp_path).attachments == {}


@pytest.mark.parametrize("url", ["folder:../jw", "folder:", "sftp://nobody"])
def test_an_address_that_is_no_exchange_fails_and_raises_nothing(tmp_path: Path, url: str) -> None:
    assert isinstance(lay(tmp_path, url=url), Failed)


def test_a_folder_that_cannot_be_written_is_the_endpoints_failure(tmp_path: Path) -> None:
    (tmp_path / "jw").write_text("no folder")
    outcome = lay(tmp_path)
    assert isinstance(outcome, Failed)
    assert not outcome.reached


def test_receipts_are_read_by_their_type() -> None:
    id_, at = UUID(int=5), datetime(2026, 4, 24, 4, 5, tzinfo=UTC)
    data = {"package_id": str(id_), "at": at.isoformat()}
    placed = read_receipt(json.dumps({"type": "tianwei.receipt.placed.v1", "id": "x", "data": data}).encode())
    assert (placed.package_id, placed.grade, placed.at) == (id_, ReceiptGrade.PLACED, at)
    signed = {**data, "signed_by": " 王五 ", "sha256": "0" * 64}
    read = read_receipt(json.dumps({"type": "tianwei.receipt.signed.v1", "data": signed}).encode())
    assert (read.grade, read.signed_by, read.sha256) == (ReceiptGrade.SIGNED, "王五", "0" * 64)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"type": "tianwei.receipt.opened.v1", "data": {}}, "data.json/type"),
        ({"type": "tianwei.receipt.placed.v1", "data": {"at": "2026-04-24T12:00:00+08:00"}}, "data.json/package_id"),
        (
            {"type": "tianwei.receipt.placed.v1", "data": {"package_id": str(UUID(int=1)), "at": "2026-04-24"}},
            "data.json/at",
        ),
        ({"type": "tianwei.receipt.placed.v1"}, "data.json/data"),
    ],
)
def test_a_receipt_that_is_wrong_names_its_field(data: dict[str, Any], place: str) -> None:
    with pytest.raises(PackageFault) as wrong:
        read_receipt(json.dumps(data).encode())
    assert wrong.value.field == place


@given(st.binary(max_size=200))
def test_nothing_else_is_a_receipt(data: bytes) -> None:
    with pytest.raises(PackageFault):
        read_receipt(data)
