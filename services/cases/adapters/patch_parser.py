"""The limited child that reads one patch file: `python -m services.cases.adapters.patch_parser FILE --county CODE`.

A file from outside is read by C libraries, so it is read in a process that may not grow, run on or reach out, and whose
death costs one import. It writes JSON lines to standard output (patch_lines.py says which).
Exit codes: 0 read, 2 refused (the last line says why), 64 no such file; a signal: a limit was reached.
"""

import argparse
import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.cases.adapters.land_files import LandFile
    from services.cases.adapters.patch_files import PatchFile
    from shared.errors import TianweiError

LAYERS = (
    "cultivated_land",
    "permanent_basic_farmland",
    "ecological_red_line",
    "urban_boundary",
    "parcel",
    "pbf_reserve_area",
    "high_standard_farmland",
    "approved_land",
)
MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 120
WRITTEN_BYTES = 1024 * 1024 * 1024

# Read by GDAL, PROJ and OpenBLAS when they load, so they stand before those imports.
_SURROUNDINGS = {
    "PROJ_NETWORK": "OFF",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",  # nothing listens on the discard port
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
# Every other driver of the pyogrio wheel: some follow references in a file to other files or to the network.
_UNUSED_DRIVERS = (
    "ADBC,AIVector,AmigoCloud,AVCBin,AVCE00,Carto,CSV,CSW,DGN,DXF,EDIGEO,EEDA,Elasticsearch,"
    "ESRIJSON,FlatGeobuf,GDALG,GeoJSON,GeoJSONSeq,GeoRSS,GML,GPSBabel,GPX,GTFS,HTTP,Idrisi,JML,"
    "JSONFG,KML,LIBKML,LVBAG,MapInfo File,MapML,MBTiles,MEM,MiraMonVector,MVT,NGW,OAPIF,ODS,OGCAPI,"
    "OGR_GMT,OGR_PDS,OGR_VRT,OpenFileGDB,OSM,PCIDSK,PDF,PDS4,PGDUMP,PLSCENES,PMTiles,S57,Selafin,"
    "SQLite,SXF,TopoJSON,VDV,VFK,VICAR,WAsP,WFS,XLSX"
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    _confine(options)
    from shared.errors import TianweiError

    try:
        return _parse(options)
    except TianweiError as problem:
        refusal = problem
    except MemoryError:
        from services.cases.adapters.patch_refusals import TooLarge

        refusal = TooLarge()
    _say_problem(refusal)
    return 2


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="patch_parser", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--reads", choices=("patches", "overlay", *LAYERS), default="patches")
    parser.add_argument("--county", required=True, help="division code of the county, 6 or 12 digits")
    parser.add_argument("--name", help="the name its owner gave the file, when it is stored under another")
    parser.add_argument("--crs", choices=("cgcs2000", "wgs84", "gcj02", "bd09"), help="as whoever sent it says")
    parser.add_argument("--layer", help="which one is meant where the file has several")
    parser.add_argument("--repair", action="store_true", help="mend rings of a base layer that cross themselves")
    parser.add_argument("--max-rows", type=int, default=100_000)
    parser.add_argument("--memory-bytes", type=int, default=MEMORY_BYTES)
    parser.add_argument("--cpu-seconds", type=int, default=CPU_SECONDS)
    options = parser.parse_args(arguments)
    if not options.file.is_file():
        parser.exit(64, f"no such file: {options.file}\n")
    return options


def _confine(options: argparse.Namespace) -> None:
    """Set the limits, then the surroundings; only then may a reader be imported."""
    for what, limit in (
        (resource.RLIMIT_AS, options.memory_bytes),
        (resource.RLIMIT_CPU, options.cpu_seconds),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
    ):
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(what, (limit, limit))
    skipped = _UNUSED_DRIVERS if options.reads == "patches" else _UNUSED_DRIVERS.replace("OpenFileGDB,", "")
    os.environ.update(_SURROUNDINGS, GDAL_SKIP=skipped)


def _parse(options: argparse.Namespace) -> int:
    from services.cases.adapters.patch_lines import end_line, header_line, outcome_line
    from services.cases.domain.patch import RowRejected

    if options.reads == "overlay":
        return _overlay(options.file)
    read = _read(options)
    header, out, bad = read.header, sys.stdout.buffer, 0
    about = (header.kind, header.rows, header.crs, header.encoding, header.sample, header.warnings)
    out.write(header_line(*about, header.completeness))
    for outcome in read.outcomes:
        bad += isinstance(outcome, RowRejected)
        out.write(outcome_line(outcome))
    out.write(end_line(header.rows - bad, bad))
    out.flush()
    return 0


def _read(options: argparse.Namespace) -> "PatchFile | LandFile":
    from services.cases.adapters.land_files import read_land
    from services.cases.adapters.patch_files import read_patches
    from services.cases.adapters.patch_limits import PatchLimits
    from shared.contracts.codes import LandLayerKind, PositionCrs
    from shared.divisions.boundaries import Boundaries
    from shared.divisions.register import Divisions

    name, boundaries = options.name or options.file.name, Boundaries.load()
    if options.reads == "patches":
        limits = PatchLimits(rows=options.max_rows, crs=PositionCrs(options.crs) if options.crs else None)
        return read_patches(options.file, name, options.county, Divisions.load(), boundaries, limits)
    # A geodatabase has five files a table, and some forty tables before its first layer.
    limits = PatchLimits(
        rows=options.max_rows, vertices=500_000, members=2000, geodatabase=True, layer=options.layer or None
    )
    kind = LandLayerKind(options.reads)
    return read_land(options.file, name, kind, options.county, boundaries, limits, repair=options.repair)


def _overlay(file: Path) -> int:
    from services.cases.adapters.overlay_files import read_overlay
    from services.cases.adapters.overlay_geometry import laid_over
    from services.cases.adapters.patch_lines import end_line, header_line, overlay_line

    shapes, slivers, layers = read_overlay(file)
    out = sys.stdout.buffer
    out.write(header_line("overlay", len(shapes), "EPSG:4490", "UTF-8", {}, ()))
    for measured in laid_over(shapes, layers, slivers):
        out.write(overlay_line(measured))
    out.write(end_line(len(shapes), 0))
    out.flush()
    return 0


def _say_problem(problem: "TianweiError") -> None:
    from services.cases.adapters.patch_lines import problem_line

    sys.stdout.buffer.write(problem_line(problem))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
