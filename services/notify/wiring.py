"""Builds the notify service: its registers, templates and tools; alone names concrete classes.

The sender's own parts are put together in sender.py: an HTTP client has no place in the service process.
"""

from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.adapters.jinja_renderer import JinjaRenderer
from services.notify.adapters.registers import read_bulletin_rules, read_copy_rules, read_document_types, read_offices
from services.notify.handlers import assistance, counting, on_agencies, on_cases
from services.notify.handlers.deliveries import resume_delivery
from services.notify.operations import OPERATIONS
from services.notify.settings import DocumentSettings, NotifyData, NotifySettings
from services.notify.storage import press_jobs
from services.notify.storage.tables import notice_receipt
from services.notify.storage.unit import Desk, NotifyUnit
from shared.clock import Clock, open_clock
from shared.database import open_engine
from shared.delivery.reactor import together
from shared.delivery.runner import OpenUnit, UnitRunner
from shared.outgoing.endpoints import Safeguards
from shared.service import Ring, ServiceParts, assemble

NAME = "notify"


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
            "cases": together(on_cases.REACTIONS, assistance.REACTIONS, counting.REACTIONS),
            "agencies": on_agencies.REACTIONS,
        },
        health=health,
        resume=resume_delivery,
    )


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
        renderer=JinjaRenderer(),
        outgoing=outgoing,
        types=read_document_types(),
        public_url=settings.public_url.rstrip("/"),
        bulletins=read_bulletin_rules(),
    )


def health(connection: Connection) -> dict[str, Any]:
    """What waits for a person: receipts not signed; and for the press."""
    unsigned = sa.select(sa.func.count()).select_from(notice_receipt).where(notice_receipt.c.signed_at.is_(None))
    return {
        "notices_unsigned": connection.execute(unsigned).scalar_one(),
        "documents_to_print": press_jobs.waiting(connection),
    }
