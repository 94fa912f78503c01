"""What a document about something is known to say: the facts of the dossiers it hangs on, by the source of a field.

A field's source says what knows it and under which name (`case.party_name`). A document is about one thing, its
subject; that belongs to other things (an item to its case, the case to its clue), and things belong to it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.notify.domain.document_types import Field, FieldKind, Origin
from services.notify.domain.documents import chinese_date
from services.notify.domain.dossier import Dossier, DossierKind
from services.notify.domain.wording import MISSING, printable
from shared.citations import cite
from shared.contracts.documents import COORDINATION

_K = DossierKind
_OF: Mapping[Origin, DossierKind] = {
    Origin.CLUE: _K.CLUE,
    Origin.PATCH: _K.CLUE,
    Origin.CASE: _K.CASE,
    Origin.ITEM: _K.ITEM,
    Origin.ACTION: _K.ACTION,
    Origin.TASK: _K.TASK,
    Origin.LISTING: _K.LISTING,
    Origin.TRANSFER: _K.TRANSFER,
    Origin.LETTER: _K.LETTER,
}
_TOLD = frozenset({*_OF, Origin.SUBJECT, Origin.ANSWER})
# Where another thing knows it, if the thing that is asked does not (yet): the first that does.
_ELSE: Mapping[str, str] = {
    "case.facts": "clue.verification",
    "case.decision": "case.intended_penalty",
    "clue.no_filing_reason": "case.no_filing_reason",
    "clue.officers": "case.officers",
    "item.case_no": "case.case_no",
    "item.party_name": "case.party_name",
    "action.place": "case.place",
    "answer.letter_no": "task.letter_no",
    "answer.letter_title": "task.letter_title",
    "answer.result": "task.result",
    "answer.report": "task.report",
    "answer.materials": "task.answer_papers",
}
# Words about a thing, which whoever drafts may put otherwise: texts, lists and rows are such words anyhow.
_WORDED = frozenset(
    {
        "case.violation_types",
        "case.violations",
        "clue.violation_types",
        "case.handler_opinion",
        "case.appraisal",
        "case.execution",
        "case.closing_ground",
        "case.amount",
        "clue.papers_of_use",
        "clue.opinion",
        "clue.assignee",
        "clue.photo_count",
        "item.photo_count",
        "item.township_opinion",
        "subject.days_late",
        "answer.letter_title",
        "answer.result",
        "letter.answer_form",
        "rule.criminal_articles",
    }
)
# What may come again (a second survey, hearing, commission, meeting, application, or request for time): its papers are
# drafted while the former one is what is known.
_AGAIN = frozenset(
    {
        *(f"case.{name}" for name in ("surveyed_at", "survey_place", "survey_witness", "survey_refusal")),
        *(f"case.{name}" for name in ("appraiser", "appraiser_qualification", "appraisal_commissioned_on")),
        *(f"case.{name}" for name in ("hearing_asked_on", "hearing_at", "hearing_place", "hearing_chair")),
        *(f"case.{name}" for name in ("hearing_held_at", "legal_review_on", "legal_conclusion", "court")),
        "case.action_urgency",
        *(f"action.{name}" for name in ("met_at", "acted_from", "acted_until")),
        "subject.extension_days",
    }
)
_EXTENSION = ("extension_asked_on", "extension_days", "extension_reason", "new_due_on")
_NUMBERS = ("item_no", "listing_no", "action_no", "transfer_no", "letter_no", "case_no", "clue_no")
_WORDS = (FieldKind.TEXT, FieldKind.LINES, FieldKind.ROWS)


@dataclass(frozen=True)
class Family:
    """The subject, what it belongs to, nearest first, and what belongs to any of these."""

    subject: Dossier
    above: tuple[Dossier, ...] = ()
    below: tuple[Dossier, ...] = ()

    @property
    def case(self) -> Dossier | None:
        return self.of(DossierKind.CASE)

    @property
    def case_id(self) -> UUID | None:
        return self.case.id if self.case else None

    def of(self, kind: DossierKind) -> Dossier | None:
        """The subject or what it belongs to; else the only one there is, of several none: it must be named."""
        for one in (self.subject, *self.above):
            if one.kind is kind:
                return one
        found = [one for one in self.below if one.kind is kind]
        return found[0] if len(found) == 1 else None

    def pieces(self, kind: DossierKind) -> Iterable[Dossier]:
        """Evidence of a thing, without what was set aside."""
        owner = self.of(kind)
        for one in self.below:
            if one.kind is _K.PIECE and owner and one.parent_id == owner.id and not one.facts.get("out"):
                yield one


def seen_by(family: Family, office: str) -> Family | None:
    """What an office may draft about it: the leading group's all, the lead agency's all of its case.

    Of what another agency is asked or was given, that alone: of the case it knows what its letter says. None: nothing.
    """
    case, subject = family.case, family.subject
    if office == COORDINATION or (case is not None and case.facts.get("lead_code") == office):
        return family
    if office in {subject.facts.get(name) for name in ("agency", "agency_code", "asking", "asked")}:
        return Family(subject)
    return None


def known(family: Family) -> dict[str, Any]:
    """Facts by source. Absent: nothing is known."""
    found: dict[str, Any] = {}
    for origin, kind in _OF.items():
        if (one := family.of(kind)) is not None:
            found |= {f"{origin.value}.{name}": value for name, value in one.facts.items()}
    found |= {source: value for source, derive in _DERIVED.items() if (value := derive(family)) not in (None, "", [])}
    letter = family.of(_K.LETTER)
    if letter is not None:
        found |= {f"answer.{name}": value for name, value in letter.facts.items()}
        found |= {"answer.materials": letter.facts.get("answer_papers", [])}
    for source, other in _ELSE.items():
        if source not in found and found.get(other):
            found[source] = found[other]
    return {source: _printable(value) for source, value in found.items() if value not in (None, "", [])}


def _printable(value: Any) -> Any:
    """What other services tell is printed as it is, but for signs without a shape (wording.printable)."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_printable(one) for one in value]
    return {name: _printable(one) for name, one in value.items()} if isinstance(value, dict) else value


