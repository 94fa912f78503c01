"""The fault suite's short run: faults of every kind against the real processes, each judged by the checker."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.crash_points import CrashPoint
from tests.faults.processes import points_of
from tests.faults.stack import PROCESSES, ROOT
from tests.support.nodes import RabbitNode

# What a run may take that has to share the machine; alone it takes some three minutes.
_MOST_S = 480
_LET_GO_S = 60


def test_every_crash_point_is_some_process_s() -> None:
    assert {point for process in PROCESSES for point in points_of(process)} == set(CrashPoint)


@pytest.mark.timeout(_MOST_S + _LET_GO_S + 20)
def test_no_fault_loses_doubles_or_misplaces_anything(tmp_path: Path) -> None:
    RabbitNode().close()  # without RabbitMQ it says so, and the test is not run
    table, log = tmp_path / "table.md", tmp_path / "chaos.log"
    with log.open("wb") as output:
        run = subprocess.Popen(
            [sys.executable, "-m", "tests.faults", "--short", "--table", str(table)],
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
        try:
            code = run.wait(_MOST_S)
        finally:
            if run.poll() is None:
                run.terminate()  # it stops all that it has started
                run.wait(_LET_GO_S)
    said = log.read_text(encoding="utf-8", errors="replace")
    assert code == 0, said[-20_000:]
    told = json.loads(said.splitlines()[-1])
    assert told["ok"]
    assert told["passed"] == told["faults"] == table.read_text(encoding="utf-8").count("\n") - 2
    assert told["commands"] > 500
    assert told["checked"]["events"] > 1000
