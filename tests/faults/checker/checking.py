"""The whole check, and the parts of it that a pair of databases of the kernel needs."""

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack

from tests.faults.checker.answers import check_answers, check_handed_in
from tests.faults.checker.causes import check_causes, check_twice
from tests.faults.checker.commands import check_commands
from tests.faults.checker.database import Database
from tests.faults.checker.deliveries import check_deliveries
from tests.faults.checker.evidence import Evidence, receptions
from tests.faults.checker.feeds import Feed, check_feed
from tests.faults.checker.log import check_log
from tests.faults.checker.memory import Memory
from tests.faults.checker.names import OBJECTS, REACTIONS, WANTED, Kept
from tests.faults.checker.notices import check_notices
from tests.faults.checker.objects import check_objects
from tests.faults.checker.parked import check_letters, check_parked
from tests.faults.checker.pieces import WAITING, check_pieces
from tests.faults.checker.projections import check_projections
from tests.faults.checker.reactions import Reaction, check_reactions
from tests.faults.checker.report import Findings, Report
from tests.faults.checker.sessions import check_sessions
from tests.faults.checker.tasks import check_tasks

Databases = Mapping[str, Database]
NO_OBJECTS: Mapping[str, Kept] = {}


def check(evidence: Evidence, memory: Memory | None = None) -> Report:
    """Compare what is stored, in whole, with what was accepted and received. See INTERFACE.md."""
    began = time.monotonic()
    memory = memory or Memory()
    findings = Findings()
    touched = memory.book.take_new(evidence.commands)
    with ExitStack() as stack:
        databases = {name: stack.enter_context(Database(name, dsn)) for name, dsn in evidence.databases.items()}
        # After the snapshot: a sender may still be at work, and what it records was received before.
        memory.received += receptions(memory.received_files, evidence.received)
        _check_kernel(databases, evidence, findings, memory)
        check_commands(databases, touched, findings)
        if evidence.complete and evidence.commands is not None:
            check_causes(databases, findings, memory, memory.book.commands.keys(), evidence.poisoned)
        _check_services(databases, evidence, findings, memory)
        _check_sessions(next(iter(databases.values())), evidence, findings)
    return findings.report(time.monotonic() - began)


def check_pair(
    producer_dsn: str,
    producer: str,
    consumer_dsn: str,
    consumer: str,
    *,
    wanted: Collection[str] = (),
    reactions: Sequence[Reaction] = (),
    poisoned: Collection[str] = frozenset(),
    objects: Mapping[str, Kept] = NO_OBJECTS,
    refused: int = 0,
) -> Report:
    """The kernel's part: both logs, and the consumer's reading of the producer's.

    wanted: types that may not be skipped. reactions: what the consumer must tell of what. objects: aggregate type ->
    its table, in whichever of the databases has it. refused: messages the consumer must have listed, at least.
    """
    began = time.monotonic()
    findings = Findings()
    with Database(producer, producer_dsn) as told, Database(consumer, consumer_dsn) as heard:
        feed = Feed(heard, told, wanted)
        for database in (told, heard):
            check_log(database, findings)
            check_twice(database, findings)
            check_letters(database, findings, refused=refused if database is heard else 0)
            check_objects(database, {**objects, "dead_letter": Kept("dead_letter")}, findings)
        _check_reading(feed, reactions, findings, Memory(), poisoned)
    return findings.report(time.monotonic() - began)


def lag(evidence: Evidence) -> dict[str, int]:
    """What is still on its way, in events; all 0: settled. A consumer that went another way than its producer: 1."""
    found = {"outbox": 0, "unpublished": 0}
    heads: dict[str, int] = {}
    with ExitStack() as stack:
        databases = {name: stack.enter_context(Database(name, dsn)) for name, dsn in evidence.databases.items()}
        for name, database in databases.items():
            head, published, waiting = database.row(
                "SELECT position, published, (SELECT count(*) FROM outbox) FROM log_head"
            )
            heads[name] = head
            if database.has_table("evidence_examination"):
                found["unexamined"] = database.number(WAITING)
            if database.has_table("document_press"):
                found["unprinted"] = database.number("SELECT count(*) FROM document_press")
            found["outbox"] += waiting
            found["unpublished"] += abs(head - published)
        for consumer, producer in WANTED:
            if consumer in databases and producer in databases:
                feed = Feed(databases[consumer], databases[producer])
                found[feed.label] = abs(heads[producer] - feed.position())
    return found


def _check_kernel(databases: Databases, evidence: Evidence, findings: Findings, memory: Memory) -> None:
    for name, database in databases.items():
        check_log(database, findings, memory)
        check_twice(database, findings)
        check_letters(database, findings, evidence.limits.alert_s, evidence.refused.get(name, 0))
    for (consumer, producer), wanted in WANTED.items():
        if consumer in databases and producer in databases:
            feed = Feed(databases[consumer], databases[producer], wanted)
            _check_reading(feed, REACTIONS[consumer, producer], findings, memory, evidence.poisoned)


def _check_services(databases: Databases, evidence: Evidence, findings: Findings, memory: Memory) -> None:
    """What the services keep and send, against each other."""
    cases, agencies, notify = (databases.get(name) for name in ("cases", "agencies", "notify"))
    for name, database in databases.items():
        check_objects(database, OBJECTS.get(name, {}), findings)
    if cases:
        check_pieces(cases, findings)
    if agencies:
        check_answers(agencies, evidence.answers, findings, evidence.poisoned)
    if cases and agencies:
        check_handed_in(agencies, cases, findings, evidence.poisoned)
        check_tasks(cases, agencies, findings, evidence.poisoned)
    if cases and notify:
        check_projections(cases, notify, findings, evidence.poisoned)
    if notify:
        check_notices(cases, notify, findings, evidence.poisoned)
    received = None if evidence.received is None else memory.received
    check_deliveries(databases, received, findings, evidence.poisoned)


def _check_sessions(first: Database, evidence: Evidence, findings: Findings) -> None:
    if evidence.activity is None:
        check_sessions(first, evidence.limits, findings)
        return
    with Database("activity", evidence.activity) as everybody:
        check_sessions(everybody, evidence.limits, findings)


def _check_reading(
    feed: Feed, reactions: Sequence[Reaction], findings: Findings, memory: Memory, poisoned: Collection[str]
) -> None:
    check_feed(feed, findings, memory)
    check_parked(feed, findings, poisoned)
    if reactions:
        check_reactions(feed, reactions, findings, memory, poisoned)
    memory.feeds[feed.key] = feed.position()
