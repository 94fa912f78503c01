"""A house of fake processes under the real supervisor: `python -m tests.support.fake_house HOME`.

With TIANWEI_FAKE_LEFTOVER=1 the processes do not die with the supervisor, as on systems without PR_SET_PDEATHSIG.
"""

import os
import signal
import sys
from pathlib import Path

from gateway.cli.stack.layout import Home, State
from gateway.cli.stack.processes import base_environment
from gateway.cli.stack.programs import Job, Policy, Program, Stage
from gateway.cli.stack.supervise import supervise
from gateway.cli.stack.supervisor import StackFailed, Supervisor

POLICY = Policy(
    restart_first_s=0.05,
    restart_longest_s=0.2,
    healthy_after_s=30,
    silent_after_s=2,
    grace_s=2,
    ready_within_s=30,
    tick_s=0.01,
)
STAGES = {"store": Stage.DATABASE, "queue": Stage.BUS, "service": Stage.SERVICE, "door": Stage.GATEWAY}
_HERE = Path(__file__).resolve()


class FakeHouse:
    def bring_up(self, supervisor: Supervisor) -> None:
        environment = {**base_environment(supervisor.home), "PYTHONPATH": str(_HERE.parents[2])}
        work = f"open({str(supervisor.home.root / 'worked')!r}, 'a').write('once ')"
        command = os.environ.get("TIANWEI_FAKE_JOB", work)
        supervisor.run_jobs([Job("job", (sys.executable, "-c", command), environment, fingerprint="1")])
        leftover = bool(os.environ.get("TIANWEI_FAKE_LEFTOVER"))
        for name, stage in STAGES.items():
            supervisor.start(
                Program(
                    name=name,
                    argv=(sys.executable, str(_HERE.with_name("fake_process.py")), name),
                    stage=stage,
                    environment=environment,
                    beats=True,
                    death_signal=signal.SIGCONT if leftover else signal.SIGKILL,
                )
            )
        supervisor.wait_until(supervisor.all_beating, "service")

    def after_ready(self, supervisor: Supervisor) -> None:
        pass


def _say(text: str) -> None:
    print(text, flush=True)


def _ready(state: State) -> None:
    _say(f"ready {state.phase}")


if __name__ == "__main__":
    try:
        supervise(Home.at(Path(sys.argv[1])), FakeHouse(), _say, _ready, POLICY)
    except StackFailed as failure:
        _say(f"failed: {failure} {failure.lines}")
        sys.exit(1)
