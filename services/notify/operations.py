"""The one table of what notify does: every command and query, its handler, who may call it."""

from functools import cache, partial

from services.notify.adapters.registers import read_bulletin_rules, read_document_types
from services.notify.domain.document_table import DECIDERS, DRAFTERS, OFFICE, STAFF
from services.notify.handlers import documents
from services.notify.handlers.assistance import acknowledge_assistance_notice
from services.notify.handlers.bulletins import draft_bulletin
from services.notify.handlers.notices import issue_notice, read_notice, sign_notice
from services.notify.handlers.outages import acknowledge_outage
from services.notify.handlers.recipients import configure_recipient_endpoint
from services.notify.queries.bulletins import (
    explain_bulletin,
    get_bulletin,
    list_bulletins,
    list_figure_members,
    preview_bulletin,
)
from services.notify.queries.documents import (
    get_document,
    get_document_file,
    list_document_types,
    list_documents,
    verify_document,
)
from services.notify.queries.notices import (
    get_notice,
    list_assistance_notices,
    list_notices,
    list_outages,
    list_recipients,
)
from services.notify.storage.assistance import IN_AGENCY
from shared.contracts import bulletins as b
from shared.contracts import documents as c
from shared.contracts.assistance_notices import AcknowledgeAssistanceNotice, ListAssistanceNotices
from shared.contracts.codes import Role
from shared.contracts.notify import (
    ConfigureRecipientEndpoint,
    GetNotice,
    IssueNotice,
    ListNotices,
    ListRecipients,
    ReadNotice,
    SignNotice,
)
from shared.contracts.outage_notices import AcknowledgeOutage, ListOutageNotices
from shared.operations import CommandOperation, Operation, QueryOperation

_COORDINATOR = frozenset({Role.COORDINATOR})
_CLERK = frozenset({Role.RECIPIENT_CLERK})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
# Everybody may ask; scope.py shows nothing to those whom notices do not concern: 404, never 403.
_EVERYBODY = frozenset(Role)

# Read when it is first asked for: this table is imported where no service runs.
_TYPES = cache(read_document_types)
_BULLETINS = cache(read_bulletin_rules)

OPERATIONS: tuple[Operation, ...] = (
    CommandOperation(IssueNotice, issue_notice, _COORDINATOR),
    CommandOperation(SignNotice, sign_notice, _CLERK),
    CommandOperation(AcknowledgeOutage, acknowledge_outage, _COORDINATOR),
    CommandOperation(AcknowledgeAssistanceNotice, acknowledge_assistance_notice, frozenset(IN_AGENCY)),
    CommandOperation(ReadNotice, read_notice, _CLERK),
    CommandOperation(
        ConfigureRecipientEndpoint, configure_recipient_endpoint, _ADMINISTRATOR, unkept=frozenset({"secret"})
    ),
    CommandOperation(c.DraftDocument, documents.draft_document, DRAFTERS),
    CommandOperation(c.ReviseDocument, documents.revise_document, DRAFTERS),
    CommandOperation(c.DiscardDocument, documents.discard_document, DRAFTERS),
    CommandOperation(c.CheckDocument, documents.check_document, STAFF),
    CommandOperation(c.ReturnDocument, documents.return_document, STAFF),
    CommandOperation(c.ApproveDocument, documents.approve_document, DECIDERS),
    CommandOperation(c.DeliverDocument, documents.deliver_document, STAFF),
    CommandOperation(c.SignForDocument, documents.sign_for_document, STAFF),
    CommandOperation(c.CloseDocument, documents.close_document, STAFF),
    CommandOperation(c.WithdrawDocument, documents.withdraw_document, DECIDERS),
    CommandOperation(b.DraftBulletin, draft_bulletin, frozenset({Role.COORDINATOR, Role.OFFICE_DIRECTOR})),
    QueryOperation(b.ListBulletins, partial(list_bulletins, _BULLETINS), OFFICE, timed=True),
    QueryOperation(b.GetBulletin, get_bulletin, OFFICE),
    QueryOperation(b.PreviewBulletin, partial(preview_bulletin, _BULLETINS), OFFICE, timed=True),
    QueryOperation(b.ListFigureMembers, list_figure_members, OFFICE),
    QueryOperation(b.ExplainBulletin, explain_bulletin, OFFICE),
    QueryOperation(GetNotice, get_notice, _EVERYBODY),
    QueryOperation(ListNotices, list_notices, _EVERYBODY),
    QueryOperation(ListOutageNotices, list_outages, _COORDINATOR),
    QueryOperation(ListAssistanceNotices, list_assistance_notices, _EVERYBODY),
    QueryOperation(c.GetDocument, get_document, _EVERYBODY),
    QueryOperation(c.ListDocuments, list_documents, _EVERYBODY),
    QueryOperation(c.GetDocumentFile, get_document_file, _EVERYBODY),
    QueryOperation(c.ListDocumentTypes, partial(list_document_types, _TYPES), _EVERYBODY, timed=True),
    QueryOperation(c.VerifyDocument, verify_document, frozenset(), public=True),
    QueryOperation(ListRecipients, list_recipients, _COORDINATOR | _ADMINISTRATOR),
)
