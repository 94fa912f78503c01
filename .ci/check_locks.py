"""Whether the lock files are what pyproject.toml asks for: complete, hashed, nothing left over, no addresses.

Looks only at the files and at what is installed; needs no network.
"""

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)")


def locked(lock: Path) -> tuple[dict[str, Version], list[str]]:
    """The pins of a lock file, and what is wrong with its text."""
    pins, problems, blocks = {}, [], re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    for block in blocks:
        if "://" in block:
            problems.append(f"{lock.name}: an address in: {block.splitlines()[0]}")
        if not (pin := PIN.match(block)):
            problems.append(f"{lock.name}: not a pinned requirement: {block.splitlines()[0]}")
            continue
        if "--hash=sha256:" not in block:
            problems.append(f"{lock.name}: no hash for {pin[1]}")
        pins[canonicalize_name(pin[1])] = Version(pin[2])
    return pins, problems


def needed(roots: list[Requirement]) -> dict[str, list[Requirement]]:
    """Everything the requirements pull in on this platform, by the metadata of what is installed."""
    found: dict[str, list[Requirement]] = {}
    todo = [(requirement, ("",)) for requirement in roots]
    seen = set()
    while todo:
        requirement, extras = todo.pop()
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name = canonicalize_name(requirement.name)
        found.setdefault(name, []).append(requirement)
        key = (name, frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        todo += [(Requirement(text), ("", *requirement.extras)) for text in requires]
    return found


def check(lock: Path, roots: list[Requirement]) -> list[str]:
    pins, problems = locked(lock)
    wanted = needed(roots)
    for name, requirements in wanted.items():
        if name not in pins:
            problems.append(f"{lock.name}: {name} is missing (run make lock)")
            continue
        problems += [
            f"{lock.name}: {name}=={pins[name]} does not satisfy {requirement} (run make lock)"
            for requirement in requirements
            if not requirement.specifier.contains(pins[name], prereleases=True)
        ]
    problems += [f"{lock.name}: nothing needs {name} (run make lock)" for name in sorted(pins.keys() - wanted.keys())]
    return problems


def differing(lock: Path, other: Path) -> list[str]:
    """Both files are installed into one environment: what they share has one version."""
    ours, theirs = locked(lock)[0], locked(other)[0]
    shared = sorted(ours.keys() & theirs.keys())
    return [
        f"{name}: {ours[name]} in {lock.name}, {theirs[name]} in {other.name} (run make lock)"
        for name in shared
        if ours[name] != theirs[name]
    ]


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run = [Requirement(text) for text in project["dependencies"]]
    dev = [Requirement(text) for text in project["optional-dependencies"]["dev"]]
    problems = check(ROOT / "requirements.lock", run) + check(ROOT / "requirements-dev.lock", run + dev)
    problems += differing(ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print("Lock files agree with pyproject.toml.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
