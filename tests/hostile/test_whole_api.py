"""The whole API against its own description, with every check of schemathesis, a stateful run included.

Bounded by time: what it generates differs from run to run, unless SEED says which. What is judged to be no fault of the
house stands with its reason in schemathesis.toml beside this file.
"""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.system.running_house import RunningHouse

# phases -> seconds
RUNS = {"examples,coverage": 35, "fuzzing": 20, "stateful": 20}
# A good logout would end the run's own session; a stream does not end by itself.
LEFT_OUT = ("^/api/v1/auth/logout$", "/stream$")
JUDGED = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.timeout(150)
@pytest.mark.parametrize("phases", RUNS)
def test_every_address_does_what_it_says_of_itself(phases: str, house: RunningHouse, tmp_path: Path) -> None:
    house.coordinator.get("/me")
    described = tmp_path / "openapi.json"
    # Made when it is asked for the first time, which takes long on a busy machine.
    described.write_bytes(httpx.get(f"{house.address}/openapi.json", timeout=60.0, trust_env=False).content)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(JUDGED)),
        *("run", str(described), "--url", house.address, "--phases", phases),
        *("--checks", "all", "--mode", "all", "--max-examples", "2", "--max-time", str(RUNS[phases])),
        *("--workers", "2", "--continue-on-failure", "--no-shrink", "--warnings", "off"),
        *("--request-timeout", "20", "--suppress-health-check", "all"),
        *("--header", f"Authorization: Bearer {house.coordinator._token}"),
        *(word for path in LEFT_OUT for word in ("--exclude-path-regex", path)),
        *(("--seed", os.environ["SEED"]) if "SEED" in os.environ else ()),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert house.readiness().status_code == 200
    house.settle()
