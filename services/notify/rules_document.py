"""Writes the chapters of types and copy rules in docs/公文.md: `python -m services.notify.rules_document`."""

from collections.abc import Iterator
from pathlib import Path

from services.notify.adapters.registers import (
    read_copy_rules,
    read_document_types,
    read_offices,
    read_receipt_terms,
)
from services.notify.domain.blocks import Layout
from services.notify.domain.copy_rules import LEAD_AGENCY, CopyRule, Issue
from services.notify.domain.document_types import Approver, Version
from services.notify.domain.receipt_terms import Body
from shared.citations import cite
from shared.contracts.codes import title

FILE = Path(__file__).parents[2] / "docs" / "公文.md"
HEADING = "## 文种一览"
_OFFICE = "640521"
_BODIES = {
    Body.RECIPIENT: "同级党委、纪委监委、组织部门",
    Body.AGENCY: "四个执法部门",
    Body.BODY: "登记的其他单位",
    Body.OTHER: "未登记的单位和个人",
}


_LAYOUTS = {
    Layout.DOCUMENT: "文件",
    Layout.LETTER: "信函",
    Layout.MINUTES: "纪要",
    Layout.PROCEDURE: "执法文书",
    Layout.FORM: "表单",
}
_APPROVERS = {
    Approver.OFFICE_DIRECTOR: "领导小组办公室主任",
    Approver.GROUP_HEAD: "领导小组组长",
    Approver.AGENCY_HEAD: "部门负责人",
}


def text() -> str:
    """The chapters as committed."""
    return "\n".join((*_types(), "", *_lines())) + "\n"


def _types() -> Iterator[str]:
    versions = sorted(read_document_types().versions(), key=lambda version: (version.type, version.version))
    yield f"{HEADING}\n"
    yield "由 `python -m services.notify.rules_document`（`make docs`）从 `services/notify/register/documents/` 生成，"
    yield "不要手改。"
    yield "各文种的内容项见 `GET /document-types`；表单和笔录不编文号，标“密封”的走密封移送。\n"
    yield "| 文种 | 代码 | 式样 | 文号用字 | 签发 | 依据 | 有效期 |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    yield from map(_type, versions)


def _type(version: Version) -> str:
    cells = [
        version.title,
        f"`{version.type}`",
        _LAYOUTS[version.layout],
        version.group,
        _APPROVERS[version.approver] + ("（密封）" if version.restricted else ""),
        "、".join(map(cite, version.law)),
        f"自{version.valid_from}" + (f"至{version.valid_to}" if version.valid_to else ""),
    ]
    return f"| {' | '.join(cells)} |"


def _lines() -> Iterator[str]:
    rules, terms = read_copy_rules(), read_receipt_terms()
    yield "## 抄告规则一览\n"
    yield "由 `python -m services.notify.rules_document`（`make docs`）从 `services/notify/register/` 生成，"
    yield "不要手改；测试检查它与登记一致，"
    yield "并检查 `cases`、`agencies` 的每一种事件都有规则或者写明不抄告。单位名称以中宁县为例。\n"
    yield "| 规则 | 事项 | 条件 | 文书 | 发文 | 主送 | 抄送 | 签发 | 依据 | 有效期 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    yield from map(_row, rules.rules)
    yield "\n不抄告的事件：\n"
    for silence in rules.silences:
        until = f"，至{silence.valid_to}" if silence.valid_to else ""
        yield f"- {silence.reason}（{len(silence.events)} 种，自{silence.valid_from}{until}）"
    yield "\n送达方式的次序（有几种用几种）：\n"
    day = max(rule.valid_from for rule in rules.rules)
    for body in Body:
        yield f"- {_BODIES[body]}：{'、'.join(title(way) for way in terms.order(body, day))}"


def _row(rule: CopyRule) -> str:
    office = read_offices(f"{_OFFICE}000000").of(_OFFICE)
    version = read_document_types().on(rule.document, rule.valid_from)
    cells = [
        rule.id,
        rule.title,
        "；或".join(_condition(one.field, one.minus, one.least_mu) for one in rule.when),
        version.title,
        "案件牵头部门" if rule.office == LEAD_AGENCY else office.name,
        "、".join(office.called(code) for code in rule.to),
        "、".join(office.called(code) for code in rule.copies),
        "自动" if rule.issue is Issue.AUTOMATIC else "核签",
        cite(rule.basis),
        f"自{rule.valid_from}" + (f"至{rule.valid_to}" if rule.valid_to else ""),
    ]
    return f"| {' | '.join(cells)} |"


_FIELDS = {"pbf_area_m2": "永久基本农田", "farmland_area_m2": "耕地"}


def _condition(field: str, minus: str, least_mu: int | None) -> str:
    less = f"（不含{_FIELDS[minus]}）" if minus else ""
    return f"{_FIELDS[field]}{less}{least_mu}亩以上"


def main() -> None:
    before = FILE.read_text(encoding="utf-8").partition(HEADING)[0].rstrip("\n")
    FILE.write_text(f"{before}\n\n{text()}", encoding="utf-8")


if __name__ == "__main__":
    main()
