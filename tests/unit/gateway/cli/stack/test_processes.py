"""Each process is told what it needs and no more."""

from pathlib import Path

import pytest

from gateway.cli.stack.layout import Home
from gateway.cli.stack.processes import Settings
from gateway.cli.stack.programs import Program
from gateway.cli.stack.secrets import DATABASES, SEALING

SETTINGS = Settings(
    home=Home(Path("/somewhere")),
    http_host="127.0.0.1",
    http_port=8600,
    bus_url="the bus",
    dsn={name: f"dsn of {name}" for name in DATABASES},
    owner_dsn={name: f"owner of {name}" for name in DATABASES},
    office_key="the key of the office",
    audit_key="the key of the audit",
    sealing_keys={name: f"sealing key of {name}" for name in SEALING},
)


def _programs() -> dict[str, Program]:
    return {program.name: program for programs in SETTINGS.programs().values() for program in programs}


def test_only_the_gateway_can_sign() -> None:
    holders = {name for name, program in _programs().items() if "TIANWEI_SIGNING_KEY_FILE" in program.environment}
    assert holders == {"gateway"}


def test_keys_that_change_while_all_runs_are_told_by_file() -> None:
    told = {name: program.environment for name, program in _programs().items()}
    assert told["gateway"]["TIANWEI_SIGNING_KEY_FILE"] == "/somewhere/signing_key"
    verifying = {name for name, one in told.items() if "TIANWEI_PRINCIPAL_PUBLIC_KEY_FILE" in one}
    assert verifying == {"cases", "agencies", "notify"}


def test_only_the_press_signs_for_the_office() -> None:
    holders = {name for name, program in _programs().items() if "the key of the office" in program.environment.values()}
    assert holders == {"notify.worker"}
    assert "TIANWEI_SECRETS_KEY" not in _programs()["notify.worker"].environment


def test_a_process_knows_no_database_but_its_services() -> None:
    for name, program in _programs().items():
        known = {value for value in program.environment.values() if value.startswith("dsn of")}
        assert known == {f"dsn of {name.partition('.')[0]}"}


def test_only_migrations_know_the_owner_roles() -> None:
    told = [value for program in _programs().values() for value in program.environment.values()]
    assert not [value for value in told if value.startswith("owner of")]
    for job in SETTINGS.migrations():
        owners = {value for value in job.environment.values() if value.startswith("owner of")}
        assert owners == {f"owner of {job.name.removeprefix('migrate.')}"}


def test_senders_and_workers_do_not_reach_the_bus_but_those_that_serve_queues_of_agencies() -> None:
    reach = {name for name, program in _programs().items() if "TIANWEI_BUS_URL" in program.environment}
    assert reach == {"cases", "agencies", "agencies.sender", "agencies.receiver", "notify", "gateway"}


def test_whoever_reads_or_writes_files_is_told_of_the_same_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIANWEI_S3_KEY", "of the store")
    told = {name: program.environment for name, program in _programs().items()}
    store = {name for name, environment in told.items() if "TIANWEI_BLOB_DIR" in environment}
    notify = {"notify.worker", "notify.sender"}  # one keeps what it prints, the other sends it
    assert store == {"gateway", "cases.worker", "cases.evidence-worker", "agencies.receiver"} | notify
    assert store == {name for name, environment in told.items() if "TIANWEI_S3_KEY" in environment}


def test_only_the_gateway_is_told_of_openid_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TIANWEI_OIDC_PROVIDERS", "TIANWEI_OIDC_PROVIDERS_FILE"):
        monkeypatch.setenv(name, "from outside")
        told = {one for one, program in _programs().items() if name in program.environment}
        assert told == {"gateway"}
    assert _programs()["gateway"].environment["TIANWEI_PUBLIC_URL"]


def test_plain_settings_pass_and_secrets_of_the_supervisor_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "TIANWEI_LOG_LEVEL",
        "TIANWEI_SIGNING_KEY_FILE",
        "TIANWEI_SMTP_PASSWORD",
        "AWS_SECRET",
        "TIANWEI_CASES_DSN",
    ):
        monkeypatch.setenv(name, "from outside")
    notify = _programs()["notify"].environment
    assert [name for name, value in notify.items() if value == "from outside"] == ["TIANWEI_LOG_LEVEL"]
