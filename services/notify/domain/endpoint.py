"""Where a recipient's signed webhooks go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from shared.contracts.codes import Recipient
from shared.contracts.notify import (
    RecipientEndpointConfiguredV1,
    RecipientEndpointDisabledV1,
    RecipientEndpointEvent,
)

# While a secret is changed both sign, so that the receiver can change over without losing a call.
ROTATION = timedelta(hours=24)


@dataclass
class RecipientEndpoint:
    """party: recipient and county, see offices.party_of. secret, previous_secret: sealed; they are in no event."""

    TYPE: ClassVar[str] = "recipient_endpoint"

    id: UUID
    recipient: Recipient
    party: str
    jurisdiction: str
    version: int = 0
    url: str = ""
    active: bool = False
    disabled_reason: str | None = None
    configured_at: datetime | None = None
    configured_by: str = ""
    secret: str = ""
    previous_secret: str | None = None
    previous_until: datetime | None = None

    def configure(self, url: str, sealed_secret: str, by: str, now: datetime) -> list[RecipientEndpointEvent]:
        """A new address and a new secret; calls to the same address carry the old signature too for ROTATION."""
        rotating = bool(self.secret) and self.url == url
        self.previous_secret = self.secret if rotating else None
        self.previous_until = now + ROTATION if rotating else None
        self.secret, self.configured_by = sealed_secret, by
        return [RecipientEndpointConfiguredV1(at=now, recipient=self.recipient, url=url)]

    def disable(self, error: str, now: datetime) -> list[RecipientEndpointEvent]:
        """The receiver wants no more (410). Nothing to tell when it is disabled already."""
        if not self.active:
            return []
        return [RecipientEndpointDisabledV1(at=now, recipient=self.recipient, url=self.url, error=error)]

    def apply(self, event: RecipientEndpointEvent) -> None:
        match event:
            case RecipientEndpointConfiguredV1():
                self.url, self.active, self.disabled_reason = event.url, True, None
                self.configured_at = event.at
            case RecipientEndpointDisabledV1():
                self.active, self.disabled_reason = False, event.error
            case _:
                raise TypeError(f"an endpoint does not know {type(event).__name__}")
