"""Proposals that two clues are one, the clues waiting to be looked at for them, and who could be meant."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import RowMapping

from services.cases.domain.duplicates import Compared, DuplicateProposal
from services.cases.storage.clue_tables import clue_check, clue_duplicate
from services.cases.storage.scope import visible_to_county
from shared.contracts.codes import DuplicateGround, DuplicateKind, DuplicateState
from shared.delivery.unit import TableStore
from shared.errors import NotFound, StaleVersion
from shared.ids import derived_id
from shared.principal import Actor

MOST_TRIES = 5
_ALONE_AFTER = 2
_MOST_CANDIDATES = 50
_d = clue_duplicate.c
_SAME = (
    "clue_id",
    "clue_no",
    "other_id",
    "other_no",
    "item_id",
    "item_no",
    "facts",
    "into_id",
    "proposed_at",
    "decided_at",
    "decided_by",
    "reason",
)

_CLAIM = sa.text("""
UPDATE clue_check SET tries = tries + 1, lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE clue_id IN (
    SELECT clue_id FROM clue_check
    WHERE tries >= :least_tries AND tries < :most_tries AND (lease_until IS NULL OR lease_until < clock_timestamp())
    ORDER BY asked_at LIMIT :number FOR UPDATE SKIP LOCKED)
RETURNING clue_id
""")

# What is compared of a clue: its numbers, its place, the party and the days that are known of it.
_SUBJECT = """
SELECT c.id, c.clue_no, c.division_code, c.received_at, c.patch_no, c.alias_numbers, c.geometry, c.longitude,
       c.latitude, c.west, c.south, c.east, c.north, coalesce(k.party_name, c.proof ->> 'party_name') AS party,
       c.proof ->> 'built_on' AS built_on, c.patch ->> 'image_before_on' AS image_before_on,
       c.patch ->> 'image_after_on' AS image_after_on, s.id AS item_id, s.item_no
FROM clue c
LEFT JOIN "case" k ON k.id = c.case_id
LEFT JOIN LATERAL (
    SELECT r.id, r.item_no FROM rectification r
    WHERE r.case_id = c.case_id AND r.state = 'struck_off' ORDER BY r.struck_off_at DESC LIMIT 1) s ON true
"""
_SUBJECTS = sa.text(f"{_SUBJECT} WHERE c.id = ANY(CAST(:ids AS uuid[]))")

# By place, in the same county; neither itself nor its own parts, nor what ended in another clue.
_NEAR = sa.text("""
SELECT w.id AS clue_id, o.id AS other_id
FROM clue w CROSS JOIN LATERAL (
    SELECT o.id FROM clue o
    WHERE box(point(o.east, o.north), point(o.west, o.south))
              && box(point(w.east + :margin, w.north + :margin), point(w.west - :margin, w.south - :margin))
      AND left(o.division_code, 6) = left(w.division_code, 6) AND o.id <> w.id
      AND o.state NOT IN ('linked_to_existing', 'rejected', 'split')
      AND o.id IS DISTINCT FROM w.parent_id AND o.parent_id IS DISTINCT FROM w.id
      AND (o.parent_no IS NULL OR o.parent_no IS DISTINCT FROM w.parent_no)
    ORDER BY o.received_at DESC LIMIT :most) o
WHERE w.id = ANY(CAST(:ids AS uuid[])) AND w.west IS NOT NULL
  AND w.state NOT IN ('linked_to_existing', 'rejected', 'split')
