"""`tianwei land import | layers`: versions of the base layers that patches are laid over."""

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json
from gateway.cli.client import Client
from gateway.cli.listing import print_list
from gateway.texts import detail
from shared.contracts.codes import LandLayerKind, title

land = typer.Typer(no_args_is_help=True, help="底图图层：地类、永久基本农田、红线、边界、地块")
app.add_typer(land, name="land")

_AGAIN_S = 0.3
_MOST_ROWS = 10_000
_LAYER = {
    "kind_title": "图层",
    "version_name": "版本",
    "valid_from": "调查日期",
    "state_title": "状态",
    "rows_created": "图形",
    "rows_repaired": "修复",
    "rows_rejected": "退回",
}
_ROW = {"row_no": "行", "outcome_title": "结果", "detail": "说明"}
_STATES = {"queued": "排队", "running": "导入", "finished": "有效", "refused": "不能导入"}
_OUTCOMES = {"repaired": "已修复", "rejected": "退回"}


@land.command("import", help="导入图层的一个版本（打包的 Shapefile 或 GDB、GeoPackage、GeoJSON）")
def import_layer(
    file: Annotated[Path, typer.Argument(metavar="文件", exists=True, dir_okay=False, readable=True)],
    kind: Annotated[LandLayerKind, typer.Option(help="哪一种图层")],
    version: Annotated[str, typer.Option(help="版本名称，如 2025年度变更调查")],
    valid_from: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="调查日期，如 2025-12-31")],
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    fields = {"kind": kind.value, "version_name": version, "valid_from": valid_from.date().isoformat()}
    with Client(home) as client:
        with file.open("rb") as stream:
            layer: dict[str, Any] = client.upload("/land-layers", file.name, stream, fields)
        while layer["state"] in ("queued", "running"):
            time.sleep(_AGAIN_S)
            layer = client.get(f"/land-layers/{layer['id']}")
        if layer["state"] == "refused":
            _refused(layer, as_json)
        rows = client.items(f"/land-layers/{layer['id']}/rows", _MOST_ROWS)
    if as_json:
        print_json({**layer, "rows": rows})
    else:
        typer.echo(
            f"{title(kind)} {version}：共 {layer['rows_total']} 行，图形 {layer['rows_created']}，"
            f"其中修复 {layer['rows_repaired']}，退回 {layer['rows_rejected']}；坐标系 {layer['crs']}"
        )
        if rows:
            print_list([{**row, "outcome_title": _OUTCOMES[row["outcome"]]} for row in rows], _ROW, as_json)
    if layer["rows_rejected"]:
        raise typer.Exit(1)


@land.command("layers", help="列出图层各版本")
def list_layers(
    kind: Annotated[LandLayerKind | None, typer.Option(help="只列一种图层")] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        found = client.items("/land-layers", 200, kind=None if kind is None else kind.value)
    print_list(found if as_json else [_told(layer) for layer in found], _LAYER, as_json)


def _told(layer: dict[str, Any]) -> dict[str, Any]:
    return {**layer, "kind_title": title(LandLayerKind(layer["kind"])), "state_title": _STATES[layer["state"]]}


def _refused(layer: dict[str, Any], as_json: bool) -> None:
    problem = layer["problem"] or {}
    if as_json:
        print_json(layer)
    told = detail(str(problem.get("code")), problem.get("facts") or {}, problem.get("field"))
    fail(told, "按提示处理文件后重新导入；没有形成图层")
