"""`tianwei evidence add | list | missing | verify | custody | bundle`."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json, print_rows
from gateway.cli.client import Client
from gateway.cli.listing import Most, identify, print_list
from shared.contracts import codes
from shared.contracts.codes import EvidenceKind, EvidenceObject, EvidenceSource, EvidenceStage

evidence = typer.Typer(no_args_is_help=True, help="证据")
app.add_typer(evidence, name="evidence")

_HOMES = {
    EvidenceObject.CASE: "/cases",
    EvidenceObject.CLUE: "/clues",
    EvidenceObject.RECTIFICATION: "/rectifications",
    EvidenceObject.JOINT_ACTION: "/joint-actions",
}
# Lists of these are asked by number.
_NUMBERED = frozenset({EvidenceObject.CASE, EvidenceObject.CLUE})
_ROW = {
    "evidence_no": "证据编号",
    "state": "状态",
    "kind": "种类",
    "item": "项目",
    "stage": "阶段",
    "title": "名称",
    "size": "大小",
    "flag_titles": "提示",
    "added_at": "添加时间",
}
_NEED = {"id": "编号", "title": "应有证据", "needed": "应有", "missing": "还缺", "detail": "说明"}
_ENTRY = {"at": "时间", "title": "事项", "actor_name": "人员", "why": "原因", "to": "提供给"}
_VERIFIED = {"evidence_no": "证据编号", "title": "名称", "result": "核对结果"}
_AGAIN_S = 0.5

Of = Annotated[EvidenceObject, typer.Option("--of", help="对象的种类")]
Of_ = Annotated[str, typer.Argument(metavar="对象", help="案号、线索编号或 id")]


@evidence.command("add", help="添加证据，可以一次给多个文件")
def add(
    subject: Of_,
    files: Annotated[list[Path], typer.Argument(metavar="文件", exists=True, dir_okay=False, readable=True)],
    of: Of = EvidenceObject.CASE,
    kind: Annotated[EvidenceKind, typer.Option(help="证据种类")] = EvidenceKind.AUDIOVISUAL,
    item: Annotated[str, typer.Option(help="证据清单项目代码，如 photo、survey_report")] = "photo",
    title: Annotated[str | None, typer.Option(help="名称；不写用文件名")] = None,
    stage: Annotated[EvidenceStage | None, typer.Option(help="整改前、整改后、复查")] = None,
    view: Annotated[str | None, typer.Option(help="whole 全景，close 近景，inside 室内")] = None,
    source: Annotated[EvidenceSource, typer.Option(help="来源")] = EvidenceSource.OTHER,
    taken_by: Annotated[str | None, typer.Option(help="拍摄（取得）人")] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    said = {"kind": kind.value, "item": item, "source": source.value, "view": view, "taken_by": taken_by}
    said |= {"stage": stage and stage.value}
    fields = {name: value for name, value in said.items() if value}
    with Client(home) as client:
        place = _place(client, of, subject)
        added = [_added(client, place, file, {**fields, "title": title or file.stem}) for file in files]
    if as_json:
        print_json(added)
        return
    print_rows([_readable(piece) for piece in added], _ROW, as_json=False)


def _added(client: Client, place: str, file: Path, fields: dict[str, str]) -> dict[str, Any]:
    with file.open("rb") as stream:
        piece = client.upload(place, file.name, stream, fields)
    return _examined(client, piece)


def _examined(client: Client, piece: dict[str, Any]) -> dict[str, Any]:
    """Once the house has looked at it, or as it is after some seconds."""
    for _ in range(20):
        if piece["state"] != "unexamined":
            break
        time.sleep(_AGAIN_S)
        piece = client.get(f"/evidence/{piece['id']}")
    return piece


@evidence.command("list", help="证据清单，含同一地块的线索、案件、整改的证据")
def list_evidence(
    subject: Of_,
    of: Of = EvidenceObject.CASE,
    limit: Most = 200,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items(_place(client, of, subject), limit)
    print_list(rows if as_json else [_readable(row) for row in rows], _ROW, as_json)


@evidence.command("missing", help="各步骤还缺哪些证据")
def missing(
    subject: Of_,
    of: Of = EvidenceObject.CASE,
    step: Annotated[str | None, typer.Option(help="步骤，如 start-review、conclude、strike-off")] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        answer = client.get(f"{_place(client, of, subject)}/requirements", step=step)
    if as_json:
        print_json(answer)
    else:
        print_rows(answer["items"], _NEED, as_json=False)
    if not answer["complete"]:
        raise typer.Exit(1)


@evidence.command("verify", help="重新计算存储内容的摘要，与入库时比对")
def verify(
    subject: Of_, of: Of = EvidenceObject.CASE, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    with Client(home) as client:
        rows = client.items(_place(client, of, subject), 100_000)
        checked = [client.post(f"/evidence/{row['id']}/verify") for row in rows]
    told = [{**piece, "result": "损坏，已报警" if piece["damaged_at"] else "一致"} for piece in checked]
    print_rows(told, _VERIFIED, as_json)
    if any(piece["damaged_at"] for piece in checked):
        raise typer.Exit(1)


@evidence.command("custody", help="一件证据的保管记录")
def custody(
    id_: Annotated[str, typer.Argument(metavar="证据", help="证据的 id")],
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        entries = client.get(f"/evidence/{id_}/custody")["items"]
    print_list(entries, _ENTRY, as_json)


@evidence.command("bundle", help="生成并下载已销号整改事项的举证包")
def bundle(
    item: Annotated[str, typer.Argument(metavar="整改事项", help="整改事项的 id")],
    out: Annotated[Path, typer.Option(help="存为")] = Path("举证包.zip"),
    why: Annotated[str, typer.Option(help="用途")] = "核对留存",
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        job = client.post(f"/rectifications/{item}/proof-bundle")
        while job["state"] in ("queued", "running"):
            time.sleep(_AGAIN_S)
            job = client.get(f"/proof-bundles/{job['id']}")
        if job["state"] == "refused":
            fail(job["problem"]["detail"], "按提示处理后重新生成")
        client.download(f"/proof-bundles/{job['id']}/content", out, why=why)
    if as_json:
        print_json({**job, "path": str(out)})
    else:
        typer.echo(f"{out}：{job['files']} 个文件，{_size(job['size_bytes'])}\n清单摘要 {job['manifest_sha256']}")


def _place(client: Client, of: EvidenceObject, subject: str) -> str:
    home = _HOMES[of]
    id_ = identify(client, home, subject) if of in _NUMBERED else subject
    return f"{home}/{id_}/evidence"


def _readable(piece: dict[str, Any]) -> dict[str, Any]:
    flags = "、".join(flag["title"] for flag in piece["flags"])
    stage = piece["stage"] and codes.title(EvidenceStage(piece["stage"]))
    return {**piece, "flag_titles": flags, "size": _size(piece["size_bytes"]), "stage": stage}


def _size(number: int) -> str:
    return f"{number / 2**20:.1f} MB" if number >= 2**20 else f"{max(1, round(number / 1024))} kB"
