"""Two independent linters find nothing to say of docs/openapi.json, and would say it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.openapi import FILE
from tests.support.api_tools import RULES, run

pytestmark = pytest.mark.timeout(240)


def _validated(file: Path) -> str:
    done = run("python", "-m", "openapi_spec_validator", str(file))
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _linted(file: Path) -> str:
    done = run("redocly", "lint", str(file), "--config", str(RULES), "--format", "json", "--max-problems", "100")
    problems = json.loads(done.stdout)["problems"]
    return "\n".join(f"{one['ruleId']}: {one['message']} {one['location'][0].get('pointer')}" for one in problems)


@pytest.mark.parametrize("lint", [_validated, _linted])
def test_the_document_is_clean(lint: Callable[[Path], str]) -> None:
    assert lint(FILE) == ""


@pytest.mark.parametrize(
    ("lint", "said"), [(_validated, "'description' is a required property"), (_linted, "no-unused-components")]
)
def test_what_is_wrong_is_found(tmp_path: Path, lint: Callable[[Path], str], said: str) -> None:
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    document["paths"] = {"/api/v1/me": document["paths"]["/api/v1/me"]}
    if lint is _validated:
        document["paths"]["/api/v1/me"]["get"]["responses"] = {"200": {}}
    broken = tmp_path / "openapi.json"
    broken.write_text(json.dumps(document), encoding="utf-8")
    assert said in lint(broken)
