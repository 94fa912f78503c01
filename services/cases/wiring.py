"""Builds the cases service: its registers, stores and runners; alone names concrete classes."""

import tomllib
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from services.cases.domain.deadlines import DeadlineRegister
from services.cases.handlers import on_agencies
from services.cases.operations import OPERATIONS
from services.cases.settings import CasesData, CasesSettings
from services.cases.storage import import_jobs
from services.cases.storage.numbers import Numbers
from services.cases.storage.unit import CasesUnit, CasesUnits
from shared.clock import Clock, SystemClock
from shared.database import open_engine
from shared.delivery.runner import UnitRunner
from shared.divisions.register import Divisions
from shared.operations import Dispatcher
from shared.principal import PrincipalVerifier
from shared.service import Ring, ServiceParts
from shared.workdays import WorkDays

NAME = "cases"
_REGISTER = Path(__file__).parent / "register"
# Connections beyond one a worker: relay, feed, catch-up, health.
_SPARE_CONNECTIONS = 4
_IMPORT_BATCH = 200


def wire(settings: CasesSettings, ring: Ring, clock: Clock | None = None) -> ServiceParts:
    """The service process."""
    engine = open_engine(
        settings.cases_dsn.get_secret_value(),
        pool_size=settings.max_workers + _SPARE_CONNECTIONS,
        application=f"tianwei-{NAME}",
    )
    open_unit = house(settings).open
    runner = UnitRunner[CasesUnit](engine, open_unit, clock or SystemClock(), ring)
    return ServiceParts(
        name=NAME,
        engine=engine,
        dispatcher=Dispatcher(OPERATIONS, runner, engine, PrincipalVerifier(settings.principal_public_key)),
        open_unit=open_unit,
        reactions={"agencies": on_agencies.REACTIONS},
        health=health,
    )


def health(connection: Connection) -> dict[str, Any]:
    """What waits for the worker."""
    return {"imports_waiting": import_jobs.waiting(connection)}


def wire_import(settings: CasesData, ring: Ring, clock: Clock | None = None) -> UnitRunner[CasesUnit]:
    """What the import worker writes clues with: receive_patches() in units of about 200."""
    engine = open_engine(settings.cases_dsn.get_secret_value(), pool_size=2, application=f"tianwei-{NAME}-worker")
    return UnitRunner[CasesUnit](engine, house(settings, _IMPORT_BATCH).open, clock or SystemClock(), ring)


def house(settings: CasesData, number_block: int = 20) -> CasesUnits:
    """Registers and stores, made once a process. number_block: numbers taken at once."""
    numbering = open_engine(settings.cases_dsn.get_secret_value(), pool_size=1, application=f"tianwei-{NAME}-numbers")
    return CasesUnits(
        divisions=Divisions.load(),
        deadlines=read_deadlines(),
        numbers=Numbers(numbering, number_block),
    )


def read_deadlines(file: Path = _REGISTER / "deadlines.toml") -> DeadlineRegister:
    """The deadline register with the national working calendar."""
    return DeadlineRegister.of(tomllib.loads(file.read_text(encoding="utf-8")), WorkDays.load())
