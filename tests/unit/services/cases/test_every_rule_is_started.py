"""Every rule of the deadline register is started by a step, or is no clock by nature: then this says why."""

import ast
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from services.cases import domain
from services.cases.domain.transitions import ALL_CLOCKS, Row, Transitions
from services.cases.storage.rule_files import read_all
from shared.contracts.codes import RuleRegister
from tests.unit.services.cases.commands import REGISTER

_FOLDER = Path(domain.__path__[0])
_DAY = date(2026, 4, 20)
# A clock, or the end of a term that a letter states.
_COUNTING = ("start", "end_of")
RULES = {row.key for row in read_all() if row.register is RuleRegister.DEADLINE}

NO_CLOCKS = {
    "L03": "the last day to ask for more time of L02, counted back from its end: extend_before of L02",
    "R06": "the last day to ask for more time of R01, counted back from its end: extend_before of R01",
    "J09": "the last day to refuse a letter of assistance: nobody waits for a refusal; refuse_by_on of the letter",
    "D11": "how much more time D10 is given, not a term of its own",
    "T12": "at once: zero days; what runs again then is D10",
}


def modules() -> Iterator[tuple[ModuleType, ast.Module]]:
    for file in sorted(_FOLDER.glob("*.py")):
        yield import_module(f"{domain.__name__}.{file.stem}"), ast.parse(file.read_text(encoding="utf-8"))


def rows() -> list[Row[Any]]:
    tables = (value for module, _ in modules() for value in vars(module).values() if isinstance(value, Transitions))
    return [row for table in tables for row in table]


def counted_by_name() -> set[str]:
    """Rules that some code of the domain counts by their name: a clock, or an end that is written into something.

    Read from the source: constants in the arguments of start() and end_of(), constants of the module, and what was put
    in a local name.
    """
    found: set[str] = set()
    for module, tree in modules():
        put: dict[str, list[ast.AST]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        put.setdefault(target.id, []).extend(ast.walk(node.value))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _COUNTING:
                parts = [part for argument in node.args for part in ast.walk(argument)]
                local = [one for part in parts if isinstance(part, ast.Name) for one in put.get(part.id, ())]
                found |= {word for part in (*parts, *local) for word in _words(part, module)}
    return found & RULES


def _words(part: ast.AST, module: ModuleType) -> Iterable[str]:
    """What a constant says, or a name of the module that stands for one or several."""
    said = part.value if isinstance(part, ast.Constant) else None
    if isinstance(part, ast.Name):
        said = vars(module).get(part.id)
    if isinstance(said, str):
        return [said]
    return [word for word in said.values() if isinstance(word, str)] if isinstance(said, dict) else []


def test_every_rule_is_started_or_is_no_clock() -> None:
    started = {rule_id for row in rows() for rule_id in row.starts}
    assert started <= RULES
    assert started.isdisjoint(NO_CLOCKS)
    assert (started | counted_by_name()) - NO_CLOCKS.keys() == RULES - NO_CLOCKS.keys()
    assert NO_CLOCKS.keys() <= RULES


def test_the_last_days_to_ask_are_those_that_the_clocks_are_asked_by() -> None:
    for rule_id, of in (("L03", "L02"), ("R06", "R01")):
        assert REGISTER.rule(rule_id, _DAY).limit.amount == REGISTER.rule(of, _DAY).bounds.extend_before


def test_every_clock_that_a_step_stops_is_started_by_one() -> None:
    started = {rule_id for row in rows() for rule_id in row.starts} | counted_by_name()
    stopped = {rule_id for row in rows() for rule_id in row.stops} - ALL_CLOCKS
    assert stopped <= started
