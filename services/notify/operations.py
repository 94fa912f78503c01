"""The one table of what notify does: every command and query, its handler, who may call it, on which rows."""

from functools import cache, partial

from services.notify.adapters.docx_writer import DocxWriter
from services.notify.adapters.registers import read_bulletin_rules, read_document_types, read_receipt_terms
from services.notify.domain.document_table import DECIDERS, DRAFTERS, OFFICE, STAFF
from services.notify.handlers import documents
from services.notify.handlers.assistance import acknowledge_assistance_notice
from services.notify.handlers.bulletins import draft_bulletin
from services.notify.handlers.notices import issue_notice, read_notice, sign_notice
from services.notify.handlers.outages import acknowledge_outage
from services.notify.handlers.receipt_proofs import record_receipt
from services.notify.handlers.recipients import (
    configure_recipient_endpoint,
    disable_recipient_endpoint,
    test_recipient_endpoint,
)
from services.notify.queries.bulletins import (
    explain_bulletin,
    get_bulletin,
    list_bulletins,
    list_figure_members,
    preview_bulletin,
)
from services.notify.queries.changes import CHANGES
from services.notify.queries.document_bundles import get_document_bundle
from services.notify.queries.document_exports import export_documents, export_notices, export_receipts
from services.notify.queries.documents import (
    get_document,
    get_document_file,
    list_document_types,
    list_documents,
    verify_document,
)
from services.notify.queries.notices import (
    get_notice,
    get_notice_file,
    list_assistance_notices,
    list_notices,
    list_outages,
)
from services.notify.queries.receipt_proofs import get_receipt_slip, list_receipt_proofs
from services.notify.queries.receipts import list_unsigned
from services.notify.queries.recipients import list_recipients
from services.notify.queries.subjects import prepare_document
from services.notify.storage import scope
from services.notify.storage.assistance import IN_AGENCY
from shared.contracts import bulletins as b
from shared.contracts import document_exports as x
from shared.contracts import documents as c
from shared.contracts.assistance_notices import AcknowledgeAssistanceNotice, ListAssistanceNotices
from shared.contracts.channels import ConfigureRecipientEndpoint, DisableRecipientEndpoint, TestRecipientEndpoint
from shared.contracts.codes import Role
from shared.contracts.notify import (
    GetNotice,
    GetNoticeFile,
    IssueNotice,
    ListNotices,
    ListRecipients,
    ReadNotice,
    SignNotice,
)
from shared.contracts.outage_notices import AcknowledgeOutage, ListOutageNotices
from shared.contracts.receipt_proofs import GetReceiptSlip, ListReceiptProofs, RecordReceipt
from shared.operations import CommandOperation, Operation, QueryOperation

_COORDINATOR = frozenset({Role.COORDINATOR})
# Those whom documents are addressed to, and who have an account here.
_ADDRESSED = frozenset({Role.RECIPIENT_CLERK, *IN_AGENCY})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
# Everybody may ask; scope.py shows nothing to those whom notices do not concern: 404, never 403.
_EVERYBODY = frozenset(Role)

# Read when it is first asked for: this table is imported where no service runs.
_TYPES = cache(read_document_types)
_TERMS = cache(read_receipt_terms)
_BULLETINS = cache(read_bulletin_rules)

