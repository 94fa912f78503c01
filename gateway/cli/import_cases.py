"""`tianwei cases import | template`: a county's existing cases from a spreadsheet, with what became of every row."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, fail, print_json, print_rows
from gateway.cli.cases import cases
from gateway.cli.client import Client

_AGAIN_S = 0.3
_MOST_ROWS = 100_000
_REJECTED = {"row_no": "行", "old_no": "原案号", "field": "列", "detail": "原因"}
_STATES = {"queued": "排队", "running": "接收", "finished": "完成", "refused": "不能接收"}


@cases.command("import", help="接收原有案件（.xlsx 或 .csv；模板见 tianwei cases template）")
def import_cases(
    file: Annotated[Path, typer.Argument(metavar="文件", exists=True, dir_okay=False, readable=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查每一行，不接收")] = False,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        job = _watched(client, file, dry_run)
        if job["state"] == "refused":
            _refused(job, as_json)
        path = f"/case-imports/{job['id']}/rows"
        rejected = client.items(path, _MOST_ROWS, outcome="rejected") if job["rows_rejected"] else []
    if as_json:
        print_json({**job, "rejected": rejected})
    else:
        _tell(job, rejected)
    if rejected:
        raise typer.Exit(1)


@cases.command("template", help="下载原有案件表模板")
def template(
    file: Annotated[Path, typer.Argument(metavar="文件")] = Path("原有案件表模板.xlsx"),
    home: HomeFolder = DEFAULT_HOME,
) -> None:
    with Client(home) as client:
        client.download("/case-imports/template.xlsx", file)
    typer.echo(f"已保存 {file}")


def _watched(client: Client, file: Path, dry_run: bool) -> dict[str, Any]:
    """Send the file and follow the job to its end. The bar goes to stderr, so that `--json` stays clean."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("上传", total=None)
        with file.open("rb") as stream:
            fields = {"dry_run": "true"} if dry_run else None
            job: dict[str, Any] = client.upload("/case-imports", file.name, stream, fields)
        while job["state"] in ("queued", "running"):
            time.sleep(_AGAIN_S)
            job = client.get(f"/case-imports/{job['id']}")
            progress.update(bar, description=_STATES[job["state"]], total=job["rows_total"], completed=job["rows_done"])
    return job


def _refused(job: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(job)
    problem = job["problem"] or {}
    fail(problem.get("detail", "文件不能接收"), "按提示处理文件后重新接收；没有接收任何案件")


def _tell(job: dict[str, Any], rejected: list[dict[str, Any]]) -> None:
    taken = "可以接收" if job["dry_run"] else "接收"
    typer.echo(
        f"共 {job['rows_total']} 行：{taken} {job['rows_created']}，"
        f"以前已接收 {job['rows_known']}，退回 {job['rows_rejected']}"
    )
    if rejected:
        typer.echo("\n退回的行（改正后重新接收同一文件即可，已接收的不会重复）")
        print_rows(rejected, _REJECTED, as_json=False)
