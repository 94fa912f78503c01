"""Every refusal of the paths names a rule that is in the register, and has its Chinese sentence with that rule."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import services.cases.domain
from gateway.texts import DETAILS, detail
from shared.citations import cite, known

# The place of the code and of the citation among the arguments.
_PLACES = {"Forbidden": (0, 2), "keep_apart": (2, 4)}


def _refusals() -> Iterator[tuple[str, str]]:
    """(code, citation) of every call in the domain that says both in words."""
    for file in sorted(Path(services.cases.domain.__path__[0]).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in _PLACES and len(node.args) > max(_PLACES[name]):
                code, law = (node.args[place] for place in _PLACES[name])
                if isinstance(code, ast.Constant) and isinstance(law, ast.Constant):
                    yield str(code.value), str(law.value)
            elif name == "InvalidInput" and isinstance(node.args[0], ast.Constant):
                for keyword in node.keywords:
                    if keyword.arg == "law" and isinstance(keyword.value, ast.Constant):
                        yield str(node.args[0].value), str(keyword.value.value)


REFUSALS = sorted(set(_refusals()))


def test_the_scan_finds_refusals_of_every_kind() -> None:
    assert {"cases.no-power", "cases.reviewer-is-handler", "cases.rebound-area"} <= {code for code, _ in REFUSALS}
    assert len(REFUSALS) > 60


@pytest.mark.parametrize(("code", "law"), REFUSALS)
def test_a_refusal_says_its_rule(code: str, law: str) -> None:
    assert known(law)
    assert code in DETAILS
    assert f"依据：{cite(law)}。" in detail(code, {"law": law})


# Of these the rule is another: what is stored, who came first, or the register itself.
_OF_NO_RULE = {
    "CopyExpired",
    "CopyRevoked",
    "Quarantined",
    "ContentDamaged",
    "CountyMissing",
    "VersionExists",
    "BundleRefused",
    "BundleCrashed",
    "RewritesPast",
    "RuleGap",
    "RuleMissing",
    "RuleOverlaps",
}


def _classes() -> Iterator[tuple[str, set[str]]]:
    """(name, names of the facts) of every class of refusals that a state or another rule is the reason of."""
    for file in sorted(Path(services.cases.domain.__path__[0]).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and {"Conflict", "NotAllowed"} & {
                ast.unparse(base) for base in node.bases
            }:
                calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
                yield node.name, {str(keyword.arg) for call in calls for keyword in call.keywords}


@pytest.mark.parametrize(("name", "facts"), [one for one in _classes() if one[0] not in _OF_NO_RULE])
def test_a_class_of_refusals_names_a_law_or_a_rule_of_the_register(name: str, facts: set[str]) -> None:
    assert {"law", "rule", "None"} & facts, name
