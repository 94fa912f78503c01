"""Logs: one JSON object a line, with the correlation id of what it belongs to. No tokens, no bodies, numbers masked."""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.identifiers import without_numbers

# Set per request in the gateway and per call in a service; a new greenlet starts empty, so pass ids as arguments there.
correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LONGEST = 2000


class JsonLines(logging.Formatter):
    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage()[:_LONGEST],
        }
        if (correlation := correlation_id.get()) is not None:
            line["correlation_id"] = correlation
        line.update({k: v for k, v in vars(record).items() if k not in _STANDARD})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)[-4 * _LONGEST :]
        return orjson.dumps(_masked(line), default=str).decode()


def _masked(value: Any) -> Any:
    """Whatever a library, a database or a person has put into it."""
    if isinstance(value, str):
        return without_numbers(value)
    if isinstance(value, dict):
        return {name: _masked(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(part) for part in value]
    return value if isinstance(value, int | float | None) else without_numbers(str(value))


def configure(process: str, level: str = "INFO") -> None:
    """Send every log line of this process to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Their INFO lines tell of every message; ours tell what it meant.
    for noisy in ("kombu", "amqp", "nameko", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
