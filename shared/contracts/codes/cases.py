"""The case, its hand-over, listing and sealed record."""

from enum import StrEnum


class CaseState(StrEnum):
    """domain.md 3.2; clue_verified is the clue's own state opinion_submitted."""

    STOPPED = "stopped"
    NOT_FILED = "not_filed"
    FILED = "filed"
    INVESTIGATING = "investigating"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    REPORT_DONE = "report_done"
    UNDER_REVIEW = "under_review"
    LEGAL_REVIEW = "legal_review"
    COLLECTIVE = "collective"
    NOTICED = "noticed"
    HEARING = "hearing"
    DECIDED = "decided"
    NO_PENALTY = "no_penalty"
    SERVED = "served"
    PERFORMING = "performing"
    DEMANDED = "demanded"
    COURT_APPLIED = "court_applied"
    COURT_RULED = "court_ruled"
    EXECUTED = "executed"
    CLOSED = "closed"
    ARCHIVED = "archived"
    REOPENED = "reopened"


class TransferState(StrEnum):
    """Of a hand-over to public security (domain.md 3.5)."""

    DUE = "due"
    REPORTED = "reported"
    APPROVED = "approved"
    REFUSED_BY_CHIEF = "refused_by_chief"
    RECEIPTED = "receipted"
    SUPPLEMENT_ASKED = "supplement_asked"
    FILED = "filed"
    REFUSED = "refused"
    RECONSIDERING = "reconsidering"
    REFUSED_FINAL = "refused_final"
    PROC_SUPERVISION = "proc_supervision"
    CLOSED_ADMIN = "closed_admin"
    ENDED = "ended"


class SealedState(StrEnum):
    """Of a sealed hand-over of a clue on an official (domain.md 2.7)."""

    DRAFTED = "drafted"
    SENT = "sent"
    RECEIPTED = "receipted"
    ANSWERED = "answered"
    DECLINED = "declined"


class ListingState(StrEnum):
    """Of a supervision listing (domain.md 3.8)."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    APPROVED = "approved"
    NOTIFIED = "notified"
    SIGNED = "signed"
    IN_PROGRESS = "in_progress"
    EXTENDED = "extended"
    DONE_REPORTED = "done_reported"
    VERIFIED = "verified"
    DELISTED = "delisted"
    PUBLISHED = "published"
    OVERDUE = "overdue"
    TALK = "talk"


class Measure(StrEnum):
    """What a penalty decision orders (domain.md 2.3)."""

    RETURN_LAND = "return_land"
    DEMOLISH = "demolish"
    CONFISCATE_BUILDINGS = "confiscate_buildings"
    CONFISCATE_GAINS = "confiscate_gains"
    FINE = "fine"
    CORRECT = "correct"
    RESTORE = "restore"


class TerminateReason(StrEnum):
    """domain.md 5.6, NRP 28."""

    NO_FACT = "no_fact"
    TIME_BARRED = "time_barred"
    NOT_OUR_JURISDICTION = "not_our_jurisdiction"
    OTHER = "other"


class NotFiledReason(StrEnum):
    MINOR_AND_CORRECTED = "minor_and_corrected"
    CONDITIONS_MISSING = "conditions_missing"


class NoPenaltyReason(StrEnum):
    """APL 33."""

    MINOR_AND_CORRECTED = "minor_and_corrected"
    FIRST_AND_CORRECTED = "first_and_corrected"
    NO_FAULT = "no_fault"
    NO_FACT = "no_fact"


class ReopenGround(StrEnum):
    """Who may have a closed case taken up again (domain.md 3.2)."""

    SUPERIOR_ORDER = "superior_order"
    COURT_DECISION = "court_decision"
    RECONSIDERATION_DECISION = "reconsideration_decision"


class DelayReason(StrEnum):
    """domain.md 5.6."""

    APPRAISAL_PENDING = "appraisal_pending"
    PARTY_MISSING = "party_missing"
    SEASON = "season"
    LITIGATION = "litigation"
    FUNDS = "funds"
    OTHER = "other"


class ViolationType(StrEnum):
    """Rule table of domain.md 2.3 (案由)."""

    VT01 = "VT01"
    VT02 = "VT02"
    VT03 = "VT03"
    VT04 = "VT04"
    VT05 = "VT05"
    VT06 = "VT06"
    VT07 = "VT07"
    VT08 = "VT08"
    VT09 = "VT09"
    VT10 = "VT10"
    VT11 = "VT11"
    VT12 = "VT12"
    VT13 = "VT13"
    VT14 = "VT14"
    VT15 = "VT15"
    VT16 = "VT16"
    VT17 = "VT17"
    VT18 = "VT18"
    VT19 = "VT19"
    VT20 = "VT20"
    VT21 = "VT21"
    VT22 = "VT22"
    VT23 = "VT23"
    VT24 = "VT24"


class ClosingGround(StrEnum):
    """NRP 46 (一) to (七)."""

    JURISDICTION_TRANSFERRED = "jurisdiction_transferred"
    TERMINATED = "terminated"
    NO_PENALTY = "no_penalty"
    EXECUTED = "executed"
    ENFORCEMENT_ENDED = "enforcement_ended"
    ENFORCEMENT_APPLIED = "enforcement_applied"
    OTHER = "other"
