"""Takes receipt packages out of exchange folders: proven by the recipient's key, each once, the rest parked.

    data.json  {"type": "tianwei.receipt.placed.v1", "data": {"package_id", "at"}}
               {"type": "tianwei.receipt.signed.v1", "data": {"package_id", "at", "signed_by", "sha256"}}

A recipient numbers its packages as it likes: a receipt says itself what it is for, so none waits for another.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import SQLAlchemyError

from services.notify.domain.channel import ReceiptGrade, party_of_route
from services.notify.domain.offices import recipient_of
from services.notify.domain.route_secret import parts_of
from services.notify.handlers.receipts import GivenReceipt, take_receipt
from services.notify.storage.tables import endpoint
from services.notify.storage.unit import NotifyUnit
from shared.contracts.codes import ChannelKind
from shared.delivery.runner import UnitRunner
from shared.errors import Conflict, InvalidInput, NotFound, TianweiError
from shared.exchange.package import (
    HOUSE,
    MOST_PACKAGE_BYTES,
    MOST_SIGNATURE_BYTES,
    SIGNATURE_SUFFIX,
    SUFFIX,
    Package,
    PackageFault,
    open_package,
)
from shared.exchange.places import open_store
from shared.exchange.store import IN, PARKED, PART, TAKEN, ExchangeStore, StoreDown
from shared.ids import new_id
from shared.outgoing.endpoints import Safeguards
from shared.outgoing.secret_box import SecretUnreadable
from shared.principal import Actor

log = logging.getLogger(__name__)

POLL_S = 5.0
HALF_WRITTEN_S = 600.0
_MOST_A_ROUND = 200
_LOOKS_HALF = ("digest-wrong", "signature-unreadable")
# Not the receipt's fault: it lies where it is until the database is there again.
_REFUSED = (InvalidInput, NotFound, Conflict)


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Placed(_Told):
    package_id: UUID
    at: AwareDatetime


class _Signed(_Placed):
    signed_by: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Event(BaseModel):
    """As CloudEvents are: more than we ask for may be in it."""

    type: Literal["tianwei.receipt.placed.v1", "tianwei.receipt.signed.v1"]
    data: Annotated[dict[str, Any], Field(max_length=20)]


def read_receipt(data: bytes) -> GivenReceipt:
    """Raises PackageFault, naming the field."""
    try:
        event = _Event.model_validate_json(data)
        if event.type == "tianwei.receipt.signed.v1":
            signed = _Signed.model_validate(event.data)
            return GivenReceipt(
                signed.package_id, ReceiptGrade.SIGNED, signed.at.astimezone(UTC), signed.signed_by, signed.sha256
            )
        placed = _Placed.model_validate(event.data)
        return GivenReceipt(placed.package_id, ReceiptGrade.PLACED, placed.at.astimezone(UTC))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PackageFault("receipt-wrong", f"data.json/{place}"[:120], proven=True) from error


class ReceiptFolder:
    """One recipient's folder. trusted: public keys by which its packages are verified."""

    def __init__(
        self,
        runner: UnitRunner[NotifyUnit],
        store: ExchangeStore,
        party: str,
        trusted: list[str],
        half_written_s: float = HALF_WRITTEN_S,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._runner = runner
        self._store = store
        self._party = party
        self._recipient = recipient_of(party).value
        self._trusted = trusted
        self._half_written_s = half_written_s
        self._wall = wall

    def round(self) -> int:
        """Look once; how many receipts were taken. Raises StoreDown, and what the database raises."""
        there = {entry.name: entry for entry in self._store.list(IN)}
        taken = 0
        for name in sorted(name for name in there if name.endswith(SUFFIX))[:_MOST_A_ROUND]:
            old = self._wall() - there[name].changed_at > self._half_written_s
            taken += self._one(name, name.removesuffix(SUFFIX) + SIGNATURE_SUFFIX in there, old)
        for name, entry in there.items():
            stray = not name.endswith((SUFFIX, SIGNATURE_SUFFIX)) or name.endswith(PART)
            if stray and self._wall() - entry.changed_at > self._half_written_s:
                self._store.move(name, PARKED)
        return taken

    def _one(self, name: str, signed: bool, old: bool) -> bool:
        try:
            package = self._opened(name, signed, old)
            if package is None:
                return False
            verdict = self._take(read_receipt(package.data))
        except PackageFault as wrong:
            self._park(name, wrong.reason, wrong.field)
            return False
        except _REFUSED as refused:
            self._park(name, refused.code, refused.field or "")
            return False
        self._put_away(name, TAKEN)
        return verdict == "taken"

    def _opened(self, name: str, signed: bool, old: bool) -> Package | None:
        """None while it is on its way."""
        if not signed:
            if old:
                raise PackageFault("signature-missing", "file")
            return None
        content = self._store.read(IN, name, MOST_PACKAGE_BYTES)
        signature = self._store.read(IN, name.removesuffix(SUFFIX) + SIGNATURE_SUFFIX, MOST_SIGNATURE_BYTES)
        if content is None or signature is None:
            return None
        try:
            return open_package(name, content, signature, trusted=self._trusted, sender=self._recipient, receiver=HOUSE)
        except PackageFault as wrong:
            if wrong.reason in _LOOKS_HALF and not old:
                return None
            raise

    def _take(self, given: GivenReceipt) -> str:
        def use_case(unit: NotifyUnit) -> dict[str, Any]:
            return {"verdict": take_receipt(unit, self._party, given)}

        by = Actor(f"{self._recipient}@{ChannelKind.FILE_EXCHANGE}", "离线交换", frozenset(), "", "")
        answer = self._runner.run(by, use_case, correlation_id=f"package-{new_id()}")
        return str(answer["verdict"])

    def _park(self, name: str, reason: str, field: str) -> None:
        facts = {"party": self._party, "package": name[:200], "reason": reason, "field": field}
        log.warning("a receipt package is parked", extra=facts)
        self._put_away(name, PARKED)

    def _put_away(self, name: str, target: str) -> None:
        self._store.move(name, target)
        self._store.move(name.removesuffix(SUFFIX) + SIGNATURE_SUFFIX, target)


class ExchangeReceipts(threading.Thread):
    """Looks into every folder of the file exchange, one after the other, until it is told to stop."""

    def __init__(
        self, runner: UnitRunner[NotifyUnit], safeguards: Safeguards, root: Path, poll_s: float = POLL_S
    ) -> None:
        super().__init__(name="exchange-receipts", daemon=True)
        self._runner = runner
        self._safeguards = safeguards
        self._root = root
        self._poll_s = poll_s
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            self.round()
            self._stopping.wait(self._poll_s)

    def round(self) -> int:
        """Once through all; one that cannot be read keeps no other from being read."""
        try:
            rows = self._rows()
        except SQLAlchemyError:
            log.warning("cannot look up exchange folders", exc_info=True)
            return 0
        return sum(self._folder(row) for row in rows)

    def _folder(self, row: RowMapping) -> int:
        party, options = party_of_route(row["party"]), row["options"]
        if not options.get("partner_key"):
            return 0
        try:
            store = self._open(row, options)
            try:
                return ReceiptFolder(self._runner, store, party, [options["partner_key"]]).round()
            finally:
                store.close()
        except (StoreDown, TianweiError, SQLAlchemyError, SecretUnreadable, ValueError):
            log.warning("cannot read an exchange folder", extra={"party": party}, exc_info=True)
        except Exception:  # one folder's odd data must not end the reading of the others
            log.exception("reading an exchange folder failed unexpectedly", extra={"party": party})
        return 0

    def _open(self, row: RowMapping, options: Mapping[str, Any]) -> ExchangeStore:
        secret = parts_of(self._safeguards.box.open(row["secret"], str(row["id"])))
        make = partial(open_store, row["url"], self._root, secret.get("password", ""))
        return make(options.get("host_key") or "", self._safeguards.allowed_hosts)

    def _rows(self) -> list[RowMapping]:
        columns = (endpoint.c.id, endpoint.c.party, endpoint.c.url, endpoint.c.secret, endpoint.c.options)
        wanted = endpoint.c.active, endpoint.c.party.endswith(f":{ChannelKind.FILE_EXCHANGE}", autoescape=True)
        with self._runner.engine.connect() as connection:
            return list(connection.execute(sa.select(*columns).where(*wanted)).mappings())
