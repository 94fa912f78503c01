"""Where a party's signed webhooks go."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.base import Event

# While a secret is changed both sign, so that the receiver can change over without losing a call.
ROTATION = timedelta(hours=24)


@dataclass(kw_only=True)
class Endpoint(ABC):
    """A service's own names its events. secret, previous_secret: sealed; they are in no event.

    party: as deliveries name it. jurisdiction: 12-digit code, for whom its events are.
    """

    TYPE: ClassVar[str] = "endpoint"
    CONFIGURED: ClassVar[type[Any]]
    DISABLED: ClassVar[type[Any]]

    id: UUID
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
    failures: int = 0
    failing_since: datetime | None = None
    last_error: str | None = None
    broken_until: datetime | None = None
    last_delivered_at: datetime | None = None
    outage_at: datetime | None = None
    paused_at: datetime | None = None
    paused_reason: str | None = None
    trial_id: UUID | None = None
    trial_at: datetime | None = None
    trial_error: str | None = None

    @property
    @abstractmethod
    def whose(self) -> dict[str, str]:
        """The party as its events name it."""

    def configure(self, url: str, sealed_secret: str, by: str, now: datetime) -> list[Event]:
        """A new address and a new secret; calls to the same address carry the old signature too for ROTATION."""
        rotating = bool(self.secret) and self.url == url
        self.previous_secret = self.secret if rotating else None
        self.previous_until = now + ROTATION if rotating else None
        self.secret, self.configured_by = sealed_secret, by
        return [self.CONFIGURED(at=now, url=url, **self.whose)]

    def disable(self, error: str, now: datetime) -> list[Event]:
        """The receiver wants no more (410). Nothing to tell when it is disabled already."""
        if not self.active:
            return []
        return [self.DISABLED(at=now, url=self.url, error=error, **self.whose)]

    def apply(self, event: Any) -> None:
        if isinstance(event, self.CONFIGURED):
            self.url, self.active, self.disabled_reason = event.url, True, None
            self.configured_at = event.at
            # What was wrong was wrong with the former address.
            self.failures, self.failing_since, self.last_error, self.broken_until = 0, None, None, None
        elif isinstance(event, self.DISABLED):
            self.active, self.disabled_reason, self.last_error = False, event.error, event.error
            self.failing_since = self.failing_since or event.at
        else:
            raise TypeError(f"{type(event).__name__} is no event of {type(self).__name__}")
