"""Writes the chapter of tasks in docs/transitions.md: `python -m services.agencies.diagrams`; same code, same text.

The chapters before it are services.cases.diagrams', the one after it services.notify.diagrams': each writes its own and
leaves the others' alone.
"""

from collections.abc import Iterator
from pathlib import Path

from services.agencies.domain.task_table import TABLE, Hand, arrows
from shared.contracts.codes import TaskState, title
from shared.contracts.hand_over import TaskHolder, holder_of

FILE = Path(__file__).parents[2] / "docs" / "transitions.md"
HEADING = "## 联合执法任务 task（4.3 至 4.9）"
_NEXT = "\n## 公文 document"

_HANDS = {
    Hand.AGENCY: "承办部门",
    Hand.COORDINATOR: "县联合执法协调员",
    Hand.TRANSPORT: "送达的证明",
    Hand.TERM: "答复期限",
}
_HOLDERS = {TaskHolder.AGENCY: "承办部门", TaskHolder.COORDINATOR: "县联合执法协调员"}


def text() -> str:
    """The chapter as committed."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f"{HEADING}\n"
    yield "由 `python -m services.agencies.diagrams` 生成。每个状态恰有一方负责；图中方括号内为负责方。\n"
    yield "```mermaid\nstateDiagram-v2"
    for state in TaskState:
        yield f'  state "{title(state)} [{_HOLDERS[holder_of(state)]}]" as {state}'
    yield f"  [*] --> {TaskState.OFFERED}: offer"
    for at, to, row in arrows():
        yield f"  {at.value} --> {to.value}: {row.verb}"
    yield "```\n"
    yield "| 步骤 | 由 | 到 | 谁 | 此后负责 |"
    yield "| --- | --- | --- | --- | --- |"
    for row in TABLE.values():
        states = "、".join(title(state) for state in TaskState if state in row.at)
        yield f"| `{row.verb}` | {states} | {title(row.to)} | {_HANDS[row.who]} | {_HOLDERS[holder_of(row.to)]} |"


def main() -> None:
    before, _, rest = FILE.read_text(encoding="utf-8").partition(HEADING)
    _, found, after = rest.partition(_NEXT)
    FILE.write_text(before + text() + found + after, encoding="utf-8")


if __name__ == "__main__":
    main()
