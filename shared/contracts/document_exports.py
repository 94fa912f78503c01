"""Official documents as they leave the house: lists as spreadsheets, one of them as a bundle that proves itself."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Audited, Contract, GetOne, Instant, Sha256, View
from shared.contracts.documents import ListDocuments
from shared.contracts.notify import ListNotices

Rows = Annotated[int, Field(ge=1, le=1000)]


class ExportDocuments(ListDocuments, operation="document.export", audited=Audited.EXPORT):
    """The list of documents as a spreadsheet, newest first."""

    limit: Rows = 500


class ExportReceipts(ListDocuments, operation="document.export_receipts", audited=Audited.EXPORT):
    """Receipts as a spreadsheet: a row for each of those that an issued document is addressed to. limit: documents."""

    limit: Rows = 500


class ExportNotices(ListNotices, operation="notice.export", audited=Audited.EXPORT):
    """Notices as a spreadsheet, newest first: a row for each receipt that the caller sees. limit: notices."""

    limit: Rows = 500


class GetDocumentBundle(GetOne, operation="document.bundle", audited=Audited.EXPORT):
    """An issued document with its signature and receipts, to be checked by anybody without this system."""


class BundleFile(Contract):
    """A frozen file, as it lies in the file store. path: in the bundle."""

    path: str
    sha256: Sha256
    size: int


class DocumentBundle(View):
    """What goes into the bundle. texts: by their path. head: of the manifest, beside its files."""

    file_name: str
    made_at: Instant
    head: dict[str, str | int]
    texts: dict[str, str]
    files: list[BundleFile]
