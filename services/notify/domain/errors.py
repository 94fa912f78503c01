"""What can be wrong with a document.

TianweiError
├── InvalidInput: RecipientNamedTwice, DocumentFieldMissing, DocumentFieldUnknown, DocumentFieldWrong,
│                 CharacterRefused, GlyphMissing, FactContradicted, PartyNamedTwice, RecipientUnknown,
│                 ReceiptBeforeIssue, ReasonMissing, CorrectionOfAnotherType, DigestWrong, WayMissing,
│                 ChannelSettingWrong, ReceiptCodeWrong, ReceiptWrong, BulletinPeriodWrong, BulletinCaseUnknown
├── NotFound:     CaseUnknown, SubjectUnknown, DocumentTypeUnknown, ChannelMissing, PackageUnknown
├── NotAllowed:   DocumentRoleMissing, DocumentOfAnother
├── Conflict:     RuleMissing, DocumentTransitionNotAllowed, DrafterChecks, DocumentNotInForce,
│                 DocumentSignedFor, DocumentSealed, NumberTaken, PressCrashed, BulletinFigureWrong,
│                 BulletinFactChanged, BulletinExists, BulletinNotIssued, BulletinUnfinished
└── Unavailable:  OfficeMissing, FontsMissing
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from shared.contracts.codes import ChannelKind, DocumentState, Role
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable


class RecipientNamedTwice(InvalidInput):
    """A recipient is on the main line and among the copies, or twice among the copies."""

    def __init__(self, recipient: str) -> None:
        super().__init__("notify.recipient-named-twice", "copies", recipient=recipient)


class CaseUnknown(NotFound):
    """No such case, or not the caller's, or its filing has not arrived here yet."""

    def __init__(self) -> None:
        super().__init__("notify.case-unknown", "case_id")


class SubjectUnknown(NotFound):
    """Nothing of that id that the office drafts about, or of another case, or not told of here yet."""

    def __init__(self) -> None:
        super().__init__("notify.subject-unknown", "subject_id")


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


class DocumentTransitionNotAllowed(Conflict):
    """The state has no such step. allowed: the steps it has. law: the rule the step stands under."""

    def __init__(self, state: DocumentState | None, verb: str, allowed: Sequence[str], law: str) -> None:
        super().__init__(
            "notify.document-transition-not-allowed",
            None,
            object="document",
            state=state,
            verb=verb,
            allowed=list(allowed),
            law=law,
        )


class DocumentRoleMissing(NotAllowed):
    """The step, or the issuing of this type, belongs to another role. law: the rule that gives it to that role."""

    def __init__(self, allowed: Iterable[Role], law: str) -> None:
        super().__init__("role-not-allowed", None, allowed=sorted(allowed), law=law)


class DocumentOfAnother(NotAllowed):
    """The type is issued by an office that the drafter does not belong to."""

    def __init__(self, document: str, allowed: Iterable[Role], law: str) -> None:
        super().__init__("notify.document-of-another", "type", document=document, allowed=sorted(allowed), law=law)


class DrafterChecks(Conflict):
    """Who drafted it neither checks nor issues it."""

    def __init__(self, drafted_by: str, law: str) -> None:
        super().__init__("notify.drafter-checks", None, drafted_by=drafted_by, law=law)


class DocumentNotInForce(Conflict):
    """Only what is issued and in force is corrected; of what has been corrected, the correction."""

    def __init__(self, state: DocumentState | None, number: str | None, replaced_by: str | None, law: str) -> None:
        super().__init__(
            "notify.document-not-in-force",
            "corrects",
            object="document",
            state=state,
            number=number,
            replaced_by=replaced_by,
            law=law,
        )


class DocumentSignedFor(Conflict):
    """A recipient has signed for it: it is neither signed again nor withdrawn any more."""

    def __init__(self, recipient: str, signed_by: str, law: str) -> None:
        super().__init__("notify.document-signed-for", None, recipient=recipient, signed_by=signed_by, law=law)


class DocumentSealed(Conflict):
    """A type that few may see: it is written as a sealed record, not here."""

    def __init__(self, document: str) -> None:
        super().__init__("notify.document-sealed", "type", document=document, law="HOUSE.document")


class NumberTaken(Conflict):
    """Another document took the number that this one was printed with: it is printed again."""

    def __init__(self, number: str) -> None:
        super().__init__("notify.number-taken", None, number=number)


class PressCrashed(Conflict):
    """The press did not survive this document. tries: how often it was tried."""

    def __init__(self, tries: int) -> None:
        super().__init__("notify.press-crashed", None, tries=tries)


class FactContradicted(InvalidInput):
    """The case is known to say otherwise: it is not typed again."""

    def __init__(self, document_type: str, field: str, title: str) -> None:
        super().__init__("notify.fact-contradicted", field, type=document_type, title=title)


class CorrectionOfAnotherType(InvalidInput):
    """A correction takes the place of a document, so it is one of the same type. corrected: what that is called."""

    def __init__(self, corrected: str, document: str) -> None:
        super().__init__("notify.correction-of-another-type", "type", corrected=corrected, document=document)


