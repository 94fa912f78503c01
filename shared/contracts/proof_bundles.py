"""The bundle that proves a struck-off item, offline and by itself."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Command, GetOne, Instant, ShortText, Text, View


class MakeProofBundle(Command, on="proof_bundle", verb="make"):
    """Put together all that proves a struck-off item, to be checked by anybody without this system."""

    reason: Text | None = None


class ReadBundle(Command, on="proof_bundle", verb="read"):
    """Download it."""

    why: ShortText | None = None


class BundleView(View):
    id: UUID
    state: Literal["queued", "running", "finished", "refused"]
    item_id: UUID
    item_no: str
    requested_at: Instant
    finished_at: Instant | None
    files: int | None
    size_bytes: int | None
    sha256: str | None
    sm3: str | None
    manifest_sha256: str | None = Field(description="publish it: with it anybody can tell that nothing was exchanged")
    problem: dict[str, Any] | None


class GetBundle(GetOne, operation="proof_bundle.get"):
    pass
