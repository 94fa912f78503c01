"""`tianwei accounts …`, `tianwei grants …`: what the three administrators do, each their own part."""

from typing import Annotated, Any

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json, print_rows
from gateway.cli.client import Client
from gateway.texts import shown

accounts = typer.Typer(help="账号：新建、停用、恢复、重设、终止会话、查日志", no_args_is_help=True)
grants = typer.Typer(help="授权：提出、批准、退回", no_args_is_help=True)
app.add_typer(accounts, name="accounts")
app.add_typer(grants, name="grants")

Login = Annotated[str, typer.Argument(metavar="账号", help="登录名")]
Roles = Annotated[list[str], typer.Option("--role", help="角色代码，可多次；不写则收回全部角色")]
Org = Annotated[str, typer.Option("--org", help="单位代码或行政区划代码")]
Jurisdiction = Annotated[str, typer.Option("--jurisdiction", help="辖区：行政区划代码前 2、4、6 或 9 位")]
Reason = Annotated[str, typer.Option("--reason", help="理由")]
GrantId = Annotated[str, typer.Argument(metavar="授权编号")]
_MOST = 10_000
_STATES = {"proposed": "待批准", "approved": "已批准", "rejected": "未批准", "expired": "已过期"}


@accounts.command("list", help="列出账号（三员）")
def list_accounts(home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        rows = client.items("/accounts", _MOST)
    if as_json:
        print_json(rows)
        return
    told = [
        {
            **row,
            "roles": shown(row["roles"]),
            "state": "停用" if row["disabled_at"] else "在用",
            "second_factor": "是" if row["second_factor"] else "",
        }
        for row in rows
    ]
    heads = {"login": "账号", "name": "姓名", "roles": "角色", "jurisdiction": "辖区"}
    print_rows(told, {**heads, "second_factor": "动态口令", "state": "状态"}, as_json)


@accounts.command("create", help="新建账号，并提出授权（系统管理员）")
def create(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="姓名")],
    role: Roles,
    org: Org,
    jurisdiction: Jurisdiction,
    home: HomeFolder = DEFAULT_HOME,
) -> None:
    password = typer.prompt("初始密码（本人登录后须修改）", hide_input=True, confirmation_prompt="再输入一次")
    body = {"login": login, "name": name, "password": password, **_rights(role, org, jurisdiction)}
    with Client(home) as client:
        made = client.post("/accounts", body)
    typer.echo(f"已新建账号 {login}，尚无权限。")
    _tell(made["grant"])


@accounts.command("disable", help="停用账号，终止其会话（系统管理员、安全管理员）")
def disable(login: Login, home: HomeFolder = DEFAULT_HOME) -> None:
    _act(home, login, "disable")
    typer.echo(f"已停用 {login}。")


@accounts.command("enable", help="恢复账号，并提出恢复原有权限（系统管理员）")
def enable(login: Login, home: HomeFolder = DEFAULT_HOME) -> None:
    enabled = _act(home, login, "enable")
    typer.echo(f"{login} 可以登录。")
    if enabled["grant"] is not None:
        _tell(enabled["grant"])


@accounts.command("reset-password", help="重设密码，只显示一次（安全管理员）")
def reset_password(login: Login, home: HomeFolder = DEFAULT_HOME) -> None:
    typer.echo(f"{login} 的新密码：{_act(home, login, 'password')['password']}（本人登录后须修改）")


@accounts.command("reset-second-factor", help="解除动态口令，本人重新绑定（安全管理员）")
def reset_second_factor(login: Login, home: HomeFolder = DEFAULT_HOME) -> None:
    _act(home, login, "second-factor/reset")
    typer.echo(f"已解除 {login} 的动态口令。")


@accounts.command("revoke", help="终止账号的全部会话（安全管理员）")
def revoke(login: Login, home: HomeFolder = DEFAULT_HOME) -> None:
    typer.echo(f"已终止 {login} 的 {_act(home, login, 'sessions/revoke')['ended']} 个会话。")


@accounts.command("log", help="账号日志，新的在前（审计管理员）")
def log(
    login: Annotated[str, typer.Option("--account", help="只看这个账号")] = "",
    most: Annotated[int, typer.Option("--limit", min=1, help="最多多少条")] = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        account_id = _id(client, login) if login else None
        rows = client.items("/account-log", most, account_id=account_id)
    print_rows(rows, {"at": "时间", "act_title": "事项", "login": "账号", "by_name": "经手人"}, as_json)


@grants.command("list", help="列出授权，新的在前（三员）")
def list_grants(
    state: Annotated[str, typer.Option("--state", help="、".join(_STATES))] = "",
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items("/grants", _MOST, state=state or None)
    if as_json:
        print_json(rows)
        return
    told = [{**row, "roles": shown(row["roles"]), "state": _STATES[row["state"]]} for row in rows]
    heads = {"id": "授权编号", "login": "账号", "roles": "角色", "jurisdiction": "辖区", "reason": "理由"}
    print_rows(told, {**heads, "proposer_name": "提出人", "decider_name": "决定人", "state": "状态"}, as_json)


@grants.command("propose", help="提出授权，替换原有权限（安全管理员、系统管理员）")
def propose(
    login: Login,
    org: Org,
    jurisdiction: Jurisdiction,
    reason: Reason,
    role: Roles = [],  # noqa: B006 - Typer reads the default, nobody changes it
    home: HomeFolder = DEFAULT_HOME,
) -> None:
    with Client(home) as client:
        body = {"reason": reason, **_rights(role, org, jurisdiction)}
        _tell(client.post(f"/accounts/{_id(client, login)}/grants", body))


@grants.command("approve", help="批准他人提出的授权（安全管理员）")
def approve(grant: GrantId, home: HomeFolder = DEFAULT_HOME) -> None:
    with Client(home) as client:
        _tell(client.post(f"/grants/{grant}/approve"))


@grants.command("reject", help="退回授权，或撤回自己提出的")
def reject(grant: GrantId, reason: Reason, home: HomeFolder = DEFAULT_HOME) -> None:
    with Client(home) as client:
        _tell(client.post(f"/grants/{grant}/reject", {"reason": reason}))


def _rights(roles: list[str], org: str, jurisdiction: str) -> dict[str, Any]:
    return {"roles": roles, "org_code": org, "jurisdiction": jurisdiction}


def _act(home: HomeFolder, login: str, what: str) -> Any:
    with Client(home) as client:
        return client.post(f"/accounts/{_id(client, login)}/{what}")


def _id(client: Client, login: str) -> str:
    ids = [str(account["id"]) for account in client.items("/accounts", _MOST) if account["login"] == login]
    if not ids:
        fail(f"没有账号 {login}", "用 tianwei accounts list 查看")
    return ids[0]


def _tell(grant: dict[str, Any]) -> None:
    told = f"授权 {grant['id']}：{grant['login']} {shown(grant['roles'])}，{_STATES[grant['state']]}"
    if grant["state"] == "proposed":
        told += f"，待另一位安全管理员批准：tianwei grants approve {grant['id']}"
    typer.echo(told)
