"""What each agency's system finds out about a site in the story."""

from datetime import UTC, datetime
from typing import Any


def result_of(agency: str, task: dict[str, Any]) -> dict[str, Any]:
    """The typed result of a task, from the facts in its own letter."""
    brief = task["brief"]
    today = datetime.now(UTC).date().isoformat()
    match agency:
        case "natural_resources":
            return {
                "kind": "land_survey",
                "surveyed_on": today,
                "report_no": f"勘测〔{today[:4]}〕{task['position']}号",
                "measured_area_m2": brief["area_m2"],
                "farmland_area_m2": brief["farmland_area_m2"],
                "pbf_area_m2": brief["pbf_area_m2"],
                "land_class_code": "0102",
                "conclusion": "实地为水浇地，被硬化并堆放砂石，与套合结果一致。",
            }
        case "agriculture":
            return {
                "kind": "damage_appraisal",
                "appraised_on": today,
                "report_no": f"耕鉴〔{today[:4]}〕{task['position']}号",
                "destroyed_area_m2": brief["farmland_area_m2"],
                "degree": "serious",
                "restorable": True,
                "conclusion": "耕作层被压实、混入砂石，种植条件严重毁坏，剥离后可复耕。",
            }
        case "public_security":
            return {
                "kind": "criminal_decision",
                "decision": "filed",
                "decided_on": today,
                "document_no": f"公立字〔{today[:4]}〕{task['position']}号",
                "conclusion": "涉嫌非法占用农用地，决定立案侦查。",
            }
        case "township":
            return {
                "kind": "township_record",
                "done_on": today,
                "record_no": f"工作〔{today[:4]}〕{task['position']}号",
                "party_on_spot": True,
                "utilities": "cut",
                "labourers": 6,
                "watch_persons": 2,
                "first_acceptance": "not_yet",
                "conclusion": "已通知当事人到场，停水停电，安排村组每日看护。",
            }
        case _:
            return {
                "kind": "demolition_record",
                "done_on": today,
                "record_no": f"拆除〔{today[:4]}〕{task['position']}号",
                "measure": "demolished",
                "area_m2": brief["area_m2"],
                "structures": 2,
                "conclusion": "拆除彩钢棚两处，清运砂石和硬化地面。",
            }
