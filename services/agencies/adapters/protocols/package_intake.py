"""Takes an agency's packages from the exchange folder: verified, in their turn, each once; the rest is parked.

A package is there when its signature is. What is repeated is put away, what comes before its turn waits where it lies
until the missing one has come, what is wrong is parked and answered by a receipt. Ending at any moment does no harm:
what was taken is known by number and digest, and is only put away when it is met again. Attachments are in the file
store before the transaction that tells of them; the package lies where it was until that has committed.
"""

import io
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.agencies.adapters.protocols.file_exchange import NAME
from services.agencies.adapters.protocols.package_attachments import attachments_of
from services.agencies.domain.answers import fault
from services.agencies.handlers import inbound
from services.agencies.storage.unit import AgenciesUnit
from shared import keys
from shared.blobs import BlobStore
from shared.contracts.agency_endpoints import AnswerFault
from shared.contracts.codes import Agency
from shared.delivery.runner import UnitRunner
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
)
from shared.exchange.store import IN, PARKED, PART, TAKEN, Entry, ExchangeStore
from shared.ids import new_id

# A file that is still being written, or whose signature is still on its way, is younger than this.
HALF_WRITTEN_S = 600.0
_MOST_A_ROUND = 200
# What a copy that is still going on looks like, of the package or of its signature.
_LOOKS_HALF = ("digest-wrong", "signature-unreadable")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Peer:
    """trusted: gives the public keys of the agency that hold now; asked anew for every package."""

    agency: Agency
    trusted: Callable[[], Sequence[str]]
    county_code: str


@dataclass(frozen=True)
class _Verified:
    """A package as it is and as it is handed on."""

    package: Package
    given: inbound.Package


