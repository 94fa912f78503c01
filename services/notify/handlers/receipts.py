"""Receipts that come back by other ways than the console: a package, a code that is typed in, a paper.

The time of a receipt is the one it bears. The same receipt again changes nothing; what contradicts itself is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notify.domain.channel import ReceiptGrade, channel_of_route, party_of_route
from services.notify.domain.errors import AlreadySigned, PackageUnknown, ReceiptWrong
from services.notify.domain.offices import recipient_of
from services.notify.handlers.notices import hand_over
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
    """Of a recipient that has proven who it is: `taken` or `repeated`. party: whose receipt it is.

    Raises PackageUnknown; ReceiptWrong for another text than was sent, for a time that cannot be, for another signer.
    """
    laid = laid_package(unit.connection, given.package_id)
    if laid is None or party_of_route(laid[0]) != party:
        raise PackageUnknown
    route, subject_id = laid
    if not unit.notices.exists(unit.connection, subject_id):
        return "repeated"  # of a probe: that it came is all there is to know
    notice, recipient = unit.notices.lock(unit.connection, subject_id), recipient_of(party)
    channel = channel_of_route(route)
    if given.sha256 and given.sha256 != notice.sha256:
        raise ReceiptWrong("data.sha256", "another-text")
    if notice.issued_at is None or not notice.issued_at <= given.at <= unit.now:
        raise ReceiptWrong("data.at", "time-impossible")
    if given.grade is ReceiptGrade.SIGNED:
        try:
            told = notice.sign(recipient, given.signed_by, given.at, channel)
        except AlreadySigned:
            if notice.receipt(recipient).signed_by != given.signed_by:
                raise
            return "repeated"
    else:
        told = notice.arrive(recipient, channel, given.at)
    if not told:
        return "repeated"
    unit.record(notice, unit.notices, told)
    hand_over(notice, recipient, unit)
    return "taken"
