"""Builds the agencies service: which agency speaks how and is reached how; alone names concrete classes.

The sender's own parts are put together in sender.py: an HTTP client has no place in the service process.
"""

from functools import partial

from services.agencies.adapters.integrations.agriculture import Agriculture
from services.agencies.adapters.integrations.comprehensive_enforcement import ComprehensiveEnforcement
from services.agencies.adapters.integrations.natural_resources import NaturalResources
from services.agencies.adapters.integrations.public_security import PublicSecurity
from services.agencies.adapters.integrations.township import Township
from services.agencies.adapters.integrations.trade import Trade
from services.agencies.adapters.protocols import polled_mailbox, signed_webhook
from services.agencies.adapters.protocols.polled_mailbox import PolledMailbox
from services.agencies.adapters.protocols.signed_webhook import SignedWebhook
from services.agencies.handlers.deliveries import resume_delivery
from services.agencies.handlers.on_cases import REACTIONS
from services.agencies.operations import operations
from services.agencies.ports import Registry, Transport
from services.agencies.settings import AgenciesData, AgenciesSettings
from services.agencies.storage.unit import AgenciesUnit, Desk
from shared.clock import Clock
from shared.delivery.runner import OpenUnit
from shared.outgoing.endpoints import Safeguards
from shared.service import Ring, ServiceParts, assemble

NAME = "agencies"


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
    )


def open_unit(desk: Desk) -> OpenUnit[AgenciesUnit]:
    """How a process opens its units of work."""
    return partial(AgenciesUnit, desk=desk)


def desk_of(settings: AgenciesData) -> Desk:
    """Which agency speaks how and is reached how."""
    trades: tuple[Trade, ...] = (
        NaturalResources(signed_webhook.NAME),
        PublicSecurity(polled_mailbox.NAME),
        Agriculture(polled_mailbox.NAME),
        ComprehensiveEnforcement(polled_mailbox.NAME),
        Township(polled_mailbox.NAME),
    )
    transports: tuple[Transport, ...] = (
        SignedWebhook(settings.agencies_webhook_body, settings.public_url),
        PolledMailbox(),
    )
    return Desk(
        registry=Registry(
            integrations={trade.agency: trade for trade in trades},
            transports={transport.name: transport for transport in transports},
        ),
        safeguards=Safeguards.of(settings),
        county_code=settings.county_code,
    )
