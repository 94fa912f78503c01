"""`tianwei tasks list | show`."""

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import Most, print_list, print_part, print_record
from shared.contracts.codes import Agency, TaskState

tasks = typer.Typer(no_args_is_help=True, help="联合执法任务")
app.add_typer(tasks, name="tasks")

_ROW = {
    "id": "id",
    "agency": "部门",
    "state": "状态",
    "holder": "负责方",
    "title": "行动",
    "case_no": "案号",
    "matter": "事项",
    "issued_at": "下达",
    "signed_at": "签收",
    "reported_at": "反馈",
}
_RECORD = {
    **_ROW,
    "version": "版本",
    "place": "地点",
    "acting_at": "行动时间",
    "sign_due_on": "签收期限",
    "feedback_due_on": "反馈期限",
    "answer_by": "答复期限",
    "delivered_at": "送达",
    "signed_by": "签收人",
    "contact_person": "联系人",
    "return_reason": "退回原因",
    "decline_reason": "退回说明",
    "proposed_agency": "建议承办",
    "return_points": "补正要求",
    "withdraw_reason": "撤回原因",
}


@tasks.command("list", help="任务清单")
def list_tasks(
    state: Annotated[TaskState | None, typer.Option(help="状态")] = None,
    agency: Annotated[Agency | None, typer.Option(help="部门")] = None,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items("/tasks", limit, state=state, agency=agency)
    print_list(rows, _ROW, as_json, "task")


@tasks.command("show", help="一项任务")
def show_task(task: UUID, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = client.get(f"/tasks/{task}")
    if as_json:
        print_json(found)
        return
    print_record(found, _RECORD, "task")
    for heading, form in found["form"].items():
        print_part(heading, [{"name": name, "value": value} for name, value in _flat(form)], _FORM)


_FORM = {"name": "字段", "value": "内容"}


def _flat(form: Any, within: str = "") -> Iterator[tuple[str, Any]]:
    """Fields of a form with those inside of objects and tables, by their whole names."""
    parts = enumerate(form, 1) if isinstance(form, list) else form.items()
    for name, value in parts:
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict) for one in value)):
            yield from _flat(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value
