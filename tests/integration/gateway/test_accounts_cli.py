"""`tianwei login` with a second factor, `password`, `second-factor`, and the three administrators' commands."""

import json
from datetime import timedelta

import pytest

from gateway.auth import totp
from shared.contracts.codes import Role
from tests.integration.gateway.conftest import PASSWORD
from tests.integration.gateway.test_cli import Desk, desk  # noqa: F401 - the fixture

NEW = "a lively lilac tree"
WANG = ("--name", "王某", "--role", "coordinator", "--org", "640521", "--jurisdiction", "640521")


def _as(desk: Desk, login: str, *words: str, typed: str = "") -> str:  # noqa: F811
    desk.log_in(login)
    result = desk.run(*words, typed=typed)
    assert result.exit_code == 0, result.output
    return result.output


def test_an_account_goes_from_hand_to_hand(desk: Desk) -> None:  # noqa: F811
    desk.house.three()
    made = _as(desk, "system", "accounts", "create", "wang", *WANG, typed=f"{NEW}\n{NEW}\n")
    assert "尚无权限" in made
    assert "待另一位安全管理员批准" in made
    listed = json.loads(_as(desk, "security", "grants", "list", "--state", "proposed", "--json"))
    refused = desk.run("grants", "approve", "nothing")
    assert refused.exit_code == 1
    assert "已批准" in _as(desk, "security", "grants", "approve", listed[0]["id"])
    assert "县联合执法协调员" in _as(desk, "audit", "accounts", "list")
    log = _as(desk, "audit", "accounts", "log", "--account", "wang")
    assert "批准授权" in log
    assert "新建账号" in log
    assert "停用" in _as(desk, "security", "accounts", "disable", "wang")
    enabled = _as(desk, "system", "accounts", "enable", "wang")
    assert "待批准" in enabled
    grant = json.loads(_as(desk, "security", "grants", "list", "--state", "proposed", "--json"))[0]["id"]
    assert "未批准" in _as(desk, "system", "grants", "reject", grant, "--reason", "不再任职")


def test_rights_are_proposed_and_taken_away(desk: Desk) -> None:  # noqa: F811
    desk.house.three()
    rights = ("li", "--org", "640521", "--jurisdiction", "640521", "--reason", "调离")
    assert "已批准" in _as(desk, "security", "grants", "propose", *rights)
    large = _as(desk, "security", "grants", "propose", *rights, "--role", "coordinator")
    assert "待另一位安全管理员批准" in large
    unknown = desk.run("grants", "propose", "nobody", *rights[1:])
    assert "没有账号 nobody" in unknown.output


def test_a_reset_password_is_changed_at_the_terminal(desk: Desk) -> None:  # noqa: F811
    desk.house.three()
    given = _as(desk, "security", "accounts", "reset-password", "li").partition("：")[2].partition("（")[0]
    told = desk.run("login", "li", typed=f"{given}\n")
    assert "tianwei password" in told.output
    refused = desk.run("cases", "list")
    assert "请先修改" in refused.output
    assert desk.run("password", typed=f"{given}\n{NEW}\n{NEW}\n").exit_code == 0
    assert "tianwei password" not in desk.run("login", "li", typed=f"{NEW}\n").output


@pytest.mark.usefixtures("desk")
def test_a_second_factor_is_enrolled_asked_for_and_taken_away(desk: Desk) -> None:  # noqa: F811
    desk.house.three()
    desk.log_in()
    wrong = desk.run("second-factor", typed=f"{PASSWORD}\n000000\n")
    assert wrong.exit_code == 1
    shown = desk.run("second-factor", typed="not the password\n")
    assert "当前密码不正确" in shown.output
    secret = _enrol(desk)
    desk.house.clock.at += timedelta(seconds=30)
    code = totp.code(secret, desk.house.clock.now())
    assert desk.run("login", "li", typed=f"{PASSWORD}\n{code}\n").exit_code == 0
    assert "动态口令" in desk.run("login", "li", typed=f"{PASSWORD}\n{code}\n").output
    assert "已解除" in _as(desk, "security", "accounts", "reset-second-factor", "li")
    desk.log_in()


def _enrol(desk: Desk) -> str:  # noqa: F811
    """The secret is told between two questions, so the device is set up over the API."""
    begun = desk.house.ask("POST", "/api/v1/me/second-factor", by="li", json={"password": PASSWORD}).json()
    code = totp.code(begun["secret"], desk.house.clock.now())
    done = desk.house.ask("POST", "/api/v1/me/second-factor/confirm", by="li", json={"code": code})
    assert done.status_code == 200
    return str(begun["secret"])


def test_sessions_are_ended_from_afar(desk: Desk) -> None:  # noqa: F811
    desk.house.three()
    desk.house.account("wang", Role.COORDINATOR)
    desk.house.ask("GET", "/api/v1/me", by="wang")
    assert "1 个会话" in _as(desk, "security", "accounts", "revoke", "wang")
