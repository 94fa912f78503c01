"""The house of a chaos run: `python -m tests.faults.house HOME BUS_URL PORT`, the product's own supervisor and table.

Only its patience is shorter, so that a killed process is back soon.
"""

import sys
from pathlib import Path

from gateway.cli.stack.house import EmbeddedHouse, Wish
from gateway.cli.stack.layout import Home
from gateway.cli.stack.programs import Policy
from gateway.cli.stack.supervise import supervise
from gateway.cli.stack.supervisor import StackFailed

POLICY = Policy(restart_first_s=0.2, restart_longest_s=1.0, healthy_after_s=10.0)


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    home, bus_url, port = sys.argv[1:4]
    wish = Wish(http_port=int(port), bus_url=bus_url)
    try:
        supervise(Home.at(Path(home)), EmbeddedHouse(wish), _say, lambda _: _say("ready"), POLICY)
    except StackFailed as failure:
        _say(f"failed: {failure}")
        _say("\n".join(failure.lines))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
