"""Takes clues that wait to be looked at through the geometry child to the handler that proposes. Part of the worker."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from services.cases.domain.clue_rules import ClueRules
from services.cases.domain.duplicates import Overlap
from services.cases.handlers.duplicates import Pair, propose
from services.cases.storage import duplicates
from services.cases.storage.duplicates import Subject
from services.cases.storage.rules import book_of
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import RuleRegister
from shared.delivery.runner import UnitRunner
from shared.errors import TianweiError
from shared.ids import new_id
from shared.principal import Actor

log = logging.getLogger(__name__)

_PASSED = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "MALLOC_ARENA_MAX")
_NOTHING = Overlap()


class OverlapFailed(Exception):
    """The geometry child died or said something else than it should."""


@dataclass(frozen=True)
class OverlapChild:
    """most_s: the child's time by the wall for one batch."""

    most_s: float = 90.0

    def measure(self, pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> list[Overlap]:
        """How the shapes of each pair lie to each other, in a process of its own. Raises OverlapFailed."""
        if not pairs:
            return []
        asked = b"".join(orjson.dumps(pair, option=orjson.OPT_APPEND_NEWLINE) for pair in pairs)
        try:
            child = subprocess.run(
                [sys.executable, "-P", "-m", "services.cases.adapters.overlap_child"],
                input=asked,
                capture_output=True,
                timeout=self.most_s,
                env={name: os.environ[name] for name in _PASSED if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"},
                check=False,
            )
        except subprocess.TimeoutExpired as slow:
            raise OverlapFailed("too slow") from slow
        answers = child.stdout.splitlines()
        if child.returncode != 0 or len(answers) != len(pairs):
            raise OverlapFailed(child.stderr[-2000:].decode("utf-8", "replace"))
        return [_overlap(orjson.loads(answer)) for answer in answers]


def _overlap(answer: dict[str, Any] | None) -> Overlap:
    return _NOTHING if answer is None else Overlap(float(answer["iou"]), bool(answer["inside"]))


class DuplicateChecker:
    """number: clues in one batch. lease_s: how long a batch is held; longer than the child may take."""

    def __init__(
        self,
        runner: UnitRunner[CasesUnit],
        child: OverlapChild | None = None,
        *,
        number: int = 100,
        lease_s: float = 120.0,
    ) -> None:
        self._runner = runner
        self._engine = runner.engine
        self._child = child or OverlapChild()
        self._number = number
        self._lease_s = lease_s

    def run_once(self) -> bool:
        """Look at the clues that wait longest; False when none do. What fails is tried again when its lease ends."""
        with self._engine.begin() as connection:
            ids = duplicates.claim(connection, self._number, self._lease_s)
        if not ids:
            return False
        try:
            self._propose(ids, self._compared(ids))
        except (OverlapFailed, TianweiError):
            log.exception("clues could not be looked at for duplicates", extra={"clues": len(ids)})
        return True

    def _compared(self, ids: Sequence[UUID]) -> list[Pair]:
        with self._engine.begin() as connection:
            book = book_of(connection, RuleRegister.CONFIGURATION)
            distance_m = ClueRules(book).duplicate(book.today).most_distance_m
            pairs = duplicates.candidates(connection, ids, distance_m)
            known = duplicates.subjects(connection, list({id_ for pair in pairs for id_ in pair}))
        found = [(known[one], known[other]) for one, other in pairs if one in known and other in known]
        drawn = [(one, other) for one, other in found if _have_surface(one, other)]
        measured = self._child.measure([(_shape(one), _shape(other)) for one, other in drawn])
        overlaps = dict(zip(((a.compared.id, b.compared.id) for a, b in drawn), measured, strict=True))
        return [Pair(a, b, overlaps.get((a.compared.id, b.compared.id), _NOTHING)) for a, b in found]

    def _propose(self, ids: Sequence[UUID], pairs: Sequence[Pair]) -> None:
        """In the name of the system: it proposes, a person decides."""

        def use_case(unit: CasesUnit) -> dict[str, Any]:
            propose(pairs, unit)
            duplicates.done(unit.connection, ids)
            return {}

        by = Actor("system:duplicates", "系统查重", frozenset(), "", "")
        self._runner.run(by, partial(use_case), correlation_id=str(new_id()))


def _have_surface(one: Subject, other: Subject) -> bool:
    """Two points need no library, and without a place there is nothing to lay over the other."""
    return bool(one.geometry and other.geometry and not (one.compared.is_point and other.compared.is_point))


def _shape(subject: Subject) -> dict[str, Any]:
    assert subject.geometry is not None
    return subject.geometry
