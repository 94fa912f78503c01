"""Where a clue came from, how far it is, what was found."""

from enum import StrEnum


class ClueSource(StrEnum):
    SATELLITE_PATCH = "satellite_patch"
    LAND_CHANGE_SURVEY = "land_change_survey"
    PATROL = "patrol"
    PUBLIC_REPORT = "public_report"
    PETITION = "petition"
    SUPERIOR_ASSIGNMENT = "superior_assignment"
    INSPECTION_FEEDBACK = "inspection_feedback"
    AUDIT_TRANSFER = "audit_transfer"
    AGENCY_TRANSFER = "agency_transfer"
    MEDIA = "media"
    FIELD_CHIEF_REPORT = "field_chief_report"
    TAKEN_OVER = "taken_over"


class ReportChannel(StrEnum):
    """How a report of a person came in (群众举报, 信访)."""

    HOTLINE_12345 = "hotline_12345"
    HOTLINE_12336 = "hotline_12336"
    LETTER = "letter"
    VISIT = "visit"
    PHONE = "phone"
    ONLINE = "online"


class AliasKind(StrEnum):
    """Whose number an outside number of a clue is."""

    PATCH = "patch"
    CLUE = "clue"
    HOTLINE = "hotline"
    PETITION = "petition"
    SUPERIOR = "superior"
    AGENCY = "agency"
    OTHER = "other"


class ClueState(StrEnum):
    """domain.md 3.1. split: a patch cut into child patches, which go on in its place (被拆分)."""

    RECEIVED = "received"
    DEDUPLICATED = "deduplicated"
    LINKED_TO_EXISTING = "linked_to_existing"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    RETURNED_UNIT_WRONG = "returned_unit_wrong"
    VERIFYING = "verifying"
    OPINION_SUBMITTED = "opinion_submitted"
    COUNTY_REVIEW = "county_review"
    CITY_REVIEW = "city_review"
    PROVINCE_REVIEW = "province_review"
    SENT_BACK = "sent_back"
    REVIEW_ENDED = "review_ended"
    TO_CASE = "to_case"
    CLOSED_LEGAL = "closed_legal"
    CLOSED_OTHER = "closed_other"
    TRANSFERRED_OUT = "transferred_out"
    SPLIT = "split"
    REJECTED = "rejected"
    ARCHIVED = "archived"


class ReviewState(StrEnum):
    """How far the verification and its review above has come: of a case's clue, it goes on beside the case."""

    VERIFYING = "verifying"
    OPINION_SUBMITTED = "opinion_submitted"
    COUNTY_REVIEW = "county_review"
    CITY_REVIEW = "city_review"
    PROVINCE_REVIEW = "province_review"
    SENT_BACK = "sent_back"
    REVIEW_ENDED = "review_ended"


class RejectReason(StrEnum):
    """Why a clue is not taken up (不予受理)."""

    NOT_LAND = "not_land"
    NO_PLACE = "no_place"
    ANONYMOUS_WITHOUT_FACTS = "anonymous_without_facts"


class TransferReply(StrEnum):
    """What another department says to a clue it was sent."""

    ACCEPTED = "accepted"
    RETURNED = "returned"


class DuplicateKind(StrEnum):
    """duplicate: the same finding twice. rebound: a struck-off place has come back (反弹)."""

    DUPLICATE = "duplicate"
    REBOUND = "rebound"


class DuplicateState(StrEnum):
    PROPOSED = "proposed"
    LINKED = "linked"
    SEPARATE = "separate"


class DuplicateGround(StrEnum):
    """By what two clues look like one."""

    NUMBER = "number"
    OVERLAP = "overlap"
    CENTRE_INSIDE = "centre_inside"
    NEAR_POINT = "near_point"
    SAME_PARTY = "same_party"
    SAME_PERIOD = "same_period"


class VerificationOpinion(StrEnum):
    LEGAL = "legal"
    FACILITY_AGRI_LAND = "facility_agri_land"
    RURAL_ROAD = "rural_road"
    OTHER = "other"
    FALSE_CHANGE = "false_change"
    NON_AGRI_ILLEGAL = "non_agri_illegal"
    NON_GRAIN_ILLEGAL = "non_grain_illegal"


ILLEGAL_OPINIONS = frozenset({VerificationOpinion.NON_AGRI_ILLEGAL, VerificationOpinion.NON_GRAIN_ILLEGAL})


class SentBackReason(StrEnum):
    """domain.md 5.6."""

    NO_AZIMUTH = "no_azimuth"
    POSITION_OFF = "position_off"
    TIME_WRONG = "time_wrong"
    AREA_DIFFERS = "area_differs"
    PROOF_MISSING = "proof_missing"
    JUDGED_WRONG = "judged_wrong"