""")
_NUMBERS = """
SELECT id, left(division_code, 6) AS county, clue_no, patch_no, alias_numbers FROM clue
WHERE state NOT IN ('linked_to_existing', 'rejected', 'split') AND
"""
_NUMBERED = sa.text(f"{_NUMBERS} id = ANY(CAST(:ids AS uuid[]))")
# Each part by its own index: over one condition of three the planner would read the whole table.
_CALLED_SO = sa.text(f"""
SELECT c.* FROM unnest(CAST(:numbers AS text[])) AS n(number)
CROSS JOIN LATERAL ({_NUMBERS} alias_numbers @> ARRAY[n.number]) c
UNION ALL {_NUMBERS} patch_no = ANY(CAST(:aliases AS text[]))
UNION ALL {_NUMBERS} clue_no = ANY(CAST(:aliases AS text[]))
""")
_UNDECIDED = sa.text("""
SELECT count(*) FROM clue_duplicate d
JOIN clue c ON c.id = CASE WHEN d.clue_id = :id THEN d.other_id ELSE d.clue_id END
WHERE (d.clue_id = :id OR d.other_id = :id) AND d.state = 'proposed'
  AND c.state NOT IN ('linked_to_existing', 'rejected')
""").bindparams(sa.bindparam("id", type_=clue_duplicate.c.id.type))


@dataclass(frozen=True)
class Subject:
    """A clue as it is compared. geometry: GeoJSON, of a Point where only a position is known."""

    compared: Compared
    clue_no: str
    division_code: str
    received_at: Any
    geometry: dict[str, Any] | None


def pair_id(one: UUID, other: UUID) -> UUID:
    """The proposal of a pair, whichever way round: it is made once."""
    return derived_id("clue_duplicate", *sorted((one, other)))


def ask(connection: Connection, clue_ids: Sequence[UUID]) -> None:
    """Have clues looked at again, in the transaction that changed them. New ones wait by themselves (rev_0006)."""
    if clue_ids:
        again = {"tries": 0, "lease_until": None}
        asked = insert(clue_check).values([{"clue_id": id_} for id_ in clue_ids])
        connection.execute(asked.on_conflict_do_update(index_elements=["clue_id"], set_=again))


def claim(connection: Connection, number: int, lease_s: float) -> list[UUID]:
    """Clues that nobody looks at, the longest waiting first; after MOST_TRIES tries they are left for a person.

    What failed in a batch twice is taken by itself, so that one clue does not take the others down with it.
    """
    batch = {"number": number, "lease_s": lease_s, "least_tries": 0, "most_tries": _ALONE_AFTER}
    if found := list(connection.execute(_CLAIM, batch).scalars()):
        return found
    alone = {**batch, "number": 1, "least_tries": _ALONE_AFTER, "most_tries": MOST_TRIES}
    return list(connection.execute(_CLAIM, alone).scalars())


def done(connection: Connection, clue_ids: Sequence[UUID]) -> None:
    connection.execute(sa.delete(clue_check).where(clue_check.c.clue_id.in_(clue_ids)))


def waiting(connection: Connection) -> int:
    """Clues that are still to be looked at, for the health answer."""
    fresh = sa.select(sa.func.count()).select_from(clue_check).where(clue_check.c.tries < MOST_TRIES)
    return int(connection.execute(fresh).scalar_one())


def given_up(connection: Connection) -> int:
    """Clues that could not be looked at, for the health answer."""
    tired = sa.select(sa.func.count()).select_from(clue_check).where(clue_check.c.tries >= MOST_TRIES)
    return int(connection.execute(tired).scalar_one())


def candidates(connection: Connection, clue_ids: Sequence[UUID], distance_m: float) -> list[tuple[UUID, UUID]]:
    """Pairs that might be one, by place or by number, and were not proposed before; each once."""
    ids = [str(id_) for id_ in clue_ids]
    # A degree of longitude is at least 60 km here; the margin only has to be large enough.
    near = connection.execute(_NEAR, {"ids": ids, "margin": distance_m / 60_000, "most": _MOST_CANDIDATES})
    pairs = {_pair(row.clue_id, row.other_id) for row in near} | _same_numbers(connection, ids)
    known = set(connection.execute(sa.select(_d.id).where(_d.id.in_([pair_id(*pair) for pair in pairs]))).scalars())
    return sorted(pair for pair in pairs if pair_id(*pair) not in known)


def _pair(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    return (one, other) if one < other else (other, one)


def _same_numbers(connection: Connection, ids: Sequence[str]) -> set[tuple[UUID, UUID]]:
    """Pairs of which one is known by a number of the other, in the same county."""
    wanted = connection.execute(_NUMBERED, {"ids": ids}).all()
    aliases = {number for row in wanted for number in row.alias_numbers}
    own = {number for row in wanted for number in (row.clue_no, row.patch_no) if number}
    found = connection.execute(_CALLED_SO, {"numbers": sorted(aliases | own), "aliases": sorted(aliases)}).all()
    holders: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for row in {*map(_hashable, wanted), *map(_hashable, found)}:
        for number in row[2]:
            holders[(row[1], number)].add(row[0])
    asked = {row.id for row in wanted}
    return {_pair(one, other) for ids_ in holders.values() for one in ids_ & asked for other in ids_ if one != other}


def _hashable(row: Any) -> tuple[UUID, str, frozenset[str]]:
    return row.id, row.county, frozenset({row.clue_no, row.patch_no, *row.alias_numbers} - {None})


def subjects(connection: Connection, clue_ids: Sequence[UUID]) -> dict[UUID, Subject]:
    rows = connection.execute(_SUBJECTS, {"ids": [str(id_) for id_ in clue_ids]}).mappings()
    return {row["id"]: _subject(row) for row in rows}


def undecided(connection: Connection, clue_id: UUID) -> int:
    """Proposals with this clue that nobody has decided, and of which the other clue still stands for itself."""
    return int(connection.execute(_UNDECIDED, {"id": clue_id}).scalar_one())


def _subject(row: RowMapping) -> Subject:
    point = None if row["longitude"] is None else (row["longitude"], row["latitude"])
    geometry = row["geometry"] or (point and {"type": "Point", "coordinates": list(point)})
    numbers = {row["clue_no"], row["patch_no"], *row["alias_numbers"]} - {None}
    compared = Compared(
        id=row["id"],
        numbers=frozenset(numbers),
        point=point,
        is_point=row["geometry"] is None and point is not None,
        party=row["party"],
        period=_period(row),
        struck_off=row["item_id"] and (row["item_id"], row["item_no"]),
    )
    return Subject(compared, row["clue_no"], row["division_code"], row["received_at"], geometry)


def _period(row: RowMapping) -> tuple[date, date] | None:
    if row["built_on"]:
        day = date.fromisoformat(row["built_on"])
        return day, day
    if row["image_before_on"] and row["image_after_on"]:
        days = sorted(date.fromisoformat(row[name]) for name in ("image_before_on", "image_after_on"))
        return days[0], days[1]
    return None


class DuplicateStore(TableStore[DuplicateProposal]):
    def __init__(self) -> None:
        super().__init__(clue_duplicate)

    def lock_seen(
        self, connection: Connection, by: Actor, id_: UUID, expected_version: int | None = None
    ) -> DuplicateProposal:
        """Locked until the unit ends. Raises NotFound, also for what the actor may not see; StaleVersion."""
        seen = sa.select(clue_duplicate).where(_d.id == id_, visible_to_county(clue_duplicate, by)).with_for_update()
        row = connection.execute(seen).mappings().one_or_none()
        if row is None:
            raise NotFound
        if expected_version is not None and row["version"] != expected_version:
            raise StaleVersion(expected_version, row["version"])
        return self.from_row(row)

    def known(self, connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
        return set(connection.execute(sa.select(_d.id).where(_d.id.in_(ids))).scalars())

    def to_row(self, aggregate: DuplicateProposal) -> Mapping[str, Any]:
        assert aggregate.state is not None
        return {
            **{name: getattr(aggregate, name) for name in _SAME},
            "division_code": aggregate.jurisdiction,
            "kind": aggregate.kind.value,
            "state": aggregate.state.value,
            "grounds": [ground.value for ground in aggregate.grounds],
        }

    def from_row(self, row: RowMapping) -> DuplicateProposal:
        return DuplicateProposal(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["division_code"],
            kind=DuplicateKind(row["kind"]),
            state=DuplicateState(row["state"]),
            grounds=[DuplicateGround(ground) for ground in row["grounds"]],
            **{name: row[name] for name in _SAME},
        )
