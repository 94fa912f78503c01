"""What an agency's system hands in with an answer of its task (domain.md 3.4), as evidence of the case."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.cases.domain.evidence_rules import EvidenceRules
from services.cases.domain.progress import Moment
from shared.contracts.agencies import TaskAttachmentHandedInV1
from shared.contracts.codes import EvidenceKind, EvidenceObject, EvidenceSource, EvidenceStage, title
from shared.contracts.evidence import AddEvidence
from shared.contracts.task_results import SitePhotograph
from shared.errors import InvalidInput
from shared.ids import derived_id

_KIND = EvidenceKind
# By the first part of the media type; what is in neither table is a paper.
_SEEN_AND_HEARD: Mapping[str, str] = {"image": "photo", "video": "video", "audio": "other"}
_DATA = frozenset({"text/plain", "application/zip"})
_OTHER = "other"
_STAGES: Mapping[str, EvidenceStage] = {"before": EvidenceStage.BEFORE, "after": EvidenceStage.AFTER}
_LONGEST_TITLE = 200


class HandInEvidence(AddEvidence, on="evidence", verb="hand-in"):
    """A file that came with an answer of a task; no operation of anybody's."""


def piece_id(event: TaskAttachmentHandedInV1) -> UUID:
    """The same file of the same task is the same piece, with whatever answer it comes again."""
    return derived_id("evidence", event.task_id, event.file_name, event.sha256)


def told_of(event: TaskAttachmentHandedInV1, rules: EvidenceRules, moment: Moment) -> HandInEvidence:
    """As if the agency had added it to the case by hand: what it is follows from its content and from the report."""
    kind, item = _what(event.media_type)
    known = rules.item(item, moment.today)
    if known is None or (known.kinds and kind not in known.kinds):
        item = _OTHER
    agency = title(event.agency)
    return HandInEvidence(
        object=EvidenceObject.CASE,
        object_id=event.case_id,
        kind=kind,
        item=item,
        title=f"{agency}提交：{event.file_name}"[:_LONGEST_TITLE],
        source=EvidenceSource.SYSTEM,
        owner_agency=event.agency,
        reason=f"{agency}随任务答复提交，答复编号 {event.answer_id}",
        sha256=event.sha256,
        sm3=event.sm3,
        size_bytes=event.size_bytes,
        media_type=event.media_type,
        file_name=event.file_name,
        name_differs=event.name_differs,
        **_said(event.photograph, moment),
    )


def _what(media_type: str) -> tuple[EvidenceKind, str]:
    item = _SEEN_AND_HEARD.get(media_type.partition("/")[0])
    if item is not None:
        return _KIND.AUDIOVISUAL, item
    return _KIND.ELECTRONIC_DATA if media_type in _DATA else _KIND.DOCUMENTARY, _OTHER


def _said(photograph: SitePhotograph | None, moment: Moment) -> dict[str, object]:
    """What the report says of its taking."""
    if photograph is None:
        return {}
    return {
        "stage": _STAGES.get(photograph.stage),
        "taken_at": _plausible(photograph.taken_at, moment),
        "longitude": photograph.longitude,
        "latitude": photograph.latitude,
        "azimuth_deg": photograph.azimuth_deg,
    }


def _plausible(taken_at: datetime, moment: Moment) -> datetime | None:
    """A wrong hour on the form keeps no file out; what the file itself says is kept beside it."""
    try:
        return moment.past(taken_at, "taken_at")
    except InvalidInput:
        return None
