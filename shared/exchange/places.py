"""Where an exchange is: a folder on this machine, `folder:NAME`, or one on a server, `sftp://user@host:port/path`."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from shared import keys
from shared.exchange.package import SIGNATURE_SUFFIX, SUFFIX, PackageName, pack, seal
from shared.exchange.store import OUT, ExchangeStore, FolderStore
from shared.outgoing.urls import AllowedHosts, check_target

FOLDER = "folder:"
_FOLDER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)


class HostKeyWrong(ValueError):
    """Not a public key as a line of known_hosts has it."""


def check_place(url: str, host_key: str, allowed: AllowedHosts) -> None:
    """Before anything is laid there. Raises AddressRefused, HostKeyWrong, ValueError for what is no such address."""
    if url.startswith(FOLDER):
        if _FOLDER_NAME.fullmatch(url.removeprefix(FOLDER)):
            return
        raise ValueError("not a folder of the exchange")
    # Not at the top: a service process, which only asks this, needs no SSH otherwise.
    from shared.exchange.sftp_store import SftpAddress, host_key_of

    address = SftpAddress.parse(url)
    # https in its place: encrypted, so any public host will do, a private one must be listed.
    check_target("https", address.host, address.port, False, allowed)
    try:
        host_key_of(host_key)
    except ValueError as error:
        raise HostKeyWrong(str(error)) from error


def open_store(url: str, root: Path, password: str, host_key: str, allowed: AllowedHosts) -> ExchangeStore:
    """Of an address that was checked. root: of the exchange folders on this machine. Raises StoreDown, ValueError."""
    if url.startswith(FOLDER):
        name = url.removeprefix(FOLDER)
        if not _FOLDER_NAME.fullmatch(name):
            raise ValueError("not a folder of the exchange")
        return FolderStore(root / name)
    from shared.exchange.sftp_store import SftpAddress, SftpStore

    return SftpStore(SftpAddress.parse(url), password, host_key, allowed)


def lay(
    store: ExchangeStore,
    name: PackageName,
    data: bytes,
    made_at: datetime,
    private_keys: Sequence[str],
    attachments: Mapping[str, bytes],
) -> None:
    """The file, then its signature; laid again it is the same. private_keys: the newest first. Raises StoreDown."""
    digest = keys.DIGESTS[keys.kind_of(private_keys[0])]
    content = pack(name, data, made_at, digest, attachments)
    store.write(OUT, f"{name}{SUFFIX}", content)
    store.write(OUT, f"{name}{SIGNATURE_SUFFIX}", seal(name, content, private_keys))
