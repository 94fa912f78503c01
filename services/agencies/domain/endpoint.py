"""Where an agency's signed webhooks go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.agencies import AgencyEndpointConfiguredV1, AgencyEndpointDisabledV1
from shared.contracts.base import Event
from shared.contracts.codes import Agency

# While a secret is changed both sign, so that the receiver can change over without losing a call.
ROTATION = timedelta(hours=24)


@dataclass
class Endpoint:
    """secret, previous_secret: sealed; they are no part of any event."""

    TYPE: ClassVar[str] = "endpoint"

    id: UUID
    agency: Agency
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

    def configure(self, url: str, sealed_secret: str, by: str, now: datetime) -> list[Event]:
        """A new address and a new secret; calls to the same address carry the old signature too for ROTATION."""
        if self.secret and self.url == url:
            self.previous_secret, self.previous_until = self.secret, now + ROTATION
        else:
            self.previous_secret, self.previous_until = None, None
        self.secret, self.configured_by = sealed_secret, by
        return [AgencyEndpointConfiguredV1(at=now, agency=self.agency, url=url)]

    def disable(self, error: str, now: datetime) -> list[Event]:
        """The receiver said 410. Nothing to tell when it is disabled already."""
        if not self.active:
            return []
        return [AgencyEndpointDisabledV1(at=now, agency=self.agency, url=self.url, error=error)]

    def apply(self, event: Any) -> None:
        match event:
            case AgencyEndpointConfiguredV1():
                self.url, self.active, self.disabled_reason = event.url, True, None
                self.configured_at = event.at
            case AgencyEndpointDisabledV1():
                self.active, self.disabled_reason = False, event.error
            case _:
                raise TypeError(f"{type(event).__name__} is no event of an endpoint")
