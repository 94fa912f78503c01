"""The checker itself: silent on a healthy house, and no count that cannot be made to speak by damage."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.broken_house import BrokenHouse, broken_house
from tests.faults.broken_rows import DATABASE_DAMAGE, FILE_DAMAGE, Damage, FileDamage, Lines
from tests.faults.checker import COUNTS, Limits, Memory, check, lag
from tests.faults.checker.canonical import NotCanonical, canonical, encode, es6_number
from tests.faults.checker.database import Database
from tests.faults.checker.report import Report

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokenHouse]:
    with broken_house(tmp_path_factory.mktemp("broken")) as made:
        yield made


@pytest.fixture
def copied(house: BrokenHouse) -> Iterator[Callable[[str], str]]:
    """DSN of a service's database for this test alone."""
    names: list[str] = []

    def copy(service: str) -> str:
        name, dsn = house.copy(service)
        names.append(name)
        return dsn

    yield copy
    for name in names:
        house.drop(name)


def spoken(report: Report) -> set[str]:
    return {count for count, number in report.counts.items() if number}


def do_damage(dsn: str, *statements: str) -> None:
    """As nobody in the house can: triggers and foreign keys are silent. Each must change something."""
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement, (f"{uuid4()}",) if "%s" in statement else None)
            assert cursor.rowcount > 0, f"nothing was changed by {statement}"
    connection.close()


def hash_before_head(house: BrokenHouse) -> str:
    """What the last event of cases follows."""
    with Database("cases", house.evidence().databases["cases"]) as cases:
        return str(cases.row("SELECT prev_hash FROM log_order ORDER BY position DESC LIMIT 1")[0])


# ---- a healthy house ---------------------------------------------------------------------------------------------


def test_a_healthy_house_has_no_finding_and_much_was_looked_at(house: BrokenHouse) -> None:
    report = check(house.evidence(limits=Limits(connections={"nobody": 0})))
    assert report.findings == ()
    assert report.ok
    assert tuple(report.counts) == COUNTS
    least = {"events": 150, "commands": 50, "causes": 150, "outcomes": 200, "reactions": 15, "objects": 70}
    least |= {"tasks": 5, "deliveries": 15, "receipts": 12, "webhooks_received": 3, "webhooks_proven": 2}
    assert {what: report.checked[what] >= number for what, number in least.items()} == dict.fromkeys(least, True)
    assert json.loads(json.dumps(report.as_json()))["ok"] is True


def test_nothing_is_on_its_way_in_a_settled_house(house: BrokenHouse) -> None:
    assert set(lag(house.evidence()).values()) == {0}


def test_what_is_on_its_way_is_counted_in_events(house: BrokenHouse, copied: Callable[[str], str]) -> None:
    dsn = copied("cases")
    do_damage(
        dsn,
        "UPDATE log_head SET published = published - 2",
        "UPDATE feed_cursor SET position = position - 3",
        "INSERT INTO outbox (event_id) VALUES (%s)",
    )
    seen = lag(house.evidence(instead={"cases": dsn}))
    assert {name: number for name, number in seen.items() if number} == {
        "unpublished": 2,
        "agencies>cases": 3,
        "outbox": 1,
    }


def test_with_memory_only_what_is_new_is_looked_at_again(house: BrokenHouse) -> None:
    memory = Memory()
    first, again = check(house.evidence(), memory), check(house.evidence(), memory)
    assert first.ok
    assert again.ok
    assert {what: again.checked[what] for what in ("events", "commands", "causes", "outcomes")} == dict.fromkeys(
        ("events", "commands", "causes", "outcomes"), 0
    )


def test_without_commands_and_receptions_the_databases_alone_are_judged(house: BrokenHouse) -> None:
    report = check(house.evidence(commands=None, received=None))
    assert report.ok
    assert "webhooks_received" not in report.checked


# ---- damage ------------------------------------------------------------------------------------------------------


def test_every_count_is_spoken_alone_by_some_damage() -> None:
    spoken_of = [damage.counts for damage in DATABASE_DAMAGE] + [damage.counts for damage in FILE_DAMAGE]
    alone = {counts for counts in spoken_of if len(counts) == 1}
    alone.add(frozenset({"leaked_connections"}))  # by sessions, below
    assert {count for counts in alone for count in counts} == set(COUNTS)


@pytest.mark.parametrize("damage", DATABASE_DAMAGE, ids=lambda damage: str(damage.name))
def test_damage_in_a_database_is_found(house: BrokenHouse, copied: Callable[[str], str], damage: Damage) -> None:
    dsn, before_head = copied(damage.service), hash_before_head(house)
    do_damage(dsn, *(text.replace("HASH_BEFORE_HEAD", before_head) for text in damage.statements))
    report = check(house.evidence(instead={damage.service: dsn}, **damage.evidence))
    assert spoken(report) == damage.counts, report.findings


