"""Writes entries down: a read within the second, in batches; an export before its answer leaves.

Waiting entries lie in memory, so that a read costs no commit: SIGKILL loses those of the last round (ROUND_S), never
one whose writer waited for it. When the database takes none, reading ends once too many wait: nothing goes unwritten.
"""

import logging
import threading
from collections import deque
from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.audit.chain import Entry, append
from shared.audit.links import HashName
from shared.errors import Unavailable

log = logging.getLogger(__name__)

ROUND_S = 0.5
_BATCH = 500
# When so many wait, whoever brings the next one writes them.
MOST_WAITING = 2_000


class AuditWriter:
    """For any number of threads or greenlets. engine: of the database's run-time role."""

    def __init__(self, engine: Engine, digest: HashName = "sha256") -> None:
        self._engine = engine
        self._digest = digest
        self._waiting: deque[Entry] = deque()
        self._writing = threading.Lock()

    def note(self, entry: Entry) -> None:
        """Have it written with the next round. Raises Unavailable when too many wait and cannot be written."""
        self._waiting.append(entry)
        if self.full:
            self.flush()

    @property
    def full(self) -> bool:
        """Whether so many wait that the next note() writes them, and so blocks."""
        return len(self._waiting) >= MOST_WAITING

    def write(self, entry: Entry) -> None:
        """Write it now, and all that waits. Raises Unavailable: then it is not written, and the act must not go on."""
        self._waiting.append(entry)
        try:
            self.flush()
        except Unavailable:
            # It did not take place, so it must not be told either; unless another one's round has written it already.
            with self._writing:
                if entry in self._waiting:
                    self._waiting.remove(entry)
            raise

    def flush(self) -> int:
        """Write all that waits by now; how many entries that made. Raises Unavailable, and nothing is lost."""
        written = 0
        with self._writing:
            while self._waiting:
                taken = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
                try:
                    written += self._add(_merged(taken))
                except (DBAPIError, PoolTimeout) as error:
                    self._waiting.extendleft(reversed(taken))
                    log.warning("the audit cannot be written", exc_info=error)
                    raise Unavailable("audit-unavailable") from error
        return written

    def _add(self, entries: list[Entry]) -> int:
        with self._engine.begin() as connection:
            append(connection, entries, self._digest)
        return len(entries)


def _merged(entries: list[Entry]) -> list[Entry]:
    """What nobody known tries again and again is one entry with a count: a flood must not fill the disk."""
    kept: dict[object, Entry] = {}
    for entry in entries:
        key: object = entry.id
        if not entry.actor:
            tried = (entry.kind, entry.operation, entry.outcome, entry.code)
            key = (*tried, entry.source, entry.actor_name, entry.objects)
        former = kept.get(key)
        kept[key] = entry if former is None else replace(former, times=former.times + entry.times)
    return list(kept.values())
