"""Recording what came back on paper, or as a code from a network that nothing reaches (domain.md 4.10)."""

from datetime import UTC, datetime

from services.notify.domain.channel import party_of_route
from services.notify.domain.document import Document
from services.notify.domain.errors import PackageUnknown, ReceiptWrong
from services.notify.domain.offices import party_of
from services.notify.domain.receipt_code import ReceiptCode
from services.notify.domain.receipt_proof import ReceiptProof, proof_row, slip_id
from services.notify.handlers.serving import hand_over
from services.notify.storage import services
from services.notify.storage.packages import laid_package
from services.notify.storage.unit import NotifyUnit
from shared.contracts.codes import ChannelKind
from shared.contracts.receipt_proofs import ReceiptProofRecordedV1, ReceiptProofView, RecordReceipt
from shared.ids import new_id
from shared.operations import Call


def record_receipt(cmd: RecordReceipt, call: Call, unit: NotifyUnit) -> ReceiptProofView:
    """Time of the receipt is the one that it bears; who entered it is kept beside.

    Raises ReceiptCodeWrong, PackageUnknown, ReceiptWrong, RecipientUnknown, ReceiptBeforeIssue, DocumentSignedFor.
    """
    found = unit.documents.lock_seen(unit.connection, call.target, call.by, call.expected_version)
    code = ReceiptCode.parse(cmd.code) if cmd.code else None
    known = _known(found, cmd, code, unit)
    if known is not None:
        return _view(known)
    channel, received_at = _told(found, cmd, code, unit)
    if cmd.signed_by is not None:
        told = found.sign_for(cmd.recipient, cmd.signed_by, received_at, call.by, unit.now)
    else:
        told = found.deliver(cmd.recipient, channel.value, received_at, call.by, unit.now)
    unit.record(found, unit.documents, told)
    hand_over(found, cmd.recipient, unit)
    recorded = ReceiptProofRecordedV1(
        at=unit.now,
        proof_id=new_id(),
        document_id=found.id,
        recipient=cmd.recipient,
        channel=channel,
        code=str(code) if code else None,
        received_at=received_at,
        signed_by=cmd.signed_by,
        handed_by=cmd.handed_by,
        photo_sha256=cmd.photo_sha256,
        entered_by=call.by.name,
    )
    proof = ReceiptProof(recorded.proof_id, found.jurisdiction)
    unit.record(proof, unit.receipt_proofs, [recorded])
    return _view(proof)


def _known(found: Document, cmd: RecordReceipt, code: ReceiptCode | None, unit: NotifyUnit) -> ReceiptProof | None:
    """The same code with the same signer has been entered before."""
    if code is None:
        return None
    for proof in unit.receipt_proofs.of_document(unit.connection, found.id):
        fact = proof.fact
        if (fact.recipient, fact.code, fact.signed_by) == (cmd.recipient, str(code), cmd.signed_by):
            return proof
    return None


def _told(
    found: Document, cmd: RecordReceipt, code: ReceiptCode | None, unit: NotifyUnit
) -> tuple[ChannelKind, datetime]:
    """By which way it had gone out, and when it was received."""
    if code is not None:
        if cmd.received_at is not None:
            raise ReceiptWrong("received_at", "said-by-the-code")
        return _way(found, cmd.recipient, code, unit), code.at
    for name in ("handed_by", "photo_sha256", "received_at"):
        if getattr(cmd, name) is None:
            raise ReceiptWrong(name, "missing")
    return ChannelKind.PAPER, (cmd.received_at or unit.now).astimezone(UTC)


def _way(found: Document, recipient: str, code: ReceiptCode, unit: NotifyUnit) -> ChannelKind:
    """Raises PackageUnknown for the code of another document or another recipient."""
    office = unit.desk.offices.of(found.jurisdiction)
    if office.code_of(recipient) != code.receiver:
        raise PackageUnknown
    if code.package_id == slip_id(found.id, recipient):
        return ChannelKind.PAPER
    laid = laid_package(unit.connection, code.package_id)
    if laid is None or party_of_route(laid[0]) != party_of(found.jurisdiction, code.receiver):
        raise PackageUnknown
    service = services.find(unit.connection, laid[1], laid[0])
    if service is None or (service.document_id, service.recipient) != (found.id, recipient):
        raise PackageUnknown
    return ChannelKind.FILE_EXCHANGE


def _view(proof: ReceiptProof) -> ReceiptProofView:
    return ReceiptProofView(id=proof.id, **proof_row(proof.fact))
