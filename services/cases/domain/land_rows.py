"""Rows of a file of a base layer (domain.md 6.8): what each must have. Needs no model of a contract: the child that
reads files starts with it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from services.cases.domain.patch import RowRejected, Shape, ShapeFault, Warned
from services.cases.domain.patch_values import Fault, Raw, optional_text, shown
from shared.contracts.codes import LandLayerKind

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
