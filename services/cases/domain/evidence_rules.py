"""Rules of evidence, read from the book: numbers for photographs, what flags mean, check-lists by step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.cases.domain.rule_book import Entry, RuleBook, RuleMissing
from shared.contracts.codes import (
    EvidenceFlagCode,
    EvidenceStage,
    EvidenceStep,
    RuleRegister,
    SentBackReason,
    ViolationType,
)
from shared.contracts.step_rule_values import (
    EvidenceFlagValue,
    EvidenceItemValue,
    PhotoRuleValue,
    RequiredEvidenceValue,
)

EVERY_BEFORE = "every-before"


@dataclass(frozen=True)
class PhotoRule:
    """Distances in metres, angles in degrees, spans in minutes (_min) and hours (_h)."""

    max_distance_m: float
    pair_distance_m: float
    pair_azimuth_deg: float
    future_tolerance_min: int
    clock_tolerance_min: int
    stated_tolerance_min: int
    late_upload_h: int
    edited_after_min: int
    thumbnail_view_min: int
    editors: tuple[str, ...]


@dataclass(frozen=True)
class Need:
    """A row of a check-list. types: none named: all. basis: where it stands, in words."""

    id: str
    step: EvidenceStep
    title: str
    basis: str
    any_of: frozenset[str]
    types: frozenset[ViolationType] = frozenset()
    count: int = 1
    stage: EvidenceStage | None = None
    view: str | None = None
    azimuth_gap_deg: float | None = None
    condition: str | None = None
    paired: str | None = None

    @classmethod
    def of(cls, entry: Entry, value: RequiredEvidenceValue) -> "Need":
        return cls(
            id=entry.key,
            step=value.step,
            title=value.title,
            basis=_words(entry),
            any_of=frozenset(value.any_of),
            types=frozenset(value.types),
            count=value.count,
            stage=value.stage,
            view=value.view,
            azimuth_gap_deg=value.azimuth_gap_deg,
            condition=value.condition,
            paired=value.paired,
        )


class EvidenceRules:
    """Every answer is that of a day: evidence is judged by the rules of the day on which it was added."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def photo(self, on: date) -> PhotoRule:
        """The numbers in force on a day. Raises RuleMissing: a photograph is not judged by guessing."""
        numbers = {name: self._number(name, on) for name in PhotoRule.__dataclass_fields__ if name != "editors"}
        editors = self._book.nearest(PhotoRuleValue, RuleRegister.PHOTO_RULE, "editors", on)
        return PhotoRule(**numbers, editors=() if editors is None else tuple(editors.words))

    def photo_since(self, on: date) -> date:
        """Since when the numbers have been what they are on a day."""
        return max((row.valid_from for row in self._book.entries(RuleRegister.PHOTO_RULE, on)), default=on)

    def item(self, code: str, on: date) -> EvidenceItemValue | None:
        """What may stand on a check-list; None for what may not."""
        return self._book.nearest(EvidenceItemValue, RuleRegister.EVIDENCE_ITEM, code, on)

    def items(self, on: date) -> list[str]:
        return [entry.key for entry in self._book.entries(RuleRegister.EVIDENCE_ITEM, on)]

    def spoils(self, code: EvidenceFlagCode, on: date) -> bool:
        rule = self._flag(code, on)
        return rule is not None and rule.spoils

    def sent_back_reason(self, code: EvidenceFlagCode, on: date) -> SentBackReason | None:
        rule = self._flag(code, on)
        return None if rule is None else rule.sent_back_reason

    def is_asked_at(self, step: EvidenceStep, on: date) -> bool:
        """Whether the step is refused while evidence is missing; else the check-list only shows what is."""
        return step in self._book.decided("evidence_asked_at", on)

    def needs(self, step: EvidenceStep, on: date, types: Iterable[ViolationType]) -> list[Need]:
        """The check-list of a step on a day, for these violation types, by id."""
        wanted = frozenset(types)
        rows = [
            Need.of(entry, entry.value)
            for entry in self._book.entries(RuleRegister.REQUIRED_EVIDENCE, on)
            if isinstance(entry.value, RequiredEvidenceValue) and entry.value.step is step and entry.value.enabled
        ]
        return [row for row in rows if not row.types or row.types & wanted]

    def _flag(self, code: EvidenceFlagCode, on: date) -> EvidenceFlagValue | None:
        return self._book.nearest(EvidenceFlagValue, RuleRegister.EVIDENCE_FLAG, code.value, on)

    def _number(self, name: str, on: date) -> int:
        found = self._book.nearest(PhotoRuleValue, RuleRegister.PHOTO_RULE, name, on)
        if found is None or found.number is None:
            raise RuleMissing(name, on)
        return found.number


def _words(entry: Entry) -> str:
    """《行政处罚法》第46条, or the words of the source."""
    named = [f"《{one.law}》" + (f"第{one.article}条" if one.article else "") for one in entry.source.basis]
    return "；".join([*named, *([entry.source.text] if entry.source.text else [])])
