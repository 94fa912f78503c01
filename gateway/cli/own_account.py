"""`tianwei password | second-factor`: what one does with one's own login."""

import segno
import typer

from gateway.cli.app import DEFAULT_HOME, HomeFolder, app
from gateway.cli.client import Client


@app.command("password", help="修改自己的密码（12 个字符以上；其他会话随即终止）")
def change_password(home: HomeFolder = DEFAULT_HOME) -> None:
    present = typer.prompt("当前密码", hide_input=True)
    new = typer.prompt("新密码", hide_input=True, confirmation_prompt="再输入一次")
    with Client(home) as client:
        client.post("/me/password", {"password": present, "new_password": new})
    typer.echo("密码已修改，其他会话已终止。")


@app.command("second-factor", help="绑定动态口令验证器（以后登录须输入验证器上的数字）")
def enrol_second_factor(home: HomeFolder = DEFAULT_HOME) -> None:
    password = typer.prompt("当前密码", hide_input=True)
    with Client(home) as client:
        begun = client.post("/me/second-factor", {"password": password})
        segno.make_qr(begun["address"]).terminal(compact=True)
        typer.echo(f"用验证器扫描，或输入密钥 {begun['secret']}")
        code = typer.prompt("验证器上的 6 位数字")
        codes = client.post("/me/second-factor/confirm", {"code": code})["codes"]
    typer.echo("已绑定。恢复码只显示这一次，每个只能用一次，请抄写后妥善保存：")
    for recovery_code in codes:
        typer.echo(f"  {recovery_code}")
