"""Receipt packages: what comes back from a recipient's exchange folder, proven to be its own.

The time of a receipt is the one it bears. The same receipt again changes nothing; what contradicts itself is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notify.domain.channel import ReceiptGrade, channel_of_route, party_of_route
from services.notify.domain.errors import PackageUnknown
from services.notify.handlers.serving import hand_over
from services.notify.storage import services
from services.notify.storage.packages import laid_package
from services.notify.storage.unit import NotifyUnit


@dataclass(frozen=True)
class GivenReceipt:
    """package_id: what it is for. at: when it came, or was signed for. sha256: of what was signed, empty if unsaid."""

    package_id: UUID
    grade: ReceiptGrade
    at: datetime
    signed_by: str = ""
    sha256: str = ""


def take_receipt(unit: NotifyUnit, party: str, given: GivenReceipt) -> str:
    """`taken` or `repeated`. party: whose receipt it is.

    Raises PackageUnknown, ReceiptBeforeIssue, DigestWrong, DocumentSignedFor by somebody else.
    """
    laid = laid_package(unit.connection, given.package_id)
    if laid is None or party_of_route(laid[0]) != party:
        raise PackageUnknown
    route, subject_id = laid
    service = services.find(unit.connection, subject_id, route)
    if service is None:
        return "repeated"  # of a probe: that it came is all there is to know
    found = unit.documents.lock(unit.connection, service.document_id)
    receipt = found.receipt(service.recipient)
    if given.grade is ReceiptGrade.PLACED:
        told = found.receive(service.recipient, channel_of_route(route), given.at, unit.now)
    elif (receipt.signed_at, receipt.signed_by) == (given.at, given.signed_by):
        told = []
    else:
        told = found.sign_from_afar(service.recipient, given.signed_by, given.sha256, given.at, unit.now)
    if not told:
        return "repeated"
    unit.record(found, unit.documents, told)
    hand_over(found, service.recipient, unit)
    return "taken"
