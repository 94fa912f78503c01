"""What the checker is given: databases, and the files in which the load and the receivers wrote down what they saw."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

API = "/api/v1"


@dataclass(frozen=True)
class Limits:
    """connections: application name -> most at once, over all databases; of other names `unknown` together.

    Empty: numbers are not judged. idle_s: longest a session may stand idle in a transaction. alert_s: longest from
    parking to the alert (R7: 60 s); more where a fault has moved a service's clock.
    """

    connections: Mapping[str, int] = field(default_factory=dict)
    unknown: int = 0
    idle_s: float = 10.0
    alert_s: float = 60.0


@dataclass(frozen=True)
class Evidence:
    """databases: service -> DSN (SQLAlchemy URL or libpq). commands, received: file, or folder of *.jsonl.

    activity: DSN whose role sees everybody's sessions; None: that of the first database. poisoned: aggregates whose
    events may be parked. complete: every command there ever was is in the file. refused: service -> messages it must
    have listed as refused, at least. answers: folder of what agencies' own systems said of receipts; None: of none.
    """

    databases: Mapping[str, str]
    commands: Path | None = None
    received: Path | None = None
    limits: Limits = field(default_factory=Limits)
    activity: str | None = None
    poisoned: frozenset[str] = frozenset()
    complete: bool = True
    refused: Mapping[str, int] = field(default_factory=dict)
    answers: Path | None = None


@dataclass
class Command:
    """All attempts of one key. statuses: HTTP, None without an answer. answer: of the first 2xx."""

    key: str
    method: str
    path: str
    body: dict[str, Any]
    statuses: list[int | None] = field(default_factory=list)
    answer: dict[str, Any] | None = None

    @property
    def is_accepted(self) -> bool:
        return any(status is not None and 200 <= status < 300 for status in self.statuses)

    @property
    def is_refused(self) -> bool:
        """Every attempt was answered, and each with a no."""
        return all(status is not None and 400 <= status < 500 for status in self.statuses)

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.key}, answered {self.statuses})"


@dataclass(frozen=True)
class Reception:
    """One request at an endpoint. status: what it answered, None when it hung up. subject: task or notice, if told."""

    receiver: str
    webhook_id: str
    subject: str | None
    status: int | None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Files:
    """Reads JSON lines, each once: a call goes on where the one before ended. A half last line waits."""

    def __init__(self) -> None:
        self._read: dict[Path, int] = {}

    def lines(self, place: Path | None) -> Iterator[dict[str, Any]]:
        """New lines of a file, or of every *.jsonl in a folder. Raises ValueError for what is no JSON object."""
        for file in _files(place):
            with file.open("rb") as opened:
                opened.seek(self._read.get(file, 0))
                for line in opened:
                    if not line.endswith(b"\n"):
                        break
                    self._read[file] = self._read.get(file, 0) + len(line)
                    if line.strip():
                        yield _object(line, file)


class CommandBook:
    """Commands by key, gathered from the attempts written so far."""

    def __init__(self) -> None:
        self.commands: dict[str, Command] = {}
        self._files = Files()

    def take_new(self, place: Path | None) -> list[Command]:
        """Commands of which there are new attempts."""
        touched: dict[str, Command] = {}
        for line in self._files.lines(place):
            known = self.commands.get(line["key"])
            if known is None:
                path = str(line["path"]).partition("?")[0].removeprefix(API)
                known = Command(line["key"], line["method"], path, line.get("body") or {})
                self.commands[known.key] = known
            known.statuses.append(line["status"])
            if known.answer is None and known.is_accepted:
                known.answer = line.get("answer")
            touched[known.key] = known
        return list(touched.values())


def receptions(files: Files, place: Path | None) -> list[Reception]:
    """New lines of what receivers wrote down."""
    return [
        Reception(line["receiver"], line["webhook_id"], line.get("subject"), line.get("status"))
        for line in files.lines(place)
    ]


def _files(place: Path | None) -> list[Path]:
    if place is None or not place.exists():
        return []
    return sorted(place.glob("*.jsonl")) if place.is_dir() else [place]


def _object(line: bytes, file: Path) -> dict[str, Any]:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError(f"{file}: not an object: {line[:80]!r}")
    return found