def is_fixed(field: Field, value: Any) -> bool:
    """Whether what is known stands as it is; words about it, and what could not be printed whole, may be put
    otherwise."""
    whole = not (isinstance(value, str) and MISSING in value)
    return whole and field.kind not in _WORDS and field.source not in _WORDED | _AGAIN


def is_known_of(field: Field) -> bool:
    """Whether the system may know it at all: else a person says it every time."""
    return field.source in _DERIVED or Origin(field.source.partition(".")[0]) in _TOLD


def _photos(kind: DossierKind) -> Callable[[Family], Any]:
    def counted(family: Family) -> Any:
        if family.of(kind) is None:
            return None
        return sum(bool(piece.facts.get("photo")) for piece in family.pieces(kind))

    return counted


def _titles(kind: DossierKind) -> Callable[[Family], Any]:
    """Evidence and papers, each once."""

    def listed(family: Family) -> Any:
        owner = family.of(kind)
        titles = [str(piece.facts.get("title", "")) for piece in family.pieces(kind)]
        return list(dict.fromkeys([*titles, *(owner.facts.get("papers", []) if owner else [])]))

    return listed


def _rows(*columns: str, preserved: bool = False) -> Callable[[Family], Any]:
    """Evidence of a case and of its clue, numbered, as rows of a list; what nobody told is written in by hand."""

    def listed(family: Family) -> Any:
        pieces = [one.facts for kind in (_K.CLUE, _K.CASE) for one in family.pieces(kind)]
        shown = [facts for facts in pieces if facts.get("preserved") or not preserved]
        return [{"n": str(n), **{name: _COLUMNS[name](facts) for name in columns}} for n, facts in enumerate(shown, 1)]

    return listed


def _taken(facts: Mapping[str, Any]) -> str:
    on = facts.get("taken_on")
    return f"{chinese_date(date.fromisoformat(on)) if on else ''} {facts.get('taken_by') or ''}".strip()


def _of_piece(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda facts: str(facts.get(name, ""))


# What a list says of a piece of evidence: dossiers of older releases have its title alone.
_COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "title": _of_piece("title"),
    "kind": _of_piece("kind"),
    "evidence_no": _of_piece("evidence_no"),
    "taken": _taken,
    "name": _of_piece("title"),
    "mark": _of_piece("evidence_no"),
    "quantity": lambda _: "",
    "state": lambda _: "",
}


def _catalogue(family: Family) -> Any:
    """The papers of a file from the clue to what came of its case; the pages are counted when it is bound."""
    lines: list[str] = []
    for kind in (_K.CLUE, _K.CASE):
        lines += _titles(kind)(family)
    for one in family.below:
        if one.kind in (_K.TRANSFER, _K.ITEM):
            lines += one.facts.get("papers", [])
    return [{"n": str(n), "title": line, "pages": "", "remark": ""} for n, line in enumerate(dict.fromkeys(lines), 1)]


def _remaining(family: Family) -> Any:
    item = family.of(_K.ITEM)
    if item is None or not {"area_m2", "rectified_area_m2"} <= set(item.facts):
        return None
    return max(round(item.facts["area_m2"] - item.facts["rectified_area_m2"], 2), 0.0)


def _handed_over(family: Family) -> Any:
    """Transfers made, before a case is closed."""
    made = (one.facts for one in family.below if one.kind is _K.TRANSFER)
    return [f"移送{facts['police_organ']}（{facts['transfer_no']}）" for facts in made if "police_organ" in facts]


def _subject(name: str) -> Callable[[Family], Any]:
    def said(family: Family) -> Any:
        return family.subject.facts.get(name)

    return said


def _number(family: Family) -> Any:
    facts = family.subject.facts
    return next((facts[name] for name in _NUMBERS if name in facts), None)


def _criminal_articles(family: Family) -> Any:
    return cite("CRIM 342") if family.of(_K.TRANSFER) is not None else None


_DERIVED: Mapping[str, Callable[[Family], Any]] = {
    "clue.photo_count": _photos(_K.CLUE),
    "item.photo_count": _photos(_K.ITEM),
    "clue.materials": _titles(_K.CLUE),
    "case.evidence": _titles(_K.CASE),
    "item.evidence": _titles(_K.ITEM),
    "transfer.materials": _titles(_K.CASE),
    "transfer.evidence": _titles(_K.TRANSFER),
    "item.remaining_area_m2": _remaining,
    "case.pieces": _rows("title", "kind", "evidence_no", "taken"),
    "case.preserved": _rows("name", "mark", "quantity", "state", preserved=True),
    "case.catalogue": _catalogue,
    "case.transfers": _handed_over,
    "subject.number": _number,
    **{f"subject.{name}": _subject(name) for name in ("title", "due_on", "days_late", "situation")},
    **{f"subject.{name}": _subject(name) for name in _EXTENSION},
    "rule.criminal_articles": _criminal_articles,
}
