"""Packages for recipients in a real folder and on a real SFTP server; receipts that come back count, each once."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import docx
import pytest

from services.notify.adapters.channels.exchange_receipts import ReceiptFolder
from services.notify.domain.receipt_code import package_text
from shared import keys
from shared.exchange.package import HOUSE, SIGNATURE_SUFFIX, SUFFIX, PackageName, open_package, pack, seal
from shared.exchange.store import IN, PARKED, TAKEN, FolderStore
from shared.ids import new_id
from tests.integration.services.notify.channels.issued import issue, receipt_of, send_until, state_of
from tests.integration.services.notify.house import COORDINATOR, NOON, House
from tests.integration.services.notify.test_sender import configure
from tests.support.sftp_node import PASSWORD, SftpNode

OFFICE, PARTY = "discipline_commission", "640521:discipline_commission"


class Office:
    """The recipient's side of an exchange. root: of the folder itself."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.key = keys.new_key(keys.ED25519)
        self.number = 0

    @property
    def laid(self) -> list[Path]:
        return sorted((self.root / "out").glob(f"*{SUFFIX}"))

    def opened(self, path: Path, our_key: str) -> Any:
        signature = path.with_name(path.name.removesuffix(SUFFIX) + SIGNATURE_SUFFIX).read_bytes()
        return open_package(path.name, path.read_bytes(), signature, trusted=[our_key], sender=HOUSE, receiver=OFFICE)

    def answer(self, kind: str, package_id: object, key: str = "", **data: Any) -> str:
        """Lays a receipt; its file's name."""
        self.number += 1
        name = PackageName(OFFICE, HOUSE, self.number, new_id())
        told = {"type": f"tianwei.receipt.{kind}.v1", "data": {"package_id": str(package_id), **data}}
        content = pack(name, json.dumps(told).encode(), NOON, "sha256", {})
        store = FolderStore(self.root)
        store.write(IN, f"{name}{SUFFIX}", content)
        store.write(IN, f"{name}{SIGNATURE_SUFFIX}", seal(name, content, [key or self.key]))
        return f"{name}{SUFFIX}"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "exchange" / "jw")


@pytest.fixture
def served(house: House, office: Office, tmp_path: Path) -> tuple[House, UUID]:
    """One notice laid as a package; its id."""
    configure(house, "folder:jw", channel="file_exchange", exchange={"partner_key": keys.public_key(office.key)})
    issue(house)
    send_until(house, lambda: office.laid, recipient_exchange_dir=tmp_path / "exchange", exchange_poll_s=0.05)
    return house, PackageName.parse(office.laid[0].name).package_id


def take(house: House, office: Office) -> int:
    trusted = [keys.public_key(office.key)]
    return ReceiptFolder(house.runner, FolderStore(office.root), PARTY, trusted).round()


def at(house: House, minutes: int = 5) -> str:
    house.clock.at = NOON + timedelta(minutes=10)
    return (NOON + timedelta(minutes=minutes)).isoformat()


def test_a_package_holds_the_notice_and_a_slip_to_come_back(house: House, office: Office, tmp_path: Path) -> None:
    exchange = {"partner_key": keys.public_key(office.key), "signature": "sm2"}
    made = configure(house, "folder:jw", channel="file_exchange", exchange=exchange)
    issue(house)
    send_until(house, lambda: office.laid, recipient_exchange_dir=tmp_path / "exchange")
    package = office.opened(office.laid[0], made["public_key"])
    (row,) = house.notices(COORDINATOR)
    told = json.loads(package.data)
    assert told["type"] == "tianwei.notice.served.v1"
    assert told["data"]["notice_id"] == row["id"]
    assert told["data"]["number"] == row["notice_no"]
    assert package.name.number == 1
    slip = docx.Document(io.BytesIO(package.attachments["送达回证.docx"]))
    cells = [cell.text for table in slip.tables for line in table.rows for cell in line.cells]
    assert package_text(package.name.package_id) in cells
    assert sorted(package.attachments) == sorted(
        ["送达回证.docx", f"{row['notice_no']}.pdf", f"{row['notice_no']}.docx"]
    )
    assert keys.digest("sha256", package.attachments[f"{row['notice_no']}.pdf"]) == told["data"]["sha256"]
    assert zipfile.is_zipfile(io.BytesIO(package.attachments["送达回证.docx"]))
    assert state_of(house, OFFICE) == "pending"


def test_a_receipt_that_it_came_is_the_delivery_and_counts_once(served: tuple[House, UUID], office: Office) -> None:
    house, package_id = served
    when = at(house)
    first, again = office.answer("placed", package_id, at=when), office.answer("placed", package_id, at=when)
    assert take(house, office) == 1
    assert state_of(house, OFFICE) == "delivered"
    assert house.told().count("document-delivered.v1") == 3  # the others' inboxes
    assert {path.name for path in (office.root / TAKEN).glob("*.zip")} == {first, again}
    assert house.rows(f"SELECT channel, delivered_at FROM document_receipt WHERE code = '{OFFICE}'") == [
        ("file_exchange", NOON + timedelta(minutes=5))
    ]


