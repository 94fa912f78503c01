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


class ActionForm(StrEnum):
    """domain.md 4.1. An inspection needs no pre-meeting; a consultation is nowhere on site."""

    ACTION = "action"
    INSPECTION = "inspection"
    CONSULTATION = "consultation"


class JointActionState(StrEnum):
    NOTIFIED = "notified"
    PARTLY_SIGNED = "partly_signed"
    ALL_SIGNED = "all_signed"
    MET = "met"
    ACTING = "acting"
    """Acted on; the on-site record is not signed yet."""
    ACTED = "acted"
    FEEDBACK_PARTIAL = "feedback_partial"
    FEEDBACK_COMPLETE = "feedback_complete"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class TaskState(StrEnum):
    """Of a task on its way to an agency and back (domain.md 4.3); who holds it: shared/contracts/hand_over.py."""

    OFFERED = "offered"
    DELIVERED = "delivered"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    RETURNED = "returned"
    DONE = "done"


class JoinKind(StrEnum):
    """When the feedback of a joint action is complete."""

    ALL = "all"
    ANY = "any"
    QUORUM = "quorum"
    LEAD = "lead"


class TaskMessageKind(StrEnum):
    """What an agency's system is told of a task after its letter."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RETURNED = "returned"
    DONE = "done"
    SHARED_RESULT = "shared_result"


class TaskResultKind(StrEnum):
    """What an agency reports of its task, each in its trade; the models are in shared/contracts/task_results.py."""

    LAND_SURVEY = "land_survey"
    CONTROL_LINE_FINDING = "control_line_finding"
    DAMAGE_APPRAISAL = "damage_appraisal"
    REPLANTING_CHECK = "replanting_check"
    CRIMINAL_DECISION = "criminal_decision"
    RECONSIDERATION_ANSWER = "reconsideration_answer"
    SITE_ORDER_RECORD = "site_order_record"
    DEMOLITION_RECORD = "demolition_record"
    TOWNSHIP_RECORD = "township_record"


class DisclosurePurpose(StrEnum):
    """What for an agency is told something of a case (domain.md 4.6)."""

    TASK_LETTER = "task_letter"
    JOINT_RESULT = "joint_result"
    EVIDENCE_COPY = "evidence_copy"


class ReturnReason(StrEnum):
    NOT_OUR_DUTY = "not_our_duty"
    PLACE_OUTSIDE = "place_outside"
    DUPLICATE = "duplicate"
    MATERIAL_INCOMPLETE = "material_incomplete"
    WRONG_TARGET = "wrong_target"
