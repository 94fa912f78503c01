"""`tianwei import FILE`: sends a file of patches, watches the job, tells what became of every row."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json, print_rows
from gateway.cli.client import Client
from gateway.texts import detail
from shared.contracts.codes import PositionCrs

_AGAIN_S = 0.3
_MOST_ROWS = 100_000
_REJECTED = {"row_no": "行", "patch_no": "图斑号", "field": "字段", "reason": "原因"}


@app.command("import", help="导入卫片图斑（打包的 Shapefile、GeoPackage、GeoJSON，或工作表 XLSX）")
def import_patches(
    file: Annotated[Path, typer.Argument(metavar="文件", exists=True, dir_okay=False, readable=True)],
    crs: Annotated[
        PositionCrs | None,
        typer.Option("--crs", help="文件中经纬度的坐标系；文件自己写明的不必指定，入库一律为 CGCS2000"),
    ] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        job = _watched(client, file, crs)
        if job["state"] == "refused":
            _refused(job, as_json)
        rejected = _rejected(client, job)
    if as_json:
        print_json({**job, "rejected": rejected})
    else:
        _tell(job, rejected)
    if rejected:
        raise typer.Exit(1)


def _watched(client: Client, file: Path, crs: PositionCrs | None) -> dict[str, Any]:
    """Send the file and follow the job to its end. The bar goes to stderr, so that `--json` stays clean."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("上传", total=None)
        with file.open("rb") as stream:
            job: dict[str, Any] = client.upload("/clue-imports", file.name, stream, {"crs": crs.value} if crs else None)
        while job["state"] in ("queued", "running"):
            time.sleep(_AGAIN_S)
            job = client.get(f"/clue-imports/{job['id']}")
            progress.update(bar, description=_STATES[job["state"]], total=job["rows_total"], completed=job["rows_done"])
    return job


_STATES = {"queued": "排队", "running": "导入", "finished": "完成", "refused": "不能导入"}


def _refused(job: dict[str, Any], as_json: bool) -> None:
    problem = job["problem"] or {}
    if as_json:
        print_json(job)
    fail(
        detail(str(problem.get("code")), problem.get("facts") or {}, problem.get("field")),
        "按提示处理文件后重新导入；没有产生任何线索",
    )


def _rejected(client: Client, job: dict[str, Any]) -> list[dict[str, Any]]:
    if not job["rows_rejected"]:
        return []
    rows = client.items(f"/clue-imports/{job['id']}/rows", _MOST_ROWS, outcome="rejected")
    return [{**row, "reason": detail(row["code"], row["facts"], row["field"])} for row in rows]


def _read_as(sample: dict[str, str]) -> str:
    """A few columns as they were read: whether the Chinese is readable shows whether the encoding is right."""
    return "，".join(f"{column}={text}" for column, text in list(sample.items())[:6])


def _tell(job: dict[str, Any], rejected: list[dict[str, Any]]) -> None:
    typer.echo(
        f"共 {job['rows_total']} 行：新增线索 {job['rows_created']}，"
        f"以前已导入 {job['rows_known']}，退回 {job['rows_rejected']}"
    )
    crs = job["crs"] or "无（表格）"
    typer.echo(f"坐标系 {crs}，文字编码 {job['encoding']}；样例：{_read_as(job['sample'] or {})}")
    for warning in job["warnings"]:
        typer.echo(f"请核对：{detail(warning['code'], warning['facts'])}")
    if rejected:
        typer.echo("\n退回的行（改正后重新导入同一文件即可，已导入的不会重复）")
        print_rows(rejected, _REJECTED, as_json=False)
