"""Builds the notify service: its registers, templates and tools; alone names concrete classes.

The sender's own parts are put together in sender.py: an HTTP client has no place in the service process.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.adapters.registers import (
    read_bulletin_rules,
    read_copy_rules,
    read_document_types,
    read_offices,
    read_receipt_terms,
)
from services.notify.domain.document_table import OUT
from services.notify.handlers import assistance, counting, on_agencies, on_cases, on_dossiers
from services.notify.handlers.checkpoints import send_checkpoint
from services.notify.handlers.deliveries import resume_delivery
from services.notify.handlers.urging import MOST, give_terms, urge_unsigned
from services.notify.operations import OPERATIONS
from services.notify.settings import DocumentSettings, NotifyData, NotifySettings
from services.notify.storage import press_jobs
from services.notify.storage.tables import document, document_receipt
from services.notify.storage.unit import Desk, NotifyUnit
from services.notify.storage.wall import facts_of
from shared.clock import Clock, open_clock
from shared.database import open_engine
from shared.delivery.reactor import together
from shared.delivery.runner import OpenUnit, UnitRunner
from shared.divisions.register import COUNTY_DIGITS
from shared.ids import new_id
from shared.outgoing.endpoints import Safeguards
from shared.principal import Actor
from shared.service import Chore, Ring, ServiceParts, assemble

NAME = "notify"
_URGE_S = 10.0
_TERMS_S = 60.0


def wire(settings: NotifySettings, ring: Ring, clock: Clock | None = None) -> ServiceParts:
    """The service process."""
    return assemble(
        NAME,
        settings.notify_dsn,
        settings,
        ring,
        clock=clock,
        open_unit=open_unit(desk_of(settings)),
        operations=OPERATIONS,
        reactions={
            # Dossiers first: what a rule drafts on an event says what the event tells.
            "cases": together(*on_dossiers.REACTIONS, *on_cases.REACTIONS, *assistance.REACTIONS, *counting.REACTIONS),
            "agencies": on_agencies.REACTIONS,
        },
        health=health,
        resume=resume_delivery,
        on_checkpoint=send_checkpoint,
        chores=partial(_chores, settings.county_code),
        wall=facts_of,
    )


def _chores(county_code: str, runner: UnitRunner[NotifyUnit]) -> list[Chore]:
    """Every replica looks; what is done is done once, under the lock of its document."""
    return [
        Chore("receipts.urge", partial(sweep, runner, county_code, urge_unsigned), _URGE_S),
        Chore("receipts.terms", partial(sweep, runner, county_code, give_terms), _TERMS_S),
    ]


def sweep(runner: UnitRunner[NotifyUnit], county_code: str, act: Callable[[NotifyUnit], int]) -> None:
    """All that has come, in units of at most a hundred."""
    by = Actor("notify-term", "签收期限", frozenset(), county_code, county_code[:COUNTY_DIGITS])

    def use_case(unit: NotifyUnit) -> dict[str, int]:
        return {"seen": act(unit)}

    while runner.run(by, use_case, correlation_id=f"sweep-{new_id()}")["seen"] == MOST:
        continue


def wire_press(settings: DocumentSettings, ring: Ring, clock: Clock | None = None) -> UnitRunner[NotifyUnit]:
    """What the worker issues documents with."""
    engine = open_engine(settings.notify_dsn.get_secret_value(), pool_size=2, application=f"tianwei-{NAME}-worker")
    return UnitRunner(engine, open_unit(press_desk(settings)), clock or open_clock(settings.training_clock), ring)


def open_unit(desk: Desk) -> OpenUnit[NotifyUnit]:
    """How a process opens its units of work."""
    return partial(NotifyUnit, desk=desk)


def desk_of(settings: NotifyData) -> Desk:
    """Registers and templates, read and checked: a process does not start on a faulty one."""
    return _desk(settings, Safeguards.of(settings))


def press_desk(settings: DocumentSettings) -> Desk:
    """Of the press, which reaches nobody."""
    return _desk(settings, None)


def _desk(settings: DocumentSettings, outgoing: Safeguards | None) -> Desk:
    return Desk(
        rules=read_copy_rules(),
        offices=read_offices(settings.county_code, settings.notice_office, settings.notice_mark),
        outgoing=outgoing,
        types=read_document_types(),
        terms=read_receipt_terms(),
        public_url=settings.public_url.rstrip("/"),
        bulletins=read_bulletin_rules(),
    )


def health(connection: Connection) -> dict[str, Any]:
    """What waits for a person: receipts not signed; and for the press."""
    unsigned = (
        sa.select(sa.func.count())
        .select_from(document_receipt.join(document, document.c.id == document_receipt.c.document_id))
        .where(document_receipt.c.signed_at.is_(None), document.c.state.in_([state.value for state in OUT]))
    )
    return {
        "notices_unsigned": connection.execute(unsigned).scalar_one(),
        "documents_to_print": press_jobs.waiting(connection),
    }
