"""Receipts on paper and codes that are typed in: the time is theirs, who entered them is kept beside."""

import base64
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import docx
import pytest

from services.notify.domain.receipt_code import ReceiptCode, package_text
from services.notify.domain.receipt_proof import slip_id
from tests.integration.services.notify.document_desk import CONTENT, OFFICER, DocumentDesk
from tests.integration.services.notify.house import COORDINATOR, NOON, House

TO, COPY = "恩和镇人民政府", "中宁县纪委监委"
PHOTO = "a" * 64


@pytest.fixture
def desk(house: House, tmp_path: Path) -> DocumentDesk:
    return DocumentDesk(house, tmp_path / "blobs")


@pytest.fixture
def issued(desk: DocumentDesk) -> Any:
    found = desk.issued(content={**CONTENT, "copies": [COPY]})
    desk.house.clock.at = NOON + timedelta(days=2)
    return found


def record(desk: DocumentDesk, document: Any, recipient: str, **body: Any) -> Any:
    return desk.step(COORDINATOR, "record-receipt", document["id"], recipient=recipient, **body)


def receipt_of(desk: DocumentDesk, document: Any, recipient: str) -> Any:
    return next(one for one in desk.seen(document["id"])["receipts"] if one["recipient"] == recipient)


def paper(**changes: Any) -> dict[str, Any]:
    told = {"handed_by": "李四", "photo_sha256": PHOTO, "received_at": (NOON + timedelta(hours=3)).isoformat()}
    return {**told, **changes}


def code_of(document: Any, package_id: UUID | None = None, receiver: str = "discipline_commission") -> str:
    at = NOON + timedelta(hours=5)
    return str(ReceiptCode(package_id or slip_id(UUID(document["id"]), COPY), receiver, at))


def test_a_slip_is_printed_for_one_recipient(desk: DocumentDesk, issued: Any) -> None:
    made = desk.house.query(COORDINATOR, "document.receipt-slip", id=issued["id"], recipient=TO, handed_by="李四")
    slip = docx.Document(io.BytesIO(base64.b64decode(made["content"])))
    cells = [cell.text for table in slip.tables for row in table.rows for cell in row.cells]
    for said in (TO, "李四", package_text(slip_id(UUID(issued["id"]), TO)), issued["files"][0]["sha256"]):
        assert said in cells
    assert len(slip.inline_shapes) == 1
    assert made["file_name"].endswith(f"{TO}.docx")
    refused = desk.house.query(COORDINATOR, "document.receipt-slip", id=issued["id"], recipient="无关单位")
    assert refused["code"] == "notify.recipient-unknown"


def test_a_photographed_slip_is_a_signature_at_the_time_it_bears(desk: DocumentDesk, issued: Any) -> None:
    proof = record(desk, issued, TO, **paper(signed_by="王五"))
    assert proof["entered_by"] == COORDINATOR.name
    assert (proof["channel"], proof["handed_by"], proof["photo_sha256"]) == ("paper", "李四", PHOTO)
    found = receipt_of(desk, issued, TO)
    assert found["signed_by"] == "王五"
    assert datetime.fromisoformat(found["signed_at"]) == NOON + timedelta(hours=3)
    assert datetime.fromisoformat(proof["entered_at"]) == NOON + timedelta(days=2)
    assert desk.house.query(COORDINATOR, "document.receipt-proofs", id=issued["id"])["items"] == [proof]
    again = record(desk, issued, TO, **paper(signed_by="赵六"))
    assert again["code"] == "notify.document-signed-for"


def test_paper_that_was_only_handed_over_is_the_delivery(desk: DocumentDesk, issued: Any) -> None:
    record(desk, issued, TO, **paper())
    found = receipt_of(desk, issued, TO)
    assert (found["channel"], found["signed_by"]) == ("paper", None)
    assert datetime.fromisoformat(found["delivered_at"]) == NOON + timedelta(hours=3)


@pytest.mark.parametrize("missing", ["handed_by", "photo_sha256", "received_at"])
def test_paper_without_carrier_photograph_or_time_is_refused(desk: DocumentDesk, issued: Any, missing: str) -> None:
    refused = record(desk, issued, TO, **{**paper(signed_by="王五"), missing: None})
    assert (refused["code"], refused["field"]) == ("notify.receipt-wrong", missing)


def test_a_code_says_receiver_and_time_and_counts_once(desk: DocumentDesk, issued: Any) -> None:
    code = code_of(issued)
    proof = record(desk, issued, COPY, code=code.lower().replace("-", " - "), signed_by="王五")
    assert proof["code"] == code
    found = receipt_of(desk, issued, COPY)
    assert datetime.fromisoformat(found["signed_at"]) == NOON + timedelta(hours=5)
    assert record(desk, issued, COPY, code=code, signed_by="王五") == proof
    assert len(desk.house.query(COORDINATOR, "document.receipt-proofs", id=issued["id"])["items"]) == 1


def test_a_code_of_another_document_receiver_or_typed_wrongly_is_refused(desk: DocumentDesk, issued: Any) -> None:
    other = record(desk, issued, COPY, code=code_of(issued, UUID(int=7)))
    assert other["code"] == "notify.package-unknown"
    elsewhere = record(desk, issued, COPY, code=code_of(issued, receiver="party_committee"))
    assert elsewhere["code"] == "notify.package-unknown"
    right = code_of(issued)
    wrong = record(desk, issued, COPY, code=right[:-1] + str((int(right[-1]) + 1) % 10))
    assert (wrong["code"], wrong["facts"]["part"]) == ("notify.receipt-code-wrong", "check-digits")
    both = record(desk, issued, COPY, code=right, received_at=NOON.isoformat())
    assert (both["code"], both["field"]) == ("notify.receipt-wrong", "received_at")
    assert desk.house.query(COORDINATOR, "document.receipt-proofs", id=issued["id"])["items"] == []


def test_a_time_before_the_issue_or_in_the_future_is_refused(desk: DocumentDesk, issued: Any) -> None:
    for at in (NOON - timedelta(hours=1), NOON + timedelta(days=3)):
        refused = record(desk, issued, TO, **paper(received_at=at.isoformat()))
        assert refused["code"] == "notify.receipt-before-issue"


def test_others_learn_nothing_of_it(desk: DocumentDesk, issued: Any) -> None:
    for operation, more in (("receipt-proofs", {}), ("receipt-slip", {"recipient": TO})):
        assert desk.house.query(OFFICER, f"document.{operation}", id=issued["id"], **more)["code"] == "not-found"
    assert desk.step(OFFICER, "record-receipt", issued["id"], recipient=TO, **paper())["code"] == "not-found"
