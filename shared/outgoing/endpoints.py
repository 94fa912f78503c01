"""Endpoints in the database, configured by an administrator and disabled by their receiver."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.engine import RowMapping

from shared.delivery.unit import TableStore, Unit
from shared.errors import InvalidInput, NotFound
from shared.ids import derived_id
from shared.outgoing import deliveries
from shared.outgoing.deliveries import Claimed
from shared.outgoing.endpoint import Endpoint
from shared.outgoing.secret_box import SecretBox, new_webhook_secret
from shared.outgoing.settings import OutgoingSettings
from shared.outgoing.urls import AddressRefused, AllowedHosts, check_url

E = TypeVar("E", bound=Endpoint)


class EndpointUrlRefused(InvalidInput):
    """reason: scheme, userinfo, host or address."""

    def __init__(self, reason: str) -> None:
        super().__init__("endpoint-url-refused", "url", reason=reason)


@dataclass(frozen=True)
class Safeguards:
    """Where webhooks may go, and how their secrets rest."""

    allowed_hosts: AllowedHosts
    box: SecretBox

    @classmethod
    def of(cls, settings: OutgoingSettings) -> "Safeguards":
        return cls(AllowedHosts(settings.webhook_allowed_hosts), SecretBox(settings.secrets_key.get_secret_value()))

    def check(self, url: str) -> None:
        """What can be said of an address before it is called; the sender judges it again at every connection.

        Raises EndpointUrlRefused.
        """
        try:
            check_url(url, self.allowed_hosts)
        except AddressRefused as error:
            raise EndpointUrlRefused(error.reason) from error


class EndpointStore(TableStore[E]):
    """kind: the service's own endpoint."""

    def __init__(self, table: Table, kind: type[E]) -> None:
        super().__init__(table)
        self._kind = kind

    def of(self, connection: Connection, party: str, jurisdiction: str) -> E:
        """The party's, locked; a new one that is not saved yet when it has none. jurisdiction: for its events."""
        id_ = derived_id("endpoint", party)
        try:
            found = self.lock(connection, id_)
        except NotFound:
            return self._kind(id=id_, party=party, jurisdiction=jurisdiction)
        found.jurisdiction = jurisdiction
        return found

    def to_row(self, aggregate: E) -> Mapping[str, Any]:
        return {column.name: getattr(aggregate, column.name) for column in self.table.c if column.name != "id"}

    def from_row(self, row: RowMapping) -> E:
        return self._kind(**row, jurisdiction="")


def configure(unit: Unit, store: EndpointStore[E], endpoint: E, url: str, safeguards: Safeguards) -> str:
    """A new address and secret of a webhook; what is owed goes out to it at once. The secret, for this once.

    Raises EndpointUrlRefused.
    """
    safeguards.check(url)
    secret = new_webhook_secret()
    install(unit, store, endpoint, url, secret, safeguards.box)
    return secret


def install(unit: Unit, store: EndpointStore[E], endpoint: E, url: str, secret: str, box: SecretBox) -> None:
    """An address that was checked and what is kept sealed with it; what is owed to the party goes out to it at once."""
    sealed = box.seal(secret, str(endpoint.id))
    unit.record(endpoint, store, endpoint.configure(url, sealed, unit.by.account_id, unit.now))
    deliveries.hurry(unit.connection, endpoint.party)


def disable(unit: Unit, store: EndpointStore[E], endpoint: E, claimed: Claimed, error: str) -> bool:
    """Send nothing more there until a person configures it again. False: that happened while it was answering."""
    if endpoint.url != claimed.url:
        return False
    unit.record(endpoint, store, endpoint.disable(error, unit.now))
    return True
