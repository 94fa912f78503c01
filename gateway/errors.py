"""What can be wrong with a request before any service sees it, by its stable code."""

from typing import ClassVar

from shared.errors import InvalidInput, TianweiError


class BodyTooLarge(TianweiError):
    kind: ClassVar[str] = "too-large"

    def __init__(self, most_bytes: int) -> None:
        super().__init__("http.body-too-large", None, most_bytes=most_bytes)


class MediaTypeUnsupported(TianweiError):
    kind: ClassVar[str] = "media-type"

    def __init__(self, found: str, accepted: list[str]) -> None:
        super().__init__("http.media-type", "Content-Type", found=found[:100], accepted=accepted)


class HeaderInvalid(InvalidInput):
    def __init__(self, header: str, expected: str) -> None:
        super().__init__("http.header-invalid", header, expected=expected)


class ParameterInvalid(InvalidInput):
    """A part of the path is not what it must be."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__("http.parameter-invalid", name, expected=expected)


class FileMissing(InvalidInput):
    def __init__(self) -> None:
        super().__init__("http.file-missing", "file")


class FileEmpty(InvalidInput):
    def __init__(self) -> None:
        super().__init__("http.file-empty", "file")


class EvidenceTypeUnknown(InvalidInput):
    """Its content is of no kind that evidence may be, whatever its name says."""

    def __init__(self, name: str, accepted: list[str]) -> None:
        super().__init__("evidence.type-unknown", "file", name=name[:200], accepted=accepted)


class ReceiptPhotoRefused(InvalidInput):
    """Neither a picture nor a scan, too large, or never uploaded. reason: photo-kind, photo-size, photo-unknown."""

    def __init__(self, reason: str) -> None:
        super().__init__("notify.receipt-photo-refused", "photo_sha256", reason=reason)


class BodyTooSlow(TianweiError):
    """The rest of the body did not come in time."""

    kind: ClassVar[str] = "too-slow"

    def __init__(self) -> None:
        super().__init__("http.body-too-slow")


class TooOften(TianweiError):
    """One account or address asks more often than it may."""

    kind: ClassVar[str] = "too-often"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("http.too-often", None, retry_after_s=retry_after_s)


class Gone(TianweiError):
    """The caller left before the answer; nobody reads this."""

    kind: ClassVar[str] = "client-gone"

    def __init__(self) -> None:
        super().__init__("http.client-gone")


class ExportTooLarge(InvalidInput):
    """More rows than one spreadsheet may have."""

    def __init__(self, most: int) -> None:
        super().__init__("http.export-too-large", None, most=most)
