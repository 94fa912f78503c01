"""The Chinese of every error: code -> sentence with its facts, and what is wrong with a field.

A test finds missing ones. A sentence says what is wrong and, where a person can do something, what; `{fact}` is filled
from the error's facts.
"""

import enum
from collections.abc import Mapping
from functools import cache
from typing import Any

from gateway.path_texts import PATH_DETAILS, PATH_WORDS
from shared.citations import cite
from shared.contracts import codes

_TITLES = {
    400: "请求无法理解",
    401: "未登录或登录已失效",
    403: "无权操作",
    404: "找不到",
    405: "不支持的方法",
    409: "与当前状态冲突",
    412: "版本已过期",
    413: "内容过大",
    415: "不支持的内容类型",
    422: "输入有误",
    431: "请求头过大",
    500: "系统内部错误",
    503: "暂时不可用",
}

DETAILS: dict[str, str] = {
    # identity
    "auth.login-refused": "账号或密码不正确。连续 5 次失败后，该账号 30 分钟内不能登录。",
    "auth.refresh-refused": "刷新令牌无效、已用过或已过期，请重新登录。",
    "auth.token-missing": "请求没有带访问令牌（Authorization: Bearer …），请先登录。",
    "auth.token-invalid": "访问令牌无效或已过期，请刷新令牌或重新登录。",
    "auth.login-taken": "登录名 {login} 已被使用，请换一个。",
    "auth.own-account": "不能停用自己正在使用的账号，请由另一位管理员操作。",
    "auth.roles-incompatible": "角色“{role}”不能与其他角色同时授予一个账号。",
    "auth.organisation-wrong": "角色“{role}”的单位代码应为：{expected}。",
    "auth.jurisdiction-wrong": "角色“{role}”的辖区代码应为 {digits} 位数字。",
    "principal-invalid": "身份凭证无效或已过期，请重新登录后再试。",
    "role-not-allowed": "您的角色不能做此操作，需要：{allowed}。{basis}",
    # the request itself
    "http.body-too-large": "请求内容超过上限 {most_bytes} 字节。",
    "http.head-too-large": "请求地址和请求头超过上限 {most_bytes} 字节。",
    "http.media-type": "内容类型“{found}”不受支持，请使用：{accepted}。",
    "http.header-invalid": "请求头 {field} 的值不正确，应为{expected}。",
    "http.parameter-invalid": "路径中的 {field} 不正确，应为{expected}。",
    "http.file-missing": "没有上传文件：请在表单字段 file 中放一个文件。",
    "http.file-empty": "上传的文件是空的。",
    "http.export-too-large": "导出超过 {most} 行，请用条件缩小范围后分次导出。",
    "http.client-gone": "客户端已断开。",
    "http.no-such-path": "没有这个地址，接口清单见 /docs。",
    "http.method-not-allowed": "该地址不支持这种请求方法。",
    "http.malformed": "请求无法解析，请检查表单格式。",
    "http.refused": "请求被拒绝（{status}）。",
    "json.malformed": "请求内容不是有效的 JSON（第 {line} 行第 {column} 个字符附近）。",
    "json.not-an-object": "请求内容应是一个 JSON 对象。",
    "json.not-finite": "字段“{field}”不是有限数值（不允许 NaN、无穷大）。",
    "json.too-deep": "JSON 嵌套超过 {most} 层。",
    "json.forbidden-character": "字段“{field}”含有不允许的空字符（NUL）。",
    "invalid-field": "字段“{field}”{reason_text}。",
    "cursor-invalid": "分页游标无效：请原样使用上一页返回的 next_cursor，或从第一页重新开始。",
    "payload-too-large": "内容过大：{bytes} 字节，上限 {most} 字节。",
    "idempotency-key-reused": "该 Idempotency-Key 已用于另一个不同的请求，请换一个新的。",
    "endpoint-url-refused": "推送地址不可用（{reason}）：只接受 https，或管理员放行的地址。",
    # found, versions
    "not-found": "记录不存在，或不在您的权限范围内。",
    "operation-unknown": "没有名为 {operation} 的操作。",
    "blob.not-found": "找不到所引用的文件 {sha256}，请重新上传。",
    "stale-version": "记录已被他人更新（您的版本 {expected}，当前版本 {actual}），请刷新后重试。",
    # not now
    "unavailable": "服务暂时不可用，请 {retry_after_s} 秒后重试。",
    "bus.busy": "系统繁忙，请稍后重试。",
    "bus.down": "消息总线暂时连接不上，请稍后重试。",
    "bus.no-service": "“{service}”服务没有运行，请稍后重试。",
    "bus.timeout": "“{service}”服务没有及时答复，请稍后用同一个 Idempotency-Key 重试。",
    "bus.remote-fault": "服务内部出错，请联系系统管理员。",
    "database-busy": "数据库繁忙，请稍后重试。",
    "database-unavailable": "数据库暂时不可用，请稍后用同一个 Idempotency-Key 重试。",
    "deadline-passed": "请求等待过久，没有执行，请重试。",
    "internal": "系统内部错误，请把事件编号 {incident_id} 告诉系统管理员。",
    # dead letters
    "dead-letter-ended": "该待处理事项已经了结（{status}），不能再处理。",
    "dead-letter-not-replayable": "该事项（{kind}）没有可以重做的内容，只能核实后弃置。",
    "discard-not-proposed": "还没有人提出弃置，请先提出并写明理由，再由第二人同意。",
    "second-person-needed": "提出弃置的人不能自己同意，须由第二人同意。",
    "log-changed-again": "换代后的日志又有变化，未能接续，请重新核对后再试。",
    # days and divisions
    "calendar-missing": "{year} 年的工作日历尚未公布或未装载，无法计算期限。",
    "division.malformed": "行政区划代码“{value}”格式不对，应为 6、9 或 12 位数字。",
    "division.unknown": "没有行政区划代码“{value}”。",
    "division.contradiction": "坐落代码“{value}”与行政区划代码“{division_code}”不一致。",
    "division.township-missing": "行政区划“{name}”（{value}）没有具体到乡镇。",
    "division.outside-county": "行政区划“{name}”（{value}）不在{county}内。",
    # cases
    "cases.transition-not-allowed": "{object}当前状态为“{state}”，不能做“{verb}”；现在可以：{allowed}。{basis}",
    "cases.outcome-not-allowed": "{object}当前状态为“{state}”，“{verb}”不能是“{outcome}”；可以是：{allowed}。{basis}",
    "cases.document-missing": "“{verb}”还缺少文书：{missing}。{basis}",
    "cases.in-the-future": "“{field}”是已经发生的事，不能晚于现在（{value}）。",
    "cases.in-the-past": "“{field}”是将要进行的事，不能早于今天（{value}）。",
    "cases.before-earlier-step": "“{field}”（{value}）不能早于前一步的日期（{earlier}）。",
    "cases.position-incomplete": "经度和纬度应同时填写，缺少“{field}”。",
    "cases.position-outside-county": "“{field}”（{value}）不在本县附近，应在 {least} 至 {most} 度之间。",
    "cases.search-too-short": "“{field}”太短：至少一个汉字，或连续三个字母、数字。",
    "cases.search-empty": "没有查询内容：请至少填写文字、编号、当事人、地点、范围中的一项。",
    "cases.period-reversed": "起止月份颠倒（{since}，{until}）。",
    "cases.clue-not-assigned": "该线索没有分派给您所在的乡镇或部门。",
    "cases.assignee-unclear": "线索应分派给一个乡镇，或一个部门，二者选一。",
    "cases.duplicates-undecided": "还有 {proposals} 条查重建议没有认定，认定后才能继续（见“查重建议”）。",
    "cases.duplicate-decided": "该查重建议已由 {decided_by} 认定（{state}）。",
    "cases.duplicate-into-unknown": "保留的线索应是这两条之一；反弹的两条线索都保留，不用指定（{value}）。",
    "cases.link-target-ended": "线索 {clue_no} 已并入 {linked_to_no}，请并入后者。",
    "cases.review-not-ended": "该线索由上级审核，审核结束后才能办结（现在：{state}）。",
    "cases.reviewer-submitted": "填报意见的人不能审核自己的填报，须由他人审核。",
    "cases.review-level-wrong": "现在是“{state}”，须由该级审核人员办理。",
    "cases.proof-missing": "认定意见的举证还缺少：{missing}。",
    "cases.proof-out-of-range": "“{field}”为 {value}，该认定意见要求在 {least} 至 {most} 之间。",
    "cases.proof-contradicts": "“{field}”与认定意见“{outcome}”矛盾。",
    "cases.other-ground-unknown": "“其他”类没有“{value}”这一种，可以是：{known}。",
    "cases.already-passed-on": "该线索已移送过一次（{body}），不能再次移送；有争议的由上级决定（处罚办法第十一条）。",
    "cases.case-beside": "已经责令停止并开立案件，线索不能再“{verb}”，请先了结该案件。{basis}",
    "cases.child-not-split": "子图斑不能再拆分，请在原图斑 {parent_no} 上拆成更多份。",
    "cases.split-areas-differ": "子图斑面积之和与原图斑相差 {difference_mu} 亩，超过 0.01 亩，请核对。",
    "cases.shape-malformed": "“{field}”的图形不能使用（{reason}）。",
    "cases.reporter-not-told": "实名举报人还没有被告知结果，告知后才能归档。",
    "cases.reporter-in-text": "“{field}”里含有举报人的姓名或电话，请删去：举报人信息只填在举报人栏。",
    "cases.reporter-not-here": "只有群众举报和信访线索才填来访渠道；填写举报人时必须填渠道（{field}）。",
    "cases.division-outside-jurisdiction": "“{name}”（{value}）不在您的辖区内。",
    "cases.not-a-township": "“{name}”（{value}）不是乡镇（街道）或其下的村。",
    "cases.notice-period-running": "当事人陈述申辩期到 {until} 才结束，此前不能作出处罚决定。{basis}",
    "cases.area-remaining": "还有 {remaining_area_m2} 平方米没有整改到位，不能销号。{basis}",
    "cases.area-exceeds": "面积 {value_m2} 平方米超过上限 {most_m2} 平方米。",
    "cases.tillage-not-restored": "耕作条件为“{state}”，未达到可播种条件，不能验收。",
    "cases.lead-not-invited": "牵头部门“{agency}”应在受邀部门之中：{invited}。",
    "cases.agency-twice": "“{agency}”在本次行动中已有未结的任务。",
    "cases.task-unknown": "本次行动没有任务 {task_id}。",
    "cases.task-not-declined": "只有已退回且尚未改派的任务可以改派，该任务状态为“{state}”。",
    # clocks
    "cases.clock-not-running": "没有正在计算的期限 {rule}。",
    "cases.pause-without-proof": "因“{reason}”扣除期限，必须附证明文书。",
    "cases.pause-not-allowed": "期限 {rule} 不能因“{reason}”扣除；可以扣除的事由：{allowed}。",
    "cases.pause-before-clock": "扣除开始日（{value}）早于期限起算日（{started_on}）。",
    "cases.pause-after-due": "期限 {rule} 已于 {due_on} 届满，不能再扣除。",
    "cases.pause-running": "期限 {rule} 自 {since} 起已因“{reason}”扣除，尚未恢复计算。",
    "cases.no-pause-running": "期限 {rule} 没有因“{reason}”正在扣除的时间。",
    "cases.pause-end-before-start": "恢复计算日（{value}）早于扣除开始日（{from_on}）。",
    "cases.extension-not-allowed": "期限 {rule} 最多延长 {times} 次，不能再延长。",
    "cases.extension-too-long": "期限 {rule} 每次最多延长 {most} 个{unit}。",
    "cases.extension-too-late": "期限 {rule} 的延长最迟应于 {last_on} 申请。",
    # rules as dated data
    "cases.rule-overlaps": "与已有的行（{row_id}，{valid_from} 至 {valid_to}）有效期重叠，请在 replaces 中写明替换它。",
    "cases.rule-rewrites-past": "“{field}”（{value}）早于今天（{today}）：过去的规则只能凭文件更正（correction）。",
    "cases.rule-document-missing": "更正过去的规则必须写明依据文件（source.document）。",
    "cases.rule-row-unknown": "规则中没有现行的这一行（{row_id}），请先查看规则。",
    "cases.rule-gap": "自 {first} 起将没有有效的规则：该登记册不允许空缺，请直接设定新的一行替换它。",
    "cases.rule-validity-reversed": "有效期颠倒或超出原有效期：起 {valid_from}，止 {valid_to}。",
    "cases.rule-key-unfit": "规则代码“{key}”与内容不符，按内容应为“{key_expected}”。",
    "cases.rule-calendar": "工作日历请用 calendar/load-year 或 calendar/set-day 修改。",
    "cases.rules-county-missing": "您的账号没有县级辖区，不能修改规则。",
    "cases.calendar-list-missing": "请给出 days 或 csv 其中之一。",
    "cases.calendar-csv-columns": "CSV 缺少列：{missing_columns}。",
    "cases.power-missing": "{organ}在该日、该地没有查处“{violation_type}”的权限，处罚无效（行政处罚法第三十八条）。",
    "cases.evidence-missing": "“{verb}”还缺少证据：{wanted}。",
    # evidence
    "blob.store-unavailable": "文件存储暂时不可用，请稍后重试。",
    "evidence.type-unknown": "文件“{name}”的内容不是可作证据的类型，可以上传：{accepted}。",
    "evidence.item-unknown": "证据清单里没有“{item}”这一项。",
    "evidence.kind-not-of-item": "“{title}”不属于所选的证据种类，应为：{expected}。",
    "evidence.not-examined": "证据刚刚上传，还没有核对完，请 {retry_after_s} 秒后再看。",
    "evidence.quarantined": "该文件查出病毒，已隔离，不能查看。",
    "evidence.content-damaged": "证据 {evidence_no} 的内容与入库时的摘要不一致，已报警，不予提供；"
    "请联系系统管理员从备份恢复。",
    "evidence.reason-missing": "下载证据要写明用途（参数 why）。",
    "evidence.photos-do-not-pair": "两张照片不是同一点位：相距 {distance_m} 米（上限 {most_m} 米），"
    "方位相差 {azimuth_difference_deg} 度（上限 {most_deg} 度）。",
    "evidence.no-photo-pair": "这两件证据不能作前后对比：{why}。",
    "evidence.not-registered-in-advance": "该证据没有先行登记保存，不需要作处理决定。",
    "evidence.copy-expired": "证据副本已于 {expired_at} 到期，不能再查看。",
    "evidence.copy-revoked": "证据副本已被收回。",
    "evidence.item-not-struck-off": "整改事项的状态为“{state}”，销号后才能生成举证包。",
    "evidence.bundle-not-ready": "举证包还在生成，请 {retry_after_s} 秒后再下载。",
    "evidence.bundle-refused": "举证包没有生成成功，请先查看原因。",
    "evidence.bundle-crashed": "举证包反复生成失败（{tries} 次），请联系系统管理员。",
    "evidence.scanner-unavailable": "查毒程序暂时不可用（{why}）。",
    "evidence.step-unknown": "没有“{step}”这一步骤的证据清单，可以查看：{steps}。",
    "evidence.no-thumbnail": "证据 {evidence_no} 没有缩略图。",
    # what a photograph is marked with
    "flag.before_issue": "拍摄日期 {taken_on} 早于图斑下发日期 {issued_on}。",
    "flag.before_rectification": "拍摄日期 {taken_on} 早于责令整改日期 {ordered_on}。",
    "flag.future_time": "拍摄时间 {taken_at} 晚于上传时间 {added_at}，请检查设备时钟。",
    "flag.no_time": "照片里没有拍摄时间。",
    "flag.time_differs": "照片时间 {taken_at} 与填报时间 {stated_at} 不一致。",
    "flag.clock_wrong": "照片时间 {taken_at} 与卫星定位时间 {gps_at} 相差较大，设备时钟不准。",
    "flag.no_position": "照片里没有位置。",
    "flag.too_far": "拍摄位置离地块 {distance_m} 米，超过 {most_m} 米。",
    "flag.datum_unknown": "照片的坐标系“{datum}”不明，位置不能核对。",
    "flag.no_azimuth": "照片里没有方位角。",
    "flag.magnetic_azimuth": "方位角以磁北为准，与真北有偏差。",
    "flag.album": "照片来自相册，不是现场拍摄。",
    "flag.edited": "照片经过编辑（软件 {software}，修改时间 {modified_at}）。",
    "flag.late_upload": "拍摄 {hours} 小时后才上传。",
    "flag.unreadable": "照片无法读取：{why}。",
    "flag.name_differs": "文件名“{file_name}”与内容（{media_type}）不符。",
    "flag.duplicate_content": "与已有证据内容完全相同。",
    # agencies
    "agencies.task-transition-not-allowed": "任务当前状态为“{state}”，不能做“{verb}”。",
    "agencies.result-kind-wrong": "“{agency}”应反馈 {expected}，收到的是 {given}。",
    "agencies.result-implausible": "反馈结果前后矛盾：{rule}。",
    "agencies.endpoint-not-used": "“{agency}”自行从任务信箱领取任务，不使用推送地址。",
    "agencies.form-invalid": "反馈表内容不成立：{part}{reason_text}。",
    "agencies.form-field-missing": "反馈表缺少字段“{field}”。",
    "agencies.form-field-wrong": "反馈表字段“{field}”不正确（{reason}）。",
    # notify
    "notify.recipient-named-twice": "收文单位“{recipient}”重复。",
    "notify.case-unknown": "案件不存在，或不在您的权限范围内。",
    "notify.already-signed": "该文已由 {signed_by} 签收。",
    "notify.notice-cancelled": "该文已撤回。",
    "notify.rule-missing": "没有现行有效的抄告规则适用于“{fact}”。",
    "notify.office-missing": "没有登记 {county} 的发文机关，请联系系统管理员。",
    # whole files of patches
    "file.refused": "文件无法导入。",
    "file.kind-unknown": "不认识的文件类型“{name}”，可以导入：{accepted}。",
    "file.kind-mismatch": "文件“{name}”的内容与扩展名不符，应为 {expected}。",
    "file.not-a-zip": "文件“{name}”不是 ZIP 压缩包。",
    "file.damaged": "文件已损坏：{part}（{reason}）。",
    "file.archive-too-large": "压缩包超过限制（{limit}：上限 {most}，实际 {found}），可能是压缩炸弹。",
    "file.archive-nested": "压缩包里还有压缩包“{member}”，请只压缩一层。",
    "file.archive-unsafe-path": "压缩包里的“{member}”路径不安全。",
    "file.archive-encrypted": "压缩包里的“{member}”已加密，请去掉密码。",
    "file.member-missing": "压缩包缺少文件：{missing}。",
    "file.several-layers": "文件里有多个图层，请只保留一个；导入底图时也可以指明要哪一个：{layers}。",
    "file.layer-unknown": "文件里没有图层“{value}”，有：{layers}。",
    "file.zone-contradicted": "声明的坐标系 {declared}（{zone} 带）与坐标里的带号 {found} 不符，请核对后重新导出。",
    "file.wrong-zone": "按声明的 {declared}（{zone} 带），图形落在经度 {longitude}、纬度 {latitude}，不在本县；"
    "按 {fits} 则在本县范围内，请核对带号。",
    "patch.other-zone": "坐标带号为 {zone}，与文件的 {file_zone} 带不同，图形不在本县范围内。",
    "file.projection-unknown": "不认识的坐标系“{projection}”，可以使用：{accepted}。",
    "file.no-patches": "文件里没有图斑。",
    "file.columns-missing": "属性表缺少字段：{missing}。",
    "file.too-many-rows": "图斑过多：{found} 个，上限 {most} 个。",
    "file.too-large": "文件过大，无法处理。",
    "file.encoding-contradicted": "声明的字符编码“{stated}”不对，已按 {used} 读取。",
    "file.projection-contradicted": "声明的坐标系 {declared} 与坐标不符，已按 {used} 读取。",
    "file.axes-swapped": "经纬度（横纵坐标）次序颠倒，已按 {used} 读取。",
    "import.parser-crashed": "读取文件时反复失败：文件可能过大、过于复杂或已损坏。",
    "import.worker-crashed": "导入反复中断（{tries} 次），请联系系统管理员。",
    "import.file-missing": "找不到要导入的文件，请重新上传。",
    "import.county-missing": "您的账号没有县级辖区，不能导入图斑。",
    "file.outside-county": "没有一个图形在本县范围内（例如经度 {longitude}，纬度 {latitude}）：请核对文件和坐标带号。",
    "land.version-exists": "该图层已有名为“{value}”的版本，请换一个版本名称。",
    "land.survey-in-future": "调查日期 {value} 还没有到。",
    "land.nothing-taken": "文件的 {rejected} 个图形都不在本县范围内，没有形成图层。",
    "land.rows-rejected": "有 {rejected} 行不能采用，整个版本不生效，请按各行说明改正后重新导入。",
    "land.geometry-repaired": "图形有误（{reason}），已修复。",
    "land.class-unknown": "没有地类编码“{value}”。",
    "land.plot-twice": "地块编码“{value}”与第 {first_row} 行重复。",
    "land.outside-county": "图形不在本县范围内（经度 {longitude}，纬度 {latitude}）。",
    "land.no-area": "图形没有面积。",
    "overlay.no-shape": "线索没有图形（只有点位），不能套合。",
    "overlay.no-layer": "{on} 没有有效的底图图层，最早的图层自 {earliest} 起有效。",
    "overlay.too-complex": "图形过于复杂（须比对 {work} 个点，上限 {most} 个），请拆分后再套合。",
    "overlay.given-up": "套合 {tries} 次均未在时限和内存限制内完成，请拆分或简化图形后再试。",
    "overlay.none": "该线索还没有套合结果。",
    "overlay.layer-overlaps-itself": "地类图层自身有重叠，各地类之和大于图形面积，请核对图层。",
    # rows of a file
    "attribute.missing": "没有填写。",
    "attribute.malformed": "“{value}”格式不对。",
    "attribute.wrong-type": "“{value}”类型不对，应为 {expected}。",
    "attribute.out-of-range": "“{value}”超出范围（{least} 至 {most}）。",
    "attribute.too-long": "过长：{length} 字，上限 {longest} 字。",
    "attribute.undecodable": "文字编码无法识别。",
    "attribute.forbidden-character": "含有不允许的控制字符。",
    "patch.duplicate-number": "图斑编号“{value}”与第 {first_row} 行重复。",
    "patch.number-conflict": "图斑编号“{value}”已经用于另一个图形，请核对。",
    "patch.farmland-exceeds-patch": "耕地面积 {farmland_mu} 亩大于图斑面积 {patch_mu} 亩。",
    "patch.pbf-exceeds-farmland": "永久基本农田面积 {pbf_mu} 亩大于耕地面积。",
    "patch.geometry-missing": "没有图形。",
    "patch.geometry-invalid": "图形无效（{reason}）。",
    "patch.self-crossing": "图形自相交（经度 {longitude}，纬度 {latitude} 附近）。",
    "patch.not-polygon": "图形不是面，而是 {kind}。",
    "patch.no-area": "图形没有面积。",
    "patch.too-large": "图形面积 {area_m2} 平方米，超过上限 {most_m2} 平方米。",
    "patch.outside-county": "图斑不在本县范围内（经度 {longitude}，纬度 {latitude}）。",
    "patch.too-many-vertices": "图形顶点过多：{found} 个，上限 {most} 个。",
    "patch.area-differs": "填报面积 {stated_mu} 亩与图形面积 {measured_mu} 亩相差较大。",
    "patch.overlay-missing": "没有填写耕地和永久基本农田的占用面积。",
    "patch.image-dates-reversed": "前后时相颠倒（{before}，{after}）。",
    "patch.crosses-county-border": "图斑跨越县界，县内占 {share_inside}。",
    "case-import.parser-crashed": "表格读取程序异常退出（可能内容损坏或过大），请另存为新的 .xlsx 或 .csv 后重试。",
    "case-row.missing": "“{field}”必须填写。",
    "case-row.too-long": "“{field}”超过 {most} 个字符。",
    "case-row.date-malformed": "“{field}”应为日期，如 2024-03-01（现为 {value}）。",
    "case-row.in-the-future": "“{field}”（{value}）晚于今天。",
    "case-row.too-early": "“{field}”（{value}）早于 {earliest}。",
    "case-row.before": "“{field}”（{value}）早于“{earlier_field}”（{earlier}）。",
    "case-row.number-malformed": "“{field}”应为数值（现为 {value}）。",
    "case-row.out-of-range": "“{field}”（{value}）超出允许范围。",
    "case-row.unknown": "“{field}”没有“{value}”这一项，可以填：{known}。",
    "case-row.two-officers": "“{field}”须有两人以上，用顿号分开。",
    "case-row.division-unknown": "本县没有“{value}”这个乡镇（街道）或代码。",
    "case-row.not-a-township": "“{value}”不是乡镇（街道）或其下的村。",
    "case-row.outside-county": "“{field}”（{value}）不在本县附近，应在 {least} 至 {most} 度之间。",
    "case-row.part-exceeds": "“{field}”大于“{whole}”。",
    "case-row.number-conflict": "案号 {value} 已接收为 {case_no}，但立案日期或当事人与本行不同，请核对。",
    "case-row.repeated": "案号 {value} 在本表中重复。",
    **PATH_DETAILS,
    "division.name-unknown": "{county}没有名为“{value}”的乡镇。",
    "patch.shape-added": "以前只有表格数据，现已补上图形。",
    "patch.part-exceeds-whole": "“{part}” {part_mu} 亩大于“{whole}” {whole_mu} 亩。",
    "patch.land-sum-differs": "农用地、建设用地、未利用地合计 {sum_mu} 亩，与图斑面积 {patch_mu} 亩不符。",
    "patch.rectified-sum-differs": "拆除、补办、剩余面积合计 {sum_mu} 亩，与违法面积 {illegal_mu} 亩不符。",
    "patch.share-out-of-range": "“{column}”为 {value}，占比应在 0 至 100 之间。",
    "import.columns-absent": "表中没有这些列：{columns}。",
    "import.children-without-parent": "有 {number} 个原图斑不在文件中，只有其子图斑：{first}。",
    "import.parents-without-children": "有 {number} 个图斑标为被拆分，但没有子图斑：{first}。",
    "import.split-sums-differ": "有 {number} 个图斑的子图斑面积之和与原图斑相差超过 0.01 亩：{first}。",
    "patch.outline-simplified": "图形顶点过多（{vertices} 个），线索中按 {kept} 个显示；面积按原图形计算。",
}