def test_a_signed_receipt_is_a_signature_over_the_exact_text(served: tuple[House, UUID], office: Office) -> None:
    house, package_id = served
    (row,) = house.notices(COORDINATOR)
    sha256 = house.query(COORDINATOR, "notice.get", id=row["id"])["sha256"]
    when = at(house)
    other = office.answer("signed", package_id, at=when, signed_by="王五", sha256="0" * 64)
    assert take(house, office) == 0
    assert (office.root / PARKED / other).exists()
    office.answer("signed", package_id, at=when, signed_by="王五", sha256=sha256)
    office.answer("signed", package_id, at=when, signed_by="王五", sha256=sha256)
    assert take(house, office) == 1
    assert receipt_of(house, OFFICE)["signed_by"] == "王五"
    assert house.told().count("document-signed-for.v1") == 1


def test_what_is_not_proven_or_not_ours_is_parked_and_changes_nothing(
    served: tuple[House, UUID], office: Office
) -> None:
    house, package_id = served
    when = at(house)
    wrong = [
        office.answer("placed", package_id, key=keys.new_key(keys.ED25519), at=when),
        office.answer("placed", new_id(), at=when),
        office.answer("placed", package_id, at="2020-01-01T00:00:00+08:00"),
        office.answer("placed", package_id, at="2126-01-01T00:00:00+08:00"),
        office.answer("placed", package_id),
        office.answer("signed", package_id, at=when, signed_by="", sha256="0" * 64),
        office.answer("opened", package_id, at=when),
    ]
    assert take(house, office) == 0
    assert {path.name for path in (office.root / PARKED).glob("*.zip")} == set(wrong)
    assert state_of(house, OFFICE) == "pending"


def test_a_package_without_its_signature_waits(served: tuple[House, UUID], office: Office) -> None:
    house, package_id = served
    name = office.answer("placed", package_id, at=at(house))
    seal_file = office.root / IN / (name.removesuffix(SUFFIX) + SIGNATURE_SUFFIX)
    kept = seal_file.read_bytes()
    seal_file.unlink()
    assert take(house, office) == 0
    assert (office.root / IN / name).exists()
    seal_file.write_bytes(kept)
    assert take(house, office) == 1


def test_the_sender_itself_takes_receipts(house: House, office: Office, tmp_path: Path) -> None:
    configure(house, "folder:jw", channel="file_exchange", exchange={"partner_key": keys.public_key(office.key)})
    issue(house)
    answered: list[str] = []

    def delivered() -> bool:
        if office.laid and not answered:
            package_id = PackageName.parse(office.laid[0].name).package_id
            answered.append(office.answer("placed", package_id, at=(NOON + timedelta(seconds=1)).isoformat()))
        return bool(state_of(house, OFFICE) == "delivered")

    send_until(house, delivered, recipient_exchange_dir=tmp_path / "exchange", exchange_poll_s=0.05)


def test_packages_and_receipts_by_sftp(house: House, tmp_path: Path) -> None:
    with SftpNode(tmp_path / "server") as server:
        office = Office(server.root / "exchange")
        exchange = {"partner_key": keys.public_key(office.key), "host_key": server.host_key}
        configure(house, server.url, channel="file_exchange", exchange=exchange, secret=PASSWORD)
        issue(house)
        answered: list[str] = []

        def delivered() -> bool:
            if office.laid and not answered:
                package_id = PackageName.parse(office.laid[0].name).package_id
                answered.append(office.answer("placed", package_id, at=(NOON + timedelta(seconds=1)).isoformat()))
            return bool(state_of(house, OFFICE) == "delivered")

        send_until(house, delivered, exchange_poll_s=0.1)


def test_numbers_are_gap_free_and_stay_with_their_delivery(house: House, office: Office, tmp_path: Path) -> None:
    configure(house, "folder:jw", channel="file_exchange", exchange={"partner_key": keys.public_key(office.key)})
    for number in range(5):
        issue(house, case_id=f"0190a000-0000-7000-8000-0000000000{number:02x}")
    send_until(house, lambda: len(office.laid) == 5, recipient_exchange_dir=tmp_path / "exchange")
    assert [PackageName.parse(path.name).number for path in office.laid] == [1, 2, 3, 4, 5]
    before = {path.name: path.read_bytes() for path in office.laid}
    house.change("UPDATE delivery SET state = 'pending', next_at = now() WHERE channel = 'file_exchange'")
    send_until(
        house,
        lambda: house.rows("SELECT 1 FROM delivery WHERE channel = 'file_exchange' AND state <> 'delivered'") == [],
        recipient_exchange_dir=tmp_path / "exchange",
    )
    assert {path.name: path.read_bytes() for path in office.laid} == before
