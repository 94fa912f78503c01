"""The sample files of patches as a person asks for them on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.sample_patches import main, write_sample


def test_the_command_writes_the_file_and_says_what_is_broken_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "一季度.zip"
    assert main(["--out", str(out), "--rows", "10", "--broken", "2"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rows"] == 10
    assert [row["field"] for row in said["broken"]] == ["geometry", "XZQBM"]
    assert out.is_file()


def test_a_file_of_another_kind_is_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "a.kml")])
    assert ".geojson" in capsys.readouterr().err


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 60])
def test_as_many_rows_are_broken_as_asked_and_the_sand_yard_never(tmp_path: Path, rows: int) -> None:
    for broken in range(min(rows, 4)):
        sample = write_sample(tmp_path, rows=rows, broken=broken)
        assert len({row.row_no for row in sample.broken}) == broken
        assert sample.special_no not in {row.patch_no for row in sample.broken}


def test_all_rows_cannot_be_broken(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broken"):
        write_sample(tmp_path, rows=3, broken=3)


def test_loading_the_module_loads_no_geometry_library() -> None:
    probe = (
        "import sys, gateway.cli.sample_patches; print({'shapely', 'pyogrio', 'pyproj', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"
