"""No secret has a default: not in settings, not in what is deployed, not in any file that is kept in git."""

import importlib.util
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from pydantic import SecretStr

import gateway
import services
import shared
from shared.settings import ProcessSettings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SECRET_WORDS = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY(_ID)?$|_DSN$|BUS_URL")
# Is told to everybody.
PUBLIC = {"TIANWEI_PRINCIPAL_PUBLIC_KEY"}
LOOKS_LIKE_ONE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^<]|whsec_[A-Za-z0-9+/]{24}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30}"
    r"|://[A-Za-z0-9_-]+:[A-Za-z0-9_-]{8,}@(?!postgres|rabbitmq)"
)
# Tests make what looks like one; generated documents show examples of contracts.
_LOOKED_AT = ("gateway", "services", "shared", "deploy", "examples", "benchmarks", ".ci", "docker-compose.yml")


def settings() -> Iterator[type[ProcessSettings]]:
    for part in (gateway, services, shared):
        for found in pkgutil.walk_packages(part.__path__, f"{part.__name__}."):
            if found.name.endswith("settings") and ".host." not in found.name:
                importlib.import_module(found.name)
    waiting = [ProcessSettings]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        yield kind


def test_no_setting_that_is_a_secret_has_a_value_of_its_own() -> None:
    seen, given = 0, []
    for kind in settings():
        for name, field in kind.model_fields.items():
            if "SecretStr" in repr(field.annotation):
                seen += 1
                default = field.default
                if isinstance(default, SecretStr) and default.get_secret_value():
                    given.append(f"{kind.__module__}.{kind.__name__}.{name}")
            elif SECRET_WORDS.search(name.upper()) and isinstance(field.default, str) and field.default:
                given.append(f"{kind.__module__}.{kind.__name__}.{name}")
    assert seen > 10
    assert not given


def test_what_is_deployed_reads_every_secret_from_a_file_that_git_never_sees() -> None:
    for name, service in COMPOSE["services"].items():
        environment: dict[str, Any] = service.get("environment", {})
        for variable, value in environment.items():
            if SECRET_WORDS.search(variable.removesuffix("_FILE")) and variable not in PUBLIC:
                assert variable.endswith("_FILE"), f"{name}: {variable}"
                assert str(value).startswith("/run/secrets/"), f"{name}: {variable}"
    for name, secret in COMPOSE["secrets"].items():
        assert set(secret) == {"file"}, name
        path = Path(secret["file"])
        assert path.parts[:2] == ("deploy", "secrets") or str(path).startswith("./deploy/secrets"), name
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_no_file_in_git_holds_what_looks_like_a_secret() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *_LOOKED_AT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert len(files) > 100
    found = []
    for file in files:
        if file.is_file() and file.stat().st_size < 2_000_000:
            text = file.read_text(encoding="utf-8", errors="replace")
            found += [f"{file.relative_to(ROOT)}: {match[0][:40]}" for match in LOOKS_LIKE_ONE.finditer(text)]
    assert not found


# ---- the audit of dependencies that needs no network -----------------------------------------------------------------


def _program() -> ModuleType:
    told = importlib.util.spec_from_file_location("check_advisories", ROOT / ".ci" / "check_advisories.py")
    assert told is not None
    assert told.loader is not None
    module = importlib.util.module_from_spec(told)
    told.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("version", "hit"), [("42.0.3", True), ("42.0.4", False), ("37.0.0", False)])
def test_a_version_that_an_advisory_names_is_found(version: str, hit: bool) -> None:
    lock = f"cryptography=={version} \\\n    --hash=sha256:00\nother==1.0 \\\n"
    known = [{"package": "cryptography", "id": "X", "affected": ">=38.0.0,<42.0.4", "about": "y"}]
    assert bool(_program().affected(lock, known)) is hit


def test_a_file_of_advisories_that_is_too_old_fails() -> None:
    stale = _program().stale
    assert not stale(date(2026, 1, 1), date(2026, 4, 1), 90)
    assert stale(date(2026, 1, 1), date(2026, 4, 2), 90)
