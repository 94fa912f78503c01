"""What a township has done about a site in the story."""

from datetime import datetime
from typing import Any

from shared.clock import SHANGHAI


def township_record(task: dict[str, Any]) -> dict[str, Any]:
    """The typed result of a township's task."""
    now = datetime.now(SHANGHAI)
    return {
        "kind": "township_record",
        "done_on": now.date().isoformat(),
        "record_no": f"工作〔{now.year}〕{task['position']}号",
        "party_on_spot": True,
        "utilities": "cut",
        "labourers": 6,
        "watch_persons": 2,
        "first_acceptance": "not_yet",
        "conclusion": "已通知当事人到场，停水停电，安排村组每日看护。",
    }
