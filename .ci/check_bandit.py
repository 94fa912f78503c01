"""Runs bandit over what we ship and compares what it finds with what was judged (.ci/bandit_judged.toml)."""

import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("gateway", "services", "shared")


def found() -> tuple[Counter[tuple[str, str]], dict[tuple[str, str], str]]:
    """(test, file) -> how often; and a line for a person."""
    command = [sys.executable, "-m", "bandit", "-q", "-r", *SHIPPED, "-f", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    told = json.loads(done.stdout)
    if told["errors"]:
        sys.exit(f"bandit could not read: {told['errors']}")
    counts: Counter[tuple[str, str]] = Counter()
    lines = {}
    for one in told["results"]:
        place = one["test_id"], one["filename"].removeprefix("./")
        counts[place] += 1
        lines[place] = f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}"
    return counts, lines


def main() -> int:
    told = tomllib.loads((ROOT / ".ci" / "bandit_judged.toml").read_text(encoding="utf-8"))
    everywhere = {one["test"] for one in told["everywhere"]}
    judged = {(one["test"], file): number for one in told["judged"] for file, number in one["files"].items()}
    counts, lines = found()
    problems = [
        f"{lines[place]} ({number} found in this file, {judged.get(place, 0)} judged)"
        for place, number in counts.items()
        if place[0] not in everywhere and number > judged.get(place, 0)
    ]
    problems += [
        f"judged {number} times and found {counts[place]}: {place[0]} in {place[1]}"
        for place, number in judged.items()
        if counts[place] < number
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
