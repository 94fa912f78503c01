"""How an agency is reached: its protocol, its address, the keys of both sides, and how that works at present."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts.agency_endpoints import (
    AgencyEndpointConfiguredV1,
    AgencyEndpointDisabledV1,
    AgencyEndpointFailingV1,
    AgencyEndpointPausedV1,
    AgencyEndpointRecoveredV1,
    AgencyEndpointResumedV1,
    AgencyEndpointRotatedV1,
)
from shared.contracts.base import Event
from shared.outgoing.endpoint import ROTATION, Endpoint


@dataclass(kw_only=True)
class AgencyEndpoint(Endpoint):
    """party: the agency's code. secret: sealed; our signing key, or what both sides share.

    partner_key: public, by which the agency's packages are verified; the previous one until previous_until.
    access: sealed password of an SFTP account. host_key: of its server.
    intake_at, intake_error: of the last reading of its folder or queue.
    """

    CONFIGURED, DISABLED = AgencyEndpointConfiguredV1, AgencyEndpointDisabledV1

    protocol: str | None = None
    body: str | None = None
    signature: str | None = None
    partner_key: str | None = None
    partner_previous_key: str | None = None
    host_key: str | None = None
    access: str | None = None
    intake_at: datetime | None = None
    intake_error: str | None = None

    @property
    def whose(self) -> dict[str, str]:
        return {"agency": self.party}

    def reach(self, url: str, protocol: str, sealed_secret: str | None, by: str, now: datetime) -> list[Event]:
        """Reached this way at this address from now on. sealed_secret: None keeps the present one."""
        rotating = sealed_secret is not None and bool(self.secret) and self.protocol in (None, protocol)
        if sealed_secret is not None:
            self._change_keys(sealed_secret, None, now, keep=rotating and self.url == url)
        self.configured_by = by
        return [AgencyEndpointConfiguredV1(at=now, url=url, protocol=protocol, **self.whose)]

    def rotate(self, sealed_secret: str, partner_key: str | None, now: datetime) -> list[Event]:
        """New keys, the former ones beside them for ROTATION."""
        self._change_keys(sealed_secret, partner_key, now, keep=True)
        return [AgencyEndpointRotatedV1(at=now, url=self.url, former_until=now + ROTATION, **self.whose)]

    def pause(self, reason: str, now: datetime) -> list[Event]:
        return [AgencyEndpointPausedV1(at=now, url=self.url, reason=reason, **self.whose)]

    def resume(self, now: datetime) -> list[Event]:
        return [AgencyEndpointResumedV1(at=now, url=self.url, **self.whose)]

    @property
    def is_configured(self) -> bool:
        """Whether anybody has said how it is reached; there may be a record without, of an outage."""
        return self.configured_at is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing speaks for the outage that was told, once nothing waits for it any more."""
        works = self.active or not self.is_configured
        return self.outage_at is not None and works and not self.failures and self.intake_error is None

    def fail(self, error: str, waiting: int, now: datetime, since: datetime | None = None) -> list[Event]:
        """It does not answer any more; told once until it does. waiting: what is owed to it.

        since: when it began, where it did not fail but nothing came of what was owed.
        """
        if self.outage_at is not None:
            return []
        since = self.failing_since or since or now
        return [
            AgencyEndpointFailingV1(at=now, url=self.url, error=error[:500], since=since, waiting=waiting, **self.whose)
        ]

    def recover(self, now: datetime) -> list[Event]:
        if self.outage_at is None:
            return []
        return [AgencyEndpointRecoveredV1(at=now, url=self.url, since=self.outage_at, **self.whose)]

    def apply(self, event: Any) -> None:
        match event:
            case AgencyEndpointConfiguredV1():
                super().apply(event)
                self.protocol = event.protocol or self.protocol
            case AgencyEndpointRotatedV1():
                self.configured_at = event.at
            case AgencyEndpointPausedV1():
                self.paused_at, self.paused_reason = event.at, event.reason
                self.trial_id = self.trial_at = self.trial_error = None
            case AgencyEndpointResumedV1():
                self.paused_at = self.paused_reason = self.trial_id = None
                self.failures, self.failing_since, self.broken_until = 0, None, None
            case AgencyEndpointFailingV1():
                self.outage_at = event.since
            case AgencyEndpointRecoveredV1():
                self.outage_at = None
            case _:
                super().apply(event)

    def _change_keys(self, sealed_secret: str, partner_key: str | None, now: datetime, *, keep: bool) -> None:
        self.previous_secret = self.secret if keep else None
        self.previous_until = now + ROTATION if keep else None
        self.secret = sealed_secret
        if partner_key is not None:
            self.partner_previous_key = self.partner_key if keep else None
            self.partner_key = partner_key
