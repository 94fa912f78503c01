"""Writes the chapter of documents in docs/transitions.md: `python -m services.notify.diagrams`; same code, same text.

The chapters before it are services.cases.diagrams' and services.agencies.diagrams': each writes its own.
"""

from collections.abc import Iterator
from pathlib import Path

from services.notify.domain.document_table import (
    ALL_SIGNED,
    ARRIVED,
    DECIDERS,
    DRAFTERS,
    NOBODY,
    STAFF,
    TABLE,
    UNADDRESSED,
    UNSIGNED,
    WAITING,
    Row,
    arrows,
)
from shared.citations import cite
from shared.contracts.codes import DocumentState, title

FILE = Path(__file__).parents[2] / "docs" / "transitions.md"
HEADING = "## 公文 document（5.1）"

_WHO = {DRAFTERS: "拟稿人员", STAFF: "发文单位人员", DECIDERS: "负责人", NOBODY: "系统"}
_OUTCOMES = {
    "": "",
    WAITING: "还有单位未送达",
    ARRIVED: "全部送达",
    ALL_SIGNED: "全部签收",
    UNADDRESSED: "没有收文单位",
    UNSIGNED: "还有单位未签收，说明理由",
}


def text() -> str:
    """The chapter as committed."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f"{HEADING}\n"
    yield "由 `python -m services.notify.diagrams` 生成。签发（`issue`）由该类文书的签发人办理，拟稿人不核稿、不签发；"
    yield "印制（`print`）由系统完成：编文号、印成 PDF 和 DOCX、签名、存档在同一步内，"
    yield "印制不成的退回拟稿人，不占文号。\n"
    yield "```mermaid\nstateDiagram-v2"
    for state in DocumentState:
        yield f'  state "{title(state)}" as {state}'
    seen: dict[tuple[str, str], list[str]] = {}
    for at, to, verb in arrows():
        verbs = seen.setdefault((at, to.value), [])
        if verb not in verbs:
            verbs.append(verb)
    for (at, to_value), verbs in seen.items():
        yield f"  {at} --> {to_value}: {', '.join(verbs)}"
    yield "```\n"
    for who in (DRAFTERS, STAFF, DECIDERS):
        yield f"- {_WHO[who]}：{'、'.join(sorted(title(role) for role in who))}。"
    yield ""
    yield "| 步骤 | 由 | 到 | 结果 | 谁 | 依据 |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from map(_row, TABLE)


def _row(row: Row) -> str:
    cells = [
        f"`{row.verb}`",
        title(row.at) if row.at else "（新）",
        "不变" if row.at == row.to else title(row.to),
        _OUTCOMES[row.outcome],
        _WHO[row.who],
        cite(row.law),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    before = FILE.read_text(encoding="utf-8").partition(HEADING)[0].rstrip("\n")
    FILE.write_text(f"{before}\n\n{text()}", encoding="utf-8")


if __name__ == "__main__":
    main()
