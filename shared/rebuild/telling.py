"""What came of a comparison, for whoever asked: Chinese text or a line of JSON. Ids and field names, no values."""

from typing import Any

import orjson

from shared.contracts.maintenance import RowFault
from shared.rebuild.comparison import Comparison, FeedProjection, Projection

_MOST_SHOWN = 1000
_FAULTS = {RowFault.CHANGED: "不同", RowFault.MISSING: "缺少", RowFault.EXTRA: "多余"}


def line_of(projection: Projection, service: str) -> str:
    """One projection in a list."""
    producer = projection.producer if isinstance(projection, FeedProjection) else service
    return f"{projection.name}  {projection.title}  依据 {producer} 的日志"


def text_of(service: str, projection: Projection, found: Comparison) -> str:
    more = f"，另有 {found.unnumbered} 条尚未编号" if found.unnumbered else ""
    head = [
        f"{service}.{projection.name}（{projection.title}）",
        f"依据：{found.producer} 的日志前 {found.position} 条{more}，其中相关 {found.events} 条",
        f"行数：现有 {found.rows_live}，重算 {found.rows_computed}",
    ]
    if not found.differences:
        return "\n".join([*head, "结果：一致"])
    counts = "，".join(f"{word} {found.number_of(fault)}" for fault, word in _FAULTS.items() if found.number_of(fault))
    shown = [
        f"  {_FAULTS[row.fault]}  {row.table}  {row.key}" + (f"  {'、'.join(row.fields)}" if row.fields else "")
        for row in (difference.row for difference in found.differences[:_MOST_SHOWN])
    ]
    rest = len(found.differences) - len(shown)
    tail = [f"  ……另有 {rest} 行"] if rest else []
    end = "结果：已按日志改正，记入日志" if found.repaired else "结果：不一致"
    return "\n".join([*head, f"不一致 {len(found.differences)} 行：{counts}", *shown, *tail, end])


def json_of(service: str, projection: Projection, found: Comparison) -> str:
    rows = [difference.row for difference in found.differences]
    told: dict[str, Any] = {
        "service": service,
        "projection": projection.name,
        "producer": found.producer,
        "log_id": found.log_id,
        "position": found.position,
        "unnumbered": found.unnumbered,
        "events": found.events,
        "rows_live": found.rows_live,
        "rows_computed": found.rows_computed,
        "equal": not rows,
        **{fault.value: found.number_of(fault) for fault in RowFault},
        "rows": [row.model_dump(mode="json") for row in rows[:_MOST_SHOWN]],
        "repaired": found.repaired,
    }
    return orjson.dumps(told).decode()
