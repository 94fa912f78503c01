"""Closed lists of the glossary (domain.md 1, 2, 5.6): the values are stored and sent, `title` gives the Chinese."""

from enum import StrEnum


class Role(StrEnum):
    COORDINATOR = "coordinator"
    TOWNSHIP_OFFICER = "township_officer"
    AGENCY_OFFICER = "agency_officer"
    AGENCY_SYSTEM = "agency_system"
    RECIPIENT_CLERK = "recipient_clerk"
    ADMINISTRATOR = "administrator"
    # Of an agency (domain.md 2.1); acting_chief is the flag of who stands in for the chief.
    CHIEF = "chief"
    ACTING_CHIEF = "acting_chief"
    LEADER = "leader"
    LEGAL_REVIEWER = "legal_reviewer"
    SUPERIOR_REVIEWER = "superior_reviewer"
    """Of the city or the autonomous region: its jurisdiction, 4 or 2 digits, says of which."""


class Agency(StrEnum):
    """The four agencies of article 9."""

    PUBLIC_SECURITY = "public_security"
    NATURAL_RESOURCES = "natural_resources"
    AGRICULTURE = "agriculture"
    COMPREHENSIVE_ENFORCEMENT = "comprehensive_enforcement"


class Recipient(StrEnum):
    """Who receives notices and copies (article 10)."""

    PARTY_COMMITTEE = "party_committee"
    DISCIPLINE_COMMISSION = "discipline_commission"
    ORGANISATION_DEPARTMENT = "organisation_department"


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


class PositionCrs(StrEnum):
    """In which system a position is told (domain.md 7.5); kept in CGCS2000."""

    CGCS2000 = "cgcs2000"
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class LandLayerKind(StrEnum):
    """A base layer that geometry is laid over (domain.md 1.1, 6.8)."""

    CULTIVATED_LAND = "cultivated_land"
    PERMANENT_BASIC_FARMLAND = "permanent_basic_farmland"
    ECOLOGICAL_RED_LINE = "ecological_red_line"
    URBAN_BOUNDARY = "urban_boundary"
    PARCEL = "parcel"
    PBF_RESERVE_AREA = "pbf_reserve_area"
    HIGH_STANDARD_FARMLAND = "high_standard_farmland"
    APPROVED_LAND = "approved_land"


class OverlayDay(StrEnum):
    """Why an overlay takes the layers of a day: that of the land as it was before the act."""

    STATED = "stated"
    IMAGE_BEFORE = "image_before"
    FOUND = "found"
    RECEIVED = "received"


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


class CaseState(StrEnum):
    """domain.md 3.2; clue_verified is the clue's own state opinion_submitted."""

    STOPPED = "stopped"
    NOT_FILED = "not_filed"
    FILED = "filed"
    INVESTIGATING = "investigating"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    REPORT_DONE = "report_done"
    UNDER_REVIEW = "under_review"
    LEGAL_REVIEW = "legal_review"
    COLLECTIVE = "collective"
    NOTICED = "noticed"
    HEARING = "hearing"
    DECIDED = "decided"
    NO_PENALTY = "no_penalty"
    SERVED = "served"
    PERFORMING = "performing"
    DEMANDED = "demanded"
    COURT_APPLIED = "court_applied"
    COURT_RULED = "court_ruled"
    EXECUTED = "executed"
    CLOSED = "closed"
    ARCHIVED = "archived"
    REOPENED = "reopened"


class TransferState(StrEnum):
    """Of a hand-over to public security (domain.md 3.5)."""

    DUE = "due"
    REPORTED = "reported"
    APPROVED = "approved"
    REFUSED_BY_CHIEF = "refused_by_chief"
    RECEIPTED = "receipted"
    SUPPLEMENT_ASKED = "supplement_asked"
    FILED = "filed"
    REFUSED = "refused"
    RECONSIDERING = "reconsidering"
    REFUSED_FINAL = "refused_final"
    PROC_SUPERVISION = "proc_supervision"
    CLOSED_ADMIN = "closed_admin"
    ENDED = "ended"


class SealedState(StrEnum):
    """Of a sealed hand-over of a clue on an official (domain.md 2.7)."""

    DRAFTED = "drafted"
    SENT = "sent"
    RECEIPTED = "receipted"
    ANSWERED = "answered"
    DECLINED = "declined"


