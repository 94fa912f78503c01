"""Copies that nobody has signed for though their time is over: what the next bulletin names (domain.md 4.9)."""

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.notify.storage.tables import document
from shared.clock import local_day
from shared.contracts.bulletins import UnsignedCopy
from shared.contracts.codes import DocumentState
from shared.contracts.documents import DocumentReceipt
from shared.divisions.register import full_code

# What is sent for information and is signed for; orders and letters to others have their own clocks.
_TYPES = ("bulletin", "report_to_party", "copy_notice")
_OPEN = (DocumentState.ISSUED, DocumentState.DELIVERED)
_MOST = 50
_RECEIPTS = TypeAdapter(list[DocumentReceipt])


def unsigned(
    connection: Connection,
    county_code: str,
    today: date,
    due: Callable[[date], date],
    late: Callable[[date, date], int],
) -> list[UnsignedCopy]:
    """due: the last day for signing, by the day of issue; late: working days from one day to another."""
    d = document.c
    found = connection.execute(
        sa.select(d.number, d.title, d.issued_at, d.receipts)
        .where(d.jurisdiction == full_code(county_code), d.type.in_(_TYPES), d.state.in_([one.value for one in _OPEN]))
        .order_by(d.issued_at, d.id)
    )
    copies = []
    for row in found:
        due_on = due(local_day(row.issued_at))
        if due_on >= today:
            continue
        copies += [
            UnsignedCopy(
                number=row.number,
                title=row.title,
                recipient=receipt.recipient,
                due_on=due_on,
                days_late=late(due_on, today),
            )
            for receipt in _RECEIPTS.validate_python(row.receipts)
            if receipt.signed_at is None
        ]
    return copies[:_MOST]
