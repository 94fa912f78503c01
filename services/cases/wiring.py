"""Builds the cases service: its registers, stores and runners; alone names concrete classes."""

import tomllib
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from services.cases.domain.clue_rules import ClueRules
from services.cases.domain.deadlines import DeadlineRegister
from services.cases.handlers.on_agencies import REACTIONS
from services.cases.operations import OPERATIONS
from services.cases.settings import CasesData, CasesSettings
from services.cases.storage import duplicates, import_jobs
from services.cases.storage.numbers import Numbers
from services.cases.storage.unit import CasesUnit, Desk
from shared.clock import Clock, open_clock
from shared.database import open_engine
from shared.delivery.runner import OpenUnit, UnitRunner
from shared.divisions.bounds import CountyBoxes
from shared.divisions.register import Divisions
from shared.sealing import SecretBox
from shared.service import Ring, ServiceParts, assemble
from shared.workdays import WorkDays

NAME = "cases"
_REGISTER = Path(__file__).parent / "register"
_IMPORT_BATCH = 200


def wire(settings: CasesSettings, ring: Ring, clock: Clock | None = None) -> ServiceParts:
    """The service process."""
    return assemble(
        NAME,
        settings.cases_dsn,
        settings,
        ring,
        clock=clock,
        open_unit=open_unit(desk_of(settings)),
        operations=OPERATIONS,
        reactions={"agencies": REACTIONS},
        health=health,
    )


def health(connection: Connection) -> dict[str, Any]:
    """What waits for the worker."""
    return {
        "imports_waiting": import_jobs.waiting(connection),
        "duplicate_checks_given_up": duplicates.given_up(connection),
    }


def wire_import(settings: CasesData, ring: Ring, clock: Clock | None = None) -> UnitRunner[CasesUnit]:
    """What the import worker writes clues with: receive_patches() in units of about 200."""
    engine = open_engine(settings.cases_dsn.get_secret_value(), pool_size=2, application=f"tianwei-{NAME}-worker")
    clock = clock or open_clock(settings.training_clock)
    return UnitRunner(engine, open_unit(desk_of(settings, _IMPORT_BATCH)), clock, ring)


def open_unit(desk: Desk) -> OpenUnit[CasesUnit]:
    """How a process opens its units of work."""
    return partial(CasesUnit, desk=desk)


def desk_of(settings: CasesData, number_block: int = 20) -> Desk:
    """Registers, made once a process. number_block: numbers taken at once."""
    numbering = open_engine(settings.cases_dsn.get_secret_value(), pool_size=1, application=f"tianwei-{NAME}-numbers")
    return Desk(
        divisions=Divisions.load(),
        deadlines=read_deadlines(),
        numbers=Numbers(numbering, number_block),
        boxes=CountyBoxes.load(),
        clue_rules=read_clue_rules(),
        box=_box(settings),
    )


def read_deadlines(file: Path = _REGISTER / "deadlines.toml") -> DeadlineRegister:
    """The deadline register with the national working calendar."""
    return DeadlineRegister.of(tomllib.loads(file.read_text(encoding="utf-8")), WorkDays.load())


def read_clue_rules(folder: Path = _REGISTER) -> ClueRules:
    """What opinions must be proved by, and when two clues look like one."""
    return ClueRules.load(folder)


def _box(settings: CasesData) -> SecretBox | None:
    """Only the service itself is told the key."""
    key = settings.secrets_key.get_secret_value() if isinstance(settings, CasesSettings) else ""
    return SecretBox(key) if key else None
