"""The loop of a sender process: claims what is due, sends it side by side, records what came of it.

SIGKILL is safe at any moment: the try is committed before it is made, and when its lease ends another sender makes
the next try under the same webhook-id.
"""

import asyncio
import contextvars
import logging
import random
import signal
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from shared import telemetry
from shared.contracts.dead_letters import DeadLetterKind
from shared.crash_points import CrashPoint, reach
from shared.delivery.dead_letters import Trouble
from shared.delivery.runner import UnitRunner
from shared.errors import TianweiError
from shared.outgoing import circuit, deliveries
from shared.outgoing.courier import Courier, Deferred, Delivered, Failed, Gone, Letter, Outcome
from shared.outgoing.deliveries import Claimed
from shared.outgoing.schedule import MOST_TRIES, OLDEST, delay_after
from shared.outgoing.secret_box import SecretBox, SecretUnreadable
from shared.outgoing.unit import SendingUnit
from shared.outgoing.wake import Listener
from shared.principal import Actor

log = logging.getLogger(__name__)

U = TypeVar("U", bound=SendingUnit)
U_contra = TypeVar("U_contra", bound=SendingUnit, contravariant=True)


class Errand(Protocol[U_contra]):
    """What one service sends and what it tells of it. Every method works in the given transaction alone."""

    def letter(self, connection: Connection, claimed: Claimed) -> Letter | None:
        """What is to be carried; None when the subject may no longer go to this party: it is cancelled."""
        ...

    def on_delivered(self, unit: U_contra, claimed: Claimed, outcome: Delivered) -> None: ...

    def on_exhausted(self, unit: U_contra, claimed: Claimed, error: str) -> str | None:
        """Tell of it; the jurisdiction of its subject (12-digit division code), where its dead letter belongs.

        None when nobody need see to it: it goes on by another way.
        """
        ...

    def on_gone(self, unit: U_contra, claimed: Claimed, error: str) -> None:
        """410: make the endpoint inactive; the delivery waits until a person has put it right."""
        ...

    def on_outage(self, unit: U_contra, claimed: Claimed, error: str) -> None:
        """The endpoint's circuit broke: tell whoever must know."""
        ...

    def on_recovered(self, unit: U_contra, claimed: Claimed) -> None:
        """An outage that was told is over."""
        ...


@dataclass(frozen=True)
class SenderLimits:
    """per_endpoint: tries in flight for one receiver. lease_s: longer than any try of any courier can take."""

    most_in_flight: int = 200
    per_endpoint: int = 8
    lease_s: float = 25.0
    poll_s: float = 5.0
    stop_within_s: float = 8.0


