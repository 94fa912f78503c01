"""Runs units of work: begins, flushes, commits once, retries what the database asks to retry (reliability.md 3)."""

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from shared.clock import Clock
from shared.crash_points import CrashPoint, reach
from shared.delivery.unit import Answer, Unit
from shared.errors import Conflict, TianweiError, Unavailable
from shared.principal import Actor
from shared.standing import Wall
from shared.wall import stand, unnamed

MOST_TRIES = 5
# serialization failure, deadlock, lock timeout
_RETRY = frozenset({"40001", "40P01", "55P03"})
_DUPLICATE = "23505"

U = TypeVar("U", bound=Unit)
U_co = TypeVar("U_co", bound=Unit, covariant=True)


class OpenUnit(Protocol[U_co]):
    def __call__(
        self, connection: Connection, by: Actor, now: Any, correlation_id: str, causation_id: str | None = None
    ) -> U_co: ...


@dataclass(frozen=True)
class Idempotency:
    """One command has one effect and one answer per (principal, key).

    unkept: fields of the answer that are not stored (a secret shown once); a repetition gets them as null.
    """

    principal: str
    key: str
    request_hash: str
    unkept: frozenset[str] = frozenset()

    def answer(self, answer: dict[str, Any]) -> Answer:
        """What is stored in the command's own transaction; a second writer of the key fails there."""
        kept = {name: None if name in self.unkept else value for name, value in answer.items()}
        return Answer(self.principal, self.key, self.request_hash, orjson.dumps(kept).decode())


def hash_request(operation: str, target: object, body: dict[str, Any]) -> str:
    """What makes two requests the same request."""
    request = orjson.dumps([operation, target, body], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(request).hexdigest()


class UnitRunner(Generic[U]):
    """ring: called after a commit that told events, to wake the sequencer.

    wall: of who runs units for principals; each says whose it is. Without one units are the house's own.
    """

    def __init__(
        self,
        engine: Engine,
        open_unit: OpenUnit[U],
        clock: Clock,
        ring: Callable[[], None],
        wall: Wall | None = None,
    ) -> None:
        self.engine = engine if wall is None else unnamed(engine)
        self._wall = wall
        self._open_unit = open_unit
        self._clock = clock
        self._ring = ring

    def now(self) -> datetime:
        """The business clock's present instant."""
        return self._clock.now()

    def run(
        self,
        by: Actor,
        use_case: Callable[[U], dict[str, Any]],
        *,
        correlation_id: str,
        causation_id: str | None = None,
        once: Idempotency | None = None,
    ) -> dict[str, Any]:
        """The use case's JSON answer, committed. Runs it again on conflicts the database resolves by retrying.

        Raises whatever the use case raises, nothing changed; Unavailable when the database does not come round.
        """
        for number in range(1, MOST_TRIES + 1):
            try:
                return self._try(by, use_case, correlation_id, causation_id, once)
            except TianweiError:
                answered = self._answered(by, once)
                if answered is not None:
                    return answered
                raise
            except IntegrityError as error:
                answered = self._answered(by, once)
                if answered is not None:
                    return answered
                # Two writers made the same new thing; the second try finds the first one's.
                if _code(error) != _DUPLICATE or number == MOST_TRIES:
                    raise
            except DBAPIError as error:
                if not (_is_transient(error) and number < MOST_TRIES):
                    raise _unavailable(error) from error
                answered = self._answered(by, once)  # the commit may have happened before the connection broke
                if answered is not None:
                    return answered
            time.sleep(random.uniform(0, 0.02 * 2**number))
        raise Unavailable("database-busy")

    def _try(
        self,
        by: Actor,
        use_case: Callable[[U], dict[str, Any]],
        correlation_id: str,
        causation_id: str | None,
        once: Idempotency | None,
    ) -> dict[str, Any]:
        with self._begin(by) as connection:
            unit = self._open_unit(connection, by, self._clock.now(), correlation_id, causation_id)
            answer = use_case(unit)
            told = unit.has_events
            unit.flush(None if once is None else once.answer(answer))
            reach(CrashPoint.UNIT_BEFORE_COMMIT, connection)
        reach(CrashPoint.UNIT_AFTER_COMMIT)
        if told:
            self._ring()
        return answer

    @contextmanager
    def _begin(self, by: Actor) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if self._wall is not None:
                stand(connection, self._wall(by, acts=True))
            with connection.begin():
                yield connection

    def _answered(self, by: Actor, once: Idempotency | None) -> dict[str, Any] | None:
        if once is None:
            return None
        try:
            with self._begin(by) as connection:
                return recall(connection, once)
        except OperationalError as error:
            raise _unavailable(error) from error


def recall(connection: Connection, once: Idempotency) -> dict[str, Any] | None:
    """The answer already given to this key; Conflict if the key was used for another request."""
    row = connection.execute(
        sa.text("SELECT request_hash, response FROM idempotency WHERE principal = :principal AND key = :key"),
        {"principal": once.principal, "key": once.key},
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != once.request_hash:
        raise Conflict("idempotency-key-reused", "Idempotency-Key")
    answer: dict[str, Any] = row.response
    return answer


def _code(error: DBAPIError) -> str | None:
    return getattr(error.orig, "pgcode", None)


def _is_transient(error: DBAPIError) -> bool:
    return error.connection_invalidated or _code(error) in _RETRY or isinstance(error, OperationalError)


def _unavailable(error: DBAPIError) -> Exception:
    return Unavailable("database-unavailable") if isinstance(error, OperationalError) else error
