"""Builds the cases service: its registers, stores and runners; alone names concrete classes."""

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection

from services.cases.domain.clue_rules import ClueRules
from services.cases.domain.deadlines import DeadlineRegister
from services.cases.domain.evidence_rules import EvidenceRules
from services.cases.domain.path_rules import PathRules
from services.cases.domain.rule_book import Entry, RuleBook
from services.cases.handlers.on_agencies import REACTIONS
from services.cases.operations import OPERATIONS
from services.cases.settings import CasesData, CasesSettings
from services.cases.storage import case_import_jobs, duplicates, evidence_jobs, import_jobs, land
from services.cases.storage.numbers import Numbers
from services.cases.storage.rule_files import read_all
from services.cases.storage.rules import Rules
from services.cases.storage.sealing import Seals
from services.cases.storage.shipped_row import ShippedRow
from services.cases.storage.unit import CasesUnit, Desk
from services.cases.storage.wall import facts_of
from shared.clock import Clock, local_day, open_clock
from shared.contracts.rule_values import VALUE_OF
from shared.database import open_engine
from shared.delivery.runner import OpenUnit, UnitRunner
from shared.divisions.bounds import CountyBoxes
from shared.divisions.register import COUNTY_DIGITS, Divisions
from shared.ids import derived_id
from shared.principal import Actor
from shared.service import Ring, ServiceParts, assemble
from shared.workdays import WorkDays

NAME = "cases"
_IMPORT_BATCH = 200


def wire(settings: CasesSettings, ring: Ring, clock: Clock | None = None) -> ServiceParts:
    """The service process."""
    clock = clock or open_clock(settings.training_clock)
    desk = desk_of(settings, clock)
    return assemble(
        NAME,
        settings.cases_dsn,
        settings,
        ring,
        clock=clock,
        open_unit=open_unit(desk),
        operations=OPERATIONS,
        reactions={"agencies": REACTIONS},
        health=partial(health, desk, clock),
        cites=lambda law: desk.rules.book().cite(law),
        wall=facts_of,
    )


def health(desk: Desk, clock: Clock, connection: Connection) -> dict[str, Any]:
    """What waits for the workers, and what the rules lack: a working calendar, rows this release can read."""
    missing = desk.rules.book().calendars.missing(local_day(clock.now()))
    return {
        "imports_waiting": sum(queue.waiting(connection) for queue in (import_jobs.QUEUE, land.LAYERS, land.OVERLAYS)),
        "case_imports_waiting": case_import_jobs.QUEUE.waiting(connection),
        "duplicate_checks_waiting": duplicates.waiting(connection),
        "duplicate_checks_given_up": duplicates.given_up(connection),
        **evidence_jobs.waiting(connection),
        "calendar_missing": 0 if missing is None else 1,
        "calendar_missing_year": missing,
        "rules_unreadable": desk.rules.unreadable,
    }


def wire_import(settings: CasesData, ring: Ring, clock: Clock | None = None) -> UnitRunner[CasesUnit]:
    """What the import worker writes clues with: receive_patches() in units of about 200."""
    engine = open_engine(settings.cases_dsn.get_secret_value(), pool_size=2, application=f"tianwei-{NAME}-worker")
    clock = clock or open_clock(settings.training_clock)
    return UnitRunner(engine, open_unit(desk_of(settings, clock, _IMPORT_BATCH)), clock, ring)


def wire_scheduler(settings: CasesData, ring: Ring, clock: Clock | None = None) -> UnitRunner[CasesUnit]:
    """What the scheduler raises alarms with, and counts clocks again."""
    engine = open_engine(settings.cases_dsn.get_secret_value(), pool_size=2, application=f"tianwei-{NAME}-scheduler")
    clock = clock or open_clock(settings.training_clock)
    return UnitRunner(engine, open_unit(desk_of(settings, clock)), clock, ring)


def scheduler_actor(county_code: str) -> Actor:
    """Nobody's act: the house itself reminds and counts."""
    return Actor("scheduler", "期限提醒", frozenset(), county_code, county_code[:COUNTY_DIGITS])


def wire_evidence(settings: CasesData, ring: Ring, clock: Clock | None = None) -> UnitRunner[CasesUnit]:
    """What the evidence worker reads with, and tells what it found."""
    engine = open_engine(settings.cases_dsn.get_secret_value(), pool_size=2, application=f"tianwei-{NAME}-evidence")
    clock = clock or open_clock(settings.training_clock)
    return UnitRunner(engine, open_unit(desk_of(settings, clock)), clock, ring)


def open_unit(desk: Desk) -> OpenUnit[CasesUnit]:
    """How a process opens its units of work."""
    return partial(CasesUnit, desk=desk)


def desk_of(settings: CasesData, clock: Clock, number_block: int = 20) -> Desk:
    """Registers, made once a process. number_block: numbers taken at once."""
    dsn = settings.cases_dsn.get_secret_value()
    numbering = open_engine(dsn, pool_size=1, application=f"tianwei-{NAME}-numbers", walls=False)
    reading = open_engine(dsn, pool_size=1, application=f"tianwei-{NAME}-rules", walls=False)
    return Desk(
        divisions=Divisions.load(),
        rules=Rules(reading, clock),
        numbers=Numbers(numbering, number_block),
        boxes=CountyBoxes.load(),
        seals=None if settings.secrets_key is None else Seals(settings.secrets_key.get_secret_value()),
    )


def shipped_path_rules() -> PathRules:
    """The rules of the paths as they are shipped, without a database."""
    return PathRules(shipped_rules(date(2026, 1, 1)))


def shipped_rules(today: date) -> RuleBook:
    """The rules as they are shipped, without a database: what a house starts with."""
    return RuleBook((_entry(row) for row in read_all()), today)


def read_deadlines(days: WorkDays | None = None) -> DeadlineRegister:
    """The shipped deadline register. days: in place of the shipped national calendar."""
    book = shipped_rules(date(2026, 1, 1))
    return book.deadlines if days is None else book.deadlines_over(days)


def _entry(row: ShippedRow) -> Entry:
    return Entry(
        register=row.register,
        key=row.key,
        row_id=derived_id("rule-shipped", row.register.value, row.key, row.valid_from),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        mark=row.mark,
        unsure=row.unsure,
        source=row.source,
        value=VALUE_OF[row.register].model_validate(row.value),
    )


def shipped_clue_rules() -> ClueRules:
    """What opinions must be proved by, and when two clues look like one, as shipped."""
    return ClueRules(shipped_rules(date(2026, 1, 1)))


def shipped_evidence_rules() -> EvidenceRules:
    """What evidence must be, as shipped."""
    return EvidenceRules(shipped_rules(date(2026, 1, 1)))
