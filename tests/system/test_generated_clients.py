"""Clients made from docs/openapi.json, one in Python and one in TypeScript, each take a joint action to its end."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gateway.openapi import FILE
from tests.support.api_tools import FOLDER, run
from tests.system.county import County
from tests.system.running_house import RunningHouse

pytestmark = pytest.mark.timeout(300)

_CLIENTS = Path(__file__).with_name("clients")
_LOGINS = ("coordinator", "natural-resources", "agriculture")
# The compiler takes everything that it knows against the script, nothing on trust.
_STRICT = ("--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext", "--skipLibCheck")


@pytest.fixture(scope="session")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs the script on the client just made."""
    folder = tmp_path_factory.mktemp("python-client")
    package = folder / "tianwei_api"
    made = run("openapi-python-client", "generate", "--path", str(FILE), "--output-path", str(package), "--meta=none")
    assert made.returncode == 0, made.stdout
    # Of spreadsheets it makes no models; everything else it must understand.
    left_out = [line for line in made.stdout.splitlines() if line.startswith("WARNING") and ".xlsx" not in line]
    assert left_out == []
    shutil.copy(_CLIENTS / "joint_case.py", folder)
    return [str(FOLDER / "python" / "bin" / "python"), str(folder / "joint_case.py")]


@pytest.fixture(scope="session")
def typescript_client(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("typescript-client")
    # What has a default need not be given.
    options = ("--default-non-nullable", "false")
    made = run("openapi-typescript", str(FILE), "-o", str(folder / "schema.d.ts"), *options)
    assert made.returncode == 0, made.stderr
    shutil.copy(_CLIENTS / "joint_case.ts", folder)
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    compiled = run("tsc", *_STRICT, "joint_case.ts", within=folder)
    assert compiled.returncode == 0, compiled.stdout
    return ["node", str(folder / "joint_case.js")]


@pytest.mark.parametrize("language", ["python_client", "typescript_client"])
def test_a_generated_client_takes_a_joint_action_to_its_end(
    house: RunningHouse, county: County, tmp_path: Path, language: str, request: pytest.FixtureRequest
) -> None:
    command: list[str] = request.getfixturevalue(language)
    told = _told(command, house, county.case(house.townships[0]), tmp_path)
    assert told == {
        "state": "closed",
        "agencies": ["agriculture", "natural_resources"],
        "stale": 412,
        "hidden": [404, "not-found"],
    }


def _told(command: list[str], house: RunningHouse, case: dict[str, Any], folder: Path) -> Any:
    plan = {
        "base_url": house.address,
        "passwords": {login: house.logins[login]["password"] for login in _LOGINS},
        "case_id": case["id"],
        "place": case["place"],
    }
    file = folder / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])
