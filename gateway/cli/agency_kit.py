"""`tianwei agency kit | certify | certificates`: the conformance of an agency's system."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.agency import Code, agency
from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, fail, print_json
from gateway.cli.client import Client
from gateway.cli.kit_packing import NotPacked, pack_kit
from gateway.cli.listing import print_list, print_record

_KIT = {"kit_id": "编号", "agency": "部门", "protocol": "接入方式", "contract": "约定版本", "made_at": "签发"}
_CERTIFICATE = {
    "id": "编号",
    "protocol": "接入方式",
    "contract": "约定版本",
    "software": "软件",
    "checks": "检查项",
    "ended_at": "检查于",
    "valid_until": "有效至",
    "valid": "有效",
}


@agency.command("kit", help="签发并打包部门业务系统的符合性检查包，交厂商自行检查")
def kit(
    code: Code,
    out: Annotated[Path | None, typer.Option("--out", help="目录，须不存在或为空；默认 kit-部门-编号")] = None,
    protocol: Annotated[str | None, typer.Option(help="接入方式；不给就按该部门现在的")] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        fail(f"{out} 已存在且不为空", "另给一个目录")
    with Client(home) as client:
        openapi = client.description()
        made = client.post(f"/agencies/{code}/kits", {"protocol": protocol} if protocol else {})
    folder = out or Path(f"kit-{code}-{made['kit_id'][-8:]}")
    try:
        pack_kit(made, openapi, folder)
    except NotPacked as error:
        fail(str(error), "按提示处理后重新签发")
    shown = {"folder": str(folder.resolve()), **{name: made[name] for name in _KIT}}
    if as_json:
        print_json(shown)
    else:
        print_record(shown, {"folder": "目录", **_KIT}, "agency")


@agency.command("certify", help="提交厂商交来的符合性证书 certificate.json")
def certify(
    code: Code,
    file: Annotated[Path, typer.Argument(metavar="证书", exists=True, dir_okay=False)],
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    try:
        certificate = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        fail(f"{file} 不是 JSON 文件", "取检查程序写出的 certificate.json")
    with Client(home) as client:
        made = client.post(f"/agencies/{code}/certificates", {"certificate": certificate})
    if as_json:
        print_json(made)
    else:
        print_record(_readable(made), _CERTIFICATE, "agency")


@agency.command("certificates", help="部门业务系统已登记的符合性证书")
def certificates(code: Code, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        rows = client.get(f"/agencies/{code}/certificates")["items"]
    if not as_json:
        rows = [_readable(row) for row in rows]
    print_list(rows, _CERTIFICATE, as_json, "agency")


def _readable(made: dict[str, Any]) -> dict[str, Any]:
    software = made["software"]
    return {**made, "software": " ".join(str(software[name] or "") for name in ("vendor", "name", "version")).strip()}
