"""Joint actions, their proposals and tasks."""

from enum import StrEnum


class ProposalState(StrEnum):
    """Of a proposal of a joint action (domain.md 4.2)."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"


class ActionTrigger(StrEnum):
    """domain.md 4.2, 1 to 9."""

    STOP_ORDER_IGNORED = "stop_order_ignored"
    SEVERAL_LEADS = "several_leads"
    LARGE_AREA = "large_area"
    RESISTANCE = "resistance"
    DEMOLITION_ON_SITE = "demolition_on_site"
    OFFICIAL_OR_COLLECTIVE = "official_or_collective"
    REPEATED = "repeated"
    SUPERIOR_OR_MEDIA = "superior_or_media"
    LEAD_ASKS = "lead_asks"


class JointActionState(StrEnum):
    NOTIFIED = "notified"
    PARTLY_SIGNED = "partly_signed"
    ALL_SIGNED = "all_signed"
    FEEDBACK_PARTIAL = "feedback_partial"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class TaskState(StrEnum):
    ISSUED = "issued"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    NOT_OUR_DUTY = "not_our_duty"
    PLACE_OUTSIDE = "place_outside"
    DUPLICATE = "duplicate"
    MATERIAL_INCOMPLETE = "material_incomplete"
    WRONG_TARGET = "wrong_target"
