"""Rules of clues, read from the book: what proves an opinion, who reviews it, when two clues look like one."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from services.cases.domain.rule_book import RuleBook, RuleMissing
from shared.contracts.clue_parts import OpinionProof
from shared.contracts.codes import ClueSource, ReviewState, RuleRegister, VerificationOpinion
from shared.contracts.rule_settings import DuplicateSetting as DuplicateRule
from shared.contracts.rule_values import LandRuleValue
from shared.contracts.step_rule_values import OpinionProofValue
from shared.errors import InvalidInput

__all__ = ["ClueRules", "DuplicateRule", "OtherGroundUnknown", "ProofContradicts", "ProofOutOfRange"]

_OTHER_GROUNDS = "other_ground"
# The rule of land_rules.toml that says how much of a shape approved land must cover.
_APPROVED = "approved"
_SHARES = frozenset({"approval_share", "land_supply_share", "registration_share", "temporary_use_share"})


class ProofOutOfRange(InvalidInput):
    """A number that the opinion does not allow (a rural road is 2 to 8 m wide)."""

    def __init__(self, name: str, value: float, least: float, most: float) -> None:
        super().__init__("cases.proof-out-of-range", f"proof.{name}", value=value, least=least, most=most)


class ProofContradicts(InvalidInput):
    """A fact with which the opinion cannot be right."""

    def __init__(self, name: str, opinion: VerificationOpinion) -> None:
        super().__init__("cases.proof-contradicts", f"proof.{name}", outcome=opinion)


class OtherGroundUnknown(InvalidInput):
    """Not on the closed list of other grounds."""

    def __init__(self, value: str, known: Iterable[str]) -> None:
        super().__init__("cases.other-ground-unknown", "proof.other_ground", value=value, known=sorted(known))


class ClueRules:
    """Every answer is that of a day."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def review_required(self, source: ClueSource, on: date) -> bool:
        """Whether the levels above review what is found of a clue received that day."""
        return source in self._book.decided("reviewed_sources", on)

    def review_code(self, state: ReviewState | None, on: date) -> str | None:
        """The ministry's code of a stage of the review; None where it has none."""
        codes: dict[ReviewState, str] = self._book.decided("review_stage_codes", on)
        return None if state is None else codes.get(state)

    def system_code(self, state: ReviewState | None, on: date) -> str | None:
        """The ministry's state of a patch: 1 未处理, 2 未提交, 4 已提交, 10 已审核."""
        codes: dict[ReviewState | Literal[""], str] = self._book.decided("patch_state_codes", on)
        return codes.get("" if state is None else state)

    def duplicate(self, on: date) -> DuplicateRule:
        found: DuplicateRule = self._book.decided("duplicate_clues", on)
        return found

    def build_age(self, proof: OpinionProof | None, on: date) -> Literal["new", "stock"] | None:
        """新增 or 存量, by the cut-off that holds; None without a date of building."""
        if proof is None or proof.built_on is None:
            return None
        return "new" if proof.built_on >= self._book.decided("new_old_cutoff", on) else "stock"

    def missing_proofs(self, opinion: VerificationOpinion, proof: OpinionProof | None, on: date) -> list[str]:
        """Keys of OpinionProof that the opinion still needs; of alternatives, those of the one nearest to whole.

        Raises ProofOutOfRange, ProofContradicts, OtherGroundUnknown for what can never prove it: also for a share of
        the land that is below the land rule's, where nothing else proves the opinion (domain.md 3.1, 6.8).
        """
        given = {} if proof is None else proof.model_dump(exclude_none=True)
        rule = self._book.nearest(OpinionProofValue, RuleRegister.OPINION_PROOF, opinion.value, on)
        if rule is None:
            raise RuleMissing(opinion.value, on)
        self._check(rule, given, opinion, on)
        needs = [*rule.needs]
        for condition, more in rule.when.items():
            needs += more if given.get(condition) else []
        missing = [key for key in needs if key not in given]
        lacking = [[key for key in keys if key not in given] for keys in rule.alternatives]
        self._check_shares(rule, given, lacking, on)
        return missing + (min(lacking, key=len) if lacking else [])

    def _check_shares(
        self, rule: OpinionProofValue, given: Mapping[str, Any], lacking: list[list[str]], on: date
    ) -> None:
        """Of alternatives given whole, one must cover the land as far as what is approved must."""
        least = self._least_share(on)
        whole = [keys for keys, gap in zip(rule.alternatives, lacking, strict=True) if not gap]
        short = [[key for key in keys if key in _SHARES and Fraction(str(given[key])) < least] for keys in whole]
        if short and all(short):
            key = short[0][0]
            raise ProofOutOfRange(key, given[key], float(least), 100)

    def _least_share(self, on: date) -> Fraction:
        """Per cent of a patch that must be covered by what makes it legal; nothing where no rule says so."""
        found = self._book.nearest(LandRuleValue, RuleRegister.LAND_RULE, _APPROVED, on)
        return Fraction(0) if found is None or found.pass_share is None else 100 * Fraction(found.pass_share)

    def _check(self, rule: OpinionProofValue, given: Mapping[str, Any], opinion: VerificationOpinion, on: date) -> None:
        for key, value in rule.must.items():
            if key in given and given[key] != value:
                raise ProofContradicts(key, opinion)
        for key, (least, most) in rule.bounds.items():
            if key in given and not least <= given[key] <= most:
                raise ProofOutOfRange(key, given[key], least, most)
        ground, known = given.get(_OTHER_GROUNDS), self._book.reasons(_OTHER_GROUNDS, on)
        if ground is not None and ground not in known:
            raise OtherGroundUnknown(ground, known)
