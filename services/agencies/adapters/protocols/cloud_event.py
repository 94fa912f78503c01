"""The one body of all protocols: a CloudEvent 1.0 in structured JSON, whose data is the message."""

from datetime import UTC
from typing import Any

import orjson

from services.agencies.ports import Dispatch

CONTENT_TYPE = "application/cloudevents+json"
SOURCE = "/agencies"
LETTER, LINK = "letter", "link"


def cloud_event(dispatch: Dispatch, *, full: bool) -> bytes:
    """type: tianwei.task.<kind>.v1, or tianwei.answer.<kind>.v1 of what tells of answers. full: with the letter."""
    about_answers = dispatch.kind in ("receipt", "resend")
    data: dict[str, Any] = dict(dispatch.data)
    if full and dispatch.letter is not None:
        data["letter"] = dispatch.letter
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(dispatch.id),
            "source": SOURCE,
            "type": f"tianwei.{'answer' if about_answers else 'task'}.{dispatch.kind}.v1",
            "subject": str(dispatch.data.get("task_id") or dispatch.subject_id),
            "time": dispatch.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "datacontenttype": "application/json",
            "data": data,
        }
    )
