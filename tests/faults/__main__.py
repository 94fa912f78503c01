"""`python -m tests.faults [--seed N] [--short] [--only TEXT] [--table FILE]`: see docs/reliability.md."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults import plan
from tests.faults.runner import Runner, received
from tests.faults.stack import Stack
from tests.faults.table import markdown, summary
from tests.support.nodes import RabbitMqMissing

LEAST_CASES = 2000
SEED = 20260401


def run(seed: int, short: bool, only: str, table: Path | None) -> bool:
    """The whole run; whether all passed."""
    stack = Stack(seed, plan.STORIES)
    with stack:
        runner = Runner(stack, _say)
        _say(f"the house is up, seed {seed}, files in {stack.folder}")
        try:
            runner.warm_up()
            for fault in plan.faults(seed, _say, short=short, only=only):
                runner.run(fault)
            if not short and not only:
                _fill_up(runner)
            runner.check_all_anew()
            passed = _tell_all(runner, seed, table, complete=not short and not only, took=received(stack.received))
        except BaseException:
            stack.keep = True
            raise
        finally:
            _say(f"files are kept in {stack.folder}") if stack.keep else None
        stack.keep = not passed
    if not passed:
        _say(f"files are kept in {stack.folder}")
    return passed


def _fill_up(runner: Runner) -> None:
    """More of the load, should a slow machine not have made its cases."""
    while runner.load["counts"].get("cases", 0) < LEAST_CASES and runner.seconds < plan.MOST_S:
        runner.run(plan.load_alone())


def _tell_all(runner: Runner, seed: int, table: Path | None, *, complete: bool, took: int) -> bool:
    rows = runner.rows
    text = markdown(rows)
    _say(text)
    if table is not None:
        table.write_text(text + "\n", encoding="utf-8")
    counts = runner.load["counts"]
    cases = counts.get("cases", 0)
    passed = all(row.passed for row in rows) and (cases >= LEAST_CASES or not complete)
    recovery = {row.name: round(row.recovery_s, 1) for row in rows if row.group == "broker" and row.recovery_s}
    told = summary(
        rows,
        seed=seed,
        seconds=round(runner.seconds, 1),
        cases=cases,
        joint_actions=counts.get("joint_actions", 0),
        tasks=counts.get("tasks", 0),
        commands=runner.load["commands"],
        accepted=runner.load["accepted"],
        attempts=runner.load["attempts"],
        webhooks=took,
        checked=runner.checked,
        recovery_s=recovery,
        ok=passed,
    )
    _say(json.dumps(told, ensure_ascii=False))
    return passed


def _say(text: str) -> None:
    print(text, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Faults against a running house.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--short", action="store_true", help="a representative part, in about 3 minutes")
    parser.add_argument("--only", default="", help="faults whose group is, or whose name contains, this")
    parser.add_argument("--table", type=Path, help="write the table there as Markdown")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing that was started stays behind
    try:
        return 0 if run(options.seed, options.short, options.only, options.table) else 1
    except RabbitMqMissing as missing:
        print(missing, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
