"""What of a case leaves to an agency (domain.md 4.6, 5.7): the permission of the day, what it hides, and the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.rule_book import RuleBook
from shared.citations import chinese
from shared.contracts.codes import Agency, DisclosurePurpose, RuleRegister
from shared.contracts.disclosure import (
    ALWAYS_TOLD,
    CaseFieldsDisclosedV1,
    CaseFieldsReceivedV1,
    DisclosureValue,
    disclosure_key,
)
from shared.contracts.joint_action_events import ActionBrief
from shared.contracts.rules import ArticleRef
from shared.errors import Conflict


class NotDisclosable(Conflict):
    """No row of the disclosure register lets this agency have it for this purpose."""

    def __init__(self, agency: Agency, purpose: DisclosurePurpose, part: str) -> None:
        facts = {"agency": agency, "purpose": purpose, "part": part}
        super().__init__("cases.not-disclosable", "to_agency", law="HOUSE.disclosure", **facts)


@dataclass(frozen=True)
class Permission:
    """What one agency may be told for one purpose. basis: as cited; without a row nothing is permitted."""

    agency: Agency
    purpose: DisclosurePurpose
    fields: frozenset[str]
    basis: str

    @property
    def rule_key(self) -> str:
        return disclosure_key(self.purpose, self.agency)

    def brief(self, whole: ActionBrief) -> ActionBrief:
        """The brief without what this agency is not to know."""
        hidden = set(ActionBrief.model_fields) - ALWAYS_TOLD - self.fields
        empty: dict[str, Any] = {name: [] if name == "violation_types" else None for name in hidden}
        return whole.model_copy(update=empty)

    def result(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """What this agency may know of another's result, its kind with it; empty for nothing."""
        kind = whole.get("kind")
        told = {name: value for name, value in whole.items() if f"{kind}.{name}" in self.fields}
        return {"kind": kind, **told} if told else {}

    def require(self, name: str) -> None:
        """Raises NotDisclosable."""
        if name not in self.fields:
            raise NotDisclosable(self.agency, self.purpose, name)


def permission(book: RuleBook, agency: Agency, purpose: DisclosurePurpose, on: date) -> Permission:
    """By the row that is in force on the day of the sending."""
    entry = book.entry(RuleRegister.DISCLOSURE, disclosure_key(purpose, agency), on)
    if entry is None or not isinstance(entry.value, DisclosureValue):
        return Permission(agency, purpose, frozenset(), "")
    basis = "、".join(_cited(one) for one in entry.source.basis) or entry.source.text or ""
    return Permission(agency, purpose, frozenset(entry.value.fields), basis)


def _cited(one: ArticleRef) -> str:
    article = one.article or ""
    return f"《{one.law}》" + (f"第{chinese(int(article))}条" if article.isdigit() else article)


def told_of(brief: ActionBrief) -> list[str]:
    """Names of the fields of a brief that say something, in their order."""
    return [name for name in ActionBrief.model_fields if getattr(brief, name) not in (None, [])]


@dataclass(kw_only=True)
class Disclosure:
    """One entry of the ledger: written with the sending; nothing is added but that it has come (version 2)."""

    TYPE: ClassVar[str] = "disclosure"

    id: UUID
    version: int = 0
    jurisdiction: str = ""
    case_id: UUID | None = None
    clue_id: UUID | None = None
    to_agency: Agency = Agency.NATURAL_RESOURCES
    purpose: DisclosurePurpose = DisclosurePurpose.TASK_LETTER
    about: UUID | None = None
    fields: list[str] = field(default_factory=list)
    basis: str = ""
    rule_key: str = ""
    from_agency: Agency | None = None
    at: datetime | None = None

    def receive(self, now: datetime) -> list[CaseFieldsReceivedV1]:
        """It has come to the agency; once."""
        if self.version > 1 or self.about is None:
            return []
        return [CaseFieldsReceivedV1(at=now, case_id=self.case_id, to_agency=self.to_agency, about=self.about)]

    def apply(self, event: CaseFieldsDisclosedV1 | CaseFieldsReceivedV1) -> None:
        if isinstance(event, CaseFieldsReceivedV1):
            return
        self.jurisdiction = event.division_code
        self.case_id, self.clue_id, self.at = event.case_id, event.clue_id, event.at
        self.to_agency, self.purpose, self.about = event.to_agency, event.purpose, event.about
        self.fields, self.basis, self.rule_key = list(event.fields), event.basis, event.rule_key
        self.from_agency = event.from_agency