# Pydantic's kinds of fault, of which a person can make sense.
_REASONS = {
    "missing": "必须填写",
    "extra_forbidden": "不是认识的字段",
    "string_type": "应为文字",
    "string_too_short": "为空或字符数不够",
    "string_too_long": "字符数超过上限",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数值",
    "float_parsing": "应为数值",
    "decimal_type": "应为数值",
    "decimal_parsing": "应为数值",
    "decimal_max_digits": "数位过多",
    "decimal_max_places": "小数位过多",
    "finite_number": "应为有限数值",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "enum": "不是允许的代码",
    "literal_error": "不是允许的代码",
    "union_tag_invalid": "的 kind 不是允许的种类",
    "union_tag_not_found": "缺少 kind",
    "uuid_type": "应为 UUID",
    "uuid_parsing": "应为 UUID",
    "datetime_type": "应为带时区的时间，如 2026-03-01T09:00:00+08:00",
    "datetime_parsing": "应为带时区的时间，如 2026-03-01T09:00:00+08:00",
    "datetime_from_date_parsing": "应为带时区的时间，如 2026-03-01T09:00:00+08:00",
    "timezone_aware": "缺少时区，如 +08:00",
    "date_type": "应为日期，如 2026-03-01",
    "date_parsing": "应为日期，如 2026-03-01",
    "date_from_datetime_parsing": "应为日期，如 2026-03-01",
    "date_from_datetime_inexact": "应为日期，如 2026-03-01",
    "list_type": "应为数组",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "people_two": f"须有两人以上，一人不能单独执法（依据：{cite('APL 42')}）",
    "names_repeated": "中有重复的姓名，须为不同的人",
    "time_parsing": "应为时刻，如 09:00:00",
    "not_a_fraction": "应为整数或分数，如 10000/3",
    "source_missing": "应写明条文、文字依据或文件之一",
    "not_published": "缺少公布网址：法律以外的授权须公布",
    "region_missing": "缺少适用区域：法律以外的授权须写明区域",
    "entrusting_body": "只在委托执法时填写委托机关，且必须填写",
    "day_of_another_year": "中有不属于该年的日期",
    "day_twice": "中有重复的日期",
    "makeup_on_weekday": "中有不在周末的调休上班日",
    "no_holidays": "中没有法定节假日，不是完整的年度安排",
    "polygon_malformed": "应为 3 至 200 个“经度,纬度”，以空格分隔",
    "box_incomplete": "中的范围应同时有 west、south、east、north",
    "box_reversed": "中的范围颠倒：west 应小于 east，south 应小于 north",
    "too_short": "的项数不够",
    "too_long": "的项数过多",
    "greater_than_equal": "小于下限",
    "less_than_equal": "大于上限",
    "value_error": "含有不允许的字符或值",
}

