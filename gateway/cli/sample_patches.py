"""Sample files of satellite patches: `python -m gateway.cli.sample_patches --out FILE --rows N`.

Invented patches inside a county of the seed data, with real division codes: for the demo, the benchmarks and the tests.
What draws them (shapely, pyproj, pyogrio) is loaded when a file is written, not with the command line.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from gateway.cli.samples.rows import BrokenRow

Kind = Literal["shapefile", "geopackage", "geojson"]
_NAMES: dict[Kind, str] = {"shapefile": "patches.zip", "geopackage": "patches.gpkg", "geojson": "patches.geojson"}
_EPSG: dict[Kind, int] = {"shapefile": 4523, "geopackage": 4490, "geojson": 4490}


@dataclass(frozen=True, slots=True)
class SampleFile:
    """path: the file. rows: all of them; broken: the bad ones, in file order; special_no: the sand yard, in 640521."""

    path: Path
    rows: int
    broken: tuple["BrokenRow", ...]
    special_no: str | None

    @property
    def good(self) -> int:
        return self.rows - len(self.broken)


def write_sample(
    folder: Path,
    *,
    rows: int = 60,
    broken: int = 3,
    seed: int = 20260401,
    county: str = "640521",
    kind: Kind = "shapefile",
    epsg: int | None = None,
    encoding: Literal["GBK", "UTF-8"] = "GBK",
    code_page: bool = False,
    name: str | None = None,
) -> SampleFile:
    """Write a file of patches into a folder and say what is in it.

    By default a zipped Shapefile, GBK without .cpg, EPSG:4523. epsg: 4523, 4544, 4490 or 4326; by default 4490 for the
    other kinds. encoding, code_page: of a Shapefile. broken: how many rows are wrong, each in another way
    (self-crossing, unknown code, area in words, outside the county, no number, then again). Among the good ones is the
    sand yard of the worked example (domain.md 8.1). The same arguments give the same patches.
    """
    from gateway.cli.samples.files import write_shapefile, write_single
    from gateway.cli.samples.rows import SAND_YARD_COUNTY, SAND_YARD_NO, make_rows

    if not 0 <= broken < rows:
        raise ValueError("broken must be less than rows")
    made, faults = make_rows(rows, broken, county, seed)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or _NAMES[kind])
    if kind == "shapefile":
        write_shapefile(path, made, epsg or _EPSG[kind], encoding, code_page)
    else:
        write_single(path, made, epsg or _EPSG[kind], kind)
    return SampleFile(path, rows, tuple(faults), SAND_YARD_NO if county == SAND_YARD_COUNTY else None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a file and print what is in it as one JSON object."""
    parser = argparse.ArgumentParser(prog="sample_patches", description="Write a sample file of satellite patches.")
    parser.add_argument("--out", type=Path, required=True, help="file to write: .zip, .gpkg or .geojson")
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--broken", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20260401)
    parser.add_argument("--county", default="640521")
    options = parser.parse_args(arguments)
    kind = next((kind for kind, usual in _NAMES.items() if usual.endswith(options.out.suffix or "?")), None)
    if kind is None:
        parser.error("--out must end in .zip, .gpkg or .geojson")
    sample = write_sample(
        options.out.parent,
        rows=options.rows,
        broken=options.broken,
        seed=options.seed,
        county=options.county,
        kind=kind,
        name=options.out.name,
    )
    broken = [asdict(row) for row in sample.broken]
    print(json.dumps({"path": str(sample.path), "rows": sample.rows, "broken": broken}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
