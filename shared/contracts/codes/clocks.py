"""Clocks, their pauses and alarms."""

from enum import StrEnum


class PauseReason(StrEnum):
    """Why a clock stands still (domain.md 5.6, NRP 38)."""

    APPRAISAL = "appraisal"
    HEARING = "hearing"
    PUBLIC_NOTICE = "public_notice"
    MAIL_IN_TRANSIT = "mail_in_transit"
    AWAITING_POLICE_OR_PROCURATORATE = "awaiting_police_or_procuratorate"
    SUSPENSION = "suspension"


class AlarmAction(StrEnum):
    """What a step of the ladder asks for (domain.md 4.4)."""

    REMIND = "remind"
    ALARM = "alarm"
    URGE = "urge"
    SUPERVISE = "supervise"
    INSPECT = "inspect"
    TALK = "talk"


class AlarmColour(StrEnum):
    NONE = "none"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class AlarmReader(StrEnum):
    """Whom a step of the ladder tells, by their part in the office."""

    HANDLER = "handler"
    UNIT_LEADER = "unit_leader"
    COORDINATOR = "coordinator"
    AGENCY_HEAD = "agency_head"
    COUNTY_LEADER = "county_leader"
    SUPERVISION_OFFICE = "supervision_office"
