"""The chain in the database: one order, append-only, and what is changed there is found (R14)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from shared.audit import checkpoints
from shared.audit.checkpoints import ChainContradicts, CheckpointUnproven
from shared.audit.retention import Retention
from shared.audit.writer import MOST_WAITING, AuditWriter
from shared.contracts.audit import AuditKind, Outcome, SignedHead
from shared.errors import Unavailable
from tests.integration.shared.audit.archive import KEY, Archive, entry
from tests.integration.shared.audit.conftest import refused


def test_many_writers_make_one_chain_without_a_gap(archive: Archive) -> None:
    writer = AuditWriter(archive.engine)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: writer.write(entry()), range(80)))
        list(pool.map(lambda _: archive.add(), range(20)))
    assert archive.positions() == list(range(1, 101))
    assert archive.first_bad() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_checkpoint SET made_at = now()",
        "DELETE FROM audit_checkpoint",
    ],
)
def test_nobody_changes_or_removes_an_entry_not_even_the_owner(archive: Archive, statement: str) -> None:
    archive.add()
    archive.sign(1)
    assert refused(archive.engine, statement)
    assert refused(archive.owner, statement)
    assert archive.positions() == [1]


@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        ("UPDATE audit_entry SET actor_name = '别人' WHERE position = 4", 4),
        ("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE position = 4", 4),
        ("UPDATE audit_entry SET objects = '{}' WHERE position = 4", 4),
        ("UPDATE audit_entry SET hash = prev_hash WHERE position = 4", 4),
        ("DELETE FROM audit_entry WHERE position = 4", 4),
        ("DELETE FROM audit_entry WHERE position > 7", 8),
        ("UPDATE audit_entry SET position = CASE position WHEN 3 THEN -6 ELSE -3 END WHERE position IN (3, 6)", 3),
    ],
)
def test_what_is_changed_in_the_database_is_found_where_it_was(archive: Archive, statement: str, bad: int) -> None:
    archive.add(*(entry() for _ in range(9)))
    assert archive.first_bad() is None
    archive.damage(statement)
    if "-6" in statement:
        archive.damage("UPDATE audit_entry SET position = -position WHERE position < 0")
    assert archive.first_bad() == bad


class TestRetention:
    def test_only_whole_segments_older_than_the_setting_are_forgotten(self, archive: Archive) -> None:
        archive.add_of(5, days_ago=500)
        archive.sign(1, days_ago=499)
        archive.add_of(5, days_ago=300)
        archive.sign(2, days_ago=299)
        archive.add_of(2, days_ago=290)
        assert Retention(archive.engine, 400).forget() == 1
        assert archive.positions() == [*range(6, 13), 13]
        assert archive.rows()[-1].operation == "audit.forget"
        assert "第 1 至 5 条" in archive.rows()[-1].actor_name
        assert archive.first_bad(start=6) is None
        assert Retention(archive.engine, 400).forget() == 0
        # Of the rest no checkpoint says where it ended.
        assert Retention(archive.engine, 183).forget() == 1
        assert archive.positions() == [11, 12, 13, 14]

    @pytest.mark.parametrize("days", [0, 1, 182, -5])
    def test_nothing_younger_than_183_days_goes_whatever_is_asked(self, archive: Archive, days: int) -> None:
        archive.add_of(3, days_ago=182)
        archive.sign(1, days_ago=182)
        assert Retention(archive.engine, days).forget() == 0
        assert archive.positions() == [1, 2, 3]

    def test_without_a_checkpoint_nothing_goes(self, archive: Archive) -> None:
        archive.add_of(3, days_ago=900)
        assert Retention(archive.engine, 183).forget() == 0
        assert refused(archive.owner, "DELETE FROM audit_entry WHERE position = 1")

    def test_the_owner_cannot_take_a_part_of_a_segment(self, archive: Archive) -> None:
        archive.add_of(4, days_ago=500)
        archive.sign(1, days_ago=499)
        archive.add_of(1, days_ago=1)
        for statement in ("position = 2", "position <= 3", "position = 4"):
            assert refused(archive.owner, f"DELETE FROM audit_entry WHERE {statement}")
        assert archive.positions() == [1, 2, 3, 4, 5]

    def test_an_entry_cannot_be_made_old_by_a_checkpoint_that_says_so(self, archive: Archive) -> None:
        """The database itself writes down when a checkpoint came."""
        archive.add_of(2, days_ago=900)
        archive.sign(1)
        assert Retention(archive.engine, 183).forget() == 0


class TestCheckpoints:
    def test_it_is_kept_once_and_another_one_under_its_number_is_refused(self, archive: Archive) -> None:
        archive.add()
        kept = archive.sign(1)
        with archive.engine.begin() as connection:
            assert checkpoints.keep(connection, kept, "cases") is False
        heads = checkpoints.heads_of(checkpoints.read(kept))
        other = checkpoints.sign(KEY, 1, kept.made_at, "640522000000", heads)
        with pytest.raises(ChainContradicts), archive.engine.begin() as connection:
            checkpoints.keep(connection, other, "cases")

    def test_a_chain_that_was_changed_meanwhile_is_told_when_it_is_signed(self, archive: Archive) -> None:
        archive.add(*(entry() for _ in range(3)))
        with archive.engine.connect() as connection:
            head = checkpoints.access_head(connection)
        archive.damage("UPDATE audit_entry SET hash = 'v2:0' WHERE position = 3")
        signed = SignedHead(service="cases", **head.model_dump())
        kept = checkpoints.sign(KEY, 1, entry().at, "640521000000", [signed])
        with pytest.raises(ChainContradicts), archive.engine.begin() as connection:
            checkpoints.keep(connection, kept, "cases")

    def test_what_was_not_signed_so_is_no_checkpoint(self, archive: Archive) -> None:
        archive.add()
        kept = archive.sign(1)
        changed = kept.statement.replace('"number":1', '"number":2')
        for forged in (
            kept.model_copy(update={"statement": changed, "number": 2}),
            kept.model_copy(update={"number": 2}),
            kept.model_copy(update={"key_id": "0" * 16}),
        ):
            with pytest.raises(CheckpointUnproven):
                checkpoints.read(forged)


class TestTheWriter:
    def test_what_waits_is_written_in_rounds_and_in_its_order(self, archive: Archive) -> None:
        writer = AuditWriter(archive.engine)
        for number in range(7):
            writer.note(entry(request_id=str(number)))
        assert archive.positions() == []
        assert writer.flush() == 7
        assert [row.request_id for row in archive.rows()] == [str(number) for number in range(7)]

    def test_an_export_is_there_when_write_returns_with_all_that_waited(self, archive: Archive) -> None:
        writer = AuditWriter(archive.engine)
        writer.note(entry())
        writer.write(entry(kind=AuditKind.EXPORT))
        assert [row.kind for row in archive.rows()] == ["read", "export"]

    def test_the_same_again_and_again_by_nobody_known_is_one_entry_with_a_count(self, archive: Archive) -> None:
        writer = AuditWriter(archive.engine)
        tried = {"kind": AuditKind.ACCESS, "operation": "token", "outcome": Outcome.DENIED, "objects": ()}
        for number in range(50):
            writer.note(entry(**tried, actor="", source="10.0.0.1", request_id=str(number)))
            writer.note(entry(**tried, actor="person", source="10.0.0.1"))
        writer.note(entry(**tried, actor="", source="10.0.0.2"))
        writer.flush()
        assert sorted(row.times for row in archive.rows() if not row.actor) == [1, 50]
        assert len([row for row in archive.rows() if row.actor]) == 50

    def test_while_the_database_takes_none_nothing_is_lost_and_reading_ends_when_too_many_wait(
        self, archive: Archive
    ) -> None:
        writer = AuditWriter(archive.engine)
        with archive.owner.begin() as connection:
            connection.execute(sa.text("REVOKE INSERT ON audit_entry FROM audit_app"))
        for _ in range(MOST_WAITING - 1):
            writer.note(entry())
        with pytest.raises(Unavailable):
            writer.note(entry())
        with pytest.raises(Unavailable):
            writer.write(entry(kind=AuditKind.EXPORT))
        with archive.owner.begin() as connection:
            connection.execute(sa.text("GRANT INSERT ON audit_entry TO audit_app"))
        assert writer.flush() == MOST_WAITING
        assert not [row for row in archive.rows() if row.kind == "export"]
        assert archive.first_bad() is None

    def test_what_an_attempt_brings_is_kept_as_text_whatever_it_is(self, archive: Archive) -> None:
        odd = "a\x00b\ud800" + "长" * 500
        archive.add(entry(operation=odd, code=odd, request_id=odd, source=odd))
        (row,) = archive.rows()
        assert row.operation.startswith("ab?长")
        assert len(row.operation) == 200
        assert archive.first_bad() is None
