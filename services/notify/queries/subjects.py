"""What a document is to be about, as far as the office may know it; and what the document would say by itself."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.notify.domain.document_table import office_of
from services.notify.domain.document_types import DocumentTypes
from services.notify.domain.dossier import DossierKind
from services.notify.domain.drafting import require_open, sayable
from services.notify.domain.errors import CaseUnknown, SubjectUnknown
from services.notify.domain.known import Family, known, seen_by
from services.notify.queries.documents import field_view
from services.notify.storage.dossiers import family_of
from shared.clock import local_day
from shared.contracts.documents import PreparedDocument, PrepareDocument
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.principal import Actor


def find_subject(
    connection: Connection, case_id: UUID | None, subject_id: UUID | None, office: str, jurisdiction: str
) -> Family | None:
    """None when neither is named. jurisdiction: of who drafts. Raises CaseUnknown, SubjectUnknown: no such thing, none
    of the county, not the office's to draft about, of another case than is named."""
    asked = subject_id or case_id
    if asked is None:
        return None
    family = family_of(connection, asked)
    if family is not None and family.subject.jurisdiction.startswith(jurisdiction[:COUNTY_DIGITS]):
        family = seen_by(family, office)
    else:
        family = None
    if subject_id is None:
        if family is None or family.subject.kind is not DossierKind.CASE:
            raise CaseUnknown
    elif family is None or family.subject.kind is DossierKind.PIECE or case_id not in (None, family.case_id):
        raise SubjectUnknown
    return family


def prepare_document(
    types: Callable[[], DocumentTypes], q: PrepareDocument, by: Actor, connection: Connection, now: datetime
) -> PreparedDocument:
    """types: reads the register. Raises DocumentTypeUnknown, DocumentSealed, DocumentOfAnother, CaseUnknown,
    SubjectUnknown; NotFound for who drafts nothing."""
    office = office_of(by)
    if not office or len(by.jurisdiction) < COUNTY_DIGITS:
        raise NotFound
    version = types().on(q.type, local_day(now))
    require_open(version, office)
    about = find_subject(connection, q.case_id, q.subject_id, office, by.jurisdiction)
    told = sayable(version, known(about)) if about else {}
    asked = [field_view(field) for field in version.fields if field.name not in told]
    return PreparedDocument(type=version.type, title=version.title, facts=told, asked=asked)
