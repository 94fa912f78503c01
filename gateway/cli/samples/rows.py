"""What the sample patches say of themselves: the attributes of a satellite patch file (domain.md 7.6)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from gateway.cli.samples.plots import Countryside, Plot, Points

SAND_YARD_NO = "640521WP26000037"
SAND_YARD_COUNTY = "640521"
_SAND_YARD_VILLAGE = "640521104202"
_SAND_YARD_M2, _SAND_YARD_FARMLAND_MU, _SAND_YARD_PBF_MU = 8400.0, "10.50", "6.30"
_BATCH = "2026年一季度"
_BEFORE_ON, _AFTER_ON = date(2025, 9, 12), date(2026, 3, 28)
_WORKS = (
    ("1A", "新增建筑物", "彩钢棚"),
    ("1A", "新增建筑物", "砖混房屋，已封顶"),
    ("1B", "推填土", "表土已剥离"),
    ("2", "硬化地面", "水泥硬化，停放车辆"),
    ("2", "硬化地面", "砂石铺垫"),
    ("3A", "新增道路", "连接村道"),
    ("7A", "堆放场地", "堆放砂石料"),
    ("7B", "挖湖造景", "已蓄水"),
    ("8", "光伏用地", "支架已安装"),
)
_SURE = ("疑似变化", "确定变化")


@dataclass(frozen=True, slots=True)
class SampleRow:
    """ring: EPSG:4523, closed, (n, 2)."""

    ring: Points
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """Which row of the file was broken, how, and the field that an import must name."""

    row_no: int
    patch_no: str
    how: str
    field: str


def make_rows(rows: int, broken: int, county: str, seed: int) -> tuple[list[SampleRow], list[BrokenRow]]:
    """So many patches, the sand yard of domain.md 8.1 among them (in 640521), so many of them broken."""
    random = np.random.default_rng(seed)
    land = Countryside(county, rows, random)
    cells = land.choose(rows)
    special = min(36, rows - 1) if county == SAND_YARD_COUNTY else None
    made: list[SampleRow] = []
    for index, cell in enumerate(cells):
        if index == special:
            made.append(_sand_yard(land, set(cells)))
        else:
            made.append(_row(index, land.plot(cell), county, random))
    victims = [index for index in _victims(rows, broken) if index != special]
    faults = [_break(made, index, turn) for turn, index in enumerate(victims[:broken])]
    return made, sorted(faults, key=lambda fault: fault.row_no)


def _row(index: int, plot: Plot, county: str, random: np.random.Generator) -> SampleRow:
    kind, feature, note = _WORKS[int(random.integers(len(_WORKS)))]
    area = _mu(plot.area_m2)
    farmland = (area * Decimal(f"{random.choice([0, 0.4, 0.7, 1, 1, 1]):.1f}")).quantize(Decimal("0.01"))
    pbf = (farmland * Decimal(f"{random.choice([0, 0, 0.3, 0.6, 1]):.1f}")).quantize(Decimal("0.01"))
    attributes = {
        **_identity(index, plot, county, f"{county}WP26{index + 1:06d}"),
        "TBLX": kind,
        "QSX": _BEFORE_ON - timedelta(days=int(random.integers(0, 40))),
        "HSX": _AFTER_ON - timedelta(days=int(random.integers(0, 25))),
        "JCMJ": str(area),
        "BHCD": _SURE[int(random.integers(2))],
        "TZ": feature,
        "BZ": note,
        "ZGDMJ": float(farmland),
        "ZJBNTMJ": float(pbf),
    }
    return SampleRow(plot.ring, attributes)


def _sand_yard(land: Countryside, taken: set[int]) -> SampleRow:
    """The patch of the worked example: 8400 m², half of it permanent basic farmland."""
    plot = land.plot(land.cell_in(_SAND_YARD_VILLAGE, taken), _SAND_YARD_M2)
    attributes = {
        **_identity(36, plot, SAND_YARD_COUNTY, SAND_YARD_NO),
        "TBLX": "7A",
        "QSX": _BEFORE_ON,
        "HSX": _AFTER_ON,
        "JCMJ": str(_mu(plot.area_m2)),
        "BHCD": _SURE[1],
        "TZ": "砂场",
        "BZ": "地面硬化、搭建钢棚、取土、堆砂，仍在作业",
        "ZGDMJ": float(_SAND_YARD_FARMLAND_MU),
        "ZJBNTMJ": float(_SAND_YARD_PBF_MU),
    }
    return SampleRow(plot.ring, attributes)


def _identity(index: int, plot: Plot, county: str, patch_no: str) -> dict[str, Any]:
    middle = plot.ring[:-1].mean(axis=0)
    return {
        "OBJECTID": index + 1,
        "BSM": f"{county}{index + 1:012d}",
        "JCBH": patch_no,
        "JCPC": _BATCH,
        "XZQBM": plot.township.code[:9],
        "XZQMC": plot.township.name,
        "ZLDWDM": plot.village.code + "0" * 7,
        "XZB": round(float(middle[0]), 2),
        "YZB": round(float(middle[1]), 2),
    }


def _mu(area_m2: float) -> Decimal:
    return (Decimal(area_m2) * 3 / 2000).quantize(Decimal("0.01"))


def _victims(rows: int, broken: int) -> list[int]:
    """Rows to break, spread over the file; one more than asked, should the sand yard be among them."""
    return sorted({(turn + 1) * rows // (broken + 2) for turn in range(broken + 1)}) if broken else []


def _break(made: list[SampleRow], index: int, turn: int) -> BrokenRow:
    how, field = BREAKAGES[turn % len(BREAKAGES)]
    row = made[index]
    attributes, ring = dict(row.attributes), row.ring
    if how == "self-crossing":
        ring = _crossed(ring)
    elif how == "unknown-division":
        attributes["XZQBM"] = attributes["XZQBM"][:6] + "998"
    elif how == "area-not-a-number":
        attributes["JCMJ"] = "约" + attributes["JCMJ"] + "亩"
    elif how == "outside-county":
        ring = ring + np.array([0.0, 150_000.0])
    else:
        attributes["JCBH"] = ""
    made[index] = replace(row, ring=ring, attributes=attributes)
    return BrokenRow(index + 1, attributes["JCBH"], how, field)


def _crossed(ring: Points) -> Points:
    """The same place as a bow-tie of unequal halves."""
    left, bottom = ring.min(axis=0)
    right, top = ring.max(axis=0)
    corners = [(left, bottom), (right, top), (right, bottom), (left, (bottom + top) / 2), (left, bottom)]
    return np.asarray(corners)


BREAKAGES = (
    ("self-crossing", "geometry"),
    ("unknown-division", "XZQBM"),
    ("area-not-a-number", "JCMJ"),
    ("outside-county", "geometry"),
    ("number-missing", "JCBH"),
)
"""How rows are broken, in turn, and the field an import must name."""
