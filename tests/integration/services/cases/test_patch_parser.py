"""The limited child that reads a patch file, as its parent sees it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest

from gateway.cli.sample_patches import write_sample
from services.cases.adapters.patch_lines import EndLine, HeaderLine, read_line
from services.cases.domain.patch import Patch, RowRejected
from services.cases.domain.patch_values import FORBIDDEN
from shared.errors import InvalidInput
from tests.integration.services.cases.patch_writing import geojson, row, shapefile_parts, square, zip_of, zip_shapefile

_PROBE = """
import sys
from collections.abc import Callable
from services.cases.adapters import patch_parser
patch_parser.main([sys.argv[1], "--county", "640521"])
import pyogrio
print("DRIVERS", sorted(pyogrio.list_drivers()), file=sys.stderr)
"""


def run(path: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "services.cases.adapters.patch_parser", str(path), "--county", "640521000000"]
    return subprocess.run([*command, *options], capture_output=True, timeout=120, check=False)


def problem_of(done: subprocess.CompletedProcess[bytes]) -> InvalidInput:
    assert done.returncode == 2, done.stderr
    problem = read_line(done.stdout.splitlines()[-1])
    assert isinstance(problem, InvalidInput)
    assert problem.field == "file"
    return problem


def test_a_good_file_is_a_header_a_line_per_row_and_an_end(tmp_path: Path) -> None:
    sample = write_sample(tmp_path)
    done = run(sample.path)
    assert (done.returncode, done.stderr) == (0, b"")
    header, *rows, end = (read_line(line) for line in done.stdout.splitlines())
    assert isinstance(header, HeaderLine)
    assert (header.kind, header.rows, header.crs, header.encoding) == ("shapefile", 60, "EPSG:4523", "GB18030")
    assert [type(each) for each in rows].count(Patch) == sample.good
    rejected = [(each.row_no, each.field) for each in rows if isinstance(each, RowRejected)]
    assert rejected == [(fault.row_no, fault.field) for fault in sample.broken]
    assert end == EndLine(60, 57, 3)


def test_a_file_stored_under_its_digest_is_read_by_its_owners_name(tmp_path: Path) -> None:
    stored = write_sample(tmp_path, rows=5, broken=0).path.rename(tmp_path / "00ff")
    assert run(stored, "--name", "图斑.zip").returncode == 0
    assert problem_of(run(stored)).code == "file.kind-unknown"


def test_a_refused_file_is_one_problem_line_and_exit_code_2(tmp_path: Path) -> None:
    path = zip_shapefile(tmp_path / "a.zip", shapefile_parts(tmp_path / "p"), without=[".prj"])
    done = run(path)
    assert len(done.stdout.splitlines()) == 1
    problem = problem_of(done)
    assert (problem.code, problem.facts["missing"]) == ("file.member-missing", [".prj"])


def test_the_row_limit_is_a_setting(tmp_path: Path) -> None:
    path = zip_shapefile(tmp_path / "a.zip", shapefile_parts(tmp_path / "p"))
    assert problem_of(run(path, "--max-rows", "1")).code == "file.too-many-rows"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    parts = {**shapefile_parts(tmp_path / "p"), ".shp": bytes(100_000_000)}
    path = zip_shapefile(tmp_path / "bomb.zip", parts)
    assert path.stat().st_size < 200_000
    assert problem_of(run(path)).code == "file.archive-too-large"


def test_a_file_that_needs_more_memory_than_allowed_costs_only_the_child(tmp_path: Path) -> None:
    path = tmp_path / "big.geojson"
    path.write_bytes(geojson([row(1)], [square()])[:-1] + b', "more": [' + b"1," * 60_000_000 + b"1]}")
    done = run(path, "--memory-bytes", str(900 * 1024 * 1024))
    assert done.returncode != 0
    assert b'{"end"' not in done.stdout
    if done.returncode == 2:  # else the allocator of a C library ended it
        assert problem_of(done).code == "file.too-large"


def test_a_file_that_takes_too_long_costs_only_the_child(tmp_path: Path) -> None:
    text = geojson([row(1)], [square()])
    start, end = text.index(b"[{") + 1, text.rindex(b"]", 0, text.index(b'"crs"'))
    path = tmp_path / "long.geojson"
    path.write_bytes(text[:start] + b",".join([text[start:end]] * 60_000) + text[end:])
    done = run(path, "--cpu-seconds", "1")
    assert done.returncode < 0
    assert b'{"end"' not in done.stdout


def test_only_the_drivers_that_are_needed_can_be_reached(tmp_path: Path) -> None:
    path = write_sample(tmp_path, rows=3, broken=0, kind="geopackage").path
    done = subprocess.run([sys.executable, "-c", _PROBE, str(path)], capture_output=True, timeout=60, check=True)
    assert b"DRIVERS ['ESRI Shapefile', 'GPKG']" in done.stderr
    assert len(pyogrio.list_drivers()) > 2


@pytest.mark.parametrize("path", ["/vsicurl/http://127.0.0.1:9/a.zip", "/vsizip/a.zip", "absent.zip"])
def test_only_a_file_of_this_machine_is_taken(path: str) -> None:
    done = run(Path(path))
    assert (done.returncode, done.stdout) == (64, b"")


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    run(write_sample(tmp_path, rows=3, broken=0).path)
    run(zip_of(tmp_path / "bad.zip", {"a.shp": b"x", "a.shx": b"x", "a.dbf": b"x", "a.prj": b"x"}))
    assert list(scratch.iterdir()) == []


def _prj_with_nul(folder: Path) -> Path:
    parts = shapefile_parts(folder / "p")
    return zip_shapefile(folder / "a.zip", {**parts, ".prj": b"PROJCS[\0\x1b" + b"x" * 5000})


def _crs_with_nul(folder: Path) -> Path:
    path = folder / "a.geojson"
    path.write_bytes(geojson([row(1)], [square()], "urn:\0\x1b\u202e" + "x" * 5000))
    return path


@pytest.mark.parametrize("make", [_prj_with_nul, _crs_with_nul])
def test_what_a_refusal_quotes_from_a_file_is_short_and_clean(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    problem = problem_of(run(make(tmp_path)))
    assert problem.code == "file.projection-unknown"
    quoted = problem.facts["projection"]
    assert len(quoted) <= 200
    assert not FORBIDDEN.search(quoted)


def test_a_column_name_with_control_characters_is_told_clean(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson([row(1, **{"A\0\x1bB": "x\0y"}), row(2, JCMJ="\0")], [square(), square(300)]))
    done = run(path)
    assert done.returncode == 0
    patch, rejected = (read_line(line) for line in done.stdout.splitlines()[1:3])
    assert isinstance(patch, Patch)
    assert isinstance(rejected, RowRejected)
    assert patch.raw["A\ufffd\ufffdB"] == "x\ufffdy"
    assert not any(FORBIDDEN.search(name) for name in rejected.raw)
