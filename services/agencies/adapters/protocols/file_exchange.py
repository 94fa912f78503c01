"""Signed packages laid into an exchange folder or onto an SFTP server, and taken from there.

For a network that nothing reaches but a one-way ferry. What is laid counts as delivered when its receipt comes back as
a package; a number that is missing is asked for.
"""

from services.agencies.adapters.protocols.cloud_event import cloud_event
from services.agencies.ports import Dispatch
from shared import keys
from shared.errors import InvalidInput
from shared.exchange.places import HostKeyWrong, check_place
from shared.outgoing.urls import AddressRefused, AllowedHosts

NAME = "file_exchange"


class FileExchange:
    """usual: ed25519 or sm2, for an endpoint that does not say."""

    name = NAME
    pushes = True
    numbered = True

    def __init__(self, usual: str, allowed: AllowedHosts) -> None:
        self._usual = usual
        self._allowed = allowed

    def check(self, url: str, host_key: str | None) -> None:
        try:
            check_place(url, host_key or "", self._allowed)
        except AddressRefused as error:
            raise InvalidInput("endpoint-url-refused", "url", reason=error.reason) from error
        except HostKeyWrong as error:
            raise InvalidInput("agencies.endpoint-key-wrong", "host_key") from error
        except ValueError as error:
            raise InvalidInput("agencies.endpoint-address-wrong", "url", protocol=NAME) from error

    def new_secret(self, signature: str | None) -> str:
        return keys.new_key(signature or self._usual)

    def public_key(self, secret: str) -> str | None:
        return keys.public_key(secret)

    def body(self, dispatch: Dispatch, body: str | None) -> bytes:  # noqa: ARG002
        return cloud_event(dispatch, full=True)
