"""The sealed store: content encrypted under the house's key, found again by keyed hashes only (domain.md 4.6).

A database without the key tells neither what a record says nor of which case it is.
"""

import hashlib
import hmac
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection

from services.cases.domain.sealed_record import SealedRecord
from services.cases.storage.path_tables import sealed_content, sealed_record
from shared.contracts.codes import SealedState
from shared.contracts.sealed_records import SealedContent
from shared.errors import Conflict, NotFound, Unavailable
from shared.sealing import SecretBox, SecretUnreadable


class SealingOff(Unavailable):
    """The process has no key (TIANWEI_SECRETS_KEY): nothing can be sealed or opened."""

    def __init__(self) -> None:
        super().__init__("cases.sealing-off")


class SealBroken(Conflict):
    """The sealed text is not the one its events tell of, or was sealed under another key."""

    def __init__(self) -> None:
        super().__init__("cases.seal-broken", None)


class Seals:
    """ring: keys as SecretBox takes them, the same for all processes of cases. box: for what needs no index.

    The index is made of the oldest key of the ring, which therefore stays its last.
    """

    def __init__(self, ring: str) -> None:
        self.box = SecretBox(ring)
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tianwei sealed index")
        self._index = derived.derive(ring.split(",")[-1].strip().encode())

    def seal(self, record_id: UUID, revision: int, content: SealedContent) -> tuple[str, str]:
        """The sealed text and its digest."""
        sealed = self.box.seal(content.model_dump_json(), _purpose(record_id, revision))
        return sealed, digest(sealed)

    def open(self, record_id: UUID, revision: int, sealed: str) -> SealedContent:
        """Raises SealBroken."""
        try:
            return SealedContent.model_validate_json(self.box.open(sealed, _purpose(record_id, revision)))
        except SecretUnreadable as error:
            raise SealBroken from error

    def key_of(self, case_id: UUID) -> str:
        return hmac.new(self._index, case_id.bytes, hashlib.sha256).hexdigest()


def _purpose(record_id: UUID, revision: int) -> str:
    return f"sealed-record:{record_id}:{revision}"


def digest(sealed: str) -> str:
    return hashlib.sha256(sealed.encode()).hexdigest()


def keep(connection: Connection, seals: Seals, record: SealedRecord, content: SealedContent) -> str:
    """Seal the content as the record's next revision; the digest to tell of it."""
    revision = record.version + 1
    sealed, told = seals.seal(record.id, revision, content)
    row = {"record_id": record.id, "revision": revision, "sealed": sealed, "case_key": seals.key_of(content.case_id)}
    connection.execute(sa.insert(sealed_content), row)
    return told


def read(connection: Connection, seals: Seals | None, record: SealedRecord) -> SealedContent:
    """The content as it is now. Raises SealingOff, SealBroken, NotFound."""
    if seals is None:
        raise SealingOff
    newest = (
        sa.select(sealed_content.c.revision, sealed_content.c.sealed)
        .where(sealed_content.c.record_id == record.id)
        .order_by(sealed_content.c.revision.desc())
        .limit(1)
    )
    row = connection.execute(newest).one_or_none()
    if row is None:
        raise NotFound
    if digest(row.sealed) != record.digest:
        raise SealBroken
    return seals.open(record.id, row.revision, row.sealed)


def is_pending(connection: Connection, seals: Seals | None, case_id: UUID) -> bool:
    """Whether a clue on an official of this case waits for its leader. Raises SealingOff when that cannot be known."""
    drafted = sealed_record.c.state == SealedState.DRAFTED.value
    if seals is None:
        if connection.execute(sa.select(sa.exists().where(drafted))).scalar_one():
            raise SealingOff
        return False
    mine = sa.exists().where(
        sealed_record.c.id == sealed_content.c.record_id,
        drafted,
        sealed_content.c.case_key == seals.key_of(case_id),
    )
    return bool(connection.execute(sa.select(mine)).scalar_one())
