"""Builds the agencies service: which agency speaks how and is reached how; alone names concrete classes.

The sender's own parts are put together in sender.py: an HTTP client has no place in the service process.
"""

from datetime import timedelta
from functools import partial

from services.agencies.adapters.integrations.agriculture import Agriculture
from services.agencies.adapters.integrations.comprehensive_enforcement import ComprehensiveEnforcement
from services.agencies.adapters.integrations.natural_resources import NaturalResources
from services.agencies.adapters.integrations.public_security import PublicSecurity
from services.agencies.adapters.integrations.township import Township
from services.agencies.adapters.integrations.trade import Trade
from services.agencies.adapters.protocols.bus_queue import BusQueue
from services.agencies.adapters.protocols.console_inbox import ConsoleInbox
from services.agencies.adapters.protocols.file_exchange import FileExchange
from services.agencies.adapters.protocols.polled_mailbox import PolledMailbox
from services.agencies.adapters.protocols.signed_webhook import SignedWebhook
from services.agencies.adapters.seals import Ed25519Seals
from services.agencies.handlers.deliveries import resume_delivery
from services.agencies.handlers.expiry import MOST, expire_offers
from services.agencies.handlers.on_cases import REACTIONS
from services.agencies.handlers.outages import end_those_over, tell_late
from services.agencies.operations import operations
from services.agencies.ports import Registry, Transport
from services.agencies.settings import AgenciesData, AgenciesSettings
from services.agencies.storage.unit import AgenciesUnit, Desk
from services.agencies.storage.wall import facts_of
from shared.clock import Clock
from shared.contracts.codes import Agency
from shared.delivery.runner import OpenUnit, UnitRunner
from shared.divisions.register import COUNTY_DIGITS
from shared.ids import new_id
from shared.keys import is_public_key
from shared.outgoing.endpoints import Safeguards
from shared.principal import Actor
from shared.service import Chore, Ring, ServiceParts, assemble

NAME = "agencies"
_SWEEP_S = 2.0
_LATE_S = 10.0


def wire(settings: AgenciesSettings, ring: Ring, clock: Clock | None = None) -> ServiceParts:
    """The service process."""
    desk = desk_of(settings)
    return assemble(
        NAME,
        settings.agencies_dsn,
        settings,
        ring,
        clock=clock,
        open_unit=open_unit(desk),
        operations=operations(desk.registry),
        reactions={"cases": REACTIONS},
        resume=resume_delivery,
        chores=partial(_chores, settings.county_code),
        wall=facts_of,
    )


def _chores(county_code: str, runner: UnitRunner[AgenciesUnit]) -> list[Chore]:
    """Every replica looks; an offer is ended once, under the lock of its task."""
    return [
        Chore("tasks.expire", partial(sweep_offers, runner, county_code), _SWEEP_S),
        Chore("deliveries.late", partial(sweep_late, runner, county_code), _LATE_S),
    ]


def sweep_offers(runner: UnitRunner[AgenciesUnit], county_code: str) -> None:
    """End every offer whose term is over, in units of at most a hundred."""
    by = Actor("agencies-term", "答复期限", frozenset(), county_code, county_code[:COUNTY_DIGITS])

    def use_case(unit: AgenciesUnit) -> dict[str, int]:
        return {"ended": expire_offers(unit)}

    while runner.run(by, use_case, correlation_id=f"sweep-{new_id()}")["ended"] == MOST:
        continue


def sweep_late(runner: UnitRunner[AgenciesUnit], county_code: str) -> None:
    """Tell of what waits too long, and end the outages that are over."""
    by = Actor("agencies-late", "送达时限", frozenset(), county_code, county_code[:COUNTY_DIGITS])

    def use_case(unit: AgenciesUnit) -> dict[str, int]:
        return {"told": tell_late(unit)}

    def ending(unit: AgenciesUnit) -> dict[str, int]:
        return {"ended": end_those_over(unit)}

    for act in (use_case, ending):
        runner.run(by, act, correlation_id=f"sweep-{new_id()}")


def open_unit(desk: Desk) -> OpenUnit[AgenciesUnit]:
    """How a process opens its units of work."""
    return partial(AgenciesUnit, desk=desk)


def desk_of(settings: AgenciesData) -> Desk:
    """Which agency speaks how and is reached how."""
    usual = settings.protocol_of
    trades: tuple[Trade, ...] = (
        NaturalResources(usual(Agency.NATURAL_RESOURCES)),
        PublicSecurity(usual(Agency.PUBLIC_SECURITY)),
        Agriculture(usual(Agency.AGRICULTURE)),
        ComprehensiveEnforcement(usual(Agency.COMPREHENSIVE_ENFORCEMENT)),
        Township(usual(Agency.TOWNSHIP)),
    )
    safeguards = Safeguards.of(settings)
    transports: tuple[Transport, ...] = (
        SignedWebhook(settings.agencies_webhook_body, safeguards),
        PolledMailbox(),
        FileExchange(settings.agencies_package_signature, safeguards.allowed_hosts),
        BusQueue(),
        ConsoleInbox(),
    )
    return Desk(
        registry=Registry(
            integrations={trade.agency: trade for trade in trades},
            transports={transport.name: transport for transport in transports},
            is_public_key=is_public_key,
            seals=Ed25519Seals(),
        ),
        safeguards=safeguards,
        county_code=settings.county_code,
        certificate_term=timedelta(days=settings.agencies_certificate_days),
        late=timedelta(minutes=settings.agencies_late_minutes),
        late_urgent=timedelta(minutes=settings.agencies_late_urgent_minutes),
    )