class ListingState(StrEnum):
    """Of a supervision listing (domain.md 3.8)."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    APPROVED = "approved"
    NOTIFIED = "notified"
    SIGNED = "signed"
    IN_PROGRESS = "in_progress"
    EXTENDED = "extended"
    DONE_REPORTED = "done_reported"
    VERIFIED = "verified"
    DELISTED = "delisted"
    PUBLISHED = "published"
    OVERDUE = "overdue"
    TALK = "talk"


class ProposalState(StrEnum):
    """Of a proposal of a joint action (domain.md 4.2)."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"


class ActionTrigger(StrEnum):
    """domain.md 4.2, 1 to 9."""

    STOP_ORDER_IGNORED = "stop_order_ignored"
    SEVERAL_LEADS = "several_leads"
    LARGE_AREA = "large_area"
    RESISTANCE = "resistance"
    DEMOLITION_ON_SITE = "demolition_on_site"
    OFFICIAL_OR_COLLECTIVE = "official_or_collective"
    REPEATED = "repeated"
    SUPERIOR_OR_MEDIA = "superior_or_media"
    LEAD_ASKS = "lead_asks"


class Measure(StrEnum):
    """What a penalty decision orders (domain.md 2.3)."""

    RETURN_LAND = "return_land"
    DEMOLISH = "demolish"
    CONFISCATE_BUILDINGS = "confiscate_buildings"
    CONFISCATE_GAINS = "confiscate_gains"
    FINE = "fine"
    CORRECT = "correct"
    RESTORE = "restore"


class TerminateReason(StrEnum):
    """domain.md 5.6, NRP 28."""

    NO_FACT = "no_fact"
    TIME_BARRED = "time_barred"
    NOT_OUR_JURISDICTION = "not_our_jurisdiction"
    OTHER = "other"


class NotFiledReason(StrEnum):
    MINOR_AND_CORRECTED = "minor_and_corrected"
    CONDITIONS_MISSING = "conditions_missing"


class NoPenaltyReason(StrEnum):
    """APL 33."""

    MINOR_AND_CORRECTED = "minor_and_corrected"
    FIRST_AND_CORRECTED = "first_and_corrected"
    NO_FAULT = "no_fault"
    NO_FACT = "no_fact"


class ReopenGround(StrEnum):
    """Who may have a closed case taken up again (domain.md 3.2)."""

    SUPERIOR_ORDER = "superior_order"
    COURT_DECISION = "court_decision"
    RECONSIDERATION_DECISION = "reconsideration_decision"


class SentBackReason(StrEnum):
    """domain.md 5.6."""

    NO_AZIMUTH = "no_azimuth"
    POSITION_OFF = "position_off"
    TIME_WRONG = "time_wrong"
    AREA_DIFFERS = "area_differs"
    PROOF_MISSING = "proof_missing"
    JUDGED_WRONG = "judged_wrong"


class DelayReason(StrEnum):
    """domain.md 5.6."""

    APPRAISAL_PENDING = "appraisal_pending"
    PARTY_MISSING = "party_missing"
    SEASON = "season"
    LITIGATION = "litigation"
    FUNDS = "funds"
    OTHER = "other"


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


class JointActionState(StrEnum):
    NOTIFIED = "notified"
    PARTLY_SIGNED = "partly_signed"
    ALL_SIGNED = "all_signed"
    FEEDBACK_PARTIAL = "feedback_partial"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class TaskState(StrEnum):
    ISSUED = "issued"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    NOT_OUR_DUTY = "not_our_duty"
    PLACE_OUTSIDE = "place_outside"
    DUPLICATE = "duplicate"
    MATERIAL_INCOMPLETE = "material_incomplete"
    WRONG_TARGET = "wrong_target"


class RectificationMethod(StrEnum):
    DEMOLISH_AND_RESTORE = "demolish_and_restore"
    COMPLETE_FORMALITIES = "complete_formalities"
    COMBINED = "combined"
    OTHER = "other"


