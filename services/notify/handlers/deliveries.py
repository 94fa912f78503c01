"""What the sender process asks of notify: the parcel to carry, and what to tell of it (R10)."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Connection

from services.notify.domain.channel import PROVES, Parcel, ParcelFile, ParcelKind, ReceiptGrade
from services.notify.domain.channel_wording import file_name
from services.notify.domain.document import Document
from services.notify.domain.offices import county_of
from services.notify.domain.receipts import Standing, standing
from services.notify.handlers import serving
from services.notify.handlers.checkpoints import checkpoint_parcel
from services.notify.handlers.probes import probe
from services.notify.ports import ParcelLetter
from services.notify.storage import services
from services.notify.storage.documents import DocumentStore
from services.notify.storage.endpoints import is_probe, options_of
from services.notify.storage.packages import package_number
from services.notify.storage.services import Service
from services.notify.storage.unit import NotifyUnit
from shared.blobs import BlobStore
from shared.contracts.codes import ChannelKind
from shared.contracts.documents import DocumentFile
from shared.outgoing import deliveries, endpoints
from shared.outgoing.courier import Delivered
from shared.outgoing.deliveries import Claimed

_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class DocumentErrand:
    """public_url: the gateway as recipients reach it; empty: the link is a path. blobs: where the frozen files lie;
    None: parcels have none."""

    def __init__(self, public_url: str = "", blobs: BlobStore | None = None) -> None:
        self._public_url = public_url.rstrip("/")
        self._blobs = blobs
        self._documents = DocumentStore()

    def letter(self, connection: Connection, claimed: Claimed) -> ParcelLetter | None:
        """None when the recipient has it meanwhile, when it is served another way, or not in force any more."""
        parcel = self._wanted(connection, claimed)
        if parcel is None:
            return None
        number = 0
        if claimed.channel == ChannelKind.FILE_EXCHANGE:
            number = package_number(connection, claimed.id, claimed.party, claimed.subject_id)
        return ParcelLetter(b"", number, parcel=parcel, options=options_of(connection, claimed.party))

    def _wanted(self, connection: Connection, claimed: Claimed) -> Parcel | None:
        service = services.find(connection, claimed.subject_id, claimed.party)
        if service is None:
            # A probe is tried once: nobody waits for what becomes of it afterwards.
            is_asked = is_probe(connection, claimed.party, claimed.id)
            return probe(claimed, self._public_url) if is_asked else checkpoint_parcel(connection, claimed)
        found = self._documents.get(connection, service.document_id)
        return self._parcel(found, service, claimed) if _is_wanted(found, service) else None

    def _parcel(self, found: Document, service: Service, claimed: Claimed) -> Parcel:
        receipt, frozen = found.receipt(service.recipient), found.frozen
        if frozen is None:
            raise LookupError(f"document {found.id} is not issued")
        number = found.number.text if found.number else ""
        return Parcel(
            delivery_id=claimed.id,
            document_id=found.id,
            about="notice",
            kind=service.kind,
            number=number,
            title=found.title,
            issuer=frozen.issuer,
            recipient=receipt.code or receipt.recipient,
            recipient_name=receipt.recipient,
            sha256=found.digests[0],
            signature=frozen.signature.value if frozen.signature else "",
            link=f"{self._public_url}/api/v1/notices/{found.id}",
            verify_url=f"{self._public_url}/verify/{found.verify_code}" if frozen.signature else "",
            made_at=claimed.created_at,
            due_at=receipt.due_at,
            files=tuple(self._file(file, found, number or found.title) for file in frozen.files) if self._blobs else (),
        )

    def _file(self, file: DocumentFile, found: Document, name: str) -> ParcelFile:
        return ParcelFile(
            f"{file_name(name)}.{file.format}",
            _MEDIA_TYPES[file.format],
            file.sha256,
            self._loader(file.sha256),
            f"{self._public_url}/api/v1/notices/{found.id}/files/{file.format}",
        )

    def _loader(self, sha256: str) -> Callable[[], bytes]:
        blobs = self._blobs
        assert blobs is not None

        def load() -> bytes:
            with blobs.open(sha256) as content:
                return content.read()

        return load

    def on_delivered(self, unit: NotifyUnit, claimed: Claimed, outcome: Delivered) -> None:
        """Grade by grade, as the way proves it (channel.PROVES). Of an urging nothing: its delivery keeps that."""
        carried = _locked(unit, claimed)
        if carried is None:
            return
        service, found = carried
        if service.kind is not ParcelKind.SERVE or not found.is_out:
            return
        way = ChannelKind(claimed.channel)
        accepted = found.accept(service.recipient, service.number, way, outcome.reference, unit.now)
        unit.record(found, unit.documents, accepted)
        if PROVES[way] is ReceiptGrade.PLACED:
            unit.record(found, unit.documents, found.place(service.recipient, way, unit.now))

    def on_exhausted(self, unit: NotifyUnit, claimed: Claimed, error: str) -> str | None:
        """It goes on by the recipient's next way; only when none is left must a person see to it."""
        carried = _locked(unit, claimed)
        if carried is None or not carried[1].is_out:
            return None
        service, found = carried
        if service.kind is ParcelKind.URGE:
            return found.jurisdiction
        told = found.exhaust(service.recipient, error, unit.now) if _is_present(found, service) else []
        unit.record(found, unit.documents, told)
        if not told or serving.serve_otherwise(found, service.recipient, unit):
            return None
        return found.jurisdiction

    def on_gone(self, unit: NotifyUnit, claimed: Claimed, error: str) -> None:
        """The endpoint takes no more until it is configured again: by then the document has gone out another way, or
        waits for this one."""
        endpoint = unit.endpoints.of(unit.connection, claimed.party, county_of(claimed.party))
        is_disabled = endpoints.disable(unit, unit.endpoints, endpoint, claimed, error)
        carried = _locked(unit, claimed)
        if is_disabled and carried is not None:
            unit.flush()  # which ways are in use is read anew
            take_next_way(*carried, error, unit)

    def on_outage(self, unit: NotifyUnit, claimed: Claimed, error: str) -> None:
        """Nobody is told: a document lies in the inbox, and one that nobody signs is urged and listed."""

    def on_recovered(self, unit: NotifyUnit, claimed: Claimed) -> None:
        """As above."""


