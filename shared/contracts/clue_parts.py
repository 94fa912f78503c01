"""Parts of a clue: outside numbers, how a report came in, the proof of an opinion, child patches, reviews."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import AreaM2, Bool, Contract, Instant, ShortText, Text, View
from shared.contracts.codes import AliasKind, ReportChannel, ReviewState, SentBackReason

Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, description="per cent of the patch")]


class AliasRef(Contract):
    """A number by which others know the clue; an object may have many."""

    number: ShortText
    kind: AliasKind


class Reporter(Contract):
    """Who reports (举报人). Kept sealed, shown to the receiving clerk alone."""

    name: ShortText
    phone: ShortText | None = None
    address: ShortText | None = None
    note: Text | None = None


class ReportFacts(Contract):
    """How the report of a person came in. named: whether the reporter gave a name, which is kept elsewhere, sealed."""

    channel: ReportChannel
    named: bool


class OpinionProof(Contract):
    """What a verification opinion rests on (domain.md 3.1, 7.6). What an opinion needs: register opinion_proof."""

    approval_no: ShortText | None = Field(None, description="用地审批批准文号")
    approval_share: Share | None = Field(None, description="用地审批范围占比")
    land_supply_no: ShortText | None = Field(None, description="土地供应批准文号")
    land_supply_share: Share | None = Field(None, description="土地供应范围占比")
    registration_no: ShortText | None = Field(None, description="不动产权证号")
    registration_share: Share | None = Field(None, description="不动产登记范围占比")
    temporary_use_no: ShortText | None = Field(None, description="临时用地批准文号")
    temporary_use_share: Share | None = Field(None, description="临时用地范围占比")
    facility_filing_no: ShortText | None = Field(None, description="设施农用地备案号")
    facility_map_no: ShortText | None = Field(None, description="设施农用地上图入库号")
    facility_share: Share | None = None
    facility_inside: Bool | None = Field(None, description="图斑在备案范围内")
    road_width_m: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = Field(
        None, description="路面宽度（米）"
    )
    road_outside_network: Bool | None = Field(None, description="不在国家路网内")
    other_ground: ShortText | None = Field(None, description="其他类的情形（固定选项 other_ground 的代码）")
    images_compared: Bool | None = Field(None, description="前后时相影像比对无变化")
    party_name: ShortText | None = Field(None, description="当事人")
    use_class: ShortText | None = Field(None, description="用途分类")
    built_on: date | None = Field(None, description="建设时间")
    act_going_on: Bool | None = Field(None, description="违法行为正在进行")
    stop_order_no: ShortText | None = Field(None, description="责令停止违法行为通知书文号")
    crop_type: ShortText | None = Field(None, description="作物或者坑塘类型")
    operator_name: ShortText | None = Field(None, description="经营者")
    project_name: ShortText | None = None
    actual_class: ShortText | None = Field(None, description="实地地类")
    housing_class: Literal["residential", "public_service", "industrial"] | None = Field(
        None, description="of 农村乱占耕地建房"
    )
    disposal_opinion: Text | None = None


class SentBackFact(View):
    """A return by a reviewer."""

    at: Instant
    level: ReviewState
    reasons: list[SentBackReason]
    note: str | None


class ChildFact(View):
    """A child patch (子图斑) of a split."""

    clue_id: UUID
    clue_no: str
    patch_no: str | None
    child_no: int
    area_m2: AreaM2
    farmland_area_m2: AreaM2 | None
    pbf_area_m2: AreaM2 | None


class SplitFacts(View):
    """difference_mu: sum of the children less the parent; beyond the tolerance it is a warning (domain.md 8.5 g)."""

    children: list[ChildFact]
    difference_mu: float
    within_tolerance: bool


class ReboundFact(View):
    """The struck-off item at whose place this clue was found (反弹)."""

    clue_id: UUID
    clue_no: str
    case_id: UUID | None
    item_id: UUID
    item_no: str


class TransferFact(View):
    """To whom a clue was transferred, and what they said. reply null: still awaited."""

    body: str
    at: Instant
    letter_no: str | None
    reply: str | None = None
    replied_on: date | None = None
    reply_no: str | None = None
    reply_note: str | None = None


class DutyFacts(View):
    """Who returned it as not his duty, and the coordinator's ruling whose it is (domain.md 4.7).

    returned_by: agency codes, codes of townships; at most one before the ruling.
    """

    returned_by: list[str] = Field(default_factory=list)
    ruling: str | None = None
    ruled_by: str | None = None
    ruled_at: Instant | None = None


class ClueWarning(View):
    """Something a person should look at. facts: JSON-safe."""

    code: str
    facts: dict[str, Any]