class DocumentKind(StrEnum):
    """Documents that transitions ask for (domain.md 5.2)."""

    CLUE_REGISTER = "clue_register"
    VERIFICATION_REPORT = "verification_report"
    SITE_PHOTOS = "site_photos"
    FILING_APPROVAL = "filing_approval"
    EVIDENCE_LIST = "evidence_list"
    INVESTIGATION_REPORT = "investigation_report"
    CASE_REVIEW_RECORD = "case_review_record"
    PENALTY_NOTICE = "penalty_notice"
    PENALTY_DECISION = "penalty_decision"
    SERVICE_RECEIPT = "service_receipt"
    PERFORMANCE_RECORD = "performance_record"
    CLOSING_APPROVAL = "closing_approval"
    CORRECTION_ORDER = "correction_order"
    RECTIFICATION_REPORT = "rectification_report"
    TOWNSHIP_CHECK_RECORD = "township_check_record"
    ACCEPTANCE_SHEET = "acceptance_sheet"
    REVIEW_RESULT = "review_result"
    STRIKE_OFF_SHEET = "strike_off_sheet"
    STOP_ORDER = "stop_order"
    NOT_FILED_APPROVAL = "not_filed_approval"
    SURVEY_RECORD = "survey_record"
    SUSPENSION_DECISION = "suspension_decision"
    RESUMPTION_DECISION = "resumption_decision"
    TERMINATION_APPROVAL = "termination_approval"
    LEGAL_OPINION = "legal_opinion"
    COLLECTIVE_RECORD = "collective_record"
    HEARING_RIGHT_NOTICE = "hearing_right_notice"
    HEARING_REQUEST = "hearing_request"
    HEARING_NOTICE = "hearing_notice"
    HEARING_RECORD = "hearing_record"
    HEARING_REPORT = "hearing_report"
    NO_PENALTY_DECISION = "no_penalty_decision"
    PUBLIC_SERVICE_RECORD = "public_service_record"
    ELECTRONIC_SERVICE_CONSENT = "electronic_service_consent"
    DEMAND_NOTICE = "demand_notice"
    COURT_APPLICATION = "court_application"
    COURT_RULING = "court_ruling"
    ARCHIVE_INDEX = "archive_index"
    REOPENING_ORDER = "reopening_order"
    EXTENSION_APPROVAL = "extension_approval"
    APPRAISAL_COMMISSION = "appraisal_commission"
    APPRAISAL_OPINION = "appraisal_opinion"
    JURISDICTION_LETTER = "jurisdiction_letter"
    RECUSAL_DECISION = "recusal_decision"
    TRANSFER_REPORT = "transfer_report"
    CRIME_TRANSFER_LETTER = "crime_transfer_letter"
    PROPERTY_LIST = "property_list"
    POLICE_RECEIPT = "police_receipt"
    POLICE_REPLY = "police_reply"
    RECONSIDERATION_REQUEST = "reconsideration_request"
    SUPERVISION_SUGGESTION = "supervision_suggestion"
    MATERIAL_HANDOVER = "material_handover"
    LISTING_APPROVAL = "listing_approval"
    LISTING_NOTICE = "listing_notice"
    DELISTING_APPROVAL = "delisting_approval"
    LEGALITY_PROOF = "legality_proof"
    STATE_COUNCIL_APPROVAL = "state_council_approval"
    RECHECK_RECORD = "recheck_record"


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


class ViolationType(StrEnum):
    """Rule table of domain.md 2.3 (案由)."""

    VT01 = "VT01"
    VT02 = "VT02"
    VT03 = "VT03"
    VT04 = "VT04"
    VT05 = "VT05"
    VT06 = "VT06"
    VT07 = "VT07"
    VT08 = "VT08"
    VT09 = "VT09"
    VT10 = "VT10"
    VT11 = "VT11"
    VT12 = "VT12"
    VT13 = "VT13"
    VT14 = "VT14"
    VT15 = "VT15"
    VT16 = "VT16"
    VT17 = "VT17"
    VT18 = "VT18"
    VT19 = "VT19"
    VT20 = "VT20"
    VT21 = "VT21"
    VT22 = "VT22"
    VT23 = "VT23"
    VT24 = "VT24"


class OrgType(StrEnum):
    """Kinds of bodies, by the short codes of domain.md 2.1."""

    CPC = "CPC"
    CG = "CG"
    COORD = "COORD"
    NR = "NR"
    AG = "AG"
    PS = "PS"
    CE = "CE"
    TWN = "TWN"
    VIL = "VIL"
    GRID = "GRID"
    DSC = "DSC"
    ORG = "ORG"
    PROC = "PROC"
    COURT = "COURT"
    FIN = "FIN"
    FG = "FG"
    WAT = "WAT"
    EEB = "EEB"
    JUS = "JUS"
    AUD = "AUD"
    CITY = "CITY"


