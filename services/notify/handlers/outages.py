"""What a coordinator does with an outage notice."""

from services.notify.storage.unit import NotifyUnit
from shared.contracts.outage_notices import AcknowledgeOutage, OutageNoticeView
from shared.operations import Call


def acknowledge_outage(_: AcknowledgeOutage, call: Call, unit: NotifyUnit) -> OutageNoticeView:
    """Seen by a person; again it changes nothing. Raises NotFound."""
    found = unit.outages.lock_seen(unit.connection, call.target, call.by, call.expected_version)
    unit.record(found, unit.outages, found.acknowledge(call.by.name, call.now))
    row = unit.outages.to_row(found)
    fields = {name: row[name] for name in OutageNoticeView.model_fields if name in row}
    return OutageNoticeView.model_validate({**fields, "id": found.id, "version": found.version})
