"""The columns of a list of existing cases, as the template has them and the reader knows them."""

OLD_NO, FILED_ON, STATE = "原案号", "立案日期", "状态"
TITLE, PARTY, PARTY_KIND = "案由", "当事人", "当事人类型"
TYPES, LEAD, OFFICERS = "违法类型", "牵头部门", "承办人"
DIVISION, PLACE, LONGITUDE, LATITUDE = "行政区划", "地点", "经度", "纬度"
AREA_M2, AREA_MU = "面积（平方米）", "面积（亩）"
FARMLAND_M2, FARMLAND_MU = "耕地面积（平方米）", "耕地面积（亩）"
PBF_M2, PBF_MU = "永久基本农田（平方米）", "永久基本农田（亩）"
PATCH_NO, STATE_ON = "图斑编号", "进入状态日期"
NOTICED_ON, DECISION_NO, DECIDED_ON = "告知送达日期", "决定书文号", "决定日期"
FINE, SERVED_ON, CLOSED_ON, GROUND = "罚款（元）", "送达日期", "结案日期", "结案理由"

COLUMNS: dict[str, str] = {
    OLD_NO: "必填。原来的案号，同一案号只接收一次",
    FILED_ON: "必填。如 2024-03-01",
    TITLE: "必填",
    PARTY: "必填",
    PARTY_KIND: "必填。个人、个体工商户、企业、村集体、国家单位、其他",
    TYPES: "必填。违法类型代码或名称，多个用顿号分开，如 VT01、VT03",
    LEAD: "不填为自然资源部门",
    OFFICERS: "必填。两人以上，用顿号分开",
    DIVISION: "必填。乡镇（或村）代码，或本县乡镇名称",
    PLACE: "不填为行政区划名称",
    LONGITUDE: "度，CGCS2000；经纬度应同时填写",
    LATITUDE: "度，CGCS2000",
    AREA_M2: "平方米与亩填一项即可，必填",
    AREA_MU: "",
    FARMLAND_M2: "",
    FARMLAND_MU: "",
    PBF_M2: "",
    PBF_MU: "",
    PATCH_NO: "",
    STATE: "必填。立案、调查取证、调查终结、审理、告知、处罚决定、送达、履行、结案、归档",
    STATE_ON: "不填时按下列日期推定",
    NOTICED_ON: "状态为告知时必填",
    DECISION_NO: "状态为处罚决定、送达、履行时必填",
    DECIDED_ON: "状态为处罚决定、送达、履行时必填",
    FINE: "",
    SERVED_ON: "状态为送达、履行时必填",
    CLOSED_ON: "状态为结案、归档时必填",
    GROUND: "状态为结案、归档时必填",
}
"""Heading -> how it is filled in."""

REQUIRED = (OLD_NO, FILED_ON, TITLE, PARTY, PARTY_KIND, TYPES, OFFICERS, DIVISION, STATE)
NOTE = "说明："
"""What a row begins with that is not a case: the template has one."""