ORG_TYPE_OF: dict[Agency, OrgType] = {
    Agency.PUBLIC_SECURITY: OrgType.PS,
    Agency.NATURAL_RESOURCES: OrgType.NR,
    Agency.AGRICULTURE: OrgType.AG,
    Agency.COMPREHENSIVE_ENFORCEMENT: OrgType.CE,
}


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
    REQUIRED_EVIDENCE = "required_evidence"
    EVIDENCE_ITEM = "evidence_item"
    EVIDENCE_FLAG = "evidence_flag"
    PHOTO_RULE = "photo_rule"
    OPINION_PROOF = "opinion_proof"
    REMEDY = "remedy"
    LISTING_LEVEL = "listing_level"
    JOINT_ACTION_TRIGGER = "joint_action_trigger"
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


class ClosingGround(StrEnum):
    """NRP 46 (一) to (七)."""

    JURISDICTION_TRANSFERRED = "jurisdiction_transferred"
    TERMINATED = "terminated"
    NO_PENALTY = "no_penalty"
    EXECUTED = "executed"
    ENFORCEMENT_ENDED = "enforcement_ended"
    ENFORCEMENT_APPLIED = "enforcement_applied"
    OTHER = "other"


class NoticeKind(StrEnum):
    CASE_FILED_COPY = "case_filed_copy"
    STRUCK_OFF_COPY = "struck_off_copy"
    CASE_REPORT_COPY = "case_report_copy"


class DeliveryState(StrEnum):
    """R10: exactly one of these per (notice, recipient)."""

    PENDING = "pending"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


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


class WorkKind(StrEnum):
    """What stands in working lists, search and statistics. A sealed record never does."""

    CLUE = "clue"
    CASE = "case"
    RECTIFICATION = "rectification"
    JOINT_ACTION = "joint_action"
    LISTING = "listing"
    POLICE_TRANSFER = "police_transfer"
    ACTION_PROPOSAL = "action_proposal"


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


