"""What people read has no code in it: every step, state and outcome of every machine, and every code of a list."""

import enum
import importlib
import pkgutil
import re

import pytest

from gateway.texts import DETAILS, detail, shown
from services.agencies.domain.task_table import TABLE as TASK_STEPS
from services.cases import domain
from services.cases.domain.transitions import Transitions
from shared.contracts import codes

_TABLES = {
    table.name: table
    for module in pkgutil.iter_modules(domain.__path__)
    for table in vars(importlib.import_module(f"{domain.__name__}.{module.name}")).values()
    if isinstance(table, Transitions)
}
# What officials read as it is: bodies by their short codes.
_READ_AS_THEY_ARE = (codes.OrgType,)
_FACTS = ("invited", "agencies", "agency", "form", "holder", "allowed", "missing", "given", "state", "outcome")


def test_there_are_machines_to_read() -> None:
    assert {"clue", "case", "rectification", "joint_action", "listing", "assistance_request"} <= _TABLES.keys()


@pytest.mark.parametrize("name", sorted(_TABLES))
def test_every_step_and_state_of_a_machine_is_told_in_chinese(name: str) -> None:
    """As the refusal of a step tells them: what the state is, what was tried, what could be done."""
    for row in _TABLES[name]:
        steps = {"object": name, "verb": row.verb, "state": row.at}
        for told in (
            detail("cases.transition-not-allowed", {**steps, "allowed": [row.verb]}),
            detail("cases.outcome-not-allowed", {**steps, "outcome": row.outcome or "无", "allowed": []}),
            detail("cases.document-missing", {**steps, "missing": sorted(row.needs)}),
        ):
            assert not re.search(r"[a-z]", told), told


def test_every_step_of_a_task_is_told_in_chinese() -> None:
    for verb in TASK_STEPS:
        told = detail("agencies.task-transition-not-allowed", {"object": "task", "verb": verb, "allowed": [verb]})
        assert not re.search(r"[a-z]", told), told


_LISTS = [
    kind
    for kind in vars(codes).values()
    if isinstance(kind, type)
    and issubclass(kind, enum.StrEnum)
    and kind is not enum.StrEnum
    and kind not in _READ_AS_THEY_ARE
]


@pytest.mark.parametrize("kind", _LISTS, ids=lambda kind: kind.__name__)
def test_every_code_of_a_list_has_a_chinese_name(kind: type[enum.StrEnum]) -> None:
    """Or is called so in Chinese too: WGS84."""
    assert [member.value for member in kind if shown(member) == member.value] == []


@pytest.mark.parametrize("fact", _FACTS)
def test_a_fact_that_is_a_code_is_told_in_chinese_wherever_a_sentence_has_it(fact: str) -> None:
    for code, sentence in DETAILS.items():
        if f"{{{fact}}}" in sentence:
            assert "natural_resources" not in detail(code, {fact: ["natural_resources"]}), code


def test_a_step_that_a_consultation_does_not_take_names_both() -> None:
    facts = {"object": "joint_action", "verb": "record-acting", "form": "consultation", "law": "HOUSE.joint-action"}
    told = detail("cases.step-not-of-form", facts)
    assert "会商" in told
    assert not re.search(r"[a-z]", told)
