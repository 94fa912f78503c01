"""Sentences for the vendor, by the reason of a fault; facts of the fault stand in braces."""

from collections.abc import Mapping
from typing import Any

# What a reason without a sentence of its own is told as.
_OTHERWISE = "不能办理"

# What becomes of the number of a package that is parked.
NUMBER_USED = "该序号已经用掉，改正后请用下一个序号和新的包编号重发"
NUMBER_FREE = "该序号没有用掉，改正后仍用同一序号重发"


def text_of(reason: str, facts: Mapping[str, Any]) -> str:
    """facts: of the fault; one that the sentence wants and that is not given is left out."""
    return TEXTS.get(reason, _OTHERWISE).format_map(_Given(facts))


class _Given(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


TEXTS: Mapping[str, str] = {
    "too-large": "内容超过 {most} 字节，请减小后重发",
    "not-json": "不是合法的 UTF-8 JSON，请检查编码和格式",
    "not-an-object": "最外层应是一个 JSON 对象",
    "too-deep": "嵌套层数过多",
    "id-wrong": "每条答复须有唯一编号（1 至 100 个可见 ASCII 字符），重发用同一编号",
    "id-reused": "该编号已用于内容不同的另一条答复，请换新编号",
    "not-allowed": "取值不在约定范围内",
    "unknown": "接口约定中没有该字段，请去掉",
    "not-a-task-id": "应填任务标识（任务书中的 subject，UUID）",
    "missing": "缺少该字段",
    "extra_forbidden": "接口约定中没有该字段，请去掉",
    "string_type": "应为文字",
    "string_too_short": "不能为空",
    "string_too_long": "文字过长",
    "enum": "代码不在代码表内",
    "literal_error": "取值不在约定范围内",
    "dict_type": "应为 JSON 对象",
    "model_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "uuid_parsing": "应为 UUID",
    "not-found": "没有这项任务，或它不是本部门的任务",
    "stale-version": "任务已有变化，请先取回最新状态",
    "agencies.task-transition-not-allowed": "任务当前状态不能做这一步，请先取回最新状态",
    "agencies.proposes-itself": "建议办理的部门不能是本部门",
    "number-unknown": "没有发过这些序号的包：{numbers}；请只列缺少的序号",
    "agencies.result-kind-wrong": "反馈种类不是本部门的种类",
    "agencies.result-implausible": "反馈数据互相矛盾",
    "name-wrong": "文件名应为 发送方-接收方-序号-包编号.zip，序号至少八位，包编号为小写 UUID",
    "signature-missing": "没有同名的 .zip.sig 签名文件，请先放包、后放签名",
    "signature-unreadable": "签名文件不符合格式",
    "signature-of-another-file": "签名文件写的是另一个文件名",
    "signature-wrong": "签名不正确：文件被改动，或不是用登记的密钥签的",
    "key-unknown": "签名密钥没有登记在本部门名下，请用登记的密钥重签，或先更换登记",
    "digest-wrong": "文件摘要与签名文件不符：文件没有传完整或被改动，请重新放置",
    "address-wrong": "包的发送方或接收方不对",
    "not-a-zip": "不是完整的 ZIP 文件",
    "too-many-files": "包内文件超过 {most} 个",
    "file-too-large": "包内文件过大或压缩比过高（限 {most} 字节）",
    "file-damaged": "包内文件损坏，无法解压",
    "file-twice": "包内有重名文件",
    "file-missing": "清单所列文件不在包内",
    "file-not-listed": "包内有清单未列的文件",
    "file-digest-wrong": "包内文件的大小或摘要与清单不符",
    "name-unreadable": "包内文件名既不是 UTF-8 也不是 GBK，无法辨认",
    "name-not-allowed": "包内文件名不允许（不得含路径、上级目录或控制字符）",
    "encrypted": "包内文件不得加密",
    "manifest-wrong": "清单该项不符合格式",
    "manifest-not-json": "清单不是合法的 UTF-8 JSON",
    "manifest-contradicts": "清单与文件名不一致",
    "number-reused": "该序号已用于另一个包",
    "proof-missing": "消息既没有经代理验证的用户名，也没有签名",
    "proof-wrong": "消息不是以本部门的用户名或密钥发出的",
    "proof-too-old": "签名时间早于 183 天，不再办理；仍须办理的，请以同一编号重新签名后发送",
    "proof-from-the-future": "签名时间比县方时钟晚 5 分钟以上，请校准时钟后重新签名发送",
    "attachment-empty": "附件是空文件，请去掉或换成有内容的文件",
    "attachment-type": "附件的内容不是证据可用的种类（看内容，不看扩展名）",
    "attachment-without-task": "这种答复不属于任何任务，附件无法归入案件，请随任务的答复提交",
    "attachment-other-content": "附件的内容与表单所填的摘要不符",
    "attachment-not-taken": "答复没有办理，附件留在被搁置的包中；请改正后连同附件以新编号、新序号重发",
    # Of a form, in the agency's own field names.
    "code_unknown": "不是约定的代码",
    "unit_wrong": "单位不对，应为{unit}",
    "layout_wrong": "日期或时间格式不对，应写作 {layout}",
    "step_wrong": "小数位过多，最小为 {step}",
    "decimal_type": "应为数值，不带单位和引号",
    "finite_number": "应为有限的数值",
    "greater_than_equal": "小于下限",
    "greater_than": "小于下限",
    "less_than_equal": "大于上限",
    "less_than": "大于上限",
    "list_type": "应为数组",
    "too_short": "项数不够",
    "too_long": "项数过多",
    "string_pattern_mismatch": "格式不对",
    "value_error": "含有不允许的字符或值",
    "meeting_two": "须有两人以上，集体讨论不能由一人决定（行政处罚法第五十七条）",
    "people_two": "须有两人以上，一人不能单独执法（行政处罚法第四十二条）",
    "names_repeated": "有重复的姓名，须为不同的人",
    "not-in-the-future": "不应晚于今天",
    "farmland-within-measured": "不应大于实测面积",
    "pbf-within-farmland": "不应大于耕地面积",
    "class-once": "与前面的地类重复",
    "classes-sum-to-measured": "各行之和应等于实测面积",
    "class-in-table": "不在地类面积表中",
    "part-within-area": "不应大于图斑面积",
    "pbf-or-reserve": "与永久基本农田面积之和不应大于图斑面积",
    "area-agrees-with-degree": "与破坏程度不一致",
    "pbf-within-destroyed": "不应大于毁坏面积",
    "replanted-within-checked": "不应大于核查面积",
    "area-agrees-with-planting": "与种植属性不一致",
    "passed-means-ready-to-sow": "与耕作状况不一致：可直接耕种的才合格",
    "decided-after-accepted": "不应早于接受案件日期",
    "decided-after-requested": "不应早于收到复议申请日期",
    "ended-after-begun": "不应早于开始时间",
    "people-agree-with-obstruction": "与阻挠情况不一致",
    "crime-needs-evidence": "应为是：涉嫌犯罪的须固定证据",
    "cleared-area-above-zero": "应大于零",
    "done-on-the-last-day": "应为结束时间的当日",
    "photograph-once": "与前面的照片相同",
    "photograph-agrees-with-stage": "与照片的阶段不一致",
    "photographs-before-and-after": "应有处置前和处置后的照片",
    "watch-before-acceptance": "应大于零：每日看护的才能初验",
}
