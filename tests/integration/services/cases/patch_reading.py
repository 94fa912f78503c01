"""Patch files as the worker reads them."""

from pathlib import Path
from typing import Any

import pytest

from services.cases.adapters.patch_files import PatchHeader, read_patches
from services.cases.adapters.patch_limits import PatchLimits
from services.cases.adapters.patch_refusals import FileRefused
from services.cases.domain.patch import Patch, RowRejected
from shared.divisions.boundaries import Boundaries
from shared.divisions.register import Divisions
from tests.integration.services.cases.patch_writing import (
    row,
    shapefile_parts,
    zip_shapefile,
)

DIVISIONS, BOUNDARIES = Divisions.load(), Boundaries.load()
Outcomes = list[Patch | RowRejected]


def read(path: Path, limits: PatchLimits | None = None, name: str | None = None) -> tuple[PatchHeader, Outcomes]:
    patches = read_patches(path, name or path.name, "640521000000", DIVISIONS, BOUNDARIES, limits or PatchLimits())
    return patches.header, list(patches.outcomes)


def refusal(path: Path, limits: PatchLimits | None = None) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read(path, limits)
    assert refused.value.field == "file"
    return refused.value


def only(path: Path) -> Patch | RowRejected:
    _, (outcome,) = read(path)
    return outcome


def patch_in(path: Path) -> Patch:
    outcome = only(path)
    assert isinstance(outcome, Patch), outcome
    return outcome


def rejection_in(path: Path) -> RowRejected:
    outcome = only(path)
    assert isinstance(outcome, RowRejected), outcome
    return outcome


def one_shape(folder: Path, shape: Any, **options: Any) -> Path:
    return zip_shapefile(folder / "one.zip", shapefile_parts(folder / "one", [row(1)], [shape], **options))


def codes(header: PatchHeader) -> list[str]:
    return [warning.code for warning in header.warnings]
