"""A person's open clocks as an iCalendar (RFC 5545). Numbers and titles only: it is read by programs we do not know."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MARKS = {"law": "法定", "custom": "惯例", "order": "文书载明"}


def render(clocks: Sequence[Mapping[str, Any]], now: datetime) -> bytes:
    """clocks: items of deadline.mine. One that stands still has no day, so it is left out until it goes on."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tianwei//deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "田卫 办理期限")
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", _HOUR, parameters={"VALUE": "DURATION"})
    for clock in clocks:
        if not clock["paused"] and clock["due_on"] is not None:
            calendar.add_component(_event(clock, now))
    return bytes(calendar.to_ical())


def _event(clock: Mapping[str, Any], now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{clock['id']}@tianwei")
    event.add("dtstamp", now)
    event.add("summary", f"{clock['title']}（{clock['object_no']}）")
    event.add("description", "\n".join(_said(clock)))
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "TRANSPARENT")
    event.add("status", "TENTATIVE" if clock["provisional"] else "CONFIRMED")
    event.add("categories", [clock["rule_id"], _MARKS.get(clock["mark"] or "", "期限")])
    if clock["due_at"] is None:
        on = date.fromisoformat(clock["alarm_on"] or clock["due_on"])
        event.add("dtstart", on)
        event.add("dtend", on + _DAY)
    else:
        at = datetime.fromisoformat(clock["due_at"])
        event.add("dtstart", at - _HOUR)
        event.add("dtend", at)
    event.add_component(_reminder(clock))
    return event


def _said(clock: Mapping[str, Any]) -> list[str]:
    lines = [f"期限 {clock['rule_id']}，最后一日 {clock['due_on']}"]
    if clock["alarm_on"] not in (None, clock["due_on"]):
        lines.append(f"末日为休息日，请于 {clock['alarm_on']} 前办结")
    if clock["provisional"]:
        lines.append("该年度工作日历尚未公布，日期为暂定")
    return lines


def _reminder(clock: Mapping[str, Any]) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", clock["title"])
    alarm.add("trigger", -_HOUR if clock["due_at"] else timedelta(hours=-15))
    return alarm