@pytest.mark.parametrize("damage", FILE_DAMAGE, ids=lambda damage: str(damage.name))
def test_what_was_accepted_and_received_is_compared(house: BrokenHouse, tmp_path: Path, damage: FileDamage) -> None:
    original = getattr(house, damage.file)
    lines: Lines = [json.loads(line) for line in original.read_text(encoding="utf-8").splitlines()]
    changed = tmp_path / "changed.jsonl"
    changed.write_text("".join(json.dumps(line) + "\n" for line in damage.change(lines)), encoding="utf-8")
    evidence = house.evidence()
    is_command = damage.file == "commands"
    evidence = replace(evidence, commands=changed) if is_command else replace(evidence, received=changed)
    report = check(evidence)
    assert spoken(report) == damage.counts, report.findings


def test_a_receipt_that_an_agency_heard_of_without_anything_behind_it_is_found(
    house: BrokenHouse, tmp_path: Path
) -> None:
    said = [{"ready": True}, {"step": "sign", "task": str(uuid4())}, {"step": "parked", "task": str(uuid4())}]
    text = "".join(json.dumps(line) + "\n" for line in said)
    (tmp_path / "vendor-public_security.log").write_text(f"no JSON\n{text}{{half", encoding="utf-8")
    report = check(house.evidence(answers=tmp_path))
    assert report.counts["lost"] == 1
    assert spoken(report) == {"lost"}


def test_a_forgotten_connection_is_found(house: BrokenHouse) -> None:
    connection = psycopg2.connect(house.dsn("postgres"), application_name="tianwei-leak")
    try:
        few = house.evidence(limits=Limits(connections={"tianwei-leak": 0}))
        assert spoken(check(few)) == {"leaked_connections"}
        unknown = house.evidence(limits=Limits(connections={"tianwei-cases": 9}))
        assert spoken(check(unknown)) == {"leaked_connections"}
        enough = house.evidence(limits=Limits(connections={"tianwei-leak": 1}))
        assert check(enough).ok
    finally:
        connection.close()


def test_a_forgotten_transaction_is_found(house: BrokenHouse) -> None:
    connection = psycopg2.connect(house.dsn("postgres"), application_name="tianwei-leak")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert spoken(check(house.evidence(limits=Limits(idle_s=0.0)))) == {"leaked_connections"}
        assert check(house.evidence()).ok
    finally:
        connection.close()


def test_damage_below_what_was_verified_is_found_without_memory(
    house: BrokenHouse, copied: Callable[[str], str]
) -> None:
    memory, dsn = Memory(), copied("notify")
    evidence = house.evidence(instead={"notify": dsn})
    assert check(evidence, memory).ok
    third = "(SELECT event_id FROM log_order WHERE position = 3)"
    do_damage(dsn, f"UPDATE event_log SET type = type || 'x' WHERE event_id = {third}")
    assert "chain_broken" not in spoken(check(evidence, memory))
    assert "chain_broken" in spoken(check(evidence))


# ---- files -------------------------------------------------------------------------------------------------------


def test_a_half_last_line_waits_and_a_line_that_is_no_object_is_refused(house: BrokenHouse, tmp_path: Path) -> None:
    text = house.commands.read_bytes()
    half = tmp_path / "half.jsonl"
    half.write_bytes(text + b'{"key": "unfin')
    assert check(house.evidence(commands=half)).ok
    half.write_bytes(text + b"[1]\n")
    with pytest.raises(ValueError, match="not an object"):
        check(house.evidence(commands=half))


# ---- canonical JSON ----------------------------------------------------------------------------------------------

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(_JSON, st.booleans())
def test_the_canonical_form_is_that_of_rfc_8785(value: Any, ascii_only: bool) -> None:
    assert encode(value) == rfc8785.dumps(value)
    assert canonical(json.dumps(value, ensure_ascii=ascii_only)) == rfc8785.dumps(value)


@settings(max_examples=500, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_as_javascript_does_and_read_back_the_same(value: float) -> None:
    assert es6_number(value).encode() == rfc8785.dumps(value)
    assert math.isclose(float(es6_number(value)), value, rel_tol=0.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (333333333.33333329, "333333333.3333333"),
        (1e30, "1e+30"),
        (4.50, "4.5"),
        (2e-3, "0.002"),
        (1e-27, "1e-27"),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (999999999999999900000.0, "999999999999999900000"),
    ],
)
def test_the_numbers_of_the_rfc(value: float, expected: str) -> None:
    assert es6_number(value) == expected


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "9007199254740993", '"\\ud800"'])
def test_what_has_no_canonical_form_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical):
        canonical(text)
