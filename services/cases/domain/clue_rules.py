"""Rules of clues as dated data: register/opinion_proofs.toml, register/clue_rules.toml."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self

from shared.contracts.clue_parts import OpinionProof
from shared.contracts.codes import ClueSource, ReviewState, VerificationOpinion
from shared.errors import InvalidInput

Table = Mapping[str, Any]
_REGISTER = Path(__file__).parents[1] / "register"


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


@dataclass(frozen=True)
class DuplicateRule:
    """When two clues look like one. least_iou: 0..1. most_distance_m: of two points."""

    least_iou: float
    centre_inside: bool
    most_distance_m: float
    period_months: int
    most_proposals: int = 3


class ClueRules:
    """The rules in memory. proofs, clues: the two files as parsed."""

    def __init__(self, proofs: Table, clues: Table) -> None:
        self._opinions: list[Table] = proofs["opinion"]
        self._cut_offs: list[Table] = proofs["cut_off"]
        self.other_grounds: dict[str, str] = {row["code"]: row["title"] for row in proofs["other_ground"]}
        self._clues = clues

    @classmethod
    def load(cls, folder: Path = _REGISTER) -> Self:
        proofs, clues = (
            tomllib.loads((folder / name).read_text(encoding="utf-8"))
            for name in ("opinion_proofs.toml", "clue_rules.toml")
        )
        return cls(proofs, clues)

    def review_required(self, source: ClueSource, on: date) -> bool:
        """Whether the levels above review what is found of a clue received that day."""
        return source.value in self._row(self._clues["reviewed"], on)["sources"]

    def review_code(self, state: ReviewState | None, on: date) -> str | None:
        """The ministry's code of a stage of the review; None where it has none."""
        rows = [row for row in self._clues["review_code"] if row["state"] == (state and state.value)]
        code: str | None = self._row(rows, on)["code"] if rows else None
        return code

    def system_code(self, state: ReviewState | None, on: date) -> str:
        """The ministry's state of a patch: 1 未处理, 2 未提交, 4 已提交, 10 已审核."""
        states: dict[str, str] = self._row(self._clues["system_code"], on)["states"]
        return states["" if state is None else state.value]

    def duplicate(self, on: date) -> DuplicateRule:
        row = self._row(self._clues["duplicate"], on)
        return DuplicateRule(
            float(row["least_iou"]),
            row["centre_inside"],
            float(row["most_distance_m"]),
            row["period_months"],
            row["most_proposals"],
        )

    def build_age(self, proof: OpinionProof | None, on: date) -> Literal["new", "stock"] | None:
        """新增 or 存量, by the cut-off that holds; None without a date of building."""
        if proof is None or proof.built_on is None:
            return None
        return "new" if proof.built_on >= self._row(self._cut_offs, on)["day"] else "stock"

    def missing_proofs(self, opinion: VerificationOpinion, proof: OpinionProof | None, on: date) -> list[str]:
        """Keys of OpinionProof that the opinion still needs; of alternatives, those of the one nearest to whole.

        Raises ProofOutOfRange, ProofContradicts, OtherGroundUnknown for what can never prove it.
        """
        given = {} if proof is None else proof.model_dump(exclude_none=True)
        row = self._row([row for row in self._opinions if row["code"] == opinion.value], on)
        self._check(row, given, opinion)
        needs = [*row.get("needs", ())]
        for condition, more in row.get("when", {}).items():
            needs += more if given.get(condition) else []
        missing = [key for key in needs if key not in given]
        if alternatives := row.get("alternatives"):
            lacking: list[list[str]] = [[key for key in keys if key not in given] for keys in alternatives]
            nearest: list[str] = min(lacking, key=len)
            missing += nearest
        return missing

    def _check(self, row: Table, given: Table, opinion: VerificationOpinion) -> None:
        for key, value in row.get("must", {}).items():
            if key in given and given[key] != value:
                raise ProofContradicts(key, opinion)
        for key, (least, most) in row.get("bounds", {}).items():
            if key in given and not least <= given[key] <= most:
                raise ProofOutOfRange(key, given[key], least, most)
        ground = given.get("other_ground")
        if ground is not None and ground not in self.other_grounds:
            raise OtherGroundUnknown(ground, self.other_grounds)

    @staticmethod
    def _row(rows: Sequence[Table], on: date) -> Table:
        """The row in force on a day; before the first one, the first."""
        newest = sorted(rows, key=lambda row: row["valid_from"], reverse=True)
        return next((row for row in newest if row["valid_from"] <= on), newest[-1])
