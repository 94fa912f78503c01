"""What can be wrong with a notice.

TianweiError
├── InvalidInput: RecipientNamedTwice
├── NotFound:     CaseUnknown
├── Conflict:     AlreadySigned, NoticeCancelled, RuleMissing
└── Unavailable:  OfficeMissing
"""

from shared.errors import Conflict, InvalidInput, NotFound, Unavailable


class RecipientNamedTwice(InvalidInput):
    """A recipient is on the main line and among the copies, or twice among the copies."""

    def __init__(self, recipient: str) -> None:
        super().__init__("notify.recipient-named-twice", "copies", recipient=recipient)


class CaseUnknown(NotFound):
    """No such case, or not the caller's, or its filing has not arrived here yet."""

    def __init__(self) -> None:
        super().__init__("notify.case-unknown", "case_id")


class AlreadySigned(Conflict):
    """A recipient signs once; the first signature stands."""

    def __init__(self, signed_by: str) -> None:
        super().__init__("notify.already-signed", None, signed_by=signed_by)


class NoticeCancelled(Conflict):
    """What was withdrawn for a recipient is neither read nor signed any more."""

    def __init__(self) -> None:
        super().__init__("notify.notice-cancelled")


class RuleMissing(Conflict):
    """No copy rule is in force today that allows this notice: nothing to rest its text on."""

    def __init__(self, fact: str) -> None:
        super().__init__("notify.rule-missing", None, fact=fact)


class OfficeMissing(Unavailable):
    """The register of issuing offices has no row for the county: a deployment must add it."""

    def __init__(self, county: str) -> None:
        super().__init__("notify.office-missing", None, retry_after_s=60, county=county)
