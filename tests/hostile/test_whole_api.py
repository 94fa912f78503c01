"""The whole API against its own description, with every check of schemathesis, a stateful run included.

Bounded by time: what it generates differs from run to run, unless SEED says which. What it finds and has been judged to
be no fault of the house is listed with its reason in `judged.json` beside this file.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.running_house import RunningHouse

SECONDS = 70
# A good logout would end the run's own session; a stream does not end by itself.
LEFT_OUT = ("^/api/v1/auth/logout$", "/stream$")
JUDGED = Path(__file__).with_name("judged.json")


@pytest.mark.timeout(SECONDS + 110)
def test_every_address_does_what_it_says_of_itself(house: RunningHouse, tmp_path: Path) -> None:
    house.coordinator.get("/me")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{house.address}/openapi.json"),
        *("--checks", "all", "--mode", "all", "--phases", "examples,coverage,fuzzing,stateful"),
        *("--max-examples", "3", "--max-time", str(SECONDS), "--workers", "2", "--continue-on-failure"),
        *("--request-timeout", "20", "--suppress-health-check", "all", "--no-shrink", "--warnings", "off"),
        *("--header", f"Authorization: Bearer {house.coordinator._token}", "--baseline", str(JUDGED)),
        *("--report", "ndjson", "--report-dir", str(tmp_path)),
        *(word for path in LEFT_OUT for word in ("--exclude-path-regex", path)),
        *(("--seed", os.environ["SEED"]) if "SEED" in os.environ else ()),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SECONDS + 100)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert house.readiness().status_code == 200
    house.settle()
