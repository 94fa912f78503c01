"""A parcel as an errand makes it, with the names and titles that hurt."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.notify.domain.channel import Parcel, ParcelFile, ParcelKind

PDF = b"%PDF-1.7 \x00\xff\r\n.\r\n" + bytes(range(256)) * 40
DOCX = b"PK\x03\x04" + b"\r\n.\n" * 50
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Ends of lines, a header, quotes, a formula, writing from right to left, a character beyond the basic plane.
NASTY = '=HYPERLINK("x")关于\r\nBcc: thief@example.com\n\u202e“𠮷”\t\x00\x85\u2028田某某占用耕地\'"<b>${secret}'


def parcel(**changes: Any) -> Parcel:
    made: dict[str, Any] = {
        "delivery_id": UUID("0195a4b0-0000-5000-8000-000000000001"),
        "document_id": UUID("0195a4b0-0000-7000-8000-000000000002"),
        "about": "document",
        "kind": ParcelKind.SERVE,
        "number": "中宁耕保抄〔2026〕3号",
        "title": "关于恩和镇某村占用永久基本农田问题的抄告函",
        "issuer": "中宁县耕地保护工作领导小组办公室",
        "recipient": "discipline_commission",
        "recipient_name": "县纪委监委",
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "signature": "c2ln",
        "link": "https://tianwei.example/api/v1/documents/0195a4b0-0000-7000-8000-000000000002",
        "verify_url": "https://tianwei.example/verify/7ZZZ",
        "made_at": datetime(2026, 4, 24, 4, 0, tzinfo=UTC),
        "due_at": datetime(2026, 4, 28, 10, 0, tzinfo=UTC),
        "files": (
            ParcelFile("中宁耕保抄〔2026〕3号.pdf", "application/pdf", hashlib.sha256(PDF).hexdigest(), lambda: PDF),
            ParcelFile("中宁耕保抄〔2026〕3号.docx", WORD, hashlib.sha256(DOCX).hexdigest(), lambda: DOCX),
        ),
    }
    return Parcel(**{**made, **changes})
