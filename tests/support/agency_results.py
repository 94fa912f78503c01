"""What an officer of each agency reports of a site, as typed results."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from shared.clock import SHANGHAI

_HOURS_ON_SITE = timedelta(hours=3)


def result_of(agency: str, task: dict[str, Any]) -> dict[str, Any]:
    """The typed result of a task, from the facts in its own letter."""
    brief = task["brief"]
    now = datetime.now(SHANGHAI)
    today, year, number = now.date().isoformat(), now.year, task["position"]
    match agency:
        case "natural_resources":
            return {
                "kind": "land_survey",
                "surveyed_on": today,
                "report_no": f"勘测〔{year}〕{number}号",
                "measured_area_m2": brief["area_m2"],
                "farmland_area_m2": brief["farmland_area_m2"],
                "pbf_area_m2": brief["pbf_area_m2"],
                "land_class_code": "0102",
                "surveyor": "县国土测绘队",
                "land_class_version": f"{year - 1}年度国土变更调查",
                "plan_conformity": "conflicts",
                "conclusion": "实地为水浇地，被硬化并堆放砂石，与套合结果一致。",
            }
        case "agriculture":
            return {
                "kind": "damage_appraisal",
                "appraised_on": today,
                "report_no": f"耕鉴〔{year}〕{number}号",
                "appraiser": "县耕地破坏鉴定委员会",
                "destroyed_area_m2": brief["farmland_area_m2"],
                "destroyed_pbf_area_m2": brief["pbf_area_m2"],
                "degree": "serious",
                "causes": "硬化地面、堆放砂石，耕作层被压实。",
                "restorable": True,
                "conclusion": "耕作层被压实、混入砂石，种植条件严重毁坏，剥离后可复耕。",
            }
        case "public_security":
            return {
                "kind": "criminal_decision",
                "decision": "filed",
                "accepted_on": today,
                "decided_on": today,
                "document_no": f"公立字〔{year}〕{number}号",
                "suspected_crime": "C342",
                "conclusion": "涉嫌非法占用农用地，决定立案侦查。",
            }
        case _:
            return {
                "kind": "demolition_record",
                "done_on": today,
                "record_no": f"拆除〔{year}〕{number}号",
                "decision_no": f"自然资罚〔{year}〕{number}号",
                "began_at": (now - _HOURS_ON_SITE).isoformat(),
                "ended_at": now.isoformat(),
                "measure": "demolished",
                "area_m2": brief["area_m2"],
                "structures": 2,
                "officers": ["丁执法", "戊执法"],
                "photographs": [
                    _photograph(task, "before", now - _HOURS_ON_SITE),
                    _photograph(task, "after", now),
                ],
                "conclusion": "拆除彩钢棚两处，清运砂石和硬化地面。",
            }


def _photograph(task: dict[str, Any], stage: str, taken_at: datetime) -> dict[str, Any]:
    """The story has no camera: the digest is that of what the picture would show."""
    content = f"{task['id']} {stage}".encode()
    return {"stage": stage, "taken_at": taken_at.isoformat(), "sha256": hashlib.sha256(content).hexdigest()}