class PartyNamedTwice(InvalidInput):
    """A body stands twice among those a document is addressed to."""

    def __init__(self, field: str, name: str) -> None:
        super().__init__("notify.party-named-twice", field, name=name)


class RecipientUnknown(InvalidInput):
    """The document is not addressed to it."""

    def __init__(self, recipient: str, known: Sequence[str]) -> None:
        super().__init__("notify.recipient-unknown", "recipient", recipient=recipient, known=list(known))


class ReceiptBeforeIssue(InvalidInput):
    """Nothing arrives or is signed for before it is issued, or in the future."""

    def __init__(self, field: str, issued_at: datetime) -> None:
        super().__init__("notify.receipt-before-issue", field, issued_at=issued_at.isoformat())


class DigestWrong(InvalidInput):
    """Who signs for it has seen another text than the one that was issued."""

    def __init__(self, sha256: str, law: str) -> None:
        super().__init__("notify.digest-wrong", "sha256", sha256=sha256, law=law)


class WayMissing(InvalidInput):
    """A recipient cannot be reached: by that way, or (channel: None) by any. ways: those it has."""

    def __init__(self, recipient: str, channel: ChannelKind | None, ways: Sequence[ChannelKind]) -> None:
        field = "recipient" if channel is None else "channel"
        super().__init__(f"notify.{field}-without-way", field, recipient=recipient, channel=channel, ways=list(ways))


class ReasonMissing(InvalidInput):
    """Somebody has not signed: closing needs a reason. waiting: those who have not."""

    def __init__(self, waiting: Sequence[str], law: str) -> None:
        super().__init__("notify.reason-missing", "reason", waiting=list(waiting), law=law)


def code_point(sign: str) -> str:
    """U+4E2D."""
    return f"U+{ord(sign):04X}"


class ChannelSettingWrong(InvalidInput):
    """A way to a recipient cannot work as it is configured. reason: a stable word."""

    def __init__(self, field: str, reason: str, **facts: object) -> None:
        super().__init__("notify.channel-setting-wrong", field, reason=reason, **facts)


class ReceiptCodeWrong(InvalidInput):
    """A receipt code that was typed wrongly. part: form, package-id, time or check-digits."""

    def __init__(self, part: str) -> None:
        super().__init__("notify.receipt-code-wrong", "code", part=part)


class ChannelMissing(NotFound):
    """This recipient is not reached by this channel: none is configured, or it is out of use."""

    def __init__(self, recipient: str, channel: str) -> None:
        super().__init__("notify.channel-missing", "channel", recipient=recipient, channel=channel)


class PackageUnknown(NotFound):
    """A receipt for a package that was never laid for this receiver."""

    def __init__(self) -> None:
        super().__init__("notify.package-unknown", "code")


class ReceiptWrong(InvalidInput):
    """What is told of a receipt on paper does not fit together. reason: missing, said-by-the-code."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__("notify.receipt-wrong", field, reason=reason)


class BulletinPeriodWrong(InvalidInput):
    """It ends before it begins, has not ended yet, or is told in two ways. field: which field is at fault."""

    def __init__(self, field: str) -> None:
        super().__init__("notify.bulletin-period-wrong", field)


class BulletinCaseUnknown(InvalidInput):
    """A case that is to be named was not there at the end of the period, or is not the county's."""

    def __init__(self, case_id: object) -> None:
        super().__init__("notify.bulletin-case-unknown", "cases", value=str(case_id))


class BulletinFigureWrong(Conflict):
    """A sum does not come out (domain.md 5.3): nothing is published until it does.

    place: code of a township, or `county`.
    """

    def __init__(
        self, place: str, place_name: str, column: str, figure: str, parts: Sequence[str], items: int, area_m2: Decimal
    ) -> None:
        super().__init__(
            "notify.bulletin-figure-wrong",
            column,
            place=place,
            place_name=place_name,
            figure=figure,
            parts=list(parts),
            items=items,
            area_m2=float(area_m2),
        )


class BulletinFactChanged(Conflict):
    """A document says another figure than the bulletin that it belongs to has frozen. title: of its field."""

    def __init__(self, field: str, title: str) -> None:
        super().__init__("notify.bulletin-fact-changed", field, title=title)


class BulletinExists(Conflict):
    """There is one of this period, which is still in force or on its way; an issued one is corrected, not repeated."""

    def __init__(self, title: str, state: DocumentState, number: str | None) -> None:
        super().__init__("notify.bulletin-exists", None, title=title, state=state, number=number)


class BulletinNotIssued(Conflict):
    """What goes with a bulletin names its number, so the bulletin is issued first."""

    def __init__(self, title: str) -> None:
        super().__init__("notify.bulletin-not-issued", None, title=title)


class BulletinUnfinished(Conflict):
    """Not everything that cases told has been counted here.

    why: uncounted, feed-stopped or events-parked. number: of events parked.
    """

    def __init__(self, why: str, number: int = 0) -> None:
        super().__init__("notify.bulletin-unfinished", None, why=why, number=number)
