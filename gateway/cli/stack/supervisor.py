"""The supervisor: starts programs, restarts what dies or hangs, rotates logs, stops all in order. One thread.

It knows nothing of Tianwei's processes; house.py brings them to it.
"""

import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.cli.stack.child import Child, last_lines, rotate
from gateway.cli.stack.layout import Home, State, write_state
from gateway.cli.stack.programs import Job, Policy, Program, Stage

Tell = Callable[[str], None]
_KILL = signal.SIGKILL


class StackFailed(Exception):
    """The stack could not come up. `name`: the program or job at fault; its last log lines say why."""

    def __init__(self, name: str, reason: str, lines: Sequence[str] = ()) -> None:
        super().__init__(f"{name}：{reason}")
        self.name, self.reason, self.lines = name, reason, list(lines)


class StopAsked(Exception):
    """A person or the system asked the supervisor to stop while it was waiting for something."""


@dataclass
class Backoff:
    """How long to wait before the next start: doubled with each death, from the beginning after a healthy life."""

    started: float = 0.0  # monotonic seconds
    deaths_in_row: int = 0

    def died(self, now: float, policy: Policy) -> float:
        """Seconds to wait after this death."""
        if now - self.started > policy.healthy_after_s:
            self.deaths_in_row = 0
        pause = policy.restart_first_s * 2.0 ** min(self.deaths_in_row, 30)
        self.deaths_in_row += 1
        return min(pause, policy.restart_longest_s)


@dataclass
class Watched:
    """A program with what is known of its present process. Times are monotonic seconds."""

    program: Program
    child: Child | None = None
    backoff: Backoff = field(default_factory=Backoff)
    restarts: int = 0
    next_start: float = 0.0
    last_beat: float = 0.0
    beat_stamp: int = 0  # mtime of the heartbeat file; only its change counts, so a clock set back does no harm
    has_beaten: bool = False

    @property
    def state(self) -> str:
        if self.child is None:
            return "restarting"
        return "running" if self.has_beaten or not self.program.beats else "starting"


