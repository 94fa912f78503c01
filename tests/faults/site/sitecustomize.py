"""Put on the path of a chaos run's processes, and of nobody else's: obeys orders that lie as files in TIANWEI_FAULTS.

orders/PROCESS/POINT holds `kill N`, `raise`, `hang S`, `cut-before N` or `cut-after N`; N: at which pass (1: the next).
What was done is a line in fired/PROCESS/POINT. `clock` holds seconds by which the process's clock is ahead.
Looking for an order costs one stat. Imports nothing that eventlet must patch first.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

FOLDER = os.environ.get("TIANWEI_FAULTS", "")
# The supervisor names each process by its heartbeat file.
PROCESS = os.path.basename(os.environ.get("TIANWEI_HEARTBEAT_FILE", ""))
ORDERS = os.path.join(FOLDER, "orders", PROCESS)
FIRED = os.path.join(FOLDER, "fired", PROCESS)
CLOCK = os.path.join(FOLDER, "clock")

_real_time = time.time
_passes: dict[str, tuple[int, int]] = {}


def _on_point(point: Any, resource: Any) -> None:
    order = os.path.join(ORDERS, point)
    try:
        stamp = os.stat(order).st_mtime_ns
    except OSError:
        return
    with open(order, encoding="ascii") as file:
        verb, _, number = file.read().partition(" ")
    if verb == "raise":
        _raise_for_one(order, point, resource)
        return
    if verb == "doom":
        _die_for_one(order, point, resource)
        return
    if not _is_due(str(point), stamp, int(number or 1) if verb != "hang" else 1):
        return
    try:
        os.rename(order, f"{order}.{os.getpid()}.taken")  # two threads may be here: one of them wins
    except OSError:
        return
    _ACTS[verb](str(point), resource, number)


def _is_due(point: str, stamp: int, number: int) -> bool:
    known, count = _passes.get(point, (0, 0))
    count = count + 1 if known == stamp else 1
    _passes[point] = (stamp, count)
    return count >= number


def _tell(point: str, **facts: Any) -> None:
    """Durable enough for a SIGKILL: written in one call to a file that stays."""
    line = json.dumps({"pid": os.getpid(), "at": _real_time(), **facts}) + "\n"
    file = os.open(os.path.join(FIRED, point), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, line.encode())
    os.close(file)


def _kill(point: str, _: Any, __: str) -> None:
    _tell(point, act="kill")
    os.kill(os.getpid(), 9)
    while True:
        time.sleep(1)


def _hang(point: str, _: Any, seconds: str) -> None:
    _tell(point, act="hang")
    time.sleep(float(seconds or 5))


def _cut_before(point: str, connection: Any, _: str) -> None:
    """COMMIT cannot even be sent."""
    _cut(point, connection, "cut-before", 2)


def _cut_after(point: str, connection: Any, _: str) -> None:
    """COMMIT is sent and done, and nobody hears of it: reading gives the end of the stream at once."""
    _cut(point, connection, "cut-after", 0)


def _cut(point: str, connection: Any, act: str, how: int) -> None:
    import ctypes

    transaction = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()
    descriptor = connection.connection.dbapi_connection.fileno()
    failed = ctypes.CDLL(None).shutdown(descriptor, how)
    _tell(point, act=act, transaction=transaction, failed=failed)


_ACTS: dict[str, Callable[[str, Any, str], None]] = {
    "kill": _kill,
    "hang": _hang,
    "cut-before": _cut_before,
    "cut-after": _cut_after,
}


def _raise_for_one(order: str, point: Any, event: Any) -> None:
    """A poison: the first event met is chosen, and fails at every try from then on."""
    if _is_chosen(order, event):
        _tell(str(point), act="raise", subject=str(event.subject), event=str(event.id))
        raise RuntimeError("poison, by order of the fault suite")


def _die_for_one(order: str, point: Any, event: Any) -> None:
    """A worse poison: the process dies of it at every try."""
    if _is_chosen(order, event):
        _tell(str(point), act="doom", subject=str(event.subject), event=str(event.id))
        os.kill(os.getpid(), 9)


def _is_chosen(order: str, event: Any) -> bool:
    chosen = f"{order}.chosen"
    if not os.path.exists(chosen):
        with open(f"{chosen}.new", "w", encoding="ascii") as file:
            file.write(str(event.id))
        os.rename(f"{chosen}.new", chosen)
    with open(chosen, encoding="ascii") as file:
        return file.read() == str(event.id)


# the clock


def _ahead_s() -> float:
    try:
        with open(CLOCK, encoding="ascii") as file:
            return float(file.read() or 0)
    except OSError:
        return 0.0


def _stepped_time() -> float:
    return _real_time() + (_ahead_s() if os.path.exists(CLOCK) else 0.0)


class _ClockHook:
    """Gives these modules a `datetime` whose now() is stepped, as soon as they are loaded."""

    names = frozenset({"shared.clock", "shared.outgoing.webhook", "jwt.api_jwt"})

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name not in self.names:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader.exec_module = _stepping(spec.loader.exec_module)  # type: ignore[assignment]
                return spec
        return None


def _stepping(load: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
    def load_and_step(module: ModuleType) -> None:
        load(module)
        _step(module)

    return load_and_step


def _step(module: ModuleType) -> None:
    from datetime import datetime, timedelta

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=_ahead_s())

    module.datetime = Stepped  # type: ignore[attr-defined]


def _set_up() -> None:
    from shared import crash_points

    os.makedirs(ORDERS, exist_ok=True)
    os.makedirs(FIRED, exist_ok=True)
    crash_points.install(_on_point)
    time.time = _stepped_time
    sys.meta_path.insert(0, _ClockHook())


if FOLDER and PROCESS:
    _set_up()
