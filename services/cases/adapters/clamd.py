"""Asks clamd whether a file carries a virus (INSTREAM): chunks with their length, a length of zero, one answer.

Whoever cannot be reached or answers nonsense has found nothing out: the file waits, it is not let through.
"""

import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from shared.errors import Unavailable

_CHUNK_BYTES = 1 << 18
_LONGEST_ANSWER = 4096


class ClamdUnavailable(Unavailable):
    """No verdict. why: in the scanner's words, or ours."""

    def __init__(self, why: str) -> None:
        super().__init__("evidence.scanner-unavailable", None, retry_after_s=5, why=why)


class TooLargeToScan(Exception):
    """Longer than the scanner's StreamMaxLength: it will never have a verdict."""


class Clamd:
    """address: host:port, or the path of a Unix socket."""

    def __init__(self, address: str, timeout_s: float = 60.0) -> None:
        self._address = address
        self._timeout_s = timeout_s

    def scan(self, stream: BinaryIO, pulse: Callable[[], None]) -> str | None:
        """The name of what it found, None for a clean file. Raises ClamdUnavailable, TooLargeToScan."""
        try:
            with self._connected() as connection:
                try:
                    connection.sendall(b"zINSTREAM\0")
                    while chunk := stream.read(_CHUNK_BYTES):
                        pulse()
                        connection.sendall(struct.pack(">I", len(chunk)) + chunk)
                    connection.sendall(struct.pack(">I", 0))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it says why before it hangs up
                return _verdict(_answer(connection))
        except OSError as error:
            raise ClamdUnavailable(type(error).__name__) from error

    def _connected(self) -> socket.socket:
        if self._address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(self._timeout_s)
                connection.connect(str(Path(self._address)))
            except BaseException:
                connection.close()
                raise
            return connection
        host, _, port = self._address.rpartition(":")
        if not (host and port.isdigit()):
            raise ClamdUnavailable("address")
        return socket.create_connection((host.strip("[]"), int(port)), self._timeout_s)


def _answer(connection: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _LONGEST_ANSWER:
        part = connection.recv(_LONGEST_ANSWER)
        if not part:
            break
        said += part
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()


def _verdict(answer: str) -> str | None:
    """Of `stream: OK` or `stream: Eicar-Test-Signature FOUND`."""
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return None
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND").strip() or "unnamed"
    if "size limit exceeded" in said:
        raise TooLargeToScan
    raise ClamdUnavailable(answer[:200] or "no answer")
