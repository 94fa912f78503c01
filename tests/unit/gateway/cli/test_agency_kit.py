"""`tianwei agency kit`, `certify`, `certificates`: what is asked of the gateway, what is packed, what is shown."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from gateway import openapi
from gateway.cli import agency_kit
from gateway.cli.app import app
from shared import keys

RUNNER = CliRunner()


class Gateway:
    """What was asked of it, and its answers by address."""

    asked: list[tuple[str, Any]]
    answers: dict[str, Any]

    def __init__(self, _: Path) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def description(self) -> Any:
        return json.loads(openapi.FILE.read_text(encoding="utf-8"))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        self.asked.append((path, body))
        return self.answers[path]

    def get(self, path: str) -> Any:
        return self.answers[path]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> type[Gateway]:
    Gateway.asked, Gateway.answers = [], {}
    monkeypatch.setattr(agency_kit, "Client", Gateway)
    return Gateway


def _kit() -> dict[str, Any]:
    private = keys.new_key(keys.ED25519)
    return {
        "kit_id": str(uuid4()),
        "agency": "agriculture",
        "protocol": "polled_mailbox",
        "contract": "1.0",
        "county_code": "640521000000",
        "made_at": datetime.now(UTC).isoformat(),
        "public_key": keys.public_key(private),
        "private_key": private,
    }


def test_a_kit_is_issued_and_packed_and_its_key_is_not_shown(gateway: type[Gateway], tmp_path: Path) -> None:
    made = gateway.answers["/agencies/agriculture/kits"] = _kit()
    out = tmp_path / "kit"
    done = RUNNER.invoke(app, ["agency", "kit", "agriculture", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert gateway.asked == [("/agencies/agriculture/kits", {})]
    assert json.loads(done.stdout)["folder"] == str(out)
    assert made["private_key"] not in done.output
    assert json.loads((out / "kit.json").read_text(encoding="utf-8"))["private_key"] == made["private_key"]
    assert {"README.md", "说明.md", "check.py", "manifest.json", "requirements.txt"} <= {
        file.name for file in out.iterdir()
    }


def test_no_kit_is_issued_for_a_folder_that_is_in_use(gateway: type[Gateway], tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    done = RUNNER.invoke(app, ["agency", "kit", "agriculture", "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert gateway.asked == []


def test_a_certificate_is_handed_in_and_listed(gateway: type[Gateway], tmp_path: Path) -> None:
    software = {"vendor": None, "name": "业务系统", "version": "2"}
    taken = {"id": "1", "protocol": "polled_mailbox", "contract": "1.0", "software": software, "checks": 25}
    taken |= {"ended_at": "2026-11-27", "valid_until": "2027-11-27", "valid": True}
    gateway.answers["/agencies/agriculture/certificates"] = {**taken, "items": [taken]}
    file = tmp_path / "certificate.json"
    file.write_text('{"format": "tianwei-certificate/1"}', encoding="utf-8")
    done = RUNNER.invoke(app, ["agency", "certify", "agriculture", str(file)])
    assert done.exit_code == 0, done.output
    expected = {"certificate": {"format": "tianwei-certificate/1"}}
    assert gateway.asked == [("/agencies/agriculture/certificates", expected)]
    listed = RUNNER.invoke(app, ["agency", "certificates", "agriculture"])
    assert "业务系统 2" in listed.stdout
    file.write_text("不是", encoding="utf-8")
    assert RUNNER.invoke(app, ["agency", "certify", "agriculture", str(file)]).exit_code == 1
