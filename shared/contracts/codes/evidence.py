"""Evidence."""

from enum import StrEnum


class EvidenceKind(StrEnum):
    """The eight kinds of APL 46."""

    DOCUMENTARY = "documentary"
    PHYSICAL = "physical"
    AUDIOVISUAL = "audiovisual"
    ELECTRONIC_DATA = "electronic_data"
    WITNESS_TESTIMONY = "witness_testimony"
    PARTY_STATEMENT = "party_statement"
    APPRAISAL_OPINION = "appraisal_opinion"
    INSPECTION_RECORD = "inspection_record"


class EvidenceObject(StrEnum):
    """What a piece of evidence proves something of."""

    CLUE = "clue"
    CASE = "case"
    RECTIFICATION = "rectification"
    JOINT_ACTION = "joint_action"


class EvidenceStage(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    CHECK = "check"


class EvidenceStep(StrEnum):
    """Steps before which evidence may be asked for: verbs of the transition tables."""

    SUBMIT_OPINION = "submit-opinion"
    START_REVIEW = "start-review"
    FILE_CASE = "file-case"
    CONCLUDE = "conclude"
    REPORT = "report"
    CHECK = "check"
    ACCEPT = "accept"
    STRIKE_OFF = "strike-off"
    RECHECK = "recheck"


class EvidenceSource(StrEnum):
    """camera: taken in the app itself, not from an album (domain.md 3.6)."""

    CAMERA = "camera"
    ALBUM = "album"
    DRONE = "drone"
    SCANNER = "scanner"
    SYSTEM = "system"
    OTHER = "other"


class EvidenceState(StrEnum):
    """unexamined: new, and not served yet. quarantined: a virus was found, never served."""

    UNEXAMINED = "unexamined"
    KEPT = "kept"
    QUARANTINED = "quarantined"
    EXCLUDED = "excluded"
    DISPOSED = "disposed"


class EvidenceDisposition(StrEnum):
    """What becomes of evidence registered in advance (APL 56)."""

    RELEASED = "released"
    RETURNED_AFTER_COPY = "returned_after_copy"
    SENT_TO_APPRAISAL = "sent_to_appraisal"
    SEALED = "sealed"
    CONFISCATED = "confiscated"
    TRANSFERRED = "transferred"


class ScanVerdict(StrEnum):
    AWAITED = "awaited"
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"


class EvidenceFlagCode(StrEnum):
    """What a person should know of a photograph before relying on it; register evidence_flag: which spoil it."""

    BEFORE_ISSUE = "before_issue"
    BEFORE_RECTIFICATION = "before_rectification"
    FUTURE_TIME = "future_time"
    NO_TIME = "no_time"
    TIME_DIFFERS = "time_differs"
    CLOCK_WRONG = "clock_wrong"
    NO_POSITION = "no_position"
    TOO_FAR = "too_far"
    DATUM_UNKNOWN = "datum_unknown"
    NO_AZIMUTH = "no_azimuth"
    MAGNETIC_AZIMUTH = "magnetic_azimuth"
    ALBUM = "album"
    EDITED = "edited"
    LATE_UPLOAD = "late_upload"
    UNREADABLE = "unreadable"
    NAME_DIFFERS = "name_differs"
    DUPLICATE_CONTENT = "duplicate_content"


class CopyState(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"
