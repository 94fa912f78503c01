"""Runs `tianwei demo` as a person would and reads what it prints; may kill processes on the way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.cli.stack.layout import Home, read_state

# What the story gives every time, whatever bus carries it and whatever dies on the way.
FIGURES = {
    "clues_imported": 57,
    "rows_rejected": 3,
    "cases_filed": 3,
    "cases_closed": 3,
    "items_struck_off": 3,
    "joint_actions_closed": 1,
    "tasks_by_agency": {
        "agriculture": 1,
        "comprehensive_enforcement": 2,
        "natural_resources": 1,
        "public_security": 1,
        "township": 1,
    },
    "tasks_signed": 6,
    "notices_by_recipient": {
        "agriculture": 1,
        "comprehensive_enforcement": 1,
        "county_government": 1,
        "discipline_commission": 8,
        "natural_resources": 1,
        "organisation_department": 8,
        "party_committee": 7,
        "party_committee_office": 1,
        "public_security": 2,
        "恩和镇人民政府": 2,
    },
    "notices_signed": 23,
    "documents_issued": 19,
}


@dataclass
class DemoRun:
    """lines: all of standard output. figures: the last line. killed: processes that were killed, in order."""

    lines: list[str]
    figures: dict[str, Any]
    returncode: int
    killed: list[str] = field(default_factory=list)


def run_demo(folder: Path, *, kill_at: Mapping[str, str]) -> DemoRun:
    """kill_at: text of a line -> process to end with SIGKILL when the line is first printed."""
    command = [sys.executable, "-m", "gateway.cli", "demo", "--folder", str(folder)]
    pending = dict(kill_at)
    lines: list[str] = []
    killed: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            for text in [text for text in pending if text in line]:
                killed.append(_kill(folder, pending.pop(text)))
    return DemoRun(lines, _figures(lines), process.returncode, killed)


def _kill(folder: Path, name: str) -> str:
    os.kill(read_state(Home.at(folder)).processes[name].pid, signal.SIGKILL)
    return name


def _figures(lines: list[str]) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(lines[-1])
    # How many alarms the days of the drill raise depends on what is open when they pass.
    for varying in ("seconds", "events_published", "events_applied"):
        assert figures.pop(varying) > 0
    return figures
