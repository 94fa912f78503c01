"""The exchange folder: packages of ours in `out`, the system's in `in`."""

import contextlib
import io
import threading
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from services.agencies.adapters.protocols.package_attachments import attachments_of
from services.agencies.domain.answers import fault, refused_receipt
from services.agencies.kit.county import County
from services.agencies.kit.doors.base import How, body_of, tampered
from services.agencies.ports import Dispatch
from shared import keys
from shared.contracts.agency_endpoints import AnswerReceipt
from shared.exchange.package import (
    HOUSE,
    MOST_PACKAGE_BYTES,
    MOST_SIGNATURE_BYTES,
    SIGNATURE_SUFFIX,
    SUFFIX,
    Package,
    PackageFault,
    PackageName,
    open_package,
    pack,
    seal,
)
from shared.exchange.store import IN, OUT, PARKED, TAKEN, Entry, FolderStore, StoreDown
from shared.ids import new_id

_LOOK_S = 0.1
_LOOKS_HALF = ("digest-wrong", "signature-unreadable", "signature-missing")


class ExchangeDoor:
    """rest_s: a file that has not changed for so long is not being written any more; a gap that is older is one."""

    def __init__(self, county: County, folder: Path, rest_s: float) -> None:
        self._county = county
        self._folder = folder
        self._store = FolderStore(folder)
        self._rest_s = rest_s
        self._own, self._vendors = keys.new_key(keys.ED25519), keys.new_key(keys.ED25519)
        self._number = 0
        self._laid: dict[UUID, PackageName] = {}
        self._sent: dict[int, tuple[Dispatch, How]] = {}
        self._held: set[UUID] = set()
        self._last = 0
        self._gap_since: float | None = None
        self.gaps: list[list[int]] = []
        self._closed = threading.Event()
        self._lock = threading.RLock()
        self._digests: dict[int, str] = {}
        county.on_resend = self._lay_again

    def access(self) -> dict[str, Any]:
        private = self._vendors.partition(":")[2]
        house_key = keys.public_key(self._own)
        return {"exchange": {"folder": str(self._folder.resolve()), "house_key": house_key, "private_key": private}}

    def open(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def is_ready(self) -> bool:
        return True

    def number(self, dispatch: Dispatch) -> PackageName:
        """Give it the next number, without laying it."""
        with self._lock:
            if dispatch.id not in self._laid:
                self._number += 1
                self._laid[dispatch.id] = PackageName(HOUSE, self._county.agency.value, self._number, dispatch.id)
            return self._laid[dispatch.id]

    def send(self, dispatch: Dispatch, how: How = How.PLAIN) -> None:
        """Lay it; what was laid before is laid again under the same name."""
        with self._lock:
            name = self.number(dispatch)
            self._sent[name.number] = (dispatch, How.PLAIN)
            body = body_of(dispatch, how)
            content = pack(name, body, dispatch.at, "sha256", {})
            key = keys.new_key(keys.ED25519) if how is How.WRONG_KEY else self._own
            signature = seal(name, content, [key])
            if how is How.TAMPERED:
                content = pack(name, tampered(body), dispatch.at, "sha256", {})
            if how is How.HALF:
                self._store.write(OUT, f"{name}{SUFFIX}", content[: len(content) // 2])
                return
            self._store.write(OUT, f"{name}{SUFFIX}", content)
            self._store.write(OUT, f"{name}{SIGNATURE_SUFFIX}", signature)

    def is_refused(self, delivery_id: UUID) -> bool | None:  # noqa: ARG002 - a folder does not answer
        return None

    def has_arrived(self, delivery_id: UUID) -> bool | None:
        return delivery_id in self._county.arrived

    def close(self) -> None:
        self._closed.set()

    def _lay_again(self, numbers: list[int]) -> list[int]:
        """Nothing, when some were never used: which."""
        if unknown := [number for number in numbers if number > self._number]:
            return unknown
        for number in numbers:
            if number in self._sent:
                self.send(*self._sent[number])
            else:
                held = next((id_ for id_, name in self._laid.items() if name.number == number), None)
                if held is not None:
                    self._held.add(held)
        return []

    def was_asked_for(self, delivery_id: UUID) -> bool:
        """Whether the system asked for a package that it was not given yet."""
        return delivery_id in self._held

    def _run(self) -> None:
        while not self._closed.wait(_LOOK_S):
            # What the system under test does to the folder is no end of the trial.
            with contextlib.suppress(StoreDown):
                self._look()

    def _look(self) -> None:
        there = {entry.name: entry for entry in self._store.list(IN)}
        for name in sorted((one for one in there if one.endswith(SUFFIX)), key=_turn):
            if not self._one(there[name], there):
                break

    def _one(self, entry: Entry, there: dict[str, Entry]) -> bool:
        """False when those after it must wait."""
        try:
            name = PackageName.parse(entry.name)
            if (there_signature := entry.name.removesuffix(SUFFIX) + SIGNATURE_SUFFIX) not in there:
                raise PackageFault("signature-missing", "file")
            content = self._store.read(IN, entry.name, MOST_PACKAGE_BYTES) or b""
            signature = self._store.read(IN, there_signature, MOST_SIGNATURE_BYTES) or b""
            trusted, agency = [keys.public_key(self._vendors)], self._county.agency.value
            package = open_package(entry.name, content, signature, trusted=trusted, sender=agency, receiver=HOUSE)
        except PackageFault as wrong:
            if wrong.reason in _LOOKS_HALF and time.time() - entry.changed_at < self._rest_s:
                return True
            if wrong.counts:
                return self._counted(entry, name.number, keys.digest("sha256", content), wrong)
            self._park(entry, wrong, number_used=False)
            return True
        return self._counted(entry, name.number, package.sha256, package)

    def _counted(self, entry: Entry, number: int, sha256: str, found: Package | PackageFault) -> bool:
        """What is proven to be the system's, in its turn; it uses up its number, whatever is wrong with it."""
        if number > self._last + 1 and not self._skips(number):
            return False
        known = self._digests.setdefault(number, sha256)
        if known != sha256:
            found = PackageFault("number-reused", "file", proven=True)
        self._last = max(self._last, number)
        if isinstance(found, PackageFault):
            self._park(entry, found, number_used=True)
            return True
        receipt = self._county.take(found.data, attachments=attachments_of(found))
        receipt = receipt.model_copy(update={"number_used": True})
        self._put_away(entry.name, PARKED if receipt.status == "parked" else TAKEN)
        self._reply(receipt)
        return True

    def _skips(self, number: int) -> bool:
        """Ask for what is missing; when it does not come, go on without it, so that the rest can be judged too."""
        missing = list(range(self._last + 1, number))
        now = time.monotonic()
        if self._gap_since is None:
            self._gap_since = now
            self._owe("resend", {"numbers": missing})
        if now - self._gap_since < 2 * self._rest_s:
            return False
        self._gap_since = None
        self.gaps.append(missing)
        self._last = number - 1
        return True

    def _park(self, entry: Entry, wrong: PackageFault, *, number_used: bool) -> None:
        reason = wrong.reason
        if reason in _LOOKS_HALF and not _is_zip(self._store.read(IN, entry.name, MOST_PACKAGE_BYTES) or b""):
            reason = "not-a-zip"
        why = fault(wrong.field, reason, allowed=wrong.facts.get("allowed"), most=wrong.facts.get("most", ""))
        self._put_away(entry.name, PARKED)
        self._reply(refused_receipt(self._county.refuse(entry.name, why), number_used))

    def _put_away(self, name: str, target: str) -> None:
        self._store.move(name, target)
        self._store.move(name.removesuffix(SUFFIX) + SIGNATURE_SUFFIX, target)

    def _reply(self, receipt: AnswerReceipt) -> None:
        if receipt.verb != "received" or receipt.status == "parked":
            self._owe("receipt", receipt.model_dump(mode="json"))

    def _owe(self, kind: str, data: dict[str, Any]) -> None:
        id_ = new_id()
        self.send(Dispatch(id_, kind, id_, self._county.agency, datetime.now(UTC), data))


def _is_zip(content: bytes) -> bool:
    try:
        return zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        return False


def _turn(name: str) -> tuple[int, str]:
    try:
        return PackageName.parse(name).number, name
    except PackageFault:
        return 0, name
