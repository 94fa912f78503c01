"""`tianwei keys`: a new signing key for a house on one machine, and for a folder of a container's secrets."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import gateway.cli.keys  # noqa: F401  adds its commands
from gateway.cli.app import app
from gateway.cli.stack import secrets
from gateway.cli.stack.layout import Home
from shared.principal import PrincipalSigner, PrincipalVerifier
from tests.support.signing_keys import fresh_signing_key
from tests.unit.shared.test_signing_keys import ACTOR

RUNNER = CliRunner()


def _rows(*arguments: str) -> list[dict[str, Any]]:
    answer = RUNNER.invoke(app, ["keys", *arguments, "--json"])
    assert answer.exit_code == 0, answer.output
    rows: list[dict[str, Any]] = json.loads(answer.stdout)
    return rows


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.at(tmp_path / "home")
    made.prepare()
    secrets.load_or_make(made)
    return made


def test_a_house_gets_a_new_key_and_keeps_the_old_one_for_a_while(home: Home) -> None:
    place = ("--home", str(home.root))
    [first] = _rows("list", *place)
    old = PrincipalSigner(home.signing_key_file.read_text()).sign(ACTOR)
    new, kept = _rows("rotate", *place)
    assert (kept["key_id"], new["good_until"]) == (first["key_id"], None)
    assert _rows("list", *place) == [new, kept]
    verifier = PrincipalVerifier(home.public_key_file.read_text())
    for principal in (old, PrincipalSigner(home.signing_key_file.read_text()).sign(ACTOR)):
        assert verifier.verify(principal) == ACTOR


def test_the_next_start_has_the_new_keys(home: Home) -> None:
    _rows("rotate", "--home", str(home.root))
    text = home.signing_key_file.read_text()
    for file in (home.signing_key_file, home.public_key_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        file.unlink()
    assert secrets.load_or_make(home).signing_key == text == home.signing_key_file.read_text()


def test_files_of_a_container_are_written_where_they_are(tmp_path: Path) -> None:
    private, public = fresh_signing_key()
    for name, text in (("signing_key", private), ("principal_public_key", public)):
        (tmp_path / name).write_text(text)
    places = {name: (tmp_path / name).stat().st_ino for name in ("signing_key", "principal_public_key")}
    new, kept = _rows("rotate", "--folder", str(tmp_path))
    assert places == {name: (tmp_path / name).stat().st_ino for name in places}
    assert new["key_id"] != kept["key_id"]
    signer = PrincipalSigner((tmp_path / "signing_key").read_text())
    assert PrincipalVerifier((tmp_path / "principal_public_key").read_text()).verify(signer.sign(ACTOR)) == ACTOR


def test_a_key_that_leaked_is_gone_from_the_private_file(home: Home) -> None:
    _rows("rotate", "--now", "--home", str(home.root))
    assert len(home.signing_key_file.read_text().splitlines()) == 1


@pytest.mark.parametrize("place", ["--home", "--folder"])
def test_where_there_are_no_keys_it_says_what_to_do(tmp_path: Path, place: str) -> None:
    for verb in ("list", "rotate"):
        answer = RUNNER.invoke(app, ["keys", verb, place, str(tmp_path)])
        assert (answer.exit_code, "tianwei up" in answer.output) == (1, True)


def test_a_person_reads_what_happened(home: Home) -> None:
    answer = RUNNER.invoke(app, ["keys", "rotate", "--home", str(home.root)])
    assert "几秒内生效" in answer.output
    assert "只用于核验" in answer.output
