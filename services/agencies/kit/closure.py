"""Which of the house's modules a program needs, and which packages from outside: found in the sources, nothing is run.

A kit carries these modules as they are, so that there is one truth: what runs at a vendor's is what runs in the county.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from sys import stdlib_module_names

_OURS = ("services", "shared")
_EXTRA = re.compile(r"""extra == ["']([^"']+)["']""")
# kombu's transport for Valkey, which our own is made of.
_USED = {("kombu", "redis")}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass
class Closure:
    """files: relative to the root. outside: top-level names that are not ours and not Python's own."""

    root: Path
    files: set[Path] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)

    def add(self, module: str) -> None:
        """The module with everything that it imports, anywhere in it."""
        for file in self._files_of(module):
            if file in self.files:
                continue
            self.files.add(file)
            for name in _imports((self.root / file).read_text(encoding="utf-8")):
                top = name.partition(".")[0]
                if top in _OURS:
                    self.add(name)
                elif top not in stdlib_module_names:
                    self.outside.add(top)

    def _files_of(self, module: str) -> Iterator[Path]:
        """Of a module with the packages that it lies in; of a name inside of a module, that module."""
        parts = module.split(".")
        for count in range(1, len(parts) + 1):
            place = Path(*parts[:count])
            for file in (place / "__init__.py", place.with_suffix(".py")):
                if (self.root / file).is_file():
                    yield file


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def requirements(outside: Iterable[str], lock: Path) -> str:
    """The distributions that these names come from, with what those need, pinned; hashes where there is a lock."""
    of_name = metadata.packages_distributions()
    wanted = {_canonical(of_name[name][0]) for name in outside if name in of_name}
    while more := {need for name in wanted for need in _needs(name)} - wanted:
        wanted |= more
    locked = _locked(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
    return "".join(locked.get(name, f"{name}=={metadata.version(name)}\n") for name in sorted(wanted))


def _needs(name: str) -> Iterator[str]:
    """What is installed of a distribution's requirements: what is not, it does not need here."""
    for requirement in metadata.requires(name) or ():
        extra = _EXTRA.search(requirement)
        if extra and (name, extra[1]) not in _USED:
            continue
        match = _NAME.match(requirement)
        if match and _is_installed(match[0]):
            yield _canonical(match[0])


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _locked(text: str) -> dict[str, str]:
    """Distribution -> its lines in a lock with hashes."""
    entries: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        if match := re.match(r"([A-Za-z0-9._-]+)(\[[^\]]*\])?==", line):
            name = _canonical(match[1])
        if name and not line.lstrip().startswith("#"):
            entries[name] = entries.get(name, "") + line
    return entries


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
