"""What can be wrong with a request before any service sees it, by its stable code."""

from typing import ClassVar

from shared.errors import InvalidInput, TianweiError, Unavailable


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


class FieldUnknown(InvalidInput):
    """`fields` names what the answer has not."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__("http.field-unknown", "fields", name=name[:100], known=known)


class ExpansionUnknown(InvalidInput):
    """`expand` names what does not belong to the object."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__("http.expansion-unknown", "expand", name=name[:100], known=known)


class PreconditionMissing(TianweiError):
    """A change of what exists that does not say which version it was decided on.

    resource: the address whose ETag it is to name. any_: it said `*`, which is not taken here.
    """

    kind: ClassVar[str] = "precondition-missing"

    def __init__(self, resource: str, *, any_: bool = False) -> None:
        code = "http.if-match-any" if any_ else "http.if-match-missing"
        super().__init__(code, "If-Match", resource=resource)


class KeyMissing(TianweiError):
    """What makes something new must be repeatable without making it twice."""

    kind: ClassVar[str] = "malformed"

    def __init__(self) -> None:
        super().__init__("http.idempotency-key-missing", "Idempotency-Key")


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


class TooOften(TianweiError):
    """One address asks what is public more often than a person can read."""

    kind: ClassVar[str] = "too-often"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("http.too-often", None, retry_after_s=retry_after_s)


class TooManyStreams(TianweiError):
    """One account listens in more places than a person has windows."""

    kind: ClassVar[str] = "too-often"

    def __init__(self, most: int) -> None:
        super().__init__("stream.too-many", None, most=most, retry_after_s=30)


class StreamsFull(Unavailable):
    """As many listen as this process can serve."""

    def __init__(self) -> None:
        super().__init__("stream.full", retry_after_s=30)


class Gone(TianweiError):
    """The caller left before the answer; nobody reads this."""

    kind: ClassVar[str] = "client-gone"

    def __init__(self) -> None:
        super().__init__("http.client-gone")


class ExportTooLarge(InvalidInput):
    """More rows than one spreadsheet may have."""

    def __init__(self, most: int) -> None:
        super().__init__("http.export-too-large", None, most=most)
