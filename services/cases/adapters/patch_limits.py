"""How much a patch file may ask of its reader."""

from dataclasses import dataclass

from shared.contracts.codes import PositionCrs


@dataclass(frozen=True, slots=True)
class PatchLimits:
    """rows: patches in a file. file_bytes: the file; total_bytes: all members of a zip unpacked.

    ratio: unpacked to packed of one member above small_bytes (blank-padded DBF columns pack well, so it is generous).
    vertices: of one patch. columns: attributes of a patch. geodatabase: whether a zipped .gdb may be read.
    layer: which one is meant where a file has several. crs: of its coordinates, as whoever sent it says.
    """

    rows: int = 100_000
    file_bytes: int = 256 * 1024 * 1024
    total_bytes: int = 512 * 1024 * 1024
    members: int = 64
    ratio: int = 200
    small_bytes: int = 4 * 1024 * 1024
    vertices: int = 50_000
    columns: int = 255
    geodatabase: bool = False
    layer: str | None = None
    crs: PositionCrs | None = None
