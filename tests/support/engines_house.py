"""The real database and bus under the real supervisor, without services: `python -m tests.support.engines_house HOME`.

When ready it writes the DSNs and the bus URL to HOME/told.json.
"""

import json
import sys
from pathlib import Path

from gateway.cli.stack.house import EmbeddedHouse, Wish
from gateway.cli.stack.layout import Home, State
from gateway.cli.stack.secrets import load_or_make
from gateway.cli.stack.supervise import supervise
from gateway.cli.stack.supervisor import Supervisor


class EnginesOnly:
    def bring_up(self, supervisor: Supervisor) -> None:
        home = supervisor.home
        told = EmbeddedHouse(Wish()).engines(supervisor, load_or_make(home))
        values = {"dsn": dict(told.dsn), "owner_dsn": dict(told.owner_dsn), "bus_url": told.bus_url}
        (home.root / "told.json").write_text(json.dumps(values))

    def after_ready(self, supervisor: Supervisor) -> None:
        pass


def _say(text: str) -> None:
    print(text, flush=True)


def _ready(_: State) -> None:
    _say("ready")


if __name__ == "__main__":
    supervise(Home.at(Path(sys.argv[1])), EnginesOnly(), _say, _ready)
