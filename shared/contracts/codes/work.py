"""Working lists."""

from enum import StrEnum


class WorkKind(StrEnum):
    """What stands in working lists, search and statistics. A sealed record never does."""

    CLUE = "clue"
    CASE = "case"
    RECTIFICATION = "rectification"
    JOINT_ACTION = "joint_action"
    LISTING = "listing"
    POLICE_TRANSFER = "police_transfer"
    ACTION_PROPOSAL = "action_proposal"
    ASSISTANCE_REQUEST = "assistance_request"


class WorkList(StrEnum):
    """Working lists: who asks for which work."""

    ALL = "all"
    MINE = "mine"
    UNIT = "unit"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    STUCK = "stuck"


class Holder(StrEnum):
    """With whom an object lies: whose act it waits for."""

    COORDINATOR = "coordinator"
    TOWNSHIP = "township"
    ASSIGNEE = "assignee"
    LEAD_AGENCY = "lead_agency"
    PUBLIC_SECURITY = "public_security"
    PARTY = "party"
    COURT = "court"
    SUPERIOR = "superior"
    NOBODY = "nobody"
