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
    """What a verification opinion rests on (domain.md 3.1, 7.6). Which of it an opinion needs: opinion_proofs.toml."""

    approval_no: ShortText | None = Field(None, description="用地审批批准文号")
    approval_share: Share | None = None
    land_supply_no: ShortText | None = Field(None, description="土地供应批准文号")
    land_supply_share: Share | None = None
    registration_no: ShortText | None = Field(None, description="不动产权证号")
    registration_share: Share | None = None
    temporary_use_no: ShortText | None = Field(None, description="临时用地批准文号")
    temporary_use_share: Share | None = None
    facility_filing_no: ShortText | None = Field(None, description="设施农用地备案号")
    facility_map_no: ShortText | None = Field(None, description="设施农用地上图入库号")
    facility_share: Share | None = None
    facility_inside: Bool | None = Field(None, description="the patch lies inside the shape on file")
    road_width_m: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    road_outside_network: Bool | None = Field(None, description="outside the national road net")
    other_ground: ShortText | None = Field(None, description="a code of the register of other grounds")
    images_compared: Bool | None = Field(None, description="the images before and after show no change")
    party_name: ShortText | None = None
    use_class: ShortText | None = Field(None, description="用途分类")
    built_on: date | None = Field(None, description="建设时间")
    act_going_on: Bool | None = None
    stop_order_no: ShortText | None = Field(None, description="责令停止违法行为通知书文号")
    crop_type: ShortText | None = Field(None, description="crop or kind of pond")
    operator_name: ShortText | None = None
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


class ClueWarning(View):
    """Something a person should look at. facts: JSON-safe."""

    code: str
    facts: dict[str, Any]
