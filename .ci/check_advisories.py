"""Whether a locked version is one that an advisory names, without a network: against .ci/advisories.toml and its day.

Fails when a version is affected, or when the file is older than its own limit. TIANWEI_ADVISORIES_MOST_DAYS, for a
release, is a stricter limit.
"""

import os
import re
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / ".ci" / "advisories.toml"
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
LOUD_AFTER_DAYS = 90


def affected(lock: str, advisories: list[dict[str, str]]) -> list[str]:
    """What is wrong with the pins of a lock file, by its text."""
    pins = {canonicalize_name(name): Version(version) for name, version in PIN.findall(lock)}
    return [
        f"{one['package']} {pins[one['package']]}: {one['id']} ({one['affected']}): {one['about']}"
        for one in advisories
        if one["package"] in pins and SpecifierSet(one["affected"]).contains(pins[one["package"]], prereleases=True)
    ]


def stale(as_of: date, today: date, most_days: int) -> list[str]:
    days = (today - as_of).days
    return [f"advisories.toml is {days} days old, more than {most_days}: refresh it"] if days > most_days else []


def main() -> int:
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    today, as_of = datetime.now(UTC).date(), told["as_of"]
    most_days = int(os.environ.get("TIANWEI_ADVISORIES_MOST_DAYS", told["most_days"]))
    problems = stale(as_of, today, most_days)
    for lock in LOCKS:
        problems += [
            f"{lock}: {found}" for found in affected((ROOT / lock).read_text(encoding="utf-8"), told["advisory"])
        ]
    for problem in problems:
        print(problem, file=sys.stderr)
    if (today - as_of).days > LOUD_AFTER_DAYS:
        print(
            f"ATTENTION: advisories are known until {as_of} only ({(today - as_of).days} days ago), "
            f"{len(told['advisory'])} of them, put together by hand: .ci/advisories.toml says how to refresh them"
        )
    else:
        print(f"no locked version is affected by an advisory known on {as_of}" if not problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
