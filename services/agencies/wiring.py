"""Builds the agencies service: which agency speaks how and is reached how.

The sender's own parts are put together in sender.py: an HTTP client has no place in the service process.
"""

from typing import Any

from services.agencies.adapters.integrations.agriculture import Agriculture
from services.agencies.adapters.integrations.comprehensive_enforcement import ComprehensiveEnforcement
from services.agencies.adapters.integrations.natural_resources import NaturalResources
from services.agencies.adapters.integrations.public_security import PublicSecurity
from services.agencies.adapters.integrations.trade import Trade
from services.agencies.adapters.protocols import polled_mailbox, signed_webhook
from services.agencies.adapters.protocols.polled_mailbox import PolledMailbox
from services.agencies.adapters.protocols.signed_webhook import SignedWebhook
from services.agencies.handlers.on_cases import on_joint_action_convened, on_joint_action_task_reassigned
from services.agencies.operations import operations
from services.agencies.ports import Registry, Transport
from services.agencies.settings import AgenciesSettings, OutgoingSettings
from services.agencies.storage.unit import AgenciesUnit, Surroundings
from shared.clock import SystemClock
from shared.contracts.cases_events import JointActionConvenedV1, JointActionTaskReassignedV1
from shared.database import open_engine
from shared.delivery.feed import Reaction
from shared.delivery.runner import OpenUnit, UnitRunner
from shared.operations import Dispatcher
from shared.outgoing.secret_box import SecretBox
from shared.outgoing.urls import AllowedHosts
from shared.principal import Actor, PrincipalVerifier
from shared.service import Ring, ServiceParts

NAME = "agencies"
# Connections beyond one a worker: relay, feed, catch-up, health.
_SPARE_CONNECTIONS = 4

REACTIONS = {
    "cases": (
        Reaction(JointActionConvenedV1, on_joint_action_convened),
        Reaction(JointActionTaskReassignedV1, on_joint_action_task_reassigned),
    )
}


def wire(settings: AgenciesSettings, ring: Ring) -> ServiceParts:
    """The service process."""
    engine = open_engine(
        settings.agencies_dsn.get_secret_value(),
        pool_size=settings.max_workers + _SPARE_CONNECTIONS,
        application=f"tianwei-{NAME}",
    )
    around = surroundings(settings)
    runner = UnitRunner(engine, open_unit(around), SystemClock(), ring)
    verifier = PrincipalVerifier(settings.principal_public_key)
    return ServiceParts(
        name=NAME,
        engine=engine,
        dispatcher=Dispatcher(operations(around.registry), runner, engine, verifier),
        open_unit=open_unit(around),
        reactions=REACTIONS,
    )


def surroundings(settings: OutgoingSettings) -> Surroundings:
    """Which agency speaks how and is reached how."""
    trades: tuple[Trade, ...] = (
        NaturalResources(signed_webhook.NAME),
        PublicSecurity(polled_mailbox.NAME),
        Agriculture(polled_mailbox.NAME),
        ComprehensiveEnforcement(polled_mailbox.NAME),
    )
    transports: tuple[Transport, ...] = (
        SignedWebhook(settings.agencies_webhook_body, settings.public_url),
        PolledMailbox(),
    )
    return Surroundings(
        registry=Registry(
            integrations={trade.agency: trade for trade in trades},
            transports={transport.name: transport for transport in transports},
        ),
        sealer=SecretBox(settings.secrets_key.get_secret_value()),
        allowed_hosts=AllowedHosts(settings.webhook_allowed_hosts),
        county_code=settings.county_code,
    )


def open_unit(around: Surroundings) -> OpenUnit[AgenciesUnit]:
    def opened(
        connection: Any, by: Actor, now: Any, correlation_id: str, causation_id: str | None = None
    ) -> AgenciesUnit:
        return AgenciesUnit(connection, by, now, correlation_id, causation_id, around=around)

    return opened
