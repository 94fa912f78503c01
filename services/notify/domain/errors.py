"""What can be wrong with a notice.

TianweiError
├── InvalidInput: RecipientNamedTwice, DocumentFieldMissing, DocumentFieldUnknown, DocumentFieldWrong,
│                 CharacterRefused, GlyphMissing
├── NotFound:     CaseUnknown, DocumentTypeUnknown
├── Conflict:     AlreadySigned, NoticeCancelled, RuleMissing
└── Unavailable:  OfficeMissing, FontsMissing
"""

from datetime import date

from shared.errors import Conflict, InvalidInput, NotFound, Unavailable


class RecipientNamedTwice(InvalidInput):
    """A recipient is on the main line and among the copies, or twice among the copies."""

    def __init__(self, recipient: str) -> None:
        super().__init__("notify.recipient-named-twice", "copies", recipient=recipient)


class CaseUnknown(NotFound):
    """No such case, or not the caller's, or its filing has not arrived here yet."""

    def __init__(self) -> None:
        super().__init__("notify.case-unknown", "case_id")


class AlreadySigned(Conflict):
    """A recipient signs once; the first signature stands."""

    def __init__(self, signed_by: str) -> None:
        super().__init__("notify.already-signed", None, signed_by=signed_by)


class NoticeCancelled(Conflict):
    """What was withdrawn for a recipient is neither read nor signed any more."""

    def __init__(self) -> None:
        super().__init__("notify.notice-cancelled")


class RuleMissing(Conflict):
    """No copy rule is in force today that allows this notice: nothing to rest its text on."""

    def __init__(self, fact: str) -> None:
        super().__init__("notify.rule-missing", None, fact=fact)


class OfficeMissing(Unavailable):
    """The register of issuing offices has no row for the county: a deployment must add it."""

    def __init__(self, county: str) -> None:
        super().__init__("notify.office-missing", None, retry_after_s=60, county=county)


class DocumentTypeUnknown(NotFound):
    """The register has no such type of document in force on that day."""

    def __init__(self, document_type: str, day: date) -> None:
        super().__init__("notify.document-type-unknown", "type", type=document_type, day=day)


class DocumentFieldMissing(InvalidInput):
    """A document cannot be made without this fact. document, title: what both are called on paper."""

    def __init__(self, document_type: str, document: str, field: str, title: str) -> None:
        super().__init__("notify.document-field-missing", field, type=document_type, document=document, title=title)


class DocumentFieldUnknown(InvalidInput):
    """The document has no such field: what would not be printed is not taken."""

    def __init__(self, document_type: str, document: str, field: str) -> None:
        super().__init__("notify.document-field-unknown", field, type=document_type, document=document)


class DocumentFieldWrong(InvalidInput):
    """A fact is not of its field's kind, too long or empty."""

    def __init__(self, document_type: str, field: str, title: str, wanted: str) -> None:
        super().__init__("notify.document-field-wrong", field, type=document_type, title=title, wanted=wanted)


class CharacterRefused(InvalidInput):
    """A sign without a shape (control, format, unassigned) cannot stand in a document."""

    def __init__(self, field: str, sign: str) -> None:
        super().__init__("notify.character-refused", field, code_point=code_point(sign))


class GlyphMissing(InvalidInput):
    """No font at hand has the character: it would be an empty box on paper."""

    def __init__(self, field: str, sign: str) -> None:
        super().__init__("notify.glyph-missing", field, character=sign, code_point=code_point(sign))


class FontsMissing(Unavailable):
    """No Chinese font is at hand at all."""

    def __init__(self, face: str) -> None:
        super().__init__("notify.fonts-missing", None, retry_after_s=3600, face=face)


def code_point(sign: str) -> str:
    """U+4E2D."""
    return f"U+{ord(sign):04X}"
