"""`tianwei login | logout | whoami`."""

import json
import os
from typing import Annotated

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json
from gateway.cli.client import Client, LoginFailed
from gateway.cli.stack.layout import Home
from gateway.texts import shown

_DUTIES = {
    "change_password": "密码是初始的或重设的，先运行 tianwei password 修改",
    "enrol_second_factor": "您的角色须使用动态口令，先运行 tianwei second-factor 绑定验证器",
}


@app.command("login", help="登录；本机首次启动生成的账号可直接用初始密码登录")
def login(
    name: Annotated[str, typer.Argument(metavar="账号", envvar="TIANWEI_LOGIN", help="如 coordinator")],
    system: Annotated[bool, typer.Option("--system", help="部门业务系统账号")] = False,
    home: HomeFolder = DEFAULT_HOME,
) -> None:
    stated, first = os.environ.get("TIANWEI_PASSWORD"), _first_password(Home.at(home), name)
    is_system = system or name.endswith("-system")
    with Client(home) as client:
        if stated or not _accepted(client, name, first, system=is_system):
            password = stated or typer.prompt(f"{name} 的密码", hide_input=True)
            try:
                _log_in(client, name, password, system=is_system)
            except LoginFailed as refused:
                fail(refused.detail, "核对账号和密码；忘了的，请安全管理员重设")
        typer.echo(f"已登录 {client.url}，账号 {name}")
        for duty in client.get("/auth/session")["duties"]:
            typer.echo(_DUTIES[duty])


def _log_in(client: Client, name: str, password: str, *, system: bool) -> None:
    """Asks for the code of the device where there is one. Raises LoginFailed."""
    try:
        client.log_in(name, password, system=system)
    except LoginFailed as refused:
        if not refused.needs_otp:
            raise
        client.log_in(name, password, otp=typer.prompt("动态口令（验证器上的 6 位数字，或恢复码）"))


def _accepted(client: Client, name: str, first: str | None, *, system: bool) -> bool:
    """Whether the generated password still holds."""
    if first is None:
        return False
    try:
        _log_in(client, name, first, system=system)
    except LoginFailed:
        return False
    return True


def _first_password(home: Home, name: str) -> str | None:
    """The generated password, which whoever may read the data folder could type as well; asked for if changed."""
    try:
        listed = json.loads(home.accounts_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return next((str(account["password"]) for account in listed if account["login"] == name), None)


@app.command("logout", help="退出登录")
def logout(home: HomeFolder = DEFAULT_HOME) -> None:
    with Client(home) as client:
        client.log_out()
    typer.echo("已退出。")


@app.command("whoami", help="当前账号")
def whoami(home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        me = client.get("/me")
    if as_json:
        print_json(me)
    else:
        typer.echo(f"{me['login']}  {me['name']}  {shown(me['roles'])}  {shown(me['org_code'])}")
