"""The evidence rules of register/evidence.toml: numbers for photographs, what flags mean, check-lists by step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from shared.contracts.codes import EvidenceFlagCode, EvidenceKind, EvidenceStage, SentBackReason, ViolationType

EVERY_BEFORE = "every-before"


@dataclass(frozen=True)
class PhotoRule:
    """Distances in metres, angles in degrees, spans in minutes (_min) and hours (_h)."""

    valid_from: date
    source: str
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

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(**{**row, "editors": tuple(row["editors"])})


@dataclass(frozen=True)
class FlagRule:
    """spoils: a photograph with this flag does not count."""

    spoils: bool
    sent_back_reason: SentBackReason | None


@dataclass(frozen=True)
class Item:
    """kinds: of APL 46 that it may be; none named: any."""

    code: str
    title: str
    kinds: frozenset[EvidenceKind]


@dataclass(frozen=True)
class Need:
    """A row of a check-list. types: none named: all."""

    id: str
    step: str
    title: str
    basis: str
    any_of: frozenset[str]
    valid_from: date
    types: frozenset[ViolationType] = frozenset()
    count: int = 1
    stage: EvidenceStage | None = None
    view: str | None = None
    azimuth_gap_deg: float | None = None
    condition: str | None = None
    paired: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        stage = row.get("stage")
        return cls(
            **{
                **row,
                "any_of": frozenset(row["any_of"]),
                "types": frozenset(ViolationType(type_) for type_ in row.get("types", ())),
                "stage": stage and EvidenceStage(stage),
            }
        )


class EvidenceRules:
    """Rules in memory; `on` is always the day whose law applies."""

    def __init__(
        self,
        photos: Iterable[PhotoRule],
        flags: Mapping[EvidenceFlagCode, FlagRule],
        items: Iterable[Item],
        needs: Iterable[Need],
    ) -> None:
        self._photos = sorted(photos, key=lambda rule: rule.valid_from, reverse=True)
        self._flags = dict(flags)
        self.items = {item.code: item for item in items}
        self._needs: dict[str, list[Need]] = {}
        for need in sorted(needs, key=lambda need: need.valid_from, reverse=True):
            if unknown := need.any_of - self.items.keys():
                raise ValueError(f"need {need.id} asks for unknown items {sorted(unknown)}")
            self._needs.setdefault(need.id, []).append(need)

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """table: register/evidence.toml as parsed."""
        flags = {
            EvidenceFlagCode(row["code"]): FlagRule(
                row["spoils"], SentBackReason(row["sent_back_reason"]) if "sent_back_reason" in row else None
            )
            for row in table["flag"]
        }
        items = [Item(row["code"], row["title"], frozenset(map(EvidenceKind, row["kinds"]))) for row in table["item"]]
        return cls(map(PhotoRule.of, table["photo"]), flags, items, map(Need.of, table["need"]))

    def photo(self, on: date) -> PhotoRule:
        """The numbers in force on a day; before the first ones, the first."""
        return next((rule for rule in self._photos if rule.valid_from <= on), self._photos[-1])

    def spoils(self, code: EvidenceFlagCode) -> bool:
        rule = self._flags.get(code)
        return rule is not None and rule.spoils

    def sent_back_reason(self, code: EvidenceFlagCode) -> SentBackReason | None:
        rule = self._flags.get(code)
        return None if rule is None else rule.sent_back_reason

    def steps(self) -> set[str]:
        return {need.step for rows in self._needs.values() for need in rows}

    def needs(self, step: str, on: date, types: Iterable[ViolationType]) -> list[Need]:
        """The check-list of a step on a day, for these violation types, by id."""
        wanted = frozenset(types)
        rows = (self._in_force(rows, on) for _, rows in sorted(self._needs.items()))
        return [row for row in rows if row and row.step == step and (not row.types or row.types & wanted)]

    @staticmethod
    def _in_force(rows: list[Need], on: date) -> Need | None:
        return next((row for row in rows if row.valid_from <= on), None)
