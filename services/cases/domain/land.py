"""Base layers by version (domain.md 6.8), and the class of a code in them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.cases_events import LandLayerLoadedV1
from shared.contracts.codes import LandLayerKind
from shared.contracts.rule_values import LandClassValue
from shared.errors import Conflict, InvalidInput, TianweiError


class VersionExists(Conflict):
    """The county has a version of that name of that layer, loaded or on its way."""

    def __init__(self, kind: LandLayerKind, version_name: str) -> None:
        super().__init__("land.version-exists", "version_name", kind=kind.value, value=version_name)


class SurveyInFuture(InvalidInput):
    """The day of a survey that has not been."""

    def __init__(self, valid_from: date) -> None:
        super().__init__("land.survey-in-future", "valid_from", value=valid_from.isoformat())


class NothingTaken(InvalidInput):
    """Every row of the file was rejected: there is no layer."""

    def __init__(self, rejected: int) -> None:
        super().__init__("land.nothing-taken", "file", rejected=rejected)


class RowsRejected(InvalidInput):
    """A layer with holes would measure too little: rows that cannot be taken refuse the version. Its rows say why."""

    def __init__(self, rejected: int) -> None:
        super().__init__("land.rows-rejected", "file", rejected=rejected)


def class_of(code: str, classes: dict[str, LandClassValue]) -> LandClassValue | None:
    """The class of a code of the survey. 0201K, 1104A: of the first four characters, where it has no row itself."""
    return classes.get(code) or classes.get(code[:4])


@dataclass(kw_only=True)
class LandLayer:
    """A version of a base layer. version: 0 while its file is gone through, 1 after. jurisdiction: the county."""

    TYPE: ClassVar[str] = "land_layer"

    id: UUID
    jurisdiction: str
    kind: LandLayerKind
    version_name: str
    valid_from: date
    file_name: str
    file_sha256: str
    version: int = 0
    state: str = "running"
    rows_created: int = 0
    rows_repaired: int = 0
    rows_rejected: int = 0
    rows_outside: int = 0
    finished_at: datetime | None = None
    problem: dict[str, Any] | None = field(default=None)

    def end(self, now: datetime, problem: TianweiError | None = None) -> list[LandLayerLoadedV1]:
        """Every row has its outcome, or the file as a whole cannot be taken: then nothing of it is in force."""
        taken = {name: 0 if problem else getattr(self, name) for name in ("rows_created", "rows_repaired")}
        return [
            LandLayerLoadedV1(
                at=now,
                reason=problem and problem.code,
                layer_id=self.id,
                refused=problem is not None,
                **{
                    name: getattr(self, name)
                    for name in ("kind", "version_name", "valid_from", "file_name", "file_sha256")
                },
                **taken,
                rows_rejected=self.rows_rejected,
                rows_outside=self.rows_outside,
            )
        ]

    def apply(self, event: LandLayerLoadedV1) -> None:
        self.state = "refused" if event.refused else "finished"
        self.finished_at = event.at
        self.rows_created, self.rows_repaired = event.rows_created, event.rows_repaired
