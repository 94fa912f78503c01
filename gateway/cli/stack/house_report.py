"""How far log, relay and feeds of each service are, and what needs a person: the second half of `tianwei status`."""

from collections.abc import Mapping
from typing import Any

COLUMNS = {
    "service": "服务",
    "head": "日志头",
    "published": "已发布",
    "unnumbered": "待编号",
    "relay": "转发（秒前）",
    "feeds": "订阅（已处理/对方日志头）",
    "parked": "搁置",
    "refused": "拒收",
    "exhausted": "送达失败",
    "forked": "分叉",
}
_HEADINGS = {
    **COLUMNS,
    "calendar_missing": "未装载的年度工作日历",
    "rules_unreadable": "读不懂的规则",
    "audit_contradicted": "与检查点不符的审计链",
}
_TO_DO = {
    "calendar_missing": "tianwei rules load-year",
    "rules_unreadable": "见 cases 的日志",
    "audit_contradicted": "tianwei audit verify",
}
_STATES = {
    "current": "",
    "gap": "，追赶中",
    "later": "，等待重试",
    "forked": "，已停止：日志矛盾",
    "accepting": "，正在接续新日志",
}


def rows(readiness: Any) -> list[dict[str, Any]]:
    """One row a service, from the body of /readyz; none when it says nothing."""
    services = readiness.get("services", {}) if isinstance(readiness, Mapping) else {}
    return [_row(name, facts) for name, facts in services.items() if name != "gateway"]


def alerts(readiness: Any) -> list[str]:
    """What a person should look at."""
    told = readiness.get("alerts", []) if isinstance(readiness, Mapping) else []
    return [_alert(one["what"], one) for one in told]


def _alert(what: str, one: Mapping[str, Any]) -> str:
    """What it is, and the command that helps."""
    help_ = _TO_DO.get(what, "tianwei dead-letters list")
    return f"{one['service']}：{_HEADINGS.get(what, what)} {one['number']}（{help_}）"


def _row(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    if "head" not in facts:
        return {"service": name, "feeds": f"没有答复（{facts.get('problem', '')}）"}
    return {
        **{column: facts.get(column) for column in COLUMNS},
        "service": name,
        "relay": facts.get("last_relay_tick_age_s"),
        "feeds": "；".join(_feed(producer, feed) for producer, feed in facts["feeds"].items()),
    }


def _feed(producer: str, feed: Mapping[str, Any]) -> str:
    lag = f"，差 {feed['lag']}" if feed["lag"] else ""
    return f"{producer} {feed['position']}/{feed['head']}{lag}{_STATES.get(feed['state'], feed['state'])}"
