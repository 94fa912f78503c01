"""Base layers by version (domain.md 6.8): what a row of their files must have, and a version as a thing of its own."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.patch import RowRejected, Shape, ShapeFault, Warned
from services.cases.domain.patch_values import Fault, Raw, optional_text, shown
from shared.contracts.cases_events import LandLayerLoadedV1
from shared.contracts.codes import LandLayerKind
from shared.contracts.rule_values import LandClassValue
from shared.errors import Conflict, InvalidInput, TianweiError

CLASS_COLUMNS = ("DLBM",)
"""地类编码."""
PLOT_COLUMNS = ("PLOT_CODE", "DKBM", "BDCDYH")
"""A code of the house, 承包地块代码, 不动产单元号: the first that a file has."""
_CLASS = re.compile(r"\d{2}([0-9A-Z]\d[A-Z]?)?", re.ASCII)
_PLOT = re.compile(r"[0-9A-Za-z_\-]{4,40}", re.ASCII)

OUTSIDE = "land.outside-county"
"""Such a row is left out and refuses nothing: no shape of the county can meet it."""

REQUIRED: dict[LandLayerKind, tuple[str, ...]] = {
    LandLayerKind.CULTIVATED_LAND: CLASS_COLUMNS,
    LandLayerKind.PARCEL: PLOT_COLUMNS,
}
"""Of these columns one must be there."""


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


@dataclass(frozen=True, slots=True)
class LandFeature:
    """A good row. area_m2: ellipsoidal. bounds: west, south, east, north. wkb: EPSG:4490, little endian, 2D."""

    row_no: int
    land_class: str | None
    plot_code: str | None
    area_m2: Decimal
    bounds: tuple[float, float, float, float]
    wkb: bytes
    repaired: Warned | None = None


class LandRules:
    """The rules for the rows of one file. columns: those it has."""

    def __init__(self, kind: LandLayerKind, columns: frozenset[str]) -> None:
        self._kind = kind
        self._class_column = next((name for name in CLASS_COLUMNS if name in columns), None)
        self._plot_column = next((name for name in PLOT_COLUMNS if name in columns), None)
        self._first_row: dict[str, int] = {}

    def judge(
        self,
        row_no: int,
        raw: Raw,
        shape: Shape | ShapeFault,
        bounds: tuple[float, float, float, float],
        repaired: Warned | None,
    ) -> LandFeature | RowRejected:
        try:
            land_class = self._coded(raw, self._class_column, _CLASS, self._kind is LandLayerKind.CULTIVATED_LAND)
            plot_code = self._plot(row_no, raw) if self._kind is LandLayerKind.PARCEL else None
            if isinstance(shape, ShapeFault):
                raise Fault("geometry", shape.code, **shape.facts)
        except Fault as fault:
            kept = {name: shown(value) for name, value in raw.items()}
            return RowRejected(row_no, fault.field, fault.code, fault.facts, kept)
        return LandFeature(row_no, land_class, plot_code, shape.area_m2, bounds, shape.wkb, repaired)

    def _plot(self, row_no: int, raw: Raw) -> str | None:
        code = self._coded(raw, self._plot_column, _PLOT, needed=True)
        assert code is not None
        assert self._plot_column is not None
        if (first := self._first_row.setdefault(code, row_no)) != row_no:
            raise Fault(self._plot_column, "land.plot-twice", value=code, first_row=first)
        return code

    def _coded(self, raw: Raw, column: str | None, form: re.Pattern[str], needed: bool) -> str | None:
        value = optional_text(raw, column) if column else None
        if value is None:
            if needed and column:
                raise Fault(column, "attribute.missing")
            return None
        if not form.fullmatch(value):
            assert column is not None
            raise Fault(column, "attribute.malformed", value=value[:80])
        return value


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
