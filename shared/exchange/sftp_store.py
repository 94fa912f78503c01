"""The exchange folder on an SFTP server, whose address and host key are judged before anything is said to it."""

import base64
import contextlib
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import paramiko
from paramiko.sftp import CMD_CLOSE, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READDIR

from shared.exchange.store import FOLDERS, IN, PART, Entry, StoreDown, safe_name
from shared.ids import new_id
from shared.outgoing.judged import connect
from shared.outgoing.urls import AddressRefused, AllowedHosts

_PORT = 22
_TIMEOUT_S = 6.0
_MOST_ENTRIES = 5000
_ERRORS = (paramiko.SSHException, OSError, EOFError, AddressRefused)


@dataclass(frozen=True)
class SftpAddress:
    host: str
    port: int
    user: str
    path: str

    @classmethod
    def parse(cls, url: str) -> "SftpAddress":
        """Of sftp://user@host:port/path. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme != "sftp" or not parts.hostname or not parts.username or parts.password is not None:
            raise ValueError("sftp://user@host:port/path")
        path = unquote(parts.path) or "/"
        if ".." in path.split("/") or "\0" in path:
            raise ValueError("path")
        return cls(parts.hostname, parts.port or _PORT, unquote(parts.username), path.rstrip("/"))


def host_key_of(text: str) -> tuple[str, bytes]:
    """Type and blob of a line as in known_hosts: `ssh-ed25519 AAAA…`. Raises ValueError."""
    words = text.split()
    if len(words) < 2:
        raise ValueError("type and key")
    try:
        key = paramiko.PKey.from_type_string(words[0], base64.b64decode(words[1], validate=True))
    except (paramiko.SSHException, ValueError, TypeError, LookupError) as error:
        raise ValueError("not a public key") from error
    return words[0], key.asbytes()


class SftpStore:
    """One connection, opened when needed, dropped after an error. For one thread."""

    def __init__(self, address: SftpAddress, password: str, host_key: str, allowed: AllowedHosts) -> None:
        self._address = address
        self._password = password
        self._host_key = host_key
        self._allowed = allowed
        self._transport: paramiko.Transport | None = None
        self._client: Any = None

    def list(self, folder: str) -> Sequence[Entry]:
        with self._talking() as client:
            return _listed(client, self._path(folder))

    def read(self, folder: str, name: str, most: int) -> bytes | None:
        with self._talking() as client:
            try:
                with client.open(self._path(folder, name), "rb") as file:
                    file.prefetch(min(file.stat().st_size or 0, most + 1))
                    content: bytes = file.read(most + 1)
            except FileNotFoundError:
                return None
            return content

    def write(self, folder: str, name: str, content: bytes) -> None:
        part = self._path(folder, f".{new_id()}{PART}")
        with self._talking() as client:
            with client.open(part, "wb") as file:
                file.set_pipelined(True)
                file.write(content)
            if client.stat(part).st_size != len(content):
                raise OSError("the server holds another length than was written")
            client.posix_rename(part, self._path(folder, name))

    def move(self, name: str, target: str) -> None:
        with self._talking() as client, contextlib.suppress(FileNotFoundError):
            client.posix_rename(self._path(IN, name), self._path(target, safe_name(name)))

    def close(self) -> None:
        client, self._client = self._client, None
        transport, self._transport = self._transport, None
        for part in (client, transport):
            if part is not None:
                with contextlib.suppress(*_ERRORS):
                    part.close()

    @contextlib.contextmanager
    def _talking(self) -> Any:
        try:
            if self._client is None:
                self._open()
            yield self._client
        except FileNotFoundError:
            raise
        except _ERRORS as error:
            self.close()
            raise StoreDown(f"{type(error).__name__}: {error}"[:300]) from error

    def _open(self) -> None:
        kind, blob = host_key_of(self._host_key)
        # To the very address that was judged.
        connection = connect(self._address.host, self._address.port, self._allowed, _TIMEOUT_S)
        transport = self._transport = paramiko.Transport(connection)
        transport.banner_timeout = transport.auth_timeout = transport.handshake_timeout = _TIMEOUT_S
        # The kind of key that is known is the one to be shown: not another, that we could not judge.
        transport.get_security_options().key_types = _algorithms(kind)
        transport.start_client(timeout=_TIMEOUT_S)
        if transport.get_remote_server_key().asbytes() != blob:
            raise paramiko.SSHException("the server shows another host key")
        transport.auth_password(self._address.user, self._password, fallback=False)
        client = paramiko.SFTPClient.from_transport(transport)
        if client is None:
            raise paramiko.SSHException("no SFTP")
        client.get_channel().settimeout(_TIMEOUT_S)
        self._client = client
        for folder in FOLDERS:
            with contextlib.suppress(OSError):
                client.mkdir(self._path(folder))

    def _path(self, folder: str, name: str = "") -> bytes:
        path = f"{self._address.path}/{folder}" + (f"/{name}" if name else "")
        return path.encode("utf-8", "surrogateescape")


def _algorithms(kind: str) -> list[str]:
    return ["rsa-sha2-512", "rsa-sha2-256"] if kind == "ssh-rsa" else [kind]


def _listed(client: Any, path: bytes) -> Sequence[Entry]:
    """paramiko's own listing dies of one file name in GBK; this reads names as bytes."""
    kind, message = client._request(CMD_OPENDIR, path)
    if kind != CMD_HANDLE:
        raise paramiko.SFTPError("no handle")
    handle = message.get_binary()
    found: list[Entry] = []
    try:
        while len(found) < _MOST_ENTRIES:
            try:
                kind, message = client._request(CMD_READDIR, handle)
            except EOFError:
                break
            if kind != CMD_NAME:
                raise paramiko.SFTPError("no names")
            for _ in range(message.get_int()):
                name = message.get_binary().decode("utf-8", "surrogateescape")
                message.get_binary()
                status = paramiko.SFTPAttributes._from_msg(message)
                if stat.S_ISREG(status.st_mode or 0):
                    found.append(Entry(name, status.st_size or 0, float(status.st_mtime or 0)))
    finally:
        client._request(CMD_CLOSE, handle)
    return found
