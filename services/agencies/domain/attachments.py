"""Files that come with an answer, in the package that carries it: which may become evidence, and why others may not."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.agencies.domain.answers import OF_NO_TASK, fault
from shared import media_types
from shared.contracts.agency_endpoints import AnswerFault

_MOST_TOLD = 20


@dataclass(frozen=True)
class Attachment:
    """name: without its folder. media_type: as its content shows, None for what evidence may not be."""

    name: str
    sha256: str
    sm3: str
    size_bytes: int
    media_type: str | None

    @property
    def field(self) -> str:
        """As a receipt names it."""
        return f"attachments/{self.name}"[:120]

    @property
    def name_differs(self) -> bool:
        """Whether its name says something else than its content."""
        return self.media_type is not None and not media_types.agrees(self.media_type, self.name)


def digest_of(raw: bytes, attachments: Iterable[Attachment]) -> str:
    """Of an answer with what came with it: the same words with other files are another answer."""
    digest = hashlib.sha256(raw)
    for one in sorted(attachments, key=lambda one: one.name):
        digest.update(f"\n{one.name}\n{one.sha256}".encode())
    return digest.hexdigest()


def refused(verb: str, attachments: Sequence[Attachment]) -> list[AnswerFault]:
    """Why an answer of this kind cannot be done with these; nothing when it can."""
    return [why for one in attachments if (why := _refused(verb, one)) is not None][:_MOST_TOLD]


def not_taken(attachments: Sequence[Attachment], faults: Sequence[AnswerFault]) -> list[AnswerFault]:
    """Of a parked answer: its files stay where it lies. faults: for which it is parked."""
    told = {one.field for one in faults}
    return [fault(one.field, "attachment-not-taken") for one in attachments if one.field not in told][:_MOST_TOLD]


def _refused(verb: str, one: Attachment) -> AnswerFault | None:
    if verb in OF_NO_TASK:
        return fault(one.field, "attachment-without-task")
    if one.size_bytes == 0:
        return fault(one.field, "attachment-empty")
    if one.media_type is None:
        return fault(one.field, "attachment-type", allowed=list(media_types.EXTENSIONS.values()))
    return None
