"""Letters of assistance: the agency asked is told of one, the agency that asked of what has become of it."""

from services.notify.domain.assistance_notice import AssistanceNotice
from services.notify.storage.unit import NotifyUnit
from shared.contracts.assistance import (
    AssistanceAnsweredV1,
    AssistanceEvent,
    AssistanceExtendedV1,
    AssistanceRefusedV1,
    AssistanceRequestedV1,
    AssistanceWithdrawnV1,
)
from shared.contracts.assistance_notices import (
    AcknowledgeAssistanceNotice,
    AssistanceNoticeIssuedV1,
    AssistanceNoticeView,
)
from shared.contracts.base import EventMeta
from shared.contracts.codes import Agency
from shared.delivery.reactor import Reaction
from shared.ids import derived_id
from shared.operations import Call


def tell_asked(event: AssistanceRequestedV1 | AssistanceWithdrawnV1, meta: EventMeta, unit: NotifyUnit) -> None:
    """Another body than an agency has no account here: its letter goes on paper, by the coordinator."""
    if event.to_agency is not None:
        _tell(event, event.to_agency, event.from_agency, meta, unit)


def tell_asking(
    event: AssistanceExtendedV1 | AssistanceAnsweredV1 | AssistanceRefusedV1, meta: EventMeta, unit: NotifyUnit
) -> None:
    _tell(event, event.from_agency, event.to_agency or event.to_body or "", meta, unit)


def acknowledge_assistance_notice(_: AcknowledgeAssistanceNotice, call: Call, unit: NotifyUnit) -> AssistanceNoticeView:
    """Seen by a person; again it changes nothing. Raises NotFound."""
    found = unit.assistance.lock_seen(unit.connection, call.target, call.by, call.expected_version)
    unit.record(found, unit.assistance, found.acknowledge(call.by.name, call.now))
    row = unit.assistance.to_row(found)
    fields = {name: row[name] for name in AssistanceNoticeView.model_fields if name in row}
    return AssistanceNoticeView.model_validate({**fields, "id": found.id, "version": found.version})


def _tell(event: AssistanceEvent, agency: Agency, other_body: str, meta: EventMeta, unit: NotifyUnit) -> None:
    """One notice an event; its id follows from it."""
    id_ = derived_id("assistance-notice", meta.event_id)
    if unit.assistance.exists(unit.connection, id_):
        return
    asking = event if isinstance(event, AssistanceRequestedV1) else None
    ends = [fact.due_on for fact in (*event.starts, *event.recounts)]
    issued = AssistanceNoticeIssuedV1(
        at=unit.now,
        notice_id=id_,
        agency=agency,
        letter_id=event.assistance_id,
        letter_no=event.letter_no,
        case_no=asking and asking.case_no,
        news=event.to_state,
        other_body=other_body,
        urgent=asking is not None and asking.urgent,
        due_on=ends[-1] if ends else None,
    )
    unit.record(AssistanceNotice(id_, meta.jurisdiction), unit.assistance, [issued])


REACTIONS: tuple[Reaction, ...] = (
    *(Reaction(event, tell_asked) for event in (AssistanceRequestedV1, AssistanceWithdrawnV1)),
    *(Reaction(event, tell_asking) for event in (AssistanceExtendedV1, AssistanceAnsweredV1, AssistanceRefusedV1)),
)