class Sender(Generic[U]):
    """runner: over the service's database, its ring wakes the sequencer. dsn: the same database, for LISTEN.

    couriers: by the channel each serves; deliveries of other channels are left alone.
    """

    def __init__(
        self,
        runner: UnitRunner[U],
        dsn: str,
        errand: Errand[U],
        couriers: Mapping[str, Courier],
        box: SecretBox,
        *,
        name: str,
        heartbeat_file: Path | None = None,
        limits: SenderLimits | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._runner = runner
        self._errand = errand
        self._couriers = couriers
        self._channels = tuple(couriers)
        self._box = box
        self._by = Actor(name, name, frozenset(), "", "")
        self._heartbeat_file = heartbeat_file
        self._limits = limits or SenderLimits()
        self._chance = chance
        self._woken = asyncio.Event()
        self._stopping = False
        self._listener = Listener(dsn, deliveries.WAKE_CHANNEL, self._woken)
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="sender-database")
        self._in_flight: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Claim nothing more, end what is in flight, then return from run."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Until stop() or SIGTERM."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            while not self._stopping:
                self._beat()
                await self._listener.ensure()
                await self._wait(await self._round())
            if self._in_flight:
                await asyncio.wait(self._in_flight, timeout=self._limits.stop_within_s)
        finally:
            for task in self._in_flight:
                task.cancel()
            self._listener.close()
            for courier in self._couriers.values():
                await courier.aclose()
            self._threads.shutdown(wait=True)

    async def _round(self) -> float:
        """Claim once and start what was claimed; seconds until there may be more."""
        self._woken.clear()
        room = self._limits.most_in_flight - len(self._in_flight)
        if room <= 0:
            return self._limits.poll_s
        try:
            claimed, next_s = await self._in_thread(self._claim, room)
        except (SQLAlchemyError, TianweiError):
            log.warning("cannot claim deliveries", exc_info=True)
            return 1.0
        for delivery, letter in claimed:
            task = asyncio.create_task(self._carry(delivery, letter))
            self._in_flight.add(task)
            task.add_done_callback(self._ended)
        # Overdue and yet not claimed: the endpoint's bulkhead is full; the end of a try wakes us.
        wait = self._limits.poll_s if next_s is None else max(next_s, 0.0 if claimed else 0.25)
        return min(wait, self._limits.poll_s)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    def _claim(self, room: int) -> tuple[Sequence[tuple[Claimed, Letter]], float | None]:
        """In a thread. The tries are committed here, before anything is sent; then each is looked at once more."""
        limits = self._limits
        with self._runner.engine.begin() as connection:
            claimed = deliveries.claim(
                connection,
                self._channels,
                most=room,
                per_endpoint=limits.per_endpoint,
                lease_s=limits.lease_s,
            )
            next_s = deliveries.seconds_to_next(connection, self._channels)
            if claimed:
                reach(CrashPoint.SENDER_BEFORE_CLAIM, connection)
        if claimed:
            reach(CrashPoint.SENDER_AFTER_CLAIM)
        return [(one, letter) for one in claimed if (letter := self._prepare(one)) is not None], next_s

    def _prepare(self, claimed: Claimed) -> Letter | None:
        if claimed.failures > MOST_TRIES:
            self._record(claimed, Failed("the sender ended during every try", reached=True))
            return None
        try:
            with self._runner.engine.begin() as connection:
                letter = self._errand.letter(connection, claimed)
                if letter is None:
                    deliveries.cancelled(connection, claimed, "no longer to be sent")
                    circuit.tried(connection, claimed.party, claimed.id, "no longer to be sent")
                return letter
        except SQLAlchemyError:
            raise
        except Exception as error:  # one letter that cannot be written must not stop the others
            log.exception("cannot write a letter", extra={"delivery_id": str(claimed.id)})
            self._record(claimed, Failed(f"cannot be written: {type(error).__name__}", reached=True))
            return None

    async def _carry(self, claimed: Claimed, letter: Letter) -> None:
        telemetry.correlation_id.set(claimed.correlation_id)
        try:
            reach(CrashPoint.SENDER_BEFORE_SEND)
            outcome = await self._send(claimed, letter)
            reach(CrashPoint.SENDER_AFTER_SEND)
            await self._in_thread(self._record, claimed, outcome)
        except (SQLAlchemyError, TianweiError):
            # The lease ends by itself and the same webhook-id goes out again.
            log.warning("could not record a delivery", extra={"delivery_id": str(claimed.id)}, exc_info=True)

    async def _send(self, claimed: Claimed, letter: Letter) -> Outcome:
        try:
            sealed = [secret for secret in (claimed.secret, claimed.previous_secret) if secret]
            secrets = [self._box.open(secret, str(claimed.endpoint_id)) for secret in sealed]
        except SecretUnreadable:
            return Failed("the endpoint's secret cannot be read: was TIANWEI_SECRETS_KEY changed?")
        return await self._couriers[claimed.channel].carry(claimed, letter, secrets)

    def _record(self, claimed: Claimed, outcome: Outcome) -> None:
        """In a thread: state, schedule and event of the outcome in one unit of work."""

        def use_case(unit: U) -> dict[str, Any]:
            self._settle(unit, claimed, outcome)
            return {}

        self._runner.run(self._by, use_case, correlation_id=claimed.correlation_id, causation_id=str(claimed.id))
        facts = {"delivery_id": str(claimed.id), "party": claimed.party, "try": claimed.tries}
        if isinstance(outcome, Delivered):
            log.info("delivered", extra=facts)
        else:
            log.warning("not delivered", extra={**facts, "error": outcome.error})

    def _settle(self, unit: U, claimed: Claimed, outcome: Outcome) -> None:
        connection = unit.connection
        self._judge(unit, claimed, outcome)
        if isinstance(outcome, Delivered):
            if deliveries.delivered(connection, claimed):
                self._errand.on_delivered(unit, claimed, outcome)
        elif isinstance(outcome, Gone):
            if deliveries.later(connection, claimed, outcome.error, 0.0, deferred=True):
                self._errand.on_gone(unit, claimed, outcome.error)
        elif (wait := self._wait_after(claimed, outcome, unit.now)) is not None:
            deliveries.later(connection, claimed, outcome.error, wait, deferred=isinstance(outcome, Deferred))
        elif deliveries.exhausted(connection, claimed, outcome.error):
            log.error("delivery exhausted", extra={"delivery_id": str(claimed.id)})
            self._give_up(unit, claimed, outcome.error)

    def _judge(self, unit: U, claimed: Claimed, outcome: Outcome) -> None:
        """What the outcome says of the endpoint, whatever it says of the letter."""
        connection, party = unit.connection, claimed.party
        error = None if isinstance(outcome, Delivered) else outcome.error
        circuit.tried(connection, party, claimed.id, error)
        if isinstance(outcome, Failed) and not outcome.reached:
            if circuit.failed(connection, party, outcome.error):
                self._errand.on_outage(unit, claimed, outcome.error)
        elif not isinstance(outcome, Gone) and circuit.answered(connection, party):
            self._errand.on_recovered(unit, claimed)

    def _give_up(self, unit: U, claimed: Claimed, error: str) -> None:
        jurisdiction = self._errand.on_exhausted(unit, claimed, error)
        if jurisdiction is None:
            return
        trouble = Trouble(
            kind=DeadLetterKind.EXHAUSTED_DELIVERY,
            reason="tries_exhausted",
            jurisdiction=jurisdiction,
            error=error,
            tries=claimed.failures,
            subject_id=claimed.subject_id,
            party=claimed.party,
        )
        unit.dead_letters.open(unit, trouble)

    def _wait_after(self, claimed: Claimed, outcome: Failed | Deferred, now: datetime) -> float | None:
        if isinstance(outcome, Deferred) and now - claimed.created_at < OLDEST:
            return outcome.after_s
        if isinstance(outcome, Failed) and outcome.final:
            return None
        return delay_after(claimed.failures, self._chance)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a try ended unexpectedly", exc_info=error)

    async def _in_thread(self, act: Callable[..., Any], *arguments: Any) -> Any:
        # Logs written there keep the correlation id.
        call = partial(contextvars.copy_context().run, act, *arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _beat(self) -> None:
        """By the loop that claims: a process in which that one hangs must look silent to its supervisor."""
        if self._heartbeat_file is not None:
            self._heartbeat_file.touch()
