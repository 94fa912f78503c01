"""Registers of rules and calendars."""

from enum import StrEnum


class RuleRegister(StrEnum):
    """Registers of rules as dated data."""

    LEGAL_SOURCE = "legal_source"
    DEADLINE = "deadline"
    LADDER = "ladder"
    VIOLATION_TYPE = "violation_type"
    COPY_RULE = "copy_rule"
    CRIMINAL_THRESHOLD = "criminal_threshold"
    POWER_GRANT = "power_grant"
    HOMESTEAD = "homestead"
    OFFICER_CERTIFICATE = "officer_certificate"
    REQUIRED_EVIDENCE = "required_evidence"
    EVIDENCE_ITEM = "evidence_item"
    EVIDENCE_FLAG = "evidence_flag"
    PHOTO_RULE = "photo_rule"
    OPINION_PROOF = "opinion_proof"
    REMEDY = "remedy"
    LISTING_LEVEL = "listing_level"
    JOINT_ACTION_TRIGGER = "joint_action_trigger"
    DISCLOSURE = "disclosure"
    CLOSED_LIST = "closed_list"
    LAND_CLASS = "land_class"
    LAND_RULE = "land_rule"
    CONFIGURATION = "configuration"
    CALENDAR = "calendar"


class RuleMark(StrEnum):
    """law: binding. custom: customary, unless a county rule says otherwise. order: the order itself gives the value."""

    LAW = "law"
    CUSTOM = "custom"
    ORDER = "order"


class CalendarJurisdiction(StrEnum):
    """Whose calendar: the nation's, or the region's holidays laid over it."""

    CN = "CN"
    NX = "NX"
