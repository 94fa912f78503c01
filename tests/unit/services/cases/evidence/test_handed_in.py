"""What an agency's system hands in is evidence as if it had been added by hand."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.handed_in import piece_id, told_of
from services.cases.domain.progress import Moment
from shared.contracts.agencies import TaskAttachmentHandedInV1
from shared.contracts.codes import Agency
from tests.unit.services.cases.commands import REGISTER, START, STRANGER
from tests.unit.services.cases.commands import RULES as PATH_RULES
from tests.unit.services.cases.evidence.builders import RULES

MOMENT = Moment(STRANGER, START, REGISTER, PATH_RULES)


def handed_in(**changes: Any) -> TaskAttachmentHandedInV1:
    fields: dict[str, Any] = {
        "at": START,
        "task_id": UUID(int=1),
        "action_id": UUID(int=2),
        "case_id": UUID(int=3),
        "agency": Agency.PUBLIC_SECURITY,
        "answer_id": "report.1",
        "verb": "report",
        "file_name": "处置后-01.jpg",
        "sha256": "a" * 64,
        "sm3": "b" * 64,
        "size_bytes": 10,
        "media_type": "image/jpeg",
    }
    return TaskAttachmentHandedInV1.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("media_type", "kind", "item"),
    [
        ("image/jpeg", "audiovisual", "photo"),
        ("video/mp4", "audiovisual", "video"),
        ("audio/amr", "audiovisual", "other"),
        ("application/pdf", "documentary", "other"),
        ("application/x-ole-storage", "documentary", "other"),
        ("application/zip", "electronic_data", "other"),
    ],
)
def test_what_it_is_follows_from_its_content(media_type: str, kind: str, item: str) -> None:
    told = told_of(handed_in(media_type=media_type), RULES, MOMENT)
    assert (told.kind, told.item, told.owner_agency) == (kind, item, Agency.PUBLIC_SECURITY)
    assert (told.title, told.source) == ("公安局提交：处置后-01.jpg", "system")
    assert "report.1" in (told.reason or "")


@pytest.mark.parametrize(("stage", "ours"), [("before", "before"), ("during", None), ("after", "after")])
def test_what_the_report_says_of_a_photograph_stands_beside_it(stage: str, ours: str | None) -> None:
    said: dict[str, Any] = {
        "stage": stage,
        "taken_at": START - timedelta(hours=2),
        "sha256": "a" * 64,
        "longitude": 105.67,
    }
    told = told_of(handed_in(photograph=said), RULES, MOMENT)
    assert (told.stage, told.taken_at, told.longitude) == (ours, START - timedelta(hours=2), 105.67)
    later = {**said, "taken_at": START + timedelta(hours=2)}
    assert told_of(handed_in(photograph=later), RULES, MOMENT).taken_at is None


def test_the_same_file_of_the_same_task_is_the_same_piece() -> None:
    one = piece_id(handed_in())
    assert piece_id(handed_in(answer_id="report.2", at=START + timedelta(days=1))) == one
    others: list[dict[str, Any]] = [{"task_id": UUID(int=9)}, {"file_name": "另一.jpg"}, {"sha256": "c" * 64}]
    assert one not in {piece_id(handed_in(**changes)) for changes in others}
