"""Events of the steps of a joint action (domain.md 4.3, 5 to 10)."""

from datetime import date
from uuid import UUID

from shared.contracts.action_steps import Acted, EvidenceHanded, MeetingHeld, OnSiteSigned, Summary
from shared.contracts.joint_action_events import JointActionEvent


class JointActionMetV1(JointActionEvent):
    meeting: MeetingHeld


class JointActionActedV1(JointActionEvent):
    """feedback_due_on: of every task, counted from the action itself (J07). on_site: signed at the scene."""

    acting: Acted
    on_site: OnSiteSigned | None
    feedback_due_on: date | None


class JointActionOnSiteSignedV1(JointActionEvent):
    on_site: OnSiteSigned


class JointActionEvidenceHandedV1(JointActionEvent):
    evidence: EvidenceHanded


class JointActionFeedbackCompletedV1(JointActionEvent):
    """By the join policy. done_task_ids: whose reports are accepted by that; others are withdrawn."""

    done_task_ids: list[UUID]
    withdrawn_task_ids: list[UUID]


class JointActionSummarisedV1(JointActionEvent):
    """The action is closed."""

    summary: Summary
