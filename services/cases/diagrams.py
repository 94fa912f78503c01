"""Writes docs/transitions.md from the transition tables: `python -m services.cases.diagrams`; same code, same text.

The last chapters, of tasks and of documents, are written by services.agencies.diagrams and services.notify.diagrams.
A diagram has every step that changes a state; the table below it has all steps, with who, papers, clocks and the rule.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from services.cases.domain import (
    action_proposal,
    assistance,
    case,
    clue,
    joint_action,
    listing,
    police_transfer,
    rectification,
    sealed_record,
)
from services.cases.domain.transitions import ALL_CLOCKS, Row, Transitions
from shared.citations import INVITATION, cite
from shared.contracts.codes import title

FILE = Path(__file__).parents[2] / "docs" / "transitions.md"

_NEXT = "## 联合执法任务 task"

_TABLES: tuple[tuple[str, str, Transitions[Any]], ...] = (
    ("线索", "3.1", clue.TABLE),
    ("案件", "3.2", case.TABLE),
    ("移送公安", "3.5", police_transfer.TABLE),
    ("整改事项", "3.7", rectification.TABLE),
    ("挂牌督办", "3.8", listing.TABLE),
    ("联合执法", "4.3", joint_action.TABLE),
    ("联合执法建议", "4.2", action_proposal.TABLE),
    ("协助函", "4.1", assistance.TABLE),
    ("问题线索密封移送", "2.7", sealed_record.TABLE),
)

_HEAD = """# 状态与步骤

由 `python -m services.cases.diagrams` 从各对象的状态表生成，请勿手改；表中没有的步骤一律拒绝，并说明依据。
图中只画改变状态的步骤，表中是全部步骤。“系统规程”是本系统的办理程序，不是法规（见 rules.md）。
“事实”指由其他对象、其他服务告知，不由人操作；节号为领域说明的章节。
"""


def text() -> str:
    """The document as committed."""
    return "\n".join([_HEAD, *(line for name, section, table in _TABLES for line in _chapter(name, section, table))])


def _chapter(name: str, section: str, table: Transitions[Any]) -> Iterator[str]:
    yield f"## {name} {table.name}（{section}）\n"
    yield "```mermaid\nstateDiagram-v2"
    for state in _states(table):
        yield f'  state "{title(state)}" as {state}'
    yield from _merged(table)
    yield "```\n"
    yield "| 步骤 | 由 | 到 | 谁 | 须有文书 | 期限起 | 期限止 | 依据 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    yield from (_line(table, rows) for rows in _alike(table))
    yield ""


def _states(table: Transitions[Any]) -> list[StrEnum]:
    kind = type(next(iter(table)).to)
    return [state for state in kind if any(state in (row.at, row.to) for row in table)]


def _merged(table: Transitions[Any]) -> Iterator[str]:
    """One arrow from a state to another, with all the steps that take it."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in table:
        if row.at != row.to:
            verbs = arrows.setdefault((row.at or "[*]", row.to), [])
            verb = _verb(row)
            if verb not in verbs:
                verbs.append(verb)
    for (at, to), verbs in arrows.items():
        yield f"  {at} --> {to}: {', '.join(verbs)}"


def _verb(row: Row[Any]) -> str:
    # The outcome of a joint action's step is the state it comes to, which the arrow says.
    return row.verb if row.outcome in ("", str(row.to)) else f"{row.verb} ({row.outcome})"


def _alike(table: Transitions[Any]) -> Iterable[list[Row[Any]]]:
    """Rows of one step that differ in the state they leave alone."""
    groups: dict[tuple[Any, ...], list[Row[Any]]] = {}
    for row in table:
        to = "=" if row.at == row.to else row.to
        key = (row.verb, _verb(row), to, row.who, row.needs, row.starts, row.stops)
        groups.setdefault(key, []).append(row)
    return groups.values()


def _line(table: Transitions[Any], rows: list[Row[Any]]) -> str:
    row = rows[0]
    cells = [
        f"`{_verb(row)}`",
        "、".join("（新）" if one.at is None else title(one.at) for one in rows),
        "不变" if row.at == row.to else title(row.to),
        "、".join(sorted(title(role) for role in row.who)) or "事实",
        "、".join(sorted(title(kind) for kind in row.needs)),
        " ".join(row.starts),
        "全部" if row.stops == ALL_CLOCKS else " ".join(sorted(row.stops)),
        cite(table.law(row.verb)).replace(INVITATION, "") if table.law(row.verb) else "",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """What follows our chapters is written by services.agencies.diagrams, and stays."""
    _, found, rest = FILE.read_text(encoding="utf-8").partition(_NEXT)
    FILE.write_text(text() + found + rest, encoding="utf-8")


if __name__ == "__main__":
    main()
