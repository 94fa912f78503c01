"""The outside world of a chaos run: `python -m tests.faults.receivers CONFIG.json`, endpoints that take webhooks.

CONFIG: folder (of the *.jsonl), modes (folder), receivers (code -> port). A receiver's mode is the word in its file
there: ok, down, hang, drip, redirect, busy, gone or flood; it is read anew for each request. Every request that reached
one is a line, as checker/INTERFACE.md says.
"""

import asyncio
import contextlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_HEAD_S = 20.0
_FLOOD_BYTES = 1 << 30
_CHUNK = b"x" * 65536
_PLAIN = {
    "ok": (202, "Accepted", ""),
    "redirect": (307, "Temporary Redirect", "Location: http://127.0.0.1:1/elsewhere\r\n"),
    "busy": (429, "Too Many Requests", "Retry-After: 3\r\n"),
    "gone": (410, "Gone", ""),
}


class Receiver:
    """One party's endpoint on a port of its own; while it is down nobody listens there."""

    def __init__(self, code: str, port: int, folder: Path, modes: Path) -> None:
        self._code = code
        self._port = port
        name = code.replace(":", "_")
        self._file = (folder / f"{name}.jsonl").open("a", encoding="utf-8", buffering=1)
        self._mode_file = modes / name
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def mode(self) -> str:
        try:
            return self._mode_file.read_text(encoding="ascii").strip() or "ok"
        except FileNotFoundError:
            return "ok"

    async def hold(self) -> None:
        """Listen, but not while down."""
        while True:
            if self.mode == "down" and self._server is not None:
                self._server.close()
                self._server = None
                for writer in list(self._writers):
                    writer.transport.abort()
            elif self.mode != "down" and self._server is None:
                self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
            await asyncio.sleep(0.05)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, ValueError, TimeoutError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether the connection serves on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = [line.partition(":") for line in head.split("\r\n")[1:] if line]
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        mode = self.mode
        if mode in _PLAIN:
            status, words, more = _PLAIN[mode]
            self._write_down(headers, body, status, mode)
            writer.write(f"HTTP/1.1 {status} {words}\r\nContent-Length: 0\r\n{more}\r\n".encode())
            await writer.drain()
            return True
        await self._misbehave(mode, writer, headers, body)
        return False

    async def _misbehave(self, mode: str, writer: asyncio.StreamWriter, headers: dict[str, str], body: bytes) -> None:
        if mode == "flood":
            self._write_down(headers, body, 200, mode)
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {_FLOOD_BYTES}\r\n\r\n".encode())
            for _ in range(_FLOOD_BYTES // len(_CHUNK)):
                writer.write(_CHUNK)
                await writer.drain()
            return
        self._write_down(headers, body, None, mode)
        if mode == "hang":
            await asyncio.sleep(_HEAD_S)
        elif mode == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.7)

    def _write_down(self, headers: dict[str, str], body: bytes, status: int | None, mode: str) -> None:
        type_, subject = _read(body)
        line = {
            "receiver": self._code,
            "webhook_id": headers.get("webhook-id"),
            "type": type_,
            "subject": subject,
            "status": status,
            "at": datetime.now(UTC).isoformat(),
            "mode": mode,
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _read(body: bytes) -> tuple[str | None, str | None]:
    try:
        told: dict[str, Any] = json.loads(body)
        data = told["data"]
        # A CloudEvent of agencies is about a task or about a message on it, a webhook of notify about a notice.
        return told["type"], data.get("message_id") or data.get("task_id") or data.get("notice_id")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, None


async def main() -> None:
    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder, modes = Path(config["folder"]), Path(config["modes"])
    receivers = [Receiver(code, port, folder, modes) for code, port in config["receivers"].items()]
    await asyncio.gather(*(receiver.hold() for receiver in receivers))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
