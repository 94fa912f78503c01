"""A copy of a case that is issued, with its files in a store that the sender reads."""

import io
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from shared.blobs import FolderBlobStore
from tests.integration.services.notify import test_sender
from tests.integration.services.notify.house import COORDINATOR, House

_BLOBS = Path(gettempdir()) / "blobs"


def issue(house: House, **changes: Any) -> Any:
    """Its row."""
    test_sender.tell(house, **changes)
    store, rows = FolderBlobStore(_BLOBS), house.notices(COORDINATOR)
    for row in rows:
        for kind in ("pdf", "docx"):
            # What House.press has digested.
            store.put(io.BytesIO(f"{row['id']}{kind}".encode()))
    return rows[0]


def send_until(house: House, condition: Callable[[], object], **settings: Any) -> None:
    """Run the sender until the condition holds."""
    test_sender.send_until(house, condition, **{"blob_dir": _BLOBS, **settings})


def receipt_of(house: House, recipient: str) -> Any:
    """Of the newest notice."""
    (row, *_) = house.notices(COORDINATOR)
    return next(receipt for receipt in row["receipts"] if receipt["recipient"] == recipient)


def state_of(house: House, recipient: str) -> Any:
    return receipt_of(house, recipient)["state"]
