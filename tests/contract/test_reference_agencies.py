"""The examples for vendors stand on the published contract alone, and their forms are what it asks for."""

import ast
import importlib
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from gateway.cli.demo import programs
from services.agencies.adapters.integrations.mapping import table_of
from services.agencies.adapters.integrations.material import vectors
from services.agencies.adapters.integrations.reading import read
from shared.clock import local_day
from shared.contracts.codes import Agency
from shared.outgoing.secret_box import new_webhook_secret

FOLDER = programs.folder()
PYTHON = sorted(FOLDER.glob("*.py"))
PERL = sorted(FOLDER.glob("*.pl"))
MOST_LINES = 300
# What a program needs beyond the standard library, as its README says.
NEEDED = {
    "public_security.py": {"cryptography"},
    "comprehensive_enforcement.py": {"kombu"},
    "faults.py": {"cryptography"},
}
CORE = {"strict", "warnings", "utf8", "File::Basename", "FindBin", "HTTP::Tiny", "IO::Handle", "JSON::PP", "List::Util"}
CORE |= {"POSIX", "Time::HiRes"}


def program(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.delitem(sys.modules, "common", raising=False)
    monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module(name)


@pytest.mark.parametrize("file", [*PYTHON, *PERL], ids=lambda file: file.name)
def test_an_example_is_short(file: Path) -> None:
    assert len(file.read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("file", PYTHON, ids=lambda file: file.name)
def test_it_imports_nothing_of_ours(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    others = imported - sys.stdlib_module_names - {"common", "faults"}
    assert others == NEEDED.get(file.name, set())


def test_the_perl_one_uses_core_modules_alone() -> None:
    for file in PERL:
        assert set(re.findall(r"^\s*(?:use|require|no)\s+([A-Za-z][\w:]*)", file.read_text("utf-8"), re.M)) <= CORE


def test_every_agency_has_its_program() -> None:
    for agency in set(Agency) - {Agency.TOWNSHIP}:
        assert Path(programs.command(agency)[-1]).is_file()


@pytest.mark.parametrize(
    ("agency", "name", "trade"),
    [
        (Agency.NATURAL_RESOURCES, "natural_resources", "Survey"),
        (Agency.PUBLIC_SECURITY, "public_security", "Investigation"),
        (Agency.COMPREHENSIVE_ENFORCEMENT, "comprehensive_enforcement", "Clearance"),
    ],
)
def test_the_form_fits_every_letter(agency: Agency, name: str, trade: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = getattr(program(name, monkeypatch), trade)()
    for letter in _letters(agency):
        for points in ([], ["面积与套合结果不一致"]):
            assert read(made.form(letter, 2, points), table_of(agency), local_day(datetime.now(UTC))) is not None


def test_the_form_of_the_perl_one_fits_every_letter() -> None:
    agency = Agency.AGRICULTURE
    script = f"""
        require "{FOLDER}/agriculture.pl";
        my $letters = JSON::PP->new->utf8->decode(join '', <STDIN>);
        print JSON::PP->new->utf8->encode(
            [map {{ form({{ letter => $_, reports => 2, points => ["area"] }}) }} @$letters]);
    """
    given = json.dumps(_letters(agency)).encode()
    done = subprocess.run(["perl", "-e", script], input=given, capture_output=True, check=True)
    forms = json.loads(done.stdout)
    assert len(forms) == len(_letters(agency))
    for form in forms:
        read(form, table_of(agency), local_day(datetime.now(UTC)))


def _letters(agency: Agency) -> list[dict[str, Any]]:
    """Of the vectors, and one in which everything that may be unknown is."""
    told = [vector["letter"] for vector in vectors(agency)["letters"]]
    unknown = {name: None if isinstance(value, int | float) else value for name, value in told[0].items()}
    return [*told, unknown]


def test_its_signature_is_the_standards(monkeypatch: pytest.MonkeyPatch) -> None:
    common = program("common", monkeypatch)
    former, secret = new_webhook_secret(), new_webhook_secret()
    now, id_, body = datetime.now(UTC), str(uuid4()), '{"subject": "任务"}'
    signature = Webhook(secret).sign(id_, now, body)
    stamp = str(int(now.timestamp()))
    assert common.signature(secret, id_, stamp, body.encode()) == signature
    both = {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": f"v1,AAAA {signature}"}
    assert common.is_signed(secret, both, body.encode())
    for wrong in (
        {"webhook-signature": Webhook(former).sign(id_, now, body)},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,金"},
        {"webhook-timestamp": str(int(now.timestamp()) - 301)},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": ""},
        {"webhook-id": "another"},
    ):
        assert not common.is_signed(secret, both | wrong, body.encode())
    assert not common.is_signed(secret, both, body.encode() + b" ")
