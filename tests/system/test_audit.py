"""Who did, read and tried what, as the audit administrator of a running house finds it; and a change of it shows."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.nodes import wait_until
from tests.system.books import Books
from tests.system.county import County, View
from tests.system.running_house import RunningHouse

pytestmark = [pytest.mark.timeout(300), pytest.mark.parametrize("house", ["embedded"], indirect=True)]

CHAINS = {("agencies", "access"), ("agencies", "changes"), ("cases", "access"), ("cases", "changes")}
CHAINS |= {("gateway", "access"), ("notify", "access"), ("notify", "changes")}


@pytest.fixture
def case(house: RunningHouse, county: County) -> View:
    """A case that the coordinator has looked at, and another one has tried to."""
    made = county.case(house.townships[0])
    house.coordinator.get(f"/cases/{made['id']}")
    house.account("party-committee").ask("GET", f"/cases/{made['id']}")
    house.settle()
    return made


def listed(house: RunningHouse, **asked: str) -> list[dict[str, Any]]:
    words = [word for name, value in asked.items() for word in (f"--{name}", value)]
    return list(json.loads(run(house, "list", *words, "--json").stdout))


def run(house: RunningHouse, *words: str) -> "subprocess.CompletedProcess[str]":
    return house.tianwei("audit", *words, by="audit-admin")


@contextmanager
def unguarded(books: Books, service: str, table: str) -> Iterator[None]:
    """As who owns the database can do it, and nobody else."""
    books.alter(service, f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        books.alter(service, f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_who_changed_read_and_tried_is_found_by_the_object(house: RunningHouse, case: View) -> None:
    def seen() -> set[tuple[str, str, str]]:
        return {(row["kind"], row["outcome"], row["actor_name"]) for row in listed(house, object=case["id"])}

    coordinator = str(house.logins["coordinator"]["name"])
    clerk = str(house.logins["party-committee"]["name"])
    wanted = {("change", "done", coordinator), ("read", "done", coordinator), ("read", "absent", clerk)}
    wait_until(lambda: wanted <= seen(), 20)
    assert run(house, "list", "--object", case["id"]).stdout.count("查阅") >= 2
    refused = house.tianwei("audit", "list", by="admin")
    assert refused.returncode == 1
    assert "审计管理员" in refused.stderr


def test_the_chains_are_whole_and_a_changed_actor_is_named(
    house: RunningHouse, books: Books, case: View, tmp_path: Path
) -> None:
    assert case
    made = run(house, "checkpoint", "--json")
    assert made.returncode == 0, made.stderr
    (checkpoint,) = json.loads(made.stdout)
    key = checkpoint["key_id"]
    whole = run(house, "verify", "--key", key, "--json")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    found = json.loads(whole.stdout)
    assert {(chain["service"], chain["chain"]) for chain in found["chains"]} == CHAINS
    position, event_id = books.rows(
        "cases", "SELECT position, event_id::text FROM log_order ORDER BY position LIMIT 1"
    )[0]
    ((actor,),) = books.rows("cases", f"SELECT actor FROM event_log WHERE event_id = '{event_id}'")
    with unguarded(books, "cases", "event_log"):
        books.alter("cases", f"UPDATE event_log SET actor = 'x' WHERE event_id = '{event_id}'")
        try:
            file, script = tmp_path / "audit.jsonl", tmp_path / "verify_audit.py"
            assert run(house, "export", str(file), "--verifier", str(script)).returncode == 0
            kept = house.home.root / "audit-checkpoints"
            command = [sys.executable, "-I", str(script), str(file), str(kept), "--key", key]
            alone = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
            assert alone.returncode == 1
            assert f"cases 的变更链第 {position} 条：被改动过" in alone.stdout
        finally:
            books.alter("cases", f"UPDATE event_log SET actor = '{actor}' WHERE event_id = '{event_id}'")
    assert run(house, "verify", "--key", key).returncode == 0


def test_a_csv_holds_what_was_asked_for(house: RunningHouse, case: View, tmp_path: Path) -> None:
    assert case
    file = tmp_path / "audit.csv"
    assert run(house, "list", "--kind", "change", "--csv", str(file)).returncode == 0
    lines = file.read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("时间,服务,链,序号,类别,操作,结果")
    assert len(lines) > 3
    assert all(",变更," in line for line in lines[1:])
