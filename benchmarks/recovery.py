"""How long it takes from healing a fault of the broker until everything is everywhere, and the checker is content."""

import json
import subprocess
import sys
from typing import Any


def broker_recovery() -> dict[str, Any]:
    """Seconds by fault, from the fault suite run with those of the broker alone. Raises when one fails there."""
    command = [sys.executable, "-m", "tests.faults", "--only", "broker"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {name: last[name] for name in ("faults", "passed", "lost", "doubled", "cases", "recovery_s")}
