"""Land as the API shows it: every refusal and warning with its Chinese sentence beside code and facts."""

from typing import Any

from pydantic import Field

from gateway import texts
from gateway.schemas.clue_imports import ImportProblem, ToldWarning, told_fault, told_import
from shared.contracts.codes import OverlayDay, OverlayPurpose, OverlayRest, title
from shared.contracts.land import LandLayerView, LandRowView
from shared.contracts.overlays import OverlayView


class ToldLayer(LandLayerView):
    warnings: list[ToldWarning] = Field(description="what a person should check about the whole file")  # type: ignore[assignment]
    problem: ImportProblem | None = Field(description="why the whole file was refused")  # type: ignore[assignment]


class ToldLandRow(LandRowView):
    detail: str = Field(description="Chinese: what was done, or why the row was rejected")


class ToldOverlay(OverlayView):
    problem: ImportProblem | None = Field(description="why it could not be made")  # type: ignore[assignment]
    why: str = Field(description="Chinese: by which day the versions of the layers were chosen")
    note_details: list[str] = Field(description="Chinese sentences of the result's notes, in their order")


class ToldOverlayOfAct(ToldOverlay):
    rested_on: list[OverlayRest] = Field(description="what was decided while this was the newest of the act")


told_layer = told_import


def told_land_rows(page: dict[str, Any]) -> dict[str, Any]:
    return {**page, "items": [told_fault(row) for row in page["items"]]}


def told_overlay(overlay: dict[str, Any]) -> dict[str, Any]:
    problem, result = overlay["problem"], overlay["result"]
    notes = [texts.detail(note, {}) for note in result["notes"]] if result else []
    basis, day = title(OverlayDay(overlay["day_basis"])), overlay["on_day"]
    why = f"{basis}（{day}），采用当日有效的图层版本：行为发生前的土地状况以此为准。"
    if overlay.get("purpose") == OverlayPurpose.CHECK:  # a service of before does not say it
        why = f"{basis}（{day}）：只说明该次调查时的地类，不是违法占用的面积。"
    return {**overlay, "problem": problem and told_fault(problem), "why": why, "note_details": notes}


def told_overlays(page: dict[str, Any]) -> dict[str, Any]:
    return {**page, "items": [told_overlay(one) for one in page["items"]]}
