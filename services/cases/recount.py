"""`python -m services.cases.recount [--year 2027]`: counts running clocks again once a year's calendar is loaded."""

import argparse
import json
from collections.abc import Sequence

from services.cases.handlers.recount import recount
from services.cases.settings import SchedulerSettings
from services.cases.wiring import scheduler_actor, wire_scheduler
from shared import telemetry
from shared.ids import new_id
from shared.outgoing.wake import OutboxBell


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m services.cases.recount", description="装载工作日历后重算期限")
    parser.add_argument("--year", type=int, help="装载或更改了哪一年的日历；不写只重算暂定的期限")
    parser.add_argument("--json", action="store_true", help="输出一行 JSON")
    asked = parser.parse_args(words)
    settings = SchedulerSettings()
    telemetry.configure("cases.recount", settings.log_level)
    runner = wire_scheduler(settings, lambda: ring())
    ring = OutboxBell(runner.engine)
    told = recount(runner, scheduler_actor(settings.county_code), f"recount-{new_id()}", asked.year)
    print(json.dumps({"objects": told}) if asked.json else f"重算后期限有变的事项：{told} 件")


if __name__ == "__main__":
    main()
