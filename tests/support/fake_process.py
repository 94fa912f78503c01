"""A small process for tests of the supervisor: beats, and does what its order file in TIANWEI_HOME/orders says.

Orders: `hang` stops the heartbeat, `exit` ends with code 7 at every start, `stubborn` ignores SIGTERM.
When asked to stop it appends its name to TIANWEI_HOME/stopped.
"""

import os
import signal
import sys
import time
from pathlib import Path

name = sys.argv[1]
home = Path(os.environ["TIANWEI_HOME"])
heartbeat = Path(os.environ["TIANWEI_HEARTBEAT_FILE"])
orders = home / "orders" / name


def ordered() -> str:
    return orders.read_text() if orders.exists() else ""


def stop(*_: object) -> None:
    if ordered() != "stubborn":
        with open(home / "stopped", "a") as file:
            file.write(f"{name}\n")
        sys.exit(0)


signal.signal(signal.SIGTERM, stop)
print(f"{name} started as {os.getpid()}", flush=True)
if ordered() == "exit":
    print("the reason why it cannot start", flush=True)
    sys.exit(7)
while True:
    if ordered() != "hang":
        heartbeat.touch()
    time.sleep(0.02)
