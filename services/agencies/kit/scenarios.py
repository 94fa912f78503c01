"""What is done to the system under test, each scenario with tasks of its own; several go on at the same time."""

import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from services.agencies.domain.answers import fault
from services.agencies.domain.conformance import WEBHOOK
from services.agencies.kit.doors.api import Api
from services.agencies.kit.doors.base import How
from services.agencies.kit.journal import PARKED, Heard
from services.agencies.kit.trial import Trial

Scenario = Callable[[Trial], None]
_POINT = "请补充说明现场情况"
# So often may one parked answer come before it counts as a loop.
_MOST_PARKED = 3


def from_letter_to_end(trial: Trial) -> None:
    """A task from its letter over a correction to its end."""
    task = trial.issue().subject_id
    steps = (("letter.signed", "sign"), ("letter.accepted", "accept"), ("letter.reported", "report"))
    trial.plain[task] = 2
    reached = True
    for check, verb in steps:
        reached = reached and trial.wait_taken(task, verb)
        trial.record(check, reached, trial.told(task) if reached else f"{trial.told(task)}；{trial.state()}")
    if not reached:
        trial.record("returned.again", False, "没有得到第一次反馈，无从退回")
        return
    trial.door.send(trial.county.return_(task, [_POINT]))
    again = trial.wait_taken(task, "report", 2)
    trial.record("returned.again", again, trial.told(task))
    if again:
        trial.door.send(trial.county.complete(task))


def delivered_twice(trial: Trial) -> None:
    """The same letter once more after it was signed for, and once more after the report."""
    letter = trial.issue()
    task = letter.subject_id
    for verb in ("sign", "report"):
        if not trial.wait_taken(task, verb):
            trial.record("delivery.duplicate", False, f"没有走到 {verb}：{trial.told(task)}")
            return
        trial.door.send(letter)
    trial.quiet()
    twice = _said_twice(trial, task)
    trial.record(
        "delivery.duplicate", not twice, f"同一步骤有两个编号：{'、'.join(twice)}" if twice else "没有新的答复"
    )


def withdrawn(trial: Trial) -> None:
    """Withdrawn the moment it is signed for; what is under way may still come, nothing begins after it is known."""
    letter = trial.county.issue()
    task = letter.subject_id
    told: list[UUID] = []

    def withdraw() -> None:
        message = trial.county.withdraw(task, "当事人已自行拆除")
        told.append(message.id)
        trial.door.send(message)

    trial.county.after[task, "sign"] = withdraw
    trial.door.send(letter)
    if not trial.wait(lambda: bool(told)):
        trial.record("withdrawn.stops", False, f"没有签收，无从撤回：{trial.told(task)}")
        return
    knows = trial.door.has_arrived(told[0])
    if knows is not None:
        knows = trial.wait(lambda: bool(trial.door.has_arrived(told[0])))
    # Who cannot show it is given the time of a step.
    time.sleep(trial.quiet_s / 2)
    since = time.monotonic()
    trial.quiet()
    late = trial.journal.about(task, since=since)
    begun = trial.journal.took(task, "accept", "start", "report")
    reports = trial.journal.about(task, "report")
    if knows is False:
        trial.record("withdrawn.stops", False, f"撤回通知没有被收下：{trial.state()}")
    else:
        # A report is never under way yet: it would have needed an acceptance that the county refuses by now.
        seen = f"撤回之后仍有：{trial.told(task)}" if late or reports else "撤回之后没有答复"
        trial.record("withdrawn.stops", not late and not begun and not reports, seen)


def withdrawn_before_letter(trial: Trial) -> None:
    letter = trial.county.issue()
    task = letter.subject_id
    trial.door.send(trial.county.withdraw(task, "重复下达"))
    _until_arrived_or_quiet(trial)
    trial.door.send(letter)
    trial.quiet()
    acted = trial.journal.about(task, "accept") + trial.journal.about(task, "report")
    seen = f"撤回在先，仍然办理：{trial.told(task)}" if acted else "没有受理和反馈"
    trial.record("withdrawn.before-letter", not acted, seen)


def no_reply(trial: Trial) -> None:
    """The acceptance meets a 503, the report is taken but its reply is lost."""
    api = _api(trial)
    letter = trial.county.issue()
    task = letter.subject_id
    api.hinder |= {(task, "accept"): "503", (task, "report"): "drop"}
    trial.door.send(letter)
    for verb in ("accept", "report"):
        trial.wait(partial(_came_again, trial, task, verb))
        heard = trial.journal.about(task, verb)
        first = heard[0] if heard else None
        if first is None:
            trial.record("retry.repeats", False, f"没有走到 {verb}：{trial.told(task)}")
            return
        if len(heard) < 2:
            what = "503" if verb == "accept" else "断开"
            trial.record("retry.repeats", False, f"{verb} 遇到{what}之后没有重发：{trial.told(task)}；{trial.state()}")
            return
        trial.record("retry.repeats", True, trial.told(task))
        same = all(_is_same(first, one) for one in heard[1:])
        trial.record("retry.same-id", same, trial.told(task))