_WORDS = {
    **PATH_WORDS,
    "clue": "线索",
    "clue-review": "线索审核",
    "case": "案件",
    "rectification": "整改事项",
    "joint_action": "联合行动",
    "joint-action": "联合行动",
    "task": "任务",
    "assign": "分派",
    "sign": "签收",
    "return": "退回改派",
    "reject": "不予受理",
    "start-verification": "开始核实",
    "submit-opinion": "提交认定意见",
    "deduplicate": "查重",
    "link": "并入已有",
    "note-rebound": "标注反弹",
    "add-aliases": "登记其他编号",
    "start-review": "县级审核",
    "pass-review": "审核通过",
    "send-back": "打回",
    "transfer-out": "移送其他部门",
    "answer-transfer": "登记移送答复",
    "archive": "归档",
    "split-off": "拆分",
    "farmland": "耕地面积",
    "pbf": "永久基本农田面积",
    "area": "图斑面积",
    "other_agri": "占非耕农用地",
    "unused": "占未利用地",
    "red_line": "占生态红线",
    "non_agri": "非农违法面积",
    "non_agri_farmland": "非农违法耕地",
    "non_agri_pbf": "非农违法基本农田",
    "non_grain": "非粮违法面积",
    "non_grain_farmland": "非粮违法耕地",
    "non_grain_pbf": "非粮违法基本农田",
    "remaining": "剩余未整改面积",
    "facility_share": "设施农用地占比",
    "approval_no": "用地审批批准文号",
    "approval_share": "用地审批占比",
    "land_supply_no": "土地供应批准文号",
    "land_supply_share": "土地供应占比",
    "registration_no": "不动产权证号",
    "registration_share": "不动产权占比",
    "temporary_use_no": "临时用地批准文号",
    "temporary_use_share": "临时用地占比",
    "facility_filing_no": "设施农用地备案号",
    "facility_map_no": "设施农用地上图入库号",
    "facility_inside": "在备案范围内",
    "road_width_m": "道路宽度",
    "road_outside_network": "不在国家路网内",
    "other_ground": "其他类的具体情形",
    "images_compared": "前后时相影像比对",
    "party_name": "当事人",
    "use_class": "用途分类",
    "built_on": "建设时间",
    "stop_order_no": "责令停止违法行为通知书文号",
    "crop_type": "种植品种或坑塘类型",
    "operator_name": "经营者",
    "not-a-surface": "不是面",
    "ring-open": "边界没有闭合",
    "no-area": "没有面积",
    "too-many-points": "顶点过多",
    "outside-county": "不在本县附近",
    "file-case": "立案",
    "investigate": "调查",
    "conclude": "调查终结",
    "review": "审理",
    "notice": "告知",
    "decide": "作出处罚决定",
    "serve": "送达",
    "perform": "开始履行",
    "execute": "执行完毕",
    "close": "办结",
    "order-rectification": "责令整改",
    "convene-joint-action": "召集联合执法",
    "report": "反馈",
    "check": "乡镇核查",
    "accept": "接受",
    "decline": "退回",
    "request-review": "报上级审核",
    "strike-off": "销号",
    "reassign": "改派",
    "ready_to_sow": "可以播种",
    "needs_levelling": "尚需平整",
    "needs_topsoil": "尚需覆土",
    "seriously_destroyed": "耕作层严重破坏",
    "too-short": "内容过短",
    "breaks-off": "内容不完整",
    "fields-do-not-fit": "字段定义与记录长度不符",
    "no-fields": "没有字段",
    "shapes-and-records-differ": "图形数与记录数不一致",
    "cannot-be-read": "无法读取",
    "cannot-be-unpacked": "无法解压",
    "compression-method": "压缩方式不受支持",
    "not-a-feature-collection": "不是 FeatureCollection",
    "too-many-properties": "字段过多",
    "not-json": "不是有效的 JSON",
    "working_day": "工作日",
    "calendar_day": "自然日",
    "month": "月",
    "illegal": "违法",
    "legal": "合法",
    "passed": "通过",
    "failed": "未通过",
    "farmland-within-measured": "耕地面积不应大于实测面积",
    "pbf-within-farmland": "永久基本农田面积不应大于耕地面积",
    "area-agrees-with-degree": "破坏面积与破坏程度不一致",
    "cleared-area-above-zero": "拆除或清理的面积应大于零",
    "not-in-the-future": "日期不应晚于今天",
    "scheme": "协议",
    "userinfo": "含有账号",
    "host": "主机",
    "address": "内网地址",
    "unknown": "不认识的字段",
    "members": "文件数",
    "bytes": "字节数",
    "ratio": "压缩比",
    "text": "文字",
    "number": "数值",
    "date": "日期",
    "polled_mailbox": "任务信箱",
    "signed_webhook": "签名推送",
    "land_survey": "地类与面积认定",
    "damage_appraisal": "破坏程度鉴定",
    "criminal_decision": "刑事立案决定",
    "demolition_record": "拆除查封记录",
    "evidence": "证据",
    "evidence_copy": "证据副本",
    "pair": "确认前后对比",
    "unpair": "解除前后对比",
    "exclude": "排除",
    "dispose": "作出处理",
    "share": "提供副本",
    "read": "查看",
    "revoke": "收回",
    "examine": "核对",
    "quarantine": "隔离",
    "other-land": "不是同一地块",
    "not-kept": "整改前照片尚未入库或已排除",
    "stages": "应一张为整改前，一张为整改后或复查",
    "position-or-azimuth-missing": "照片缺少位置或方位角",
    "not-paired": "还没有配对",
    "too-many-pixels": "像素过多",
    "too-large": "图像过大",
    "picture-damaged": "图像数据残缺",
    "not-a-picture": "不是图像",
    "reader-crashed": "读取失败",
    "worker-crashed": "反复中断",
    "content-damaged": "内容已损坏",
    "recheck": "复查",
    "cases": "案件",
    "agencies": "部门任务",
    "notify": "抄告",
}
# A verb that is called otherwise where it acts on this object.
_WORDS_OF: dict[str, dict[str, str]] = {
    "rectification": {"accept": "验收", "report": "报告完成", "check": "乡镇核查"},
    "police_transfer": {"report": "报告移送意见", "supplement": "补充材料"},
    "listing": {"decline": "不予挂牌", "notify": "送达通知", "talk": "约谈"},
    "action_proposal": {"decline": "不采纳"},
    "sealed_record": {"decline": "不予移送"},
}
# What a state is called depends on whose it is.
_STATES_OF: dict[str, type[enum.StrEnum]] = {
    "clue": codes.ClueState,
    "case": codes.CaseState,
    "rectification": codes.RectificationState,
    "joint_action": codes.JointActionState,
    "police_transfer": codes.TransferState,
    "listing": codes.ListingState,
    "action_proposal": codes.ProposalState,
    "sealed_record": codes.SealedState,
    "task": codes.TaskState,
}
# Facts that hold our codes; what a person wrote is told as it is.
_CODED = frozenset(
    {
        "object",
        "state",
        "verb",
        "outcome",
        "allowed",
        "missing",
        "role",
        "expected",
        "given",
        "agency",
        "recipient",
        "service",
        "reason",
        "rule",
        "limit",
        "fact",
        "kind",
        "organ",
        "violation_type",
        "scheme",
        "unit",
        "why",
        "steps",
        "step",
        "violation",
        "measures",
        "paper",
        "part",
        "whole",
        "column",
    }
)
_CODES = {
    str(member): codes.title(member)
    for kind in vars(codes).values()
    if isinstance(kind, type) and issubclass(kind, enum.StrEnum) and kind is not enum.StrEnum
    for member in kind
} | {str(role): codes.title(role) for role in codes.Role}  # a role is never meant as a holder of work
_LONGEST = 200


