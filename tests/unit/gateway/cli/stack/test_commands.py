"""What the commands say when nothing runs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gateway.cli.doctor
import gateway.cli.stack.commands  # noqa: F401  adds its commands
from gateway.cli.app import app
from gateway.cli.stack import typefaces

RUNNER = CliRunner()


def test_status_of_a_stack_that_does_not_run_says_how_to_start_it(tmp_path: Path) -> None:
    answer = RUNNER.invoke(app, ["status", "--home", str(tmp_path / "home")])
    assert answer.exit_code == 3
    assert "未运行" in answer.output
    assert "tianwei up" in answer.output


def test_status_as_json_is_one_document(tmp_path: Path) -> None:
    answer = RUNNER.invoke(app, ["status", "--json", "--home", str(tmp_path / "home")])
    told = json.loads(answer.stdout)
    assert (told["phase"], told["ready"], told["processes"]) == ("down", False, [])


def test_down_twice_does_no_harm(tmp_path: Path) -> None:
    answer = RUNNER.invoke(app, ["down", "--home", str(tmp_path / "home")])
    assert answer.exit_code == 0
    assert "没有在运行" in answer.output


def test_a_folder_that_cannot_be_used_fails_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = RUNNER.invoke(app, ["up", "--home", str(tmp_path / "file" / "home")])
    assert answer.exit_code == 1
    assert "--home" in answer.output


def test_doctor_shows_every_process_and_no_secret(tmp_path: Path) -> None:
    answer = RUNNER.invoke(app, ["doctor", "--json", "--home", str(tmp_path)])
    settings = json.loads(answer.stdout)["settings"]
    assert {"cases", "cases.worker", "agencies.sender", "notify", "gateway"} <= settings.keys()
    assert settings["gateway"]["TIANWEI_BUS_URL"] == "（已隐藏）"


@pytest.mark.parametrize("name", ["TIANWEI_S3_KEY", "TIANWEI_S3_KEY_ID", "TIANWEI_OIDC_PROVIDERS"])
def test_doctor_hides_secrets_of_its_own_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "a very secret word")
    monkeypatch.setenv(f"{name}_FILE", "/where/it/is")
    answer = RUNNER.invoke(app, ["doctor", "--json", "--home", str(tmp_path)])
    told = json.loads(answer.stdout)["settings"]["gateway"]
    assert (told[name], told[f"{name}_FILE"]) == ("（已隐藏）", "/where/it/is")
    assert "a very secret word" not in answer.output


def test_doctor_says_when_documents_will_lack_their_typefaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typefaces, "SOURCE", tmp_path)
    monkeypatch.setenv("TIANWEI_FONT_DIR", str(tmp_path / "own"))

    def told() -> dict[str, str]:
        answer = RUNNER.invoke(app, ["doctor", "--json", "--home", str(tmp_path / "home")])
        (found,) = [finding for finding in json.loads(answer.stdout)["findings"] if finding["what"] == "公文字库"]
        return dict(found)

    assert "make fonts" in told()["found"]
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "simfang.ttf").touch()
    assert told() == {"what": "公文字库", "found": str(tmp_path / "own"), "do": ""}