def parked(trial: Trial) -> None:
    """A right report is parked on purpose."""
    letter = trial.county.issue()
    task = letter.subject_id
    trial.county.park[task, "report"] = [fault("data.form", "agencies.result-implausible")]
    trial.door.send(letter)
    trial.wait(lambda: any(one.status == PARKED for one in trial.journal.about(task, "report")))
    trial.quiet()
    times = [one for one in trial.journal.about(task, "report") if one.status == PARKED]
    if not times:
        trial.record("parked.not-repeated", False, f"没有走到反馈：{trial.told(task)}")
    else:
        seen = f"被搁置的反馈发来 {len(times)} 次"
        trial.record("parked.not-repeated", len(times) <= _MOST_PARKED, seen)


def token_ended(trial: Trial) -> None:
    api = _api(trial)
    given = api.tokens_given
    api.end_tokens()
    task = trial.issue().subject_id
    there = trial.wait_taken(task, "sign")
    renewed = trial.wait(lambda: api.tokens_given > given)
    seen = f"令牌失效后取得 {api.tokens_given - given} 次新令牌；{trial.told(task)}"
    trial.record("token.renewed", there and renewed, seen)


def forged(how: How, check: str) -> Scenario:
    """A letter that is not the house's; nothing may be answered to it."""

    def scenario(trial: Trial) -> None:
        letter = trial.county.issue()
        trial.door.send(letter, how)
        if trial.county.protocol == WEBHOOK:
            trial.wait(lambda: trial.door.is_refused(letter.id) or bool(trial.door.has_arrived(letter.id)))
        trial.quiet()
        refused = trial.door.is_refused(letter.id)
        believed = trial.journal.about(letter.subject_id)
        if believed:
            seen = f"对伪造的任务书作了答复：{trial.told(letter.subject_id)}"
        elif refused is False:
            seen = "对伪造的推送回答了 2xx，或没有回答"
        else:
            seen = "没有答复"
        trial.record(check, not believed and refused is not False, seen)

    return scenario


def unknown_field(trial: Trial) -> None:
    letter = trial.issue(How.UNKNOWN_FIELD)
    taken = trial.wait_taken(letter.subject_id, "sign")
    trial.record("tolerant.unknown-field", taken, f"{trial.told(letter.subject_id)}；{trial.state()}")


def unknown_type(trial: Trial) -> None:
    """A kind of message of a later version, about a task that goes on; then a task as always."""
    first = trial.issue().subject_id
    if not trial.wait_taken(first, "sign"):
        trial.record("tolerant.unknown-type", False, f"{trial.told(first)}；{trial.state()}")
        return
    message = trial.county.mention(first, "reminded", {"reason": "临近反馈期限"})
    trial.door.send(message)
    # A forgery is refused; this is not one, so it must be confirmed where that can be said.
    confirmed = trial.door.has_arrived(message.id) is None or trial.wait(
        lambda: bool(trial.door.has_arrived(message.id))
    )
    after = trial.issue().subject_id
    works = trial.wait_taken(after, "sign")
    seen = "" if confirmed else "没有确认收到该消息；"
    trial.record(
        "tolerant.unknown-type", confirmed and works, f"{seen}其后的任务：{trial.told(after)}；{trial.state()}"
    )


def still_alive(trial: Trial) -> None:
    task = trial.issue().subject_id
    works = trial.wait_taken(task, "report") and trial.vendor.trouble() is None
    trial.record("alive.last", works, f"{trial.told(task)}；{trial.state()}")


def _until_arrived_or_quiet(trial: Trial) -> None:
    """So that what is sent next comes second."""
    time.sleep(trial.quiet_s / 2)


def _said_twice(trial: Trial, task: UUID) -> list[str]:
    ids: dict[str, set[str]] = {}
    for one in trial.journal.about(task):
        ids.setdefault(one.verb or "?", set()).add(one.answer_id)
    return sorted(verb for verb, said in ids.items() if len(said) > 1)


def _is_same(first: Heard, again: Heard) -> bool:
    return (first.answer_id, first.content) == (again.answer_id, again.content)


def _came_again(trial: Trial, task: UUID, verb: str) -> bool:
    return len(trial.journal.about(task, verb)) >= 2


def _api(trial: Trial) -> Api:
    api = getattr(trial.door, "api", None)
    assert isinstance(api, Api)
    return api