OPERATIONS: tuple[Operation, ...] = (
    CommandOperation(IssueNotice, issue_notice, _COORDINATOR, scope.OWN_OFFICE),
    CommandOperation(SignNotice, sign_notice, _ADDRESSED, scope.ADDRESSED),
    CommandOperation(AcknowledgeOutage, acknowledge_outage, _COORDINATOR, scope.OUTAGES),
    CommandOperation(AcknowledgeAssistanceNotice, acknowledge_assistance_notice, frozenset(IN_AGENCY), scope.LETTERS),
    CommandOperation(ReadNotice, read_notice, _ADDRESSED, scope.ADDRESSED),
    CommandOperation(
        ConfigureRecipientEndpoint,
        configure_recipient_endpoint,
        _ADMINISTRATOR,
        scope.RECIPIENTS,
        unkept=frozenset({"secret"}),
    ),
    CommandOperation(TestRecipientEndpoint, test_recipient_endpoint, _ADMINISTRATOR, scope.RECIPIENTS),
    CommandOperation(DisableRecipientEndpoint, disable_recipient_endpoint, _ADMINISTRATOR, scope.RECIPIENTS),
    CommandOperation(c.DraftDocument, documents.draft_document, DRAFTERS, scope.OWN_OFFICE),
    CommandOperation(c.ReviseDocument, documents.revise_document, DRAFTERS, scope.DOCUMENTS),
    CommandOperation(c.DiscardDocument, documents.discard_document, DRAFTERS, scope.DOCUMENTS),
    CommandOperation(c.CheckDocument, documents.check_document, STAFF, scope.DOCUMENTS),
    CommandOperation(c.ReturnDocument, documents.return_document, STAFF, scope.DOCUMENTS),
    CommandOperation(c.ApproveDocument, documents.approve_document, DECIDERS, scope.DOCUMENTS),
    CommandOperation(c.DeliverDocument, documents.deliver_document, STAFF, scope.DOCUMENTS),
    CommandOperation(c.SignForDocument, documents.sign_for_document, STAFF, scope.DOCUMENTS),
    CommandOperation(c.ReServeDocument, documents.re_serve_document, STAFF, scope.DOCUMENTS),
    CommandOperation(RecordReceipt, record_receipt, STAFF, scope.DOCUMENTS),
    CommandOperation(c.CloseDocument, documents.close_document, STAFF, scope.DOCUMENTS),
    CommandOperation(c.WithdrawDocument, documents.withdraw_document, DECIDERS, scope.DOCUMENTS),
    CommandOperation(
        b.DraftBulletin, draft_bulletin, frozenset({Role.COORDINATOR, Role.OFFICE_DIRECTOR}), scope.OWN_OFFICE
    ),
    QueryOperation(b.ListBulletins, partial(list_bulletins, _BULLETINS), OFFICE, scope.BULLETINS, timed=True),
    QueryOperation(b.GetBulletin, get_bulletin, OFFICE, scope.BULLETINS),
    QueryOperation(
        b.PreviewBulletin, partial(preview_bulletin, _BULLETINS, _TERMS), OFFICE, scope.BULLETINS, timed=True
    ),
    QueryOperation(b.ListFigureMembers, list_figure_members, OFFICE, scope.BULLETINS),
    QueryOperation(b.ExplainBulletin, explain_bulletin, OFFICE, scope.BULLETINS),
    QueryOperation(GetNotice, partial(get_notice, _TYPES), _EVERYBODY, scope.NOTICES),
    QueryOperation(GetNoticeFile, get_notice_file, _EVERYBODY, scope.NOTICES),
    QueryOperation(ListNotices, list_notices, _EVERYBODY, scope.NOTICES),
    QueryOperation(ListOutageNotices, list_outages, _COORDINATOR, scope.OUTAGES),
    QueryOperation(ListAssistanceNotices, list_assistance_notices, _EVERYBODY, scope.LETTERS),
    QueryOperation(c.GetDocument, get_document, _EVERYBODY, scope.DOCUMENTS),
    QueryOperation(c.ListDocuments, list_documents, _EVERYBODY, scope.DOCUMENTS),
    QueryOperation(c.GetDocumentFile, get_document_file, _EVERYBODY, scope.DOCUMENTS),
    QueryOperation(ListReceiptProofs, list_receipt_proofs, _EVERYBODY, scope.DOCUMENTS),
    QueryOperation(GetReceiptSlip, partial(get_receipt_slip, DocxWriter().write), _EVERYBODY, scope.DOCUMENTS),
    QueryOperation(c.ListUnsigned, partial(list_unsigned, _TERMS), _EVERYBODY, scope.DOCUMENTS, timed=True),
    QueryOperation(c.ListDocumentTypes, partial(list_document_types, _TYPES), _EVERYBODY, scope.REGISTERS, timed=True),
    QueryOperation(c.PrepareDocument, partial(prepare_document, _TYPES), _EVERYBODY, scope.OWN_OFFICE, timed=True),
    QueryOperation(x.ExportDocuments, partial(export_documents, _TYPES), _EVERYBODY, scope.DOCUMENTS),
    QueryOperation(x.ExportNotices, partial(export_notices, _TYPES), _EVERYBODY, scope.NOTICES),
    QueryOperation(x.ExportReceipts, partial(export_receipts, _TYPES), _EVERYBODY, scope.DOCUMENTS),
    QueryOperation(x.GetDocumentBundle, get_document_bundle, _EVERYBODY, scope.DOCUMENTS, timed=True),
    QueryOperation(c.VerifyDocument, verify_document, frozenset(), scope.PUBLIC, public=True),
    QueryOperation(ListRecipients, list_recipients, _COORDINATOR | _ADMINISTRATOR, scope.RECIPIENTS, counts=True),
    *CHANGES.operations(),
)
