"""What is shipped cannot be told to crash."""

import ast
from collections.abc import Iterator
from pathlib import Path

from shared import crash_points
from shared.crash_points import CrashPoint

ROOT = Path(crash_points.__file__).parents[1]
SHIPPED = ("services", "gateway", "shared")


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in SHIPPED:
        for file in (ROOT / package).rglob("*.py"):
            yield file, ast.parse(file.read_text(encoding="utf-8"))


def _names(tree: ast.AST) -> set[str]:
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return found | {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_nothing_shipped_installs_a_hook() -> None:
    users = [file for file, tree in _modules() if _imports_crash_points(tree) and "install" in _names(tree)]
    assert users == []


def _imports_crash_points(tree: ast.AST) -> bool:
    named = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return any(
        node.module == "shared.crash_points"
        or (node.module == "shared" and "crash_points" in {alias.name for alias in node.names})
        for node in named
    )


def test_every_crash_point_is_reached_somewhere() -> None:
    reached = set[str]()
    for file, tree in _modules():
        if file.name != "crash_points.py":
            reached |= _names(tree) & set(CrashPoint.__members__)
    assert reached == set(CrashPoint.__members__)