def resume_delivery(unit: NotifyUnit, subject_id: UUID, party: str) -> None:
    """A person has a way tried again that was given up; nothing when the recipient has it meanwhile."""
    service = services.find(unit.connection, subject_id, party)
    if service is None:
        return
    found = unit.documents.lock(unit.connection, service.document_id)
    if not _is_wanted(found, service) or deliveries.resume(unit.connection, subject_id, party) is None:
        return
    if service.kind is ParcelKind.SERVE:
        unit.record(found, unit.documents, found.resume(service.recipient, unit.now))


def take_next_way(service: Service, found: Document, reason: str, unit: NotifyUnit) -> None:
    """Its way is out of use: it goes by the next one, or waits for this one when there is no other."""
    if service.kind is not ParcelKind.SERVE or not _is_wanted(found, service):
        return
    if serving.serve_otherwise(found, service.recipient, unit):
        deliveries.cancel(unit, service.id, reason, service.party)


def _locked(unit: NotifyUnit, claimed: Claimed) -> tuple[Service, Document] | None:
    """None of a probe, which carries no document."""
    service = services.find(unit.connection, claimed.subject_id, claimed.party)
    if service is None:
        return None
    return service, unit.documents.lock(unit.connection, service.document_id)


def _is_wanted(found: Document, service: Service) -> bool:
    """Whether it is still to be carried."""
    if not found.is_out:
        return False
    at = standing(found.receipt(service.recipient))
    if service.kind is ParcelKind.URGE:
        return at is not Standing.SIGNED
    return _is_present(found, service) and at not in (Standing.PLACED, Standing.SIGNED)


def _is_present(found: Document, service: Service) -> bool:
    """Whether no other way was taken since."""
    present = found.receipt(service.recipient).service
    return present is not None and present.round == service.number