def title(status: int) -> str:
    return _TITLES.get(status, "请求没有完成")


def detail(code: str, facts: Mapping[str, Any], field: str | None = None) -> str:
    """The sentence of an error; of a code from a newer service, the code itself."""
    sentence = DETAILS.get(code)
    if sentence is None:
        return f"请求没有完成（{code}）。"
    words = _words_of(str(facts.get("object")))
    told = _Facts({name: _fact(value, words) if name in _CODED else _plain(value) for name, value in facts.items()})
    told["field"] = field or "请求"
    told["reason_text"] = reason(str(facts.get("reason")))
    told["basis"] = f"依据：{cite(str(facts['law']))}。" if facts.get("law") else ""
    return sentence.format_map(told)


def flag_title(code: str) -> str:
    """The Chinese name of a flag of evidence; of one from a newer service, the code itself."""
    try:
        return codes.title(codes.EvidenceFlagCode(code))
    except ValueError:
        return code


@cache
def _words_of(acting_on: str) -> dict[str, str]:
    """Verbs and states as an object has them; a word that is both means the verb only where the verb is asked for."""
    states = _STATES_OF.get(acting_on)
    told = {} if states is None else {str(state): codes.title(state) for state in states}
    return {**told, **_WORDS_OF.get(acting_on, {})}


def reason(kind: str) -> str:
    """What is wrong with a field, after its name."""
    return _REASONS.get(kind, "的值不符合要求")


def fault(found: Mapping[str, Any]) -> dict[str, Any]:
    """One of several faults of a body, as the problem document lists it."""
    return {
        "field": found.get("field"),
        "reason": found.get("reason"),
        "detail": f"字段“{found.get('field') or '请求'}”{reason(str(found.get('reason')))}。",
    }


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "（未知）"


def _fact(value: Any, words: Mapping[str, str]) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(_fact(item, words) for item in value) or "无"
    return words.get(str(value)) or shown(value)


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(_plain(item) for item in value) or "无"
    return "无" if value is None else str(value)[:_LONGEST]


def shown(value: Any) -> str:
    """A value as a person reads it: codes by their Chinese names, lists joined."""
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(shown(item) for item in value) or "无"
    if value is None:
        return "无"
    text = str(value)
    return (_WORDS.get(text) or _CODES.get(text) or text)[:_LONGEST]
