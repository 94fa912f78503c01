"""Closed lists of the glossary (domain.md 1, 2, 5.6): the values are stored and sent, `title` gives the Chinese."""

from enum import StrEnum


class Role(StrEnum):
    COORDINATOR = "coordinator"
    TOWNSHIP_OFFICER = "township_officer"
    AGENCY_OFFICER = "agency_officer"
    AGENCY_SYSTEM = "agency_system"
    RECIPIENT_CLERK = "recipient_clerk"
    ADMINISTRATOR = "administrator"
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
    FILED = "filed"
    INVESTIGATING = "investigating"
    REPORT_DONE = "report_done"
    UNDER_REVIEW = "under_review"
    NOTICED = "noticed"
    DECIDED = "decided"
    SERVED = "served"
    PERFORMING = "performing"
    EXECUTED = "executed"
    CLOSED = "closed"


class RectificationState(StrEnum):
    RECTIFYING = "rectifying"
    REPORTED = "reported"
    TOWNSHIP_CHECKED = "township_checked"
    ACCEPTED_COUNTY = "accepted_county"
    REVIEWING_UP = "reviewing_up"
    STRUCK_OFF = "struck_off"


class JointActionState(StrEnum):
    NOTIFIED = "notified"
    PARTLY_SIGNED = "partly_signed"
    ALL_SIGNED = "all_signed"
    FEEDBACK_PARTIAL = "feedback_partial"
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
    PHOTO_RULE = "photo_rule"
    JOINT_ACTION_TRIGGER = "joint_action_trigger"
    CLOSED_LIST = "closed_list"
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
    """What a person should know of a photograph before relying on it; register/evidence.toml says which spoil it."""

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


class SentBackReason(StrEnum):
    """Why a reviewer returns the proof: the closed list of domain.md 5.6."""

    PHOTO_WITHOUT_AZIMUTH = "photo_without_azimuth"
    POSITION_OFF = "position_off"
    TIME_MISMATCH = "time_mismatch"
    AREA_MISMATCH = "area_mismatch"
    MATERIAL_MISSING = "material_missing"
    WRONG_JUDGEMENT = "wrong_judgement"


class CopyState(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


_TITLES: dict[str, str] = {
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
    "no_azimuth": "没有方位角",
    "magnetic_azimuth": "磁方位角",
    "edited": "经过编辑",
    "late_upload": "延迟上传",
    "unreadable": "无法读取",
    "name_differs": "扩展名不符",
    "duplicate_content": "内容重复",
    "photo_without_azimuth": "照片无方位角",
    "position_off": "位置偏离",
    "time_mismatch": "时间不符",
    "area_mismatch": "面积不一致",
    "material_missing": "举证材料缺失",
    "wrong_judgement": "判定错误",
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
    "photo_rule": "照片和举证要求",
    "joint_action_trigger": "联合执法触发条件",
    "closed_list": "固定选项",
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
}


def title(code: StrEnum) -> str:
    """The Chinese name of a code, as the glossary has it; codes without one stand for themselves."""
    return _TITLES.get(f"{type(code).__name__}.{code.value}") or _TITLES.get(code.value, code.value)
