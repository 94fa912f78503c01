"""Who sees which tasks. Every read and every lock of a task goes through here; what is out of scope is absent (R9)."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from services.agencies.storage.tables import agency_task, delivery, endpoint, task_message
from shared.contracts.agency_certificates import NEEDS_NONE
from shared.contracts.codes import Agency, Role
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS
from shared.operations import ScopeRule
from shared.principal import Actor

AGENCY_ROLES = frozenset({Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM})

# The rules that operations.py names.
TASKS = ScopeRule(
    "tasks",
    "coordinator: its county; agency officer, agency system: tasks of their agency there; township officer: tasks of "
    "the township there",
)
OWN_TASKS = ScopeRule(
    "own-tasks", "an agency: its own tasks in its county; township officer: tasks of the township there"
)
DIRECTED_TASKS = ScopeRule("directed-tasks", "coordinator: tasks given out in its county")
REGISTRY = ScopeRule(
    "registry", "coordinator, administrator: all agencies of the house's county; an agency: itself", house=True
)
ANSWERS = ScopeRule("answers", "an agency of the house's county, on its own tasks and what was sent to it", house=True)
ENDPOINTS = ScopeRule("endpoints", "endpoints of the house's county", house=True)


def visible_tasks(by: Actor) -> ColumnElement[bool]:
    """An agency its own, a township its own, the coordinator all of its jurisdiction, everybody else none."""
    parts = []
    if by.has(Role.COORDINATOR):
        parts.append(in_jurisdiction(by))
    return sa.or_(own_tasks(by), *parts)


def own_tasks(by: Actor) -> ColumnElement[bool]:
    """What the actor's own agency may act on; a township what the township is asked for in its own division."""
    own = []
    shown = _let_through(by, agency_task.c.id, agency_task.c.agency)
    if by.has(*AGENCY_ROLES):
        # Nobody is an officer of "the township": of which one, only the jurisdiction of a township officer says.
        agency = sa.and_(agency_task.c.agency == by.org_code, agency_task.c.agency != Agency.TOWNSHIP.value)
        own.append(sa.and_(agency, in_jurisdiction(by), shown))
    if by.has(Role.TOWNSHIP_OFFICER) and len(by.jurisdiction) >= TOWNSHIP_DIGITS:
        own.append(sa.and_(agency_task.c.agency == Agency.TOWNSHIP.value, in_jurisdiction(by), shown))
    return sa.or_(sa.false(), *own)


def shown_messages(by: Actor) -> ColumnElement[bool]:
    """Of the messages about tasks that the actor sees, those that a pause does not hold back."""
    if by.has(Role.COORDINATOR):
        return sa.true()
    return _let_through(by, task_message.c.id, task_message.c.agency)


def _let_through(by: Actor, subject: ColumnElement[Any], agency: ColumnElement[Any]) -> ColumnElement[bool]:
    """While an agency is paused: what has come to it or is on its way, and the one that a person lets through.

    A system is kept waiting whatever its protocol, people only where their inbox is the protocol: of an agency whose
    system is paused they may work on.
    """
    paused = [endpoint.c.party == agency, endpoint.c.paused_at.is_not(None)]
    if not by.has(Role.AGENCY_SYSTEM):
        paused.append(endpoint.c.protocol == NEEDS_NONE)
    trial = sa.select(endpoint.c.trial_id).where(endpoint.c.party == agency).correlate_except(endpoint)
    passes = sa.or_(delivery.c.arrived_at.is_not(None), delivery.c.tries > 0, delivery.c.id == trial.scalar_subquery())
    there = sa.exists().where(delivery.c.subject_id == subject, delivery.c.party == agency, passes)
    held = sa.exists().where(*paused)
    return sa.or_(sa.not_(held.correlate_except(endpoint)), there.correlate_except(delivery))


def directed_tasks(by: Actor) -> ColumnElement[bool]:
    """What the coordinator has given out and may withdraw, return and complete."""
    return in_jurisdiction(by) if by.has(Role.COORDINATOR) else sa.false()


def is_county(by: Actor) -> bool:
    """Whether the actor's jurisdiction is a county or lies in one: an empty prefix would show the whole country."""
    return len(by.jurisdiction) >= COUNTY_DIGITS and by.jurisdiction.isascii() and by.jurisdiction.isdigit()


def in_jurisdiction(by: Actor) -> ColumnElement[bool]:
    if not is_county(by):
        return sa.false()
    return agency_task.c.division_code.startswith(by.jurisdiction, autoescape=True)


def visible_agencies(by: Actor) -> frozenset[str] | None:
    """Codes of the agencies whose registry entry the actor sees; None means all."""
    if by.has(Role.COORDINATOR, Role.ADMINISTRATOR):
        return None
    shown = {by.org_code} if by.has(*AGENCY_ROLES) else set()
    return frozenset(shown | ({Agency.TOWNSHIP.value} if by.has(Role.TOWNSHIP_OFFICER) else set()))


def counted_tasks(by: Actor) -> ColumnElement[bool]:
    """What the counts of the registry count: the administrator's all of its county, though it may open no task."""
    return in_jurisdiction(by) if by.has(Role.ADMINISTRATOR) else visible_tasks(by)


def sees_address(by: Actor, agency: Agency) -> bool:
    """Addresses of endpoints are for the administrator and the agency itself."""
    return by.has(Role.ADMINISTRATOR) or (by.has(*AGENCY_ROLES) and by.org_code == agency.value)
