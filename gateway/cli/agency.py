"""`tianwei agency list | show | endpoint`."""

from typing import Annotated

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import print_list, print_record
from shared.contracts.codes import Agency

agency = typer.Typer(no_args_is_help=True, help="部门及其接入方式")
app.add_typer(agency, name="agency")

Code = Annotated[Agency, typer.Argument(metavar="部门", help="如 natural_resources")]
_ROW = {
    "code": "代码",
    "name": "名称",
    "protocol": "接入方式",
    "endpoint_url": "推送地址",
    "tasks_open": "未结任务",
    "deliveries_pending": "待送达",
    "deliveries_exhausted": "送达失败",
}


@agency.command("list", help="四个部门")
def list_agencies(home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        rows = client.get("/agencies")["items"]
    print_list(rows, _ROW, as_json)


@agency.command("show", help="一个部门")
def show_agency(code: Code, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = next(row for row in client.get("/agencies")["items"] if row["code"] == code)
    if as_json:
        print_json(found)
    else:
        print_record(found, {**_ROW, "result_kinds": "反馈种类", "endpoint_active": "推送启用"})


@agency.command("endpoint", help="设置部门接收任务的推送地址；签名密钥只显示这一次")
def set_endpoint(
    code: Code,
    url: Annotated[str, typer.Argument(metavar="地址", help="https://…")],
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        made = client.put(f"/agencies/{code}/endpoint", {"url": url})
    if as_json:
        print_json(made)
    else:
        print_record(made, {"agency": "部门", "url": "推送地址"})
        typer.echo(f"签名密钥：{made['secret']}")