class PackageIntake:
    """One agency's folder. blobs: keeps what attachments hold.

    wall: seconds since the epoch, as the folder's own clock has them.
    """

    def __init__(
        self,
        runner: UnitRunner[AgenciesUnit],
        store: ExchangeStore,
        peer: Peer,
        blobs: BlobStore,
        half_written_s: float = HALF_WRITTEN_S,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._runner = runner
        self._store = store
        self._peer = peer
        self._blobs = blobs
        self._half_written_s = half_written_s
        self._wall = wall
        # Verified and waiting for their turn: not read again until they change.
        self._waiting: dict[str, tuple[int, float, _Verified]] = {}

    def round(self) -> int:
        """Look once; the number of packages that were taken. Raises StoreDown, and what the database raises."""
        there = {entry.name: entry for entry in self._store.list(IN)}
        packages = sorted((name for name in there if name.endswith(SUFFIX)), key=_turn)
        taken = sum(self._one(there[name], there) for name in packages[:_MOST_A_ROUND])
        for name, entry in there.items():
            if not name.endswith(SUFFIX) and self._is_old(entry):
                self._stray(entry, there)
        self._waiting = {name: kept for name, kept in self._waiting.items() if name in there}
        return taken

    def _one(self, entry: Entry, there: dict[str, Entry]) -> bool:
        try:
            verified = self._verified(entry, there)
        except PackageFault as wrong:
            self._park(entry, wrong)
            return False
        if verified is None:
            return False
        verdict = self._take(verified)
        if verdict == "waits":
            self._waiting[entry.name] = (entry.size, entry.changed_at, verified)
            return False
        self._put_away(entry.name, PARKED if verdict == "parked" else TAKEN)
        return verdict == "taken"

    def _verified(self, entry: Entry, there: dict[str, Entry]) -> _Verified | None:
        """None while it is on its way. Raises PackageFault."""
        kept = self._waiting.get(entry.name)
        if kept is not None and kept[:2] == (entry.size, entry.changed_at):
            return kept[2]
        PackageName.parse(entry.name)
        if entry.size > MOST_PACKAGE_BYTES:
            raise PackageFault("too-large", "file", most=MOST_PACKAGE_BYTES)
        signature_name = entry.name.removesuffix(SUFFIX) + SIGNATURE_SUFFIX
        if signature_name not in there:
            if self._is_old(entry):
                raise PackageFault("signature-missing", "file")
            return None
        content = self._store.read(IN, entry.name, MOST_PACKAGE_BYTES)
        signature = self._store.read(IN, signature_name, MOST_SIGNATURE_BYTES)
        if content is None or signature is None:
            return None
        try:
            package = open_package(
                entry.name,
                content,
                signature,
                trusted=self._peer.trusted(),
                sender=self._peer.agency.value,
                receiver=HOUSE,
            )
        except PackageFault as wrong:
            # A copy that is still going on looks like a damaged one; it is judged when it has come to rest.
            if wrong.reason in _LOOKS_HALF and not self._is_old(entry):
                return None
            raise
        return _Verified(package, _given(package))

    def _take(self, verified: _Verified) -> str:
        """What has no effect leaves nothing in the store: content is put there when the answer is known to be done."""
        try:
            return self._told(verified.given)
        except inbound.NotStored:
            for content in verified.package.attachments.values():
                self._blobs.put(io.BytesIO(content))
            return self._told(replace(verified.given, stored=True))

    def _told(self, given: inbound.Package) -> str:
        def use_case(unit: AgenciesUnit) -> dict[str, str]:
            return {"verdict": inbound.take_package(unit, self._peer.agency, NAME, given)}

        verdict: str = self._run(use_case)["verdict"]
        return verdict

    def _park(self, entry: Entry, wrong: PackageFault) -> None:
        """At once what is not proven to be the agency's package, with its number still free; the rest in its turn."""
        facts = dict(wrong.facts)
        why = fault(wrong.field, wrong.reason, allowed=facts.pop("allowed", None), **facts)
        if wrong.counts and (content := self._store.read(IN, entry.name, MOST_PACKAGE_BYTES)) is not None:
            name = PackageName.parse(entry.name)
            given = inbound.Package(entry.name, name.number, name.package_id, b"", keys.digest("sha256", content))
            if self._refused(given, why) != "waits":
                log.warning("package parked", extra={"agency": self._peer.agency.value, "reason": wrong.reason})
                self._put_away(entry.name, PARKED)
            return
        log.warning("package parked", extra={"agency": self._peer.agency.value, "reason": wrong.reason})
        shown = entry.name.encode("utf-8", "backslashreplace").decode()[:200]
        digest = keys.digest("sha256", f"{shown}\n{entry.size}\n{entry.changed_at}\n{wrong.reason}".encode())

        def use_case(unit: AgenciesUnit) -> dict[str, str]:
            numbered = False if entry.name.endswith(SUFFIX) else None
            inbound.refuse(unit, self._peer.agency, NAME, shown, digest, why, proven=wrong.proven, number_used=numbered)
            return {}

        self._run(use_case)
        self._put_away(entry.name, PARKED)

    def _refused(self, given: inbound.Package, why: AnswerFault) -> str:
        def use_case(unit: AgenciesUnit) -> dict[str, str]:
            return {"verdict": inbound.refuse_package(unit, self._peer.agency, NAME, given, why)}

        return self._run(use_case)["verdict"]

    def _stray(self, entry: Entry, there: dict[str, Entry]) -> None:
        """What is no package and has lain long enough: a signature alone, a half copy, something else altogether."""
        if entry.name.endswith(SIGNATURE_SUFFIX):
            if entry.name.removesuffix(".sig") not in there:
                self._store.move(entry.name, PARKED)
        elif entry.name.endswith(PART):
            self._store.move(entry.name, PARKED)
        else:
            self._park(entry, PackageFault("name-wrong", "file"))

    def _put_away(self, name: str, target: str) -> None:
        self._waiting.pop(name, None)
        self._store.move(name, target)
        self._store.move(name.removesuffix(SUFFIX) + SIGNATURE_SUFFIX, target)

    def _run(self, use_case: Callable[[AgenciesUnit], dict[str, str]]) -> dict[str, str]:
        by = inbound.system_of(self._peer.agency, NAME, self._peer.county_code)
        return self._runner.run(by, use_case, correlation_id=f"package-{new_id()}")

    def _is_old(self, entry: Entry) -> bool:
        return self._wall() - entry.changed_at > self._half_written_s


def _given(package: Package) -> inbound.Package:
    name = package.name
    return inbound.Package(
        f"{name}{SUFFIX}", name.number, name.package_id, package.data, package.sha256, attachments_of(package)
    )


def _turn(name: str) -> tuple[int, str]:
    """Packages in the order of their numbers, what has none first."""
    try:
        return PackageName.parse(name).number, name
    except PackageFault:
        return 0, name
