"""A small clamd on a real socket: speaks INSTREAM, finds EICAR, can be slow, full or away."""

import socket
import socketserver
import struct
import threading
from typing import Self

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Handler(socketserver.BaseRequestHandler):
    server: "FakeClamd"

    def handle(self) -> None:
        if self._exactly(len(b"zINSTREAM\0")) != b"zINSTREAM\0":
            self.request.sendall(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := struct.unpack(">I", self._exactly(4))[0]:
            content += self._exactly(length)
            if len(content) > self.server.most_bytes:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned.append(content)
        self.server.asked.set()
        self.server.answers.wait()
        found = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
        self.request.sendall(b"stream: " + found + b"\0")

    def _exactly(self, length: int) -> bytes:
        got = b""
        while len(got) < length:
            part = self.request.recv(length - len(got))
            if not part:
                raise ConnectionError
            got += part
        return got


class FakeClamd(socketserver.ThreadingTCPServer):
    """address: what TIANWEI_CLAMD is to be. answers: cleared, it holds every answer back. asked: a file has come."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, most_bytes: int = 25_000_000) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.most_bytes = most_bytes
        self.scanned: list[bytes] = []
        self.answers, self.asked = threading.Event(), threading.Event()
        self.answers.set()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that are killed hang up."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.answers.set()
        self.shutdown()
        self.server_close()


def nobody() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
