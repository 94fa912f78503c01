"""What notify keeps of cases is what cases has (R5: the last event of each object has had its say)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tests.faults.checker.database import Database
from tests.faults.checker.report import Findings


@dataclass(frozen=True)
class Projection:
    """One query at the reader and one at the source, with the same columns: an id first, then what must be equal."""

    name: str
    reader: str
    source: str


_COLUMNS = (
    "case_no, title, state, party_name, lead_agency, division_code, division_name, place, "
    "area_m2, farmland_area_m2, pbf_area_m2, filed_at"
)
CASES_AT_NOTIFY = (
    Projection(
        "case_brief",
        f"SELECT case_id, to_jsonb(violation_types), {_COLUMNS} FROM case_brief",
        f'SELECT id, violation_types, {_COLUMNS} FROM "case"',
    ),
    Projection(
        "rectification_brief",
        "SELECT item_id, case_id, state FROM rectification_brief",
        "SELECT id, case_id, state FROM rectification",
    ),
)


def check_projections(source: Database, reader: Database, findings: Findings, poisoned: Collection[str]) -> None:
    """poisoned: objects whose projections may be behind or missing."""
    for projection in CASES_AT_NOTIFY:
        kept = _by_id(reader.rows(projection.reader))
        real = _by_id(source.rows(projection.source))
        label = f"{reader.name}: {projection.name}"
        for id_ in real.keys() - kept.keys() - set(poisoned):
            findings.add("lost", f"{label} has no {id_}")
        for id_ in kept.keys() - real.keys() - set(poisoned):
            findings.add("phantom", f"{label} has {id_}, which {source.name} has not")
        for id_ in (real.keys() & kept.keys()) - set(poisoned):
            if real[id_] != kept[id_]:
                findings.add("disagree", f"{label} of {id_} is {_difference(kept[id_], real[id_])}")
        findings.looked_at("projections", len(kept))


def _by_id(rows: list[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in rows}


def _difference(kept: tuple[Any, ...], real: tuple[Any, ...]) -> str:
    return ", ".join(f"{one!r} for {other!r}" for one, other in zip(kept, real, strict=True) if one != other)
