"""Every accepted command has had its effect, once, and this one; a refused one has had none (R1, R4, R12)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.checker.database import Database
from tests.faults.checker.evidence import Command
from tests.faults.checker.marks import decoded, differences
from tests.faults.checker.names import Route, route_of
from tests.faults.checker.report import Findings

_ANSWERS = "SELECT key, response FROM idempotency WHERE key = ANY(%s)"
_TOLD = """
SELECT causation_id, type, aggregate_id, aggregate_seq, payload FROM event_log
WHERE causation_id = ANY(%s) ORDER BY aggregate_seq
"""
# Shown once and never stored.
_UNKEPT = frozenset({"secret", "private_key"})


def _tells(answer: Any, kept: Any) -> bool:
    """Whether an answer says what is kept: the gateway adds words to the records in it, and takes nothing away."""
    if isinstance(answer, Mapping) and isinstance(kept, Mapping):
        return all(name in answer and _tells(answer[name], kept[name]) for name in kept)
    if isinstance(answer, list) and isinstance(kept, list):
        return len(answer) == len(kept) and all(map(_tells, answer, kept))
    return bool(answer == kept)


@dataclass(frozen=True)
class Told:
    """An event that names the command as its cause. payload: JSON text."""

    type: str
    aggregate_id: str
    sequence: int
    payload: str


@dataclass
class Effect:
    """What the database of a service holds of one key. answers: JSON texts."""

    answers: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


Effects = Mapping[str, Effect]


def check_commands(databases: Mapping[str, Database], commands: Sequence[Command], findings: Findings) -> None:
    """commands: those of which something new is known; what is no command of these services is passed over."""
    found = {name: _effects(database, [command.key for command in commands]) for name, database in databases.items()}
    looked_at = 0
    for command in commands:
        matched = route_of(command.method, command.path)
        if matched is None or matched[0].service not in found:
            continue
        route, target = matched
        looked_at += 1
        effect = found[route.service].get(command.key, Effect())
        _check_elsewhere(command, route, found, findings)
        _Check(command, route, target, effect, findings).run()
    findings.looked_at("commands", looked_at)


def _effects(database: Database, keys: list[str]) -> Effects:
    found: dict[str, Effect] = defaultdict(Effect)
    for key, response in database.rows(_ANSWERS, keys):
        found[key].answers.append(response)
    for key, *told in database.rows(_TOLD, keys):
        found[key].told.append(Told(*told))
    return found


def _check_elsewhere(command: Command, route: Route, found: Mapping[str, Effects], findings: Findings) -> None:
    for name, effects in found.items():
        if name != route.service and (effect := effects.get(command.key)) and (effect.answers or effect.told):
            findings.add("phantom", f"{command}: has an effect in {name} too")


@dataclass(frozen=True)
class _Check:
    """One command against what there is of it. target: id in its address."""

    command: Command
    route: Route
    target: str | None
    effect: Effect
    findings: Findings

    def run(self) -> None:
        command, effect = self.command, self.effect
        if command.is_refused:
            if effect.answers or effect.told:
                self.findings.add("phantom", f"{command}: refused, and yet {self._what()}")
            return
        if not effect.answers and not effect.told:
            if command.is_accepted:
                self.findings.add("lost", f"{command}: accepted, and there is nothing of it")
            return
        self._check_whole()
        self._check_once()
        if command.is_accepted:
            self._check_answer(command.answer or {})
        self._check_marks()

    def _check_whole(self) -> None:
        """Answer and events are there together, and no others."""
        missing = set(self.route.must) - {told.type for told in self.effect.told}
        if missing or not self.effect.answers:
            self.findings.add("half_written", f"{self.command}: {self._what()}, without {sorted(missing) or 'answer'}")
        for told in self.effect.told:
            if told.type not in (*self.route.must, *self.route.may) and ".dead-letter-" not in told.type:
                self.findings.add("phantom", f"{self.command}: told an unexpected {told.type}")

    def _check_once(self) -> None:
        """One answer, one object for each fact; the same fact twice of one object is found in causes.py."""
        if (number := len(self.effect.answers)) > 1:
            self.findings.add("doubled", f"{self.command}: {number} answers are kept", number - 1)
        for type_ in self.route.must:
            objects = {told.aggregate_id for told in self.effect.told if told.type == type_}
            if len(objects) > 1:
                self.findings.add("doubled", f"{self.command}: {type_} of {sorted(objects)}", len(objects) - 1)

    def _check_answer(self, answer: Mapping[str, Any]) -> None:
        """What was answered is what is kept, and names the object that was made or moved."""
        for kept in map(decoded, self.effect.answers):
            names = sorted(
                name for name in answer.keys() & kept.keys() - _UNKEPT if not _tells(answer[name], kept[name])
            )
            if names:
                self.findings.add("disagree", f"{self.command}: answered otherwise than kept in {names}")
        for told in self._main():
            expected = answer.get("id") if told.type == self.route.made else self.target
            if expected is not None and told.aggregate_id != expected:
                self.findings.add("lost", f"{self.command}: {told.type} is of {told.aggregate_id}, not of {expected}")
        self._check_version(answer)

    def _check_version(self, answer: Mapping[str, Any]) -> None:
        version, id_ = answer.get("version"), answer.get("id")
        last = max((told.sequence for told in self.effect.told if told.aggregate_id == id_), default=None)
        if self.route.versioned and None not in (version, last) and version != last:
            self.findings.add("disagree", f"{self.command}: answered version {version}, its last event is {last}")

    def _check_marks(self) -> None:
        """The event tells what was sent."""
        payloads = [decoded(told.payload) for told in self._main()]
        if payloads and (names := differences(self.command.body, payloads)):
            self.findings.add("disagree", f"{self.command}: told otherwise than sent in {names}")

    def _main(self) -> list[Told]:
        return [told for told in self.effect.told if told.type in self.route.must]

    def _what(self) -> str:
        return f"{len(self.effect.answers)} answers, {[told.type for told in self.effect.told]}"
