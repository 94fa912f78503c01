"""What a row holds of the registers that steps ask: evidence, proof of opinions, remedies, levels (domain.md 3)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.contracts.base import Bool, Int, ShortText, Text
from shared.contracts.clue_parts import OpinionProof
from shared.contracts.codes import (
    Agency,
    EvidenceKind,
    EvidenceStage,
    EvidenceStep,
    Measure,
    SentBackReason,
    ViolationType,
)
from shared.contracts.rule_value import Code, RuleValue


def _proof_key(text: str) -> str:
    if text not in OpinionProof.model_fields:
        raise PydanticCustomError("no_such_proof", "no key of a proof")
    return text


ProofKey = Annotated[str, AfterValidator(_proof_key)]


class RequiredEvidenceValue(RuleValue):
    """A row of a check-list: what must be there before a step (domain.md 3.1, 3.6, 3.7, 3.11).

    types: violation types, none named: all. any_of: one of these items is enough. condition: asked only where it holds.
    view, stage, azimuth_gap_deg, paired: of photographs. enabled: rules are switchable.
    """

    step: EvidenceStep
    title: ShortText
    any_of: list[Code] = Field(min_length=1, max_length=20)
    types: list[ViolationType] = Field(default_factory=list, max_length=24)
    count: Annotated[Int, Field(ge=1, le=100)] = 1
    stage: EvidenceStage | None = None
    view: Literal["whole", "close", "inside"] | None = None
    azimuth_gap_deg: Annotated[Int, Field(ge=0, le=180)] | None = None
    condition: Literal["buildings", "going_on", "injuries", "threshold_suspected", "waste"] | None = None
    paired: Literal["every-before"] | None = None
    enabled: Bool = True


class EvidenceItemValue(RuleValue):
    """What may stand on a check-list. kinds: of APL 46 that it may be; none named: any."""

    title: ShortText
    kinds: list[EvidenceKind] = Field(default_factory=list, max_length=20)


class EvidenceFlagValue(RuleValue):
    """What a flag means. spoils: a photograph with it does not count, and would be sent back for this reason."""

    title: ShortText
    spoils: Bool
    sent_back_reason: SentBackReason | None = None


class PhotoRuleValue(RuleValue):
    """A requirement on photographs (domain.md 3.6): a number with its unit, or words."""

    title: ShortText
    text: Text
    number: Annotated[Int, Field(ge=0, le=100_000)] | None = None
    unit: Literal["metre", "degree", "minute", "hour"] | None = None
    words: list[ShortText] = Field(default_factory=list, max_length=100)


class OpinionProofValue(RuleValue):
    """The facts that a verification opinion must be proved by (domain.md 3.1): keys of OpinionProof.

    alternatives: sets of keys, one of which must be given whole. when: needs that only count when another key is true.
    must: what a key must be. bounds: least and most of a number.
    """

    needs: list[ProofKey] = Field(default_factory=list, max_length=20)
    alternatives: list[list[ProofKey]] = Field(default_factory=list, max_length=20)
    when: dict[ProofKey, list[ProofKey]] = Field(default_factory=dict, max_length=20)
    must: dict[ProofKey, Bool] = Field(default_factory=dict, max_length=20)
    bounds: dict[ProofKey, tuple[float, float]] = Field(default_factory=dict, max_length=20)


class RemedyValue(RuleValue):
    """Clocks of the party's remedies that must be over before enforcement, by what a decision orders (AEL 53).

    count_from: from whose end the power to enforce runs. order: the first row with a measure of the decision counts.
    """

    order: Annotated[Int, Field(ge=1, le=100)]
    measures: list[Measure] = Field(min_length=1, max_length=20)
    over: list[Code] = Field(min_length=1, max_length=10)
    count_from: Code


class OfficerCertificateValue(RuleValue):
    """An enforcement certificate (执法证, APL 42, NRP 17): its own days, whenever the register came to know of it.

    holds_until: its last day. revoked_on: from that day it holds no more, whatever stands on it.
    """

    name: ShortText
    agency: Agency
    certificate_no: ShortText
    holds_from: date
    holds_until: date
    revoked_on: date | None = None

    def holds_on(self, on: date) -> bool:
        return self.holds_from <= on <= self.holds_until and (self.revoked_on is None or on < self.revoked_on)


class ListingLevelValue(RuleValue):
    """Who lists for supervision (domain.md 3.8). rests_on: a citation like "NRP 49". term_days: that may be given."""

    title: ShortText
    order: Annotated[Int, Field(ge=1, le=100)]
    rests_on: ShortText
    term_days: list[Annotated[Int, Field(ge=1, le=3660)]] = Field(min_length=1, max_length=20)
