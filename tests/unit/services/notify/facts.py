"""Facts of the worked example (domain.md 8.1) as events of cases, for tests of notify."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.contracts.cases_events import CaseFiledV1, CaseInvestigationStartedV1
from shared.contracts.rectification_events import RectificationOrderedV1, RectificationStruckOffV1
from shared.ids import new_id

CASE_ID = UUID("0190a000-0000-7000-8000-000000000001")
ITEM_ID = UUID("0190a000-0000-7000-8000-000000000002")
CLUE_ID = UUID("0190a000-0000-7000-8000-000000000003")
ACTION_ID = UUID("0190a000-0000-7000-8000-000000000004")
TASK_ID = UUID("0190a000-0000-7000-8000-000000000005")
LETTER_ID = UUID("0190a000-0000-7000-8000-000000000006")
LISTING_ID = UUID("0190a000-0000-7000-8000-000000000007")
TRANSFER_ID = UUID("0190a000-0000-7000-8000-000000000008")
PIECE_ID = UUID("0190a000-0000-7000-8000-000000000009")
LOADER_ID = UUID("0190a000-0000-7000-8000-00000000000a")
PROPOSAL_ID = UUID("0190a000-0000-7000-8000-00000000000b")
ENHE = "640521104000"
CASE_NO = "ZW-CA-640521-2026-00001"


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 2, 0, tzinfo=UTC)


def case_filed(**changes: Any) -> CaseFiledV1:
    values: dict[str, Any] = {
        "at": datetime(2026, 4, 24, 1, 30, tzinfo=UTC),
        "case_id": CASE_ID,
        "case_no": "ZW-CA-640521-2026-00001",
        "from_state": None,
        "to_state": "filed",
        "title": "甲占用耕地建设砂场案",
        "violation_types": ["VT01", "VT03"],
        "party_name": "甲",
        "party_kind": "individual",
        "lead_agency": "natural_resources",
        "officers": ["张三", "李四"],
        "clue_id": new_id(),
        "clue_no": "ZW-CL-640521-2026-00001",
        "patch_no": "640521WP26000037",
        "division_code": ENHE,
        "division_name": "恩和镇",
        "place": "恩和镇某村三队",
        "longitude": 105.7,
        "latitude": 37.5,
        "area_m2": Decimal("8400.00"),
        "farmland_area_m2": Decimal("7000.00"),
        "pbf_area_m2": Decimal("4200.00"),
    }
    return CaseFiledV1(**{**values, **changes})


def investigation_started(**changes: Any) -> CaseInvestigationStartedV1:
    values: dict[str, Any] = {
        "at": datetime(2026, 4, 25, 1, 0, tzinfo=UTC),
        "case_id": CASE_ID,
        "case_no": "ZW-CA-640521-2026-00001",
        "from_state": "filed",
        "to_state": "investigating",
        "officers": ["张三", "李四"],
    }
    return CaseInvestigationStartedV1(**{**values, **changes})


def rectification_ordered(**changes: Any) -> RectificationOrderedV1:
    values: dict[str, Any] = {
        **_item(),
        "at": datetime(2026, 6, 22, 1, 0, tzinfo=UTC),
        "from_state": None,
        "to_state": "rectifying",
        "term_on": date(2026, 7, 7),
        "responsible_person": "乡长",
        "requirement": "拆除砂场，恢复种植条件",
    }
    return RectificationOrderedV1(**{**values, **changes})


def rectification_struck_off(**changes: Any) -> RectificationStruckOffV1:
    values: dict[str, Any] = {
        **_item(),
        "at": datetime(2026, 7, 20, 2, 0, tzinfo=UTC),
        "from_state": "reviewing_up",
        "to_state": "struck_off",
        "rectified_area_m2": Decimal("8400.00"),
    }
    return RectificationStruckOffV1(**{**values, **changes})


def _item() -> dict[str, Any]:
    return {
        "item_id": ITEM_ID,
        "item_no": "ZW-RI-640521-2026-00001",
        "case_id": CASE_ID,
        "case_no": "ZW-CA-640521-2026-00001",
        "title": "恩和镇砂场拆除复耕",
        "method": "demolish_and_restore",
        "division_code": ENHE,
        "division_name": "恩和镇",
        "place": "某村三队",
        "area_m2": Decimal("8400.00"),
        "farmland_area_m2": Decimal("7000.00"),
    }
