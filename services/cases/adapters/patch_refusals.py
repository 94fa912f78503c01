"""Why a whole patch file is refused. Every class has one stable code; the field is always "file"."""

from typing import Any, ClassVar

from shared.errors import InvalidInput


class FileRefused(InvalidInput):
    """Base. facts: JSON-safe."""

    refusal: ClassVar[str] = "file.refused"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.refusal, "file", **facts)


class KindUnknown(FileRefused):
    """facts: name, accepted."""

    refusal = "file.kind-unknown"


class KindMismatch(FileRefused):
    """The content is not what the extension says. facts: name, expected."""

    refusal = "file.kind-mismatch"


class NotAZip(FileRefused):
    """facts: name."""

    refusal = "file.not-a-zip"


class Damaged(FileRefused):
    """It breaks off, or its parts contradict. facts: part, reason: a word of ours, never what a library says."""

    refusal = "file.damaged"


class ArchiveTooLarge(FileRefused):
    """A zip bomb, or what looks like one. facts: limit (members, bytes, ratio), most, found."""

    refusal = "file.archive-too-large"


class ArchiveNested(FileRefused):
    """facts: member."""

    refusal = "file.archive-nested"


class ArchiveUnsafePath(FileRefused):
    """A member would leave the folder, or is a link. facts: member."""

    refusal = "file.archive-unsafe-path"


class ArchiveEncrypted(FileRefused):
    """facts: member."""

    refusal = "file.archive-encrypted"


class MemberMissing(FileRefused):
    """facts: missing (extensions such as .prj), members found."""

    refusal = "file.member-missing"


class SeveralLayers(FileRefused):
    """More than one Shapefile or layer: which one is meant? facts: layers."""

    refusal = "file.several-layers"


class LayerUnknown(FileRefused):
    """The file has no layer of the name that was asked for. facts: value, layers."""

    refusal = "file.layer-unknown"


class ProjectionUnknown(FileRefused):
    """facts: projection (as named in the file), accepted."""

    refusal = "file.projection-unknown"


class CrsContradicted(FileRefused):
    """What was stated of the coordinates is not what the file says of them. facts: declared (by the file), stated."""

    refusal = "file.crs-contradicted"


class ZoneContradicted(FileRefused):
    """The declared zone is not that of the numbers. facts: declared, zone of it; found: zone in the eastings."""

    refusal = "file.zone-contradicted"


class WrongZone(FileRefused):
    """Taken as declared, it lies elsewhere; in another zone it would lie in the county.

    facts: declared, longitude, latitude; fits: the EPSG code that would do.
    """

    refusal = "file.wrong-zone"


class NoPatches(FileRefused):
    refusal = "file.no-patches"


class NoRows(FileRefused):
    """A table with its head alone."""

    refusal = "file.no-rows"


class ColumnsMissing(FileRefused):
    """facts: columns missing, present."""

    refusal = "file.columns-missing"


class TooManyRows(FileRefused):
    """facts: most, found."""

    refusal = "file.too-many-rows"


class TooLarge(FileRefused):
    """facts: most_bytes, found_bytes; without them: reading it took more memory than a parser may use."""

    refusal = "file.too-large"


class OutsideCounty(FileRefused):
    """No row of a layer lies in the county: another county's file, or another zone's. facts: longitude, latitude."""

    refusal = "file.outside-county"