@dataclass
class Supervisor:
    """Call every method from one thread, the main one: the kernel ties children to the thread that started them."""

    home: Home
    state: State
    tell: Tell
    policy: Policy = field(default_factory=Policy)
    stop_asked: bool = False

    def __post_init__(self) -> None:
        self._watched: dict[str, Watched] = {}
        self._last_tick = time.monotonic()

    # start

    def start(self, program: Program) -> None:
        watched = self._watched[program.name] = Watched(program)
        if program.name not in self.state.programs:
            self.state.programs.append(program.name)
        self._launch(watched)
        self._save()

    def _launch(self, watched: Watched) -> None:
        program, now = watched.program, time.monotonic()
        program.before_start()
        heartbeat = self.home.heartbeat_of(program.name)
        heartbeat.unlink(missing_ok=True)
        watched.backoff.started, watched.last_beat = now, now
        watched.beat_stamp, watched.has_beaten = 0, False
        watched.child = Child(
            program.argv,
            {**program.environment, "TIANWEI_HEARTBEAT_FILE": str(heartbeat)},
            self.home.log_of(program.name),
            self.home.root,
            program.user,
            program.death_signal,
        )
        self._record(watched)

    # watch

    def tick(self) -> None:
        """Look once at everything: reap, beat, restart, rotate. Cheap; called some times a second."""
        now = time.monotonic()
        # If the supervisor itself was held up, nobody may be judged silent by that.
        held_up = now - self._last_tick > self.policy.silent_after_s / 4
        self._last_tick = now
        changed = False
        for watched in self._watched.values():
            if held_up:
                watched.last_beat = now
            changed |= self._look_at(watched, now)
        if changed:
            self._save()

    def _look_at(self, watched: Watched, now: float) -> bool:
        before = watched.state
        if watched.child is None:
            if now >= watched.next_start:
                self._relaunch(watched, now)
        elif (code := watched.child.poll()) is not None:
            self._died(watched, code, now)
        else:
            self._look_at_heartbeat(watched, now)
            rotate(self.home.log_of(watched.program.name), self.policy.log_bytes)
        if changed := watched.state != before:
            self._record(watched)
        return changed

    def _relaunch(self, watched: Watched, now: float) -> None:
        watched.restarts += 1
        try:
            self._launch(watched)
        except OSError as error:  # a full disk, no memory: the rest must go on being watched
            self._retry_later(watched, f"无法启动（{error.strerror}）", now)

    def _died(self, watched: Watched, code: int, now: float) -> None:
        how = f"被信号 {-code} 终止" if code < 0 else f"以代码 {code} 退出"
        self._retry_later(watched, how, now)

    def _retry_later(self, watched: Watched, how: str, now: float) -> None:
        pause = watched.backoff.died(now, self.policy)
        watched.child, watched.next_start = None, now + pause
        self.tell(f"{watched.program.name} {how}，{pause:g} 秒后重新启动")

    def _look_at_heartbeat(self, watched: Watched, now: float) -> None:
        try:
            stamp = self.home.heartbeat_of(watched.program.name).stat().st_mtime_ns
        except FileNotFoundError:
            stamp = 0
        if stamp != watched.beat_stamp:
            watched.beat_stamp, watched.last_beat, watched.has_beaten = stamp, now, True
        judged = watched.program.beats or watched.has_beaten
        if judged and watched.child and now - watched.last_beat > self.policy.silent_after_s:
            self.tell(f"{watched.program.name} 已 {self.policy.silent_after_s:g} 秒没有心跳，强制结束")
            watched.child.send(_KILL)
            watched.last_beat = now

    # wait

    def wait_until(self, condition: Callable[[], bool], name: str, within_s: float | None = None) -> None:
        """Go on watching until the condition holds. Raises StackFailed when it does not in time, or cannot."""
        limit = time.monotonic() + (within_s or self.policy.ready_within_s)
        while not condition():
            self._pause()
            for watched in self._watched.values():
                if watched.backoff.deaths_in_row >= self.policy.deaths_while_starting:
                    raise self._failure(watched.program.name, "启动后反复退出")
            if time.monotonic() > limit:
                raise self._failure(name, "没有在规定时间内就绪")

    def all_beating(self) -> bool:
        """Whether every program that beats has done so since its last start."""
        return all(watched.state == "running" for watched in self._watched.values())

    def run_jobs(
        self,
        jobs: Iterable[Job],
        ended: Callable[[str], None] = lambda _: None,
        within_s: float | None = None,
    ) -> None:
        """Run the jobs side by side, each after its predecessor; `ended` hears every name, of skipped ones too."""
        waiting, running = list(jobs), dict[str, tuple[Job, Child]]()
        offsets = {job.name: _size(self.home.log_of(job.name)) for job in waiting}
        limit = time.monotonic() + (within_s or self.policy.job_within_s)
        try:
            while waiting or running:
                for name, (job, child) in list(running.items()):
                    code = child.poll()
                    if job.follow:
                        offsets[name] = self._tell_new_lines(name, offsets[name])
                    if code is not None:
                        del running[name]
                        self._job_ended(job, code)
                        ended(name)
                busy = {job.name for job in waiting} | running.keys()
                for job in [job for job in waiting if job.after not in busy]:
                    waiting.remove(job)
                    if job.fingerprint and self.state.done.get(job.name) == job.fingerprint:
                        ended(job.name)
                    else:
                        log = self.home.log_of(job.name)
                        running[job.name] = (job, Child(job.argv, job.environment, log, self.home.root))
                if running:
                    self._pause()
                    if time.monotonic() > limit:
                        raise self._failure(next(iter(running)), "没有在规定时间内完成")
        finally:
            for _, child in running.values():
                child.send(_KILL)
                child.wait()

    def _tell_new_lines(self, name: str, offset: int) -> int:
        with open(self.home.log_of(name), "rb") as log:
            log.seek(offset)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                offset += len(line)
                self.tell(line.decode("utf-8", "replace").rstrip())
        return offset

    def _job_ended(self, job: Job, code: int) -> None:
        if code:
            raise self._failure(job.name, f"失败（代码 {code}）")
        if job.fingerprint:
            self.state.done[job.name] = job.fingerprint
            self._save()

    def watch(self) -> None:
        """Keep everything alive until asked to stop."""
        while not self.stop_asked:
            self.tick()
            time.sleep(self.policy.tick_s)

    def _pause(self) -> None:
        if self.stop_asked:
            raise StopAsked
        self.tick()
        time.sleep(self.policy.tick_s)

    # stop

    def stop_all(self) -> None:
        """Stop stage by stage, the gateway first, the database last. Ends with no child alive."""
        for stage in sorted(Stage, reverse=True):
            here = [watched for watched in self._watched.values() if watched.program.stage == stage]
            if here:
                self.tell(f"停止 {'、'.join(watched.program.name for watched in here)}")
            _stop([(watched.program, watched.child) for watched in here if watched.child], self.policy)
            for watched in here:
                self.state.processes.pop(watched.program.name, None)
        self._watched.clear()
        self._save()

    # record

    def _record(self, watched: Watched) -> None:
        if watched.child is None:
            if known := self.state.processes.get(watched.program.name):
                known.state = watched.state
            return
        record = watched.child.record()
        record.restarts, record.state = watched.restarts, watched.state
        self.state.processes[watched.program.name] = record

    def _save(self) -> None:
        try:
            write_state(self.home, self.state)
        except OSError as error:  # a full disk must not take the stack down
            self.tell(f"无法写状态文件（{error.strerror}）：请检查磁盘空间")

    def _failure(self, name: str, reason: str) -> StackFailed:
        return StackFailed(name, reason, last_lines(self.home.log_of(name)))


def _stop(running: Sequence[tuple[Program, Child]], policy: Policy) -> None:
    """Send each its stop signals in turn, the same grace for every one, then SIGKILL."""
    rounds = max((len(program.stop_signals) for program, _ in running), default=0)
    for number in range(rounds + 1):
        alive = [(program, child) for program, child in running if child.poll() is None]
        for program, child in alive:
            signals = program.stop_signals
            child.send(signals[number] if number < len(signals) else _KILL)
        limit = time.monotonic() + policy.grace_s
        while any(child.poll() is None for _, child in alive) and time.monotonic() < limit:
            time.sleep(policy.tick_s)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
