"""The rectification item."""

from enum import StrEnum


class RectificationState(StrEnum):
    OPEN = "open"
    PLAN_SET = "plan_set"
    RECTIFYING = "rectifying"
    REPORTED = "reported"
    TOWNSHIP_CHECKED = "township_checked"
    ACCEPTED_COUNTY = "accepted_county"
    REVIEWING_UP = "reviewing_up"
    SENT_BACK = "sent_back"
    STRUCK_OFF = "struck_off"
    REOPENED = "reopened"


class RectificationMethod(StrEnum):
    DEMOLISH_AND_RESTORE = "demolish_and_restore"
    COMPLETE_FORMALITIES = "complete_formalities"
    COMBINED = "combined"
    OTHER = "other"
