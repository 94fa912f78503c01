"""Which objects of notify are told of when they change, and to whom; of a notice, to whom which of its facts."""

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from services.notify.storage import assistance, bulletins, documents, outages
from services.notify.storage.bulletin_tables import bulletin
from services.notify.storage.scope import scope_of
from services.notify.storage.tables import assistance_notice, document, document_receipt, outage_notice
from shared.changes import Changes, Shown
from shared.contracts.codes import BulletinState
from shared.contracts.document_events import DocumentIssuedV1, DocumentReplacedV1, DocumentWithdrawnV1
from shared.delivery.tables import event_log
from shared.principal import Actor

_OF_EVERYBODY = [event.type for event in (DocumentIssuedV1, DocumentWithdrawnV1, DocumentReplacedV1)]


def _notices(by: Actor) -> ColumnElement[bool]:
    return scope_of(by).condition()


def _told_of_notices(by: Actor) -> ColumnElement[bool]:
    """Who is addressed hears of the notice and of its own receipt: when others sign is not its business."""
    scope = scope_of(by)
    if scope.sees_all:
        return sa.true()
    own = sa.exists().where(
        document_receipt.c.document_id == event_log.c.aggregate_id,
        document_receipt.c.code == (scope.recipient or ""),
        document_receipt.c.recipient == event_log.c.payload["recipient"].astext,
    )
    return sa.or_(event_log.c.type.in_(_OF_EVERYBODY), own)


def _bulletins(by: Actor) -> ColumnElement[bool]:
    return sa.and_(bulletins.visible(by), bulletin.c.state == BulletinState.DRAFTED.value)


CHANGES = Changes(
    [
        Shown("document", document, documents.visible),
        Shown("notice", document, _notices, type="document", told=_told_of_notices),
        Shown("bulletin", bulletin, _bulletins),
        Shown("outage_notice", outage_notice, outages.visible),
        Shown("assistance_notice", assistance_notice, assistance.visible),
    ]
)