_TITLES: dict[str, str] = {
    "WorkKind.clue": "线索",
    "WorkKind.case": "案件",
    "WorkKind.rectification": "整改事项",
    "WorkKind.joint_action": "联合执法",
    "WorkKind.listing": "挂牌督办",
    "WorkKind.police_transfer": "移送公安",
    "WorkKind.action_proposal": "联合执法建议",
    "WorkList.all": "全部",
    "WorkList.mine": "我的",
    "WorkList.unit": "本单位",
    "WorkList.due_today": "今日到期",
    "WorkList.overdue": "超期",
    "WorkList.stuck": "滞留",
    "Holder.coordinator": "县协调机构",
    "Holder.township": "乡镇",
    "Holder.assignee": "承接单位",
    "Holder.lead_agency": "牵头部门",
    "Holder.party": "当事人",
    "Holder.court": "法院",
    "Holder.superior": "上级",
    "Holder.nobody": "无",
    "superior_reviewer": "上级审核人员",
    "hotline_12345": "12345 热线",
    "hotline_12336": "12336 热线",
    "ReportChannel.letter": "来信",
    "ReportChannel.visit": "来访",
    "ReportChannel.phone": "来电",
    "ReportChannel.online": "网上",
    "AliasKind.patch": "图斑编号",
    "AliasKind.clue": "线索编号",
    "AliasKind.hotline": "热线工单号",
    "AliasKind.petition": "信访编号",
    "AliasKind.superior": "上级编号",
    "AliasKind.agency": "部门编号",
    "deduplicated": "已查重",
    "linked_to_existing": "并入已有",
    "county_review": "县级审核",
    "city_review": "市级待审核",
    "province_review": "省级待审核",
    "sent_back": "已打回",
    "review_ended": "审核结束",
    "transferred_out": "移送其他部门",
    "split": "被拆分",
    "archived": "已归档",
    "not_land": "不属土地问题",
    "no_place": "没有地点",
    "anonymous_without_facts": "匿名且无具体事实",
    "TransferReply.accepted": "已受理",
    "TransferReply.returned": "已退回",
    "rebound": "反弹",
    "DuplicateState.proposed": "待认定",
    "DuplicateState.linked": "已关联",
    "DuplicateState.separate": "不是同一处",
    "DuplicateGround.number": "编号相同",
    "overlap": "图形重叠",
    "centre_inside": "中心点在图形内",
    "near_point": "点位相近",
    "same_party": "当事人相同",
    "same_period": "时间相同",
    "documentary": "书证",
    "physical": "物证",
    "audiovisual": "视听资料",
    "electronic_data": "电子数据",
    "witness_testimony": "证人证言",
    "party_statement": "当事人陈述",
    "appraisal_opinion": "鉴定意见",
    "inspection_record": "勘验笔录、现场笔录",
    "before": "整改前",
    "after": "整改后",
    "EvidenceStage.check": "复查",
    "camera": "现场拍摄",
    "album": "相册",
    "drone": "无人机",
    "scanner": "扫描",
    "system": "系统导出",
    "unexamined": "待核对",
    "kept": "已入库",
    "quarantined": "已隔离",
    "excluded": "已排除",
    "disposed": "已处置",
    "released": "解除登记保存",
    "returned_after_copy": "复制后返还",
    "sent_to_appraisal": "送检鉴定",
    "sealed": "转为查封扣押",
    "confiscated": "没收",
    "transferred": "移送",
    "EvidenceObject.clue": "线索",
    "EvidenceObject.case": "案件",
    "EvidenceObject.rectification": "整改事项",
    "EvidenceObject.joint_action": "联合行动",
    "awaited": "待查毒",
    "clean": "未发现病毒",
    "infected": "发现病毒",
    "not_scanned": "未查毒",
    "before_issue": "早于下发",
    "before_rectification": "早于责令整改",
    "future_time": "时间在未来",
    "no_time": "没有拍摄时间",
    "time_differs": "填报时间不一致",
    "clock_wrong": "设备时钟不准",
    "no_position": "没有位置",
    "too_far": "位置偏离",
    "datum_unknown": "坐标系不明",
    "no_azimuth": "照片无方位角",
    "magnetic_azimuth": "磁方位角",
    "edited": "经过编辑",
    "late_upload": "延迟上传",
    "unreadable": "无法读取",
    "name_differs": "扩展名不符",
    "duplicate_content": "内容重复",
    "judged_wrong": "判定错误",
    "CopyState.active": "有效",
    "revoked": "已收回",
    "VT01": "未经批准或者骗取批准占用耕地搞建设",
    "VT02": "超过批准数量占用土地",
    "VT03": "建窑、建坟、建房、挖砂、采石、采矿、取土等破坏种植条件",
    "VT04": "农村村民非法占用土地建住宅",
    "VT05": "占用永久基本农田发展林果业、挖塘养鱼",
    "VT06": "买卖或者非法转让土地",
    "VT07": "集体土地擅自出让、出租用于非农建设",
    "VT08": "非法批准占用土地",
    "VT09": "在临时用地上建永久性建筑",
    "VT10": "临时用地期满一年内未复垦",
    "VT11": "拒不交还土地或者改变批准用途",
    "VT12": "设施农用地改作非农用途",
    "VT13": "违规占用耕地绿化造林、挖湖造景",
    "VT14": "种植不符合用途管控要求",
    "VT15": "撂荒耕地",
    "VT16": "在基本农田内堆放固体废弃物",
    "VT17": "破坏、改变基本农田保护标志",
    "VT18": "故意毁坏粮食作物青苗",
    "VT19": "阻碍执法",
    "VT20": "未取得乡村建设规划许可进行建设",
    "VT21": "在禁止开垦范围内开发",
    "VT22": "占用林地、草原",
    "VT23": "无证取土采矿",
    "VT24": "承包地用于非农建设",
    "CPC": "县（区）委",
    "CG": "县（区）政府",
    "COORD": "县协调机构（联合执法领导小组办公室、田长办）",
    "NR": "自然资源局",
    "AG": "农业农村局",
    "PS": "公安局",
    "CE": "综合执法局",
    "TWN": "乡镇政府",
    "VIL": "村委会、村集体",
    "GRID": "网格员、田长",
    "DSC": "纪委监委",
    "ORG": "组织部",
    "PROC": "检察院",
    "COURT": "法院",
    "FIN": "财政局",
    "FG": "林草局",
    "WAT": "水务局",
    "EEB": "生态环境分局",
    "JUS": "司法局",
    "AUD": "审计局",
    "CITY": "市级部门",
    "legal_source": "法律法规和文件",
    "deadline": "期限",
    "ladder": "预警阶梯",
    "violation_type": "违法类型（案由）",
    "copy_rule": "抄告规则",
    "criminal_threshold": "刑事立案标准",
    "power_grant": "执法权限",
    "homestead": "宅基地和建房管辖",
    "required_evidence": "必备证据",
    "evidence_item": "证据项目",
    "evidence_flag": "照片提示的后果",
    "photo_rule": "照片和举证要求",
    "opinion_proof": "认定意见的举证要求",
    "remedy": "强制执行前的救济期限",
    "listing_level": "挂牌督办层级",
    "joint_action_trigger": "联合执法触发条件",
    "closed_list": "固定选项",
    "land_class": "地类",
    "land_rule": "控制线套合规则",
    "OverlayDay.stated": "按指定日期",
    "OverlayDay.image_before": "按前时相影像日期",
    "OverlayDay.found": "没有前时相，按发现日期",
    "OverlayDay.received": "没有前时相和发现日期，按受理日期",
    "cgcs2000": "2000国家大地坐标系",
    "wgs84": "WGS84",
    "gcj02": "GCJ-02（国内互联网地图）",
    "bd09": "BD-09（百度地图）",
    "cultivated_land": "地类图斑（耕地）",
    "permanent_basic_farmland": "永久基本农田",
    "ecological_red_line": "生态保护红线",
    "urban_boundary": "城镇开发边界",
    "parcel": "地块（一地一码）",
    "pbf_reserve_area": "永久基本农田储备区",
    "high_standard_farmland": "高标准农田",
    "approved_land": "已批准用地范围",
    "configuration": "配置项",
    "calendar": "工作日历",
    "law": "法定",
    "custom": "惯例",
    "order": "以文书载明为准",
    "CN": "全国",
    "NX": "宁夏",
    "JointActionState.closed": "已办结",
    "AlarmAction.remind": "提醒",
    "AlarmAction.alarm": "到期",
    "AlarmAction.urge": "催办",
    "AlarmAction.supervise": "督办",
    "AlarmAction.inspect": "政府督查",
    "AlarmAction.talk": "约谈建议",
    "AlarmColour.none": "无",
    "AlarmColour.yellow": "黄",
    "AlarmColour.orange": "橙",
    "AlarmColour.red": "红",
    "AlarmReader.handler": "承办人",
    "AlarmReader.unit_leader": "单位负责人",
    "AlarmReader.coordinator": "县联合执法协调员",
    "AlarmReader.agency_head": "部门主要负责人",
    "AlarmReader.county_leader": "分管县领导",
    "AlarmReader.supervision_office": "县政府督查室",
    "PauseReason.appraisal": "鉴定",
    "PauseReason.hearing": "听证",
    "PauseReason.public_notice": "公告",
    "PauseReason.mail_in_transit": "邮递在途",
    "PauseReason.awaiting_police_or_procuratorate": "等待公安或检察机关决定",
    "PauseReason.suspension": "中止调查",
    "ClosingGround.jurisdiction_transferred": "移送管辖",
    "ClosingGround.terminated": "终止调查",
    "ClosingGround.no_penalty": "不予处罚",
    "ClosingGround.enforcement_ended": "终结执行",
    "ClosingGround.enforcement_applied": "已申请强制执行",
    "coordinator": "县联合执法协调员",
    "township_officer": "乡镇工作人员",
    "agency_officer": "部门工作人员",
    "agency_system": "部门业务系统",
    "recipient_clerk": "收文人员",
    "administrator": "系统管理员",
    "public_security": "公安局",
    "natural_resources": "自然资源局",
    "agriculture": "农业农村局",
    "comprehensive_enforcement": "综合执法局",
    "party_committee": "县委",
    "discipline_commission": "县纪委监委",
    "organisation_department": "县委组织部",
    "satellite_patch": "卫片图斑",
    "land_change_survey": "变更调查",
    "patrol": "巡查",
    "public_report": "群众举报",
    "petition": "信访",
    "superior_assignment": "上级交办",
    "inspection_feedback": "督察反馈",
    "audit_transfer": "审计移交",
    "agency_transfer": "部门移送",
    "media": "媒体",
    "field_chief_report": "田长上报",
    "taken_over": "接收原有案件",
    "received": "已接收",
    "assigned": "已分派",
    "signed": "已签收",
    "returned_unit_wrong": "退回改派",
    "verifying": "核实中",
    "opinion_submitted": "已填报",
    "to_case": "转立案",
    "closed_legal": "合法",
    "closed_other": "其他类",
    "rejected": "不予受理",
    "legal": "合法",
    "facility_agri_land": "设施农用地",
    "rural_road": "农村道路",
    "other": "其他",
    "false_change": "伪变化",
    "non_agri_illegal": "非农违法",
    "non_grain_illegal": "非粮违法",
    "filed": "立案",
    "investigating": "调查取证",
    "report_done": "调查终结",
    "under_review": "审理",
    "noticed": "告知",
    "decided": "处罚决定",
    "served": "送达",
    "performing": "履行",
    "executed": "执行完毕",
    "closed": "结案",
    "rectifying": "整改中",
    "reported": "已反馈",
    "township_checked": "乡镇核查",
    "accepted_county": "县级验收",
    "reviewing_up": "上级审核",
    "struck_off": "已销号",
    "notified": "已通知",
    "partly_signed": "部分签收",
    "all_signed": "全部签收",
    "feedback_partial": "部分反馈",
    "issued": "已下达",
    "accepted": "已接受",
    "declined": "已退回",
    "withdrawn": "已撤回",
    "not_our_duty": "不属本单位职责",
    "place_outside": "位置不在辖区",
    "duplicate": "重复",
    "material_incomplete": "材料不全",
    "wrong_target": "对象错误",
    "demolish_and_restore": "拆除复耕",
    "complete_formalities": "补办手续",
    "combined": "拆补组合",
    "clue_register": "违法线索登记表",
    "verification_report": "核查报告",
    "site_photos": "现场照片",
    "filing_approval": "立案呈批表",
    "evidence_list": "证据清单",
    "investigation_report": "调查报告",
    "case_review_record": "审理记录",
    "penalty_notice": "行政处罚告知书",
    "penalty_decision": "行政处罚决定书",
    "service_receipt": "送达回证",
    "performance_record": "履行记录",
    "closing_approval": "结案呈批表",
    "correction_order": "责令改正通知书",
    "rectification_report": "整改报告",
    "township_check_record": "乡镇核查记录",
    "acceptance_sheet": "验收单",
    "review_result": "上级审核意见",
    "strike_off_sheet": "销号单",
    "case_filed_copy": "立案情况抄告单",
    "struck_off_copy": "整改销号情况抄告单",
    "case_report_copy": "案件情况抄告单",
    "pending": "待送达",
    "delivered": "已送达",
    "exhausted": "送达失败",
    "cancelled": "已取消",
    "chief": "单位主要负责人",
    "acting_chief": "主持工作的负责人",
    "leader": "单位分管负责人",
    "legal_reviewer": "法制审核人员",
    "stopped": "制止",
    "not_filed": "不予立案",
    "suspended": "中止调查",
    "terminated": "终止调查",
    "legal_review": "法制审核",
    "collective": "集体讨论",
    "hearing": "听证",
    "no_penalty": "不予处罚",
    "demanded": "催告",
    "court_applied": "申请强制执行",
    "court_ruled": "法院裁定",
    "reopened": "恢复办理",
    "due": "应当移送",
    "approved": "已批准",
    "refused_by_chief": "负责人不批准",
    "receipted": "已签收回执",
    "supplement_asked": "要求补充材料",
    "refused": "不予立案",
    "reconsidering": "复议中",
    "refused_final": "复议维持不立案",
    "proc_supervision": "检察机关立案监督",
    "closed_admin": "退回行政处理",
    "ended": "刑事程序终结",
    "TransferState.reported": "已报负责人",
    "TransferState.filed": "公安机关已立案",
    "drafted": "已拟稿",
    "sent": "已发出",
    "answered": "已回告",
    "SealedState.receipted": "已签收",
    "SealedState.declined": "不予移送",
    "proposed": "已提出",
    "in_progress": "督办中",
    "extended": "已延期",
    "done_reported": "已报办结",
    "verified": "已核验",
    "delisted": "已摘牌",
    "published": "已公布",
    "overdue": "超期",
    "talk": "约谈",
    "ListingState.declined": "不予挂牌",
    "ListingState.signed": "已签收",
    "ProposalState.declined": "不予采纳",
    "stop_order_ignored": "责令停止后继续施工",
    "several_leads": "涉及两个以上主管部门",
    "large_area": "占用面积达到标准",
    "resistance": "暴力抗法或者聚众阻挠",
    "demolition_on_site": "现场拆除复耕",
    "official_or_collective": "当事人为公职人员或者村集体",
    "repeated": "同一当事人十二个月内再次违法",
    "superior_or_media": "上级交办或者媒体曝光",
    "lead_asks": "牵头部门申请",
    "return_land": "退还土地",
    "demolish": "限期拆除",
    "confiscate_buildings": "没收建筑物",
    "confiscate_gains": "没收违法所得",
    "fine": "罚款",
    "correct": "责令改正",
    "restore": "恢复土地原状",
    "no_fact": "事实不成立",
    "time_barred": "超过时效",
    "not_our_jurisdiction": "非本部门管辖",
    "minor_and_corrected": "轻微并及时改正",
    "conditions_missing": "不符合立案条件",
    "first_and_corrected": "初次违法且轻微并改正",
    "no_fault": "没有主观过错",
    "superior_order": "上级决定",
    "court_decision": "法院裁判",
    "reconsideration_decision": "行政复议决定",
    "position_off": "位置偏离",
    "time_wrong": "时间不符",
    "area_differs": "面积不一致",
    "proof_missing": "举证材料缺失",
    "appraisal_pending": "鉴定未出",
    "party_missing": "当事人下落不明",
    "season": "季节（作物未收）",
    "litigation": "诉讼复议中",
    "funds": "资金",
    "open": "待整改",
    "plan_set": "方案已定",
    "RectificationState.reopened": "复发（反弹）",
    "postponed": "已延期",
    "JointActionState.cancelled": "已取消",
    "stop_order": "责令停止违法行为通知书",
    "not_filed_approval": "不予立案呈批表",
    "survey_record": "现场勘验笔录",
    "suspension_decision": "中止调查决定书",
    "resumption_decision": "恢复调查决定书",
    "termination_approval": "终止调查呈批表",
    "legal_opinion": "法制审核意见书",
    "collective_record": "集体讨论记录",
    "hearing_right_notice": "听证告知书",
    "hearing_request": "听证申请书",
    "hearing_notice": "听证通知书",
    "hearing_record": "听证笔录",
    "hearing_report": "听证报告",
    "no_penalty_decision": "不予行政处罚决定书",
    "public_service_record": "公告送达记录",
    "electronic_service_consent": "电子送达确认书",
    "demand_notice": "履行行政处罚决定催告书",
    "court_application": "强制执行申请书",
    "court_ruling": "行政裁定书",
    "archive_index": "卷内目录",
    "reopening_order": "恢复办理依据文书",
    "extension_approval": "延长期限呈批表",
    "appraisal_commission": "鉴定委托书",
    "jurisdiction_letter": "管辖移送（指定）文书",
    "recusal_decision": "回避决定书",
    "transfer_report": "移送涉嫌犯罪案件报告",
    "crime_transfer_letter": "涉嫌犯罪案件移送书",
    "property_list": "涉案物品清单",
    "police_receipt": "移送回执",
    "police_reply": "公安机关书面答复",
    "reconsideration_request": "提请复议书",
    "supervision_suggestion": "立案监督建议书",
    "material_handover": "涉案材料移交清单",
    "listing_approval": "挂牌督办呈批表",
    "listing_notice": "挂牌督办通知书",
    "delisting_approval": "摘牌审批表",
    "legality_proof": "合法性证明材料",
    "state_council_approval": "国务院用地批准文件",
    "recheck_record": "复核记录",
}


def title(code: StrEnum) -> str:
    """The Chinese name of a code, as the glossary has it; codes without one stand for themselves."""
    return _TITLES.get(f"{type(code).__name__}.{code.value}") or _TITLES.get(code.value, code.value)
