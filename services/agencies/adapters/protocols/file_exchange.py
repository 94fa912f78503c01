"""Signed packages laid into an exchange folder or onto an SFTP server, and taken from there.

For a network that nothing reaches but a one-way ferry. What is laid counts as delivered when its receipt comes back as
a package; a number that is missing is asked for.
"""

import re
from pathlib import Path

from services.agencies.adapters.protocols.cloud_event import cloud_event
from services.agencies.adapters.protocols.exchange_store import ExchangeStore, FolderStore
from services.agencies.adapters.protocols.package import HOUSE as HOUSE
from services.agencies.ports import Dispatch
from shared import keys
from shared.errors import InvalidInput
from shared.outgoing.urls import AddressRefused, AllowedHosts, check_target

NAME = "file_exchange"
FOLDER = "folder:"
_FOLDER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)


class FileExchange:
    """usual: ed25519 or sm2, for an endpoint that does not say."""

    name = NAME
    pushes = True
    numbered = True

    def __init__(self, usual: str, allowed: AllowedHosts) -> None:
        self._usual = usual
        self._allowed = allowed

    def check(self, url: str, host_key: str | None) -> None:
        if url.startswith(FOLDER):
            if _FOLDER_NAME.fullmatch(url.removeprefix(FOLDER)):
                return
            raise InvalidInput("agencies.endpoint-address-wrong", "url", protocol=NAME)
        # Not at the top: the service process, which only asks this, needs no SSH otherwise.
        from services.agencies.adapters.protocols.sftp_store import SftpAddress, host_key_of

        try:
            address = SftpAddress.parse(url)
            # https in its place: encrypted, so any public host will do, a private one must be listed.
            check_target("https", address.host, address.port, False, self._allowed)
        except AddressRefused as error:
            raise InvalidInput("endpoint-url-refused", "url", reason=error.reason) from error
        except ValueError as error:
            raise InvalidInput("agencies.endpoint-address-wrong", "url", protocol=NAME) from error
        try:
            host_key_of(host_key or "")
        except ValueError as error:
            raise InvalidInput("agencies.endpoint-key-wrong", "host_key") from error

    def new_secret(self, signature: str | None) -> str:
        return keys.new_key(signature or self._usual)

    def public_key(self, secret: str) -> str | None:
        return keys.public_key(secret)

    def body(self, dispatch: Dispatch, body: str | None) -> bytes:  # noqa: ARG002
        return cloud_event(dispatch, full=True)


def open_store(url: str, root: Path, password: str, host_key: str, allowed: AllowedHosts) -> ExchangeStore:
    """Of an address that was checked. root: of the exchange folders on this machine. Raises StoreDown, ValueError."""
    if url.startswith(FOLDER):
        name = url.removeprefix(FOLDER)
        if not _FOLDER_NAME.fullmatch(name):
            raise ValueError("not a folder of the exchange")
        return FolderStore(root / name)
    from services.agencies.adapters.protocols.sftp_store import SftpAddress, SftpStore

    return SftpStore(SftpAddress.parse(url), password, host_key, allowed)
