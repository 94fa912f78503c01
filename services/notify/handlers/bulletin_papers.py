"""The papers of a bulletin on their way: none is issued that says another figure than was frozen, and the report and
the letter get the number of the bulletin that they go with.
"""

from typing import Any

from services.notify.domain.bulletin import Bulletin
from services.notify.domain.bulletin_facts import BULLETIN, Points, facts
from services.notify.domain.document import Document
from services.notify.domain.document_types import Version
from services.notify.domain.errors import BulletinFactChanged, BulletinNotIssued
from services.notify.domain.figures import check
from services.notify.storage.bulletins import frozen
from services.notify.storage.townships import townships_of
from services.notify.storage.unit import NotifyUnit
from shared.contracts.codes import DocumentState
from shared.divisions.register import COUNTY_DIGITS

_PERIOD = "period."


def require_frozen(found: Document, version: Version, unit: NotifyUnit) -> None:
    """Before it is issued (签发). Nothing for what belongs to no bulletin.

    Raises BulletinFigureWrong, BulletinFactChanged; BulletinNotIssued for what goes with a bulletin without a number.
    """
    bulletin = unit.bulletins.of_document(unit.connection, found.id)
    if bulletin is None or bulletin.drafted is None:
        return
    number = None
    if found.type != BULLETIN:
        of = unit.documents.get(unit.connection, bulletin.drafted.document_id)
        number = of.number.text if of.number else None
        if number is None or not of.is_in_force:
            raise BulletinNotIssued(of.title)
    points = frozen(unit.connection, bulletin.id)
    if points.this.sha256 != bulletin.drafted.figures_sha256:
        raise BulletinFactChanged("figures_sha256", "统计数据摘要")
    check(points.this, townships_of(_county(bulletin), points.this))
    said, expected = found.content.facts, facts_of(found.type, bulletin, points, number)
    for field in version.fields:
        if field.source.startswith(_PERIOD) and said.get(field.name) != expected.get(field.name):
            raise BulletinFactChanged(field.name, field.title)


def tell_number(issued: Document, unit: NotifyUnit) -> None:
    """The bulletin has been issued: what goes with it and is not issued yet names its number."""
    if issued.type != BULLETIN or issued.number is None:
        return
    bulletin = unit.bulletins.of_document(unit.connection, issued.id)
    if bulletin is None or bulletin.drafted is None:
        return
    for id_ in (bulletin.drafted.report_id, bulletin.drafted.copy_id):
        found = unit.documents.lock(unit.connection, id_)
        if found.state in (DocumentState.DRAFTED, DocumentState.CHECKED):
            named = {**found.content.facts, "bulletin_no": issued.number.text}
            content = found.content.model_copy(update={"facts": named})
            unit.record(found, unit.documents, found.fill(content, unit.now))


def facts_of(document_type: str, bulletin: Bulletin, points: Points, number: str | None) -> dict[str, Any]:
    """What a paper of a bulletin says."""
    if bulletin.drafted is None:
        raise LookupError(f"bulletin {bulletin.id} is not drafted")
    townships = townships_of(_county(bulletin), points.this)
    return facts(document_type, bulletin.of, points, townships, bulletin.drafted, number)


def _county(bulletin: Bulletin) -> str:
    return bulletin.jurisdiction[:COUNTY_DIGITS]
