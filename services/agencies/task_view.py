"""A task as it is shown: to its agency in the agency's own words beside ours."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.agencies.domain.task import Task
from services.agencies.ports import Integration
from shared.contracts.agencies import TaskView
from shared.contracts.codes import DeliveryState


@dataclass(frozen=True)
class Place:
    """Where a task stands in its agency's mailbox, and how its letter got there. state: None without a delivery."""

    position: int
    delivered_at: datetime | None
    state: str | None


def form_of(task: Task, integration: Integration) -> dict[str, Any]:
    """The task, and its result once reported, as the agency's system writes them."""
    form = {"任务": integration.outgoing(task.order)}
    if task.result is not None:
        form["反馈"] = integration.result_form(task.result)
    return form


def task_view(task: Task, form: dict[str, Any], place: Place) -> TaskView:
    order = task.order
    return TaskView(
        id=task.id,
        position=place.position,
        version=task.version,
        state=task.state,
        holder=task.holder,
        agency=order.agency,
        action_id=order.action_id,
        action_no=order.action_no,
        case_id=order.case_id,
        case_no=order.brief.case_no,
        title=order.title,
        matter=order.letter.matter,
        place=order.place,
        acting_at=order.acting_at,
        urgent=order.urgent,
        sign_due_on=order.sign_due_on,
        feedback_due_on=order.feedback_due_on,
        answer_by=order.answer_by,
        issued_at=order.at,
        delivered_at=place.delivered_at,
        signed_at=task.signed_at,
        reported_at=task.reported_at,
        letter=order.letter,
        brief=order.brief,
        signed_by=task.signed_by,
        sign_channel=task.sign_channel,
        accepted_at=task.accepted_at,
        contact_person=task.contact_person,
        contact_phone=task.contact_phone,
        declined_at=task.declined_at,
        return_reason=task.return_reason,
        decline_reason=task.decline_reason,
        proposed_agency=task.proposed_agency,
        started_at=task.started_at,
        reports=task.reports,
        returned_at=task.returned_at,
        return_points=task.return_points,
        done_at=task.done_at,
        withdrawn_at=task.withdrawn_at,
        withdraw_reason=task.withdraw_reason,
        expired_at=task.expired_at,
        result=task.result,
        protocol=order.protocol,
        delivery_state=DeliveryState(place.state or DeliveryState.PENDING),
        form=form,
    )
