"""A proof bundle of a struck-off item as a thing of its own: asked for, made once by the worker, or refused."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.blobs import Stored
from shared.contracts.codes import RectificationState
from shared.contracts.evidence_events import ProofBundleMadeV1
from shared.errors import Conflict, TianweiError, Unavailable


class BundleState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    REFUSED = "refused"


class ItemNotStruckOff(Conflict):
    """Only what is struck off is proved."""

    def __init__(self, state: RectificationState | None) -> None:
        super().__init__("evidence.item-not-struck-off", None, law="HOUSE.rectification", state=state and state.value)


class BundleNotReady(Unavailable):
    def __init__(self, state: BundleState) -> None:
        super().__init__("evidence.bundle-not-ready", None, state=state.value, retry_after_s=3)


class BundleRefused(Conflict):
    def __init__(self) -> None:
        super().__init__("evidence.bundle-refused", None)


class BundleCrashed(Conflict):
    """The worker itself ended every time it took the job up."""

    def __init__(self, tries: int) -> None:
        super().__init__("evidence.bundle-crashed", None, tries=tries)


@dataclass(frozen=True)
class Made:
    """The ZIP as stored, with the digest of its manifest and the number of files in it."""

    stored: Stored
    manifest_sha256: str
    files: int


@dataclass(kw_only=True)
class ProofBundle:
    """version: 0 while it is being made, 1 once it has ended. jurisdiction: 12-digit code of the item's place."""

    TYPE: ClassVar[str] = "proof_bundle"

    id: UUID
    jurisdiction: str
    item_id: UUID
    item_no: str
    version: int = 0
    state: BundleState = BundleState.RUNNING
    finished_at: datetime | None = None
    made: Made | None = None

    def finish(self, made: Made, now: datetime) -> list[ProofBundleMadeV1]:
        return [self._ended(now, made, None)]

    def refuse(self, problem: TianweiError, now: datetime) -> list[ProofBundleMadeV1]:
        return [self._ended(now, None, problem)]

    def may_be_read(self) -> Made:
        """Raises BundleNotReady, BundleRefused."""
        if self.state is BundleState.REFUSED:
            raise BundleRefused
        if self.made is None:
            raise BundleNotReady(self.state)
        return self.made

    def apply(self, event: ProofBundleMadeV1) -> None:
        self.state = BundleState.REFUSED if event.refused else BundleState.FINISHED
        self.finished_at = event.at
        if event.sha256 and event.sm3 and event.manifest_sha256:
            stored = Stored(event.sha256, event.size_bytes, event.sm3)
            self.made = Made(stored, event.manifest_sha256, event.files)

    def _ended(self, now: datetime, made: Made | None, problem: TianweiError | None) -> ProofBundleMadeV1:
        return ProofBundleMadeV1(
            at=now,
            reason=problem and problem.code,
            bundle_id=self.id,
            item_id=self.item_id,
            item_no=self.item_no,
            refused=problem is not None,
            files=made.files if made else 0,
            size_bytes=made.stored.size if made else 0,
            sha256=made and made.stored.sha256,
            sm3=made and made.stored.sm3,
            manifest_sha256=made and made.manifest_sha256,
        )
