"""Does every fault to the stack under load, lets it heal, and has the independent checker look."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2

from tests.faults.checker import Evidence, Limits, Memory, Report, check, lag
from tests.faults.fault import Fault
from tests.faults.stack import NOT_HEALED, RECEIVERS, SERVICES, TROUBLE, NotSeen, Stack
from tests.faults.table import Row

SETTLE_S = 60.0
_AGAIN_S = 0.15
# By application name: the pools of all processes together, and one listener each (shared/service.py and others).
CONNECTIONS = {
    **{f"tianwei-{service}": 20 for service in SERVICES},
    "tianwei-cases-worker": 2,
    "tianwei-cases-worker-bell": 1,
    "tianwei-cases-scheduler": 2,
    "tianwei-cases-evidence": 2,
    "tianwei-cases-evidence-bell": 1,
    "tianwei-cases-numbers": 4,
    "tianwei-cases-rules": 5,
    "tianwei-agencies-sender": 6,
    "tianwei-agencies-receiver": 8,
    "tianwei-notify-sender": 6,
    "tianwei-notify-receipts": 2,
    "tianwei-notify-worker": 2,
    "tianwei-listener": 2,
    "tianwei-relay": 3,
    "gateway": 8,
}
# PostgreSQL's own and the supervisor's, which name no application.
_UNNAMED = 4
# What an agency has had and asked for once more; its receipt settles it, so the agency must still be running.
_SENT_ONCE_MORE = "SELECT count(*) FROM delivery WHERE state = 'pending' AND arrived_at IS NOT NULL"
_OPEN_IMPORTS = "SELECT count(*) FROM clue_import WHERE state IN ('queued', 'running')"
# A sender may tell of a delivery just when the checker looks; what is still so at a second look is so.
_MAY_BE_MOVING = {"unpublished", "cursor_behind"}

Tell = Callable[[str], None]


class Runner:
    """One run over one stack. rows: what came of each fault so far."""

    def __init__(self, stack: Stack, tell: Tell) -> None:
        self._stack = stack
        self._tell = tell
        self._memory = Memory()
        self._began = time.monotonic()
        self.rows: list[Row] = []
        self.checked: dict[str, int] = {}
        self.load: dict[str, Any] = {}

    def warm_up(self) -> None:
        """Let the load begin, and see that all is well without any fault."""
        self.run(Fault("no fault", "none", lambda _: _let_run(3.0)))
        if not self.rows[-1].passed:
            raise RuntimeError("broken before any fault")

    def run(self, fault: Fault) -> None:
        """Inject, hold, heal, settle, check; one row for each of the fault's names."""
        self.load = self._stack.tell_load("run")
        self._stack.vendors.go_on()
        began = time.monotonic()
        unseen, trouble = self._do(fault)
        healed = time.monotonic()
        self._let_vendors_catch_up(healed)
        self._stack.vendors.stand_still()
        self.load = self._stack.tell_load("pause")
        standing = self._settle(healed)
        recovery_s = None if standing else time.monotonic() - healed
        trouble = "; ".join(part for part in (trouble, standing) if part)
        counts, findings = self._check()
        for name in fault.names:
            self.rows.append(Row(name, fault.group, name not in unseen, recovery_s, counts, trouble))
        self._report(fault, began, findings, trouble, unseen)

    def _do(self, fault: Fault) -> tuple[set[str], str]:
        """Rows that were not seen to take effect, and what else went wrong."""
        heal: Callable[[], None] | None = None
        unseen: set[str] = set()
        try:
            heal = fault.inject(self._stack)
        except NotSeen as not_seen:
            unseen = set(not_seen.rows) & set(fault.names) or set(fault.names)
            self._tell(f"    not seen: {not_seen}")
            heal = not_seen.heal
        except TROUBLE as error:
            return set(fault.names), f"{type(error).__name__}: {error}"[:300]
        if not unseen:
            time.sleep(fault.hold_s)
        try:
            heal()
        except NOT_HEALED as error:
            return unseen, f"not healed: {error}"[:300]
        return unseen, ""

    def _let_vendors_catch_up(self, healed: float) -> None:
        while time.monotonic() - healed < SETTLE_S:
            try:
                if not self._stack.number("agencies", _SENT_ONCE_MORE):
                    return
            except psycopg2.Error:  # not back yet
                pass
            time.sleep(_AGAIN_S)

    def _settle(self, healed: float) -> str:
        """Empty when everything is settled within SETTLE_S of healing, else what is not."""
        quiet, standing = 0, "not looked at"
        while quiet < 2:
            standing = self._standing()
            quiet = 0 if standing else quiet + 1
            if standing and time.monotonic() - healed > SETTLE_S:
                return f"not settled in {SETTLE_S:g} s: {standing}"
            time.sleep(_AGAIN_S)
        return ""

    def _standing(self) -> str:
        """What is not settled yet, in words."""
        try:
            behind = {name: number for name, number in lag(self.evidence()).items() if number}
            imports = self._stack.number("cases", _OPEN_IMPORTS)
        except psycopg2.Error as error:
            return f"database: {error}"[:200]
        if behind:
            return str(behind)
        if imports:
            return f"{imports} imports"
        if on_its_way := self._stack.vendors.on_its_way(self._stack.home.root / "exchange", self._stack.rabbit.url):
            return f"{on_its_way} answers of agencies"
        if not self._stack.is_whole():
            return "a process is missing"
        return self._stack.unready()

    def _check(self) -> tuple[dict[str, int], Sequence[str]]:
        report = self._looked(self._memory)
        for name, number in report.checked.items():
            self.checked[name] = self.checked.get(name, 0) + number
        return report.counts, report.findings

    def _looked(self, memory: Memory | None) -> Report:
        report = check(self.evidence(), memory)
        if not report.ok and not {name for name, number in report.counts.items() if number} - _MAY_BE_MOVING:
            self._settle(time.monotonic())
            report = check(self.evidence(), memory)
        return report

    def check_all_anew(self) -> None:
        """The last word: nothing is taken from memory."""
        began = time.monotonic()
        report = self._looked(None)
        self.checked = dict(report.checked)
        self.rows.append(Row("everything anew at the end", "none", True, 0.0, report.counts))
        self._report(
            Fault("everything anew at the end", "none", lambda _: _let_run(0)), began, report.findings, "", set()
        )

    def evidence(self) -> Evidence:
        stack = self._stack
        return Evidence(
            databases={name: stack.dsn(name) for name in SERVICES},
            commands=stack.commands,
            received=stack.received,
            limits=Limits(connections=CONNECTIONS, unknown=_UNNAMED),
            poisoned=frozenset(stack.poisoned),
            refused=dict(stack.refused),
            answers=stack.vendors.said,
        )

    def _report(self, fault: Fault, began: float, findings: Sequence[str], trouble: str, unseen: set[str]) -> None:
        now = time.monotonic()
        row = self.rows[-1]
        recovery = "-" if row.recovery_s is None else f"{row.recovery_s:.1f} s"
        bad = {name: number for name, number in row.counts.items() if number}
        word = "ok" if row.passed and not unseen else "FAILED"
        cases = self.load.get("counts", {}).get("cases", 0)
        at = str(timedelta(seconds=int(now - self._began)))
        self._tell(
            f"{at} {word:6} {fault.group}: {fault.name}"
            f" ({len(fault.names)} rows, {now - began:.1f} s, recovered in {recovery}, {cases} cases)"
            + (f" {bad}" if bad else "")
            + (f" {trouble}" if trouble else "")
        )
        for finding in findings:
            self._tell(f"    {finding}"[:600])

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


def _let_run(seconds: float) -> Callable[[], None]:
    time.sleep(seconds)
    return lambda: None


def received(folder: Path) -> int:
    """Requests that reached the receivers."""
    return sum(
        (folder / f"{code.replace(':', '_')}.jsonl").read_bytes().count(b"\n")
        for code in RECEIVERS
        if (folder / f"{code.replace(':', '_')}.jsonl").exists()
    )
