"""In which order the scenarios are run: what breaks a system comes last, so that it hides nothing else."""

import threading
from collections.abc import Sequence

from services.agencies.domain.conformance import EXCHANGE, MAILBOX, QUEUE, WEBHOOK, checks_of
from services.agencies.kit import scenarios, verdicts
from services.agencies.kit.doors.base import How
from services.agencies.kit.scenarios import Scenario
from services.agencies.kit.trial import Result, Trial

_READY_S = 60.0


def phases(protocol: str) -> Sequence[Sequence[Scenario]]:
    """The scenarios of a phase go on at the same time."""
    called = protocol in (WEBHOOK, MAILBOX)
    first: list[Scenario] = [scenarios.from_letter_to_end, scenarios.delivered_twice, scenarios.withdrawn]
    second: list[Scenario] = [scenarios.parked]
    if called:
        first.append(scenarios.no_reply)
    if protocol in (WEBHOOK, QUEUE):
        second.append(scenarios.forged(How.WRONG_KEY, "signature.wrong-key"))
        second.append(scenarios.forged(How.TAMPERED, "signature.tampered"))
    if protocol == WEBHOOK:
        second.append(scenarios.forged(How.OLD, "signature.old"))
    phases_: list[list[Scenario]] = [first, [*second, scenarios.withdrawn_before_letter]]
    if protocol == EXCHANGE:
        from services.agencies.kit import exchange_scenarios as exchange

        first.append(exchange.receipts)
        # Each of these holds up what is laid after it, so they come one after the other.
        phases_ += [[exchange.gap], [exchange.forged_and_half]]
    if called:
        phases_.append([scenarios.token_ended])
    return [*phases_, [scenarios.unknown_field], [scenarios.unknown_type], [scenarios.still_alive]]


def run(trial: Trial) -> list[Result]:
    """Every check of the protocol, in their order."""
    ready = (
        trial.wait(lambda: _is_ready(trial), max(_READY_S, trial.pace.patience_s)) and trial.vendor.trouble() is None
    )
    why = "" if ready else f"系统没有就绪：{trial.state()}"
    for phase in phases(trial.county.protocol) if ready else ():
        _at_once(trial, phase)
        if not trial.results["letter.signed"].passed:
            why = "系统没有签收任务，后面的检查没有进行"
            break
        _judge(trial)
        if trial.pace.stops and not all(result.passed for result in trial.results.values()):
            why = "前面有检查项没有通过，后面的检查没有进行"
            break
    _judge(trial)
    verdicts.acquit(trial)
    for check in checks_of(trial.county.protocol):
        if check.id not in trial.results:
            trial.skip(check.id, why or "没有进行")
    return [trial.results[check.id] for check in checks_of(trial.county.protocol)]


def _is_ready(trial: Trial) -> bool:
    return trial.vendor.is_ready() and trial.door.is_ready()


def _judge(trial: Trial) -> None:
    verdicts.judge(trial)
    verdicts.judge_gaps(trial, getattr(trial.door, "gaps", ()))


def _at_once(trial: Trial, phase: Sequence[Scenario]) -> None:
    threads = [threading.Thread(target=one, args=(trial,), daemon=True) for one in phase]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
