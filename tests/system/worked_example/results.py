"""What each agency found and did on 7 May, as it reports it in the days after (steps 13 and 15)."""

from hashlib import sha256
from typing import Any

from tests.system.worked_example.desk import OFFICERS

Result = dict[str, Any]
BEGAN, ENDED = "2026-05-07T09:00:00+08:00", "2026-05-07T12:30:00+08:00"


def result_of(agency: str, on: str) -> Result:
    """on: the day of the report. The police kept order; whether to file is asked of them at the hand-over only."""
    return {
        "natural_resources": survey,
        "agriculture": lambda: appraisal(on),
        "public_security": order,
        "comprehensive_enforcement": sealing,
        "township": watch,
    }[agency]()


def survey() -> Result:
    return {
        "kind": "land_survey",
        "surveyed_on": "2026-05-07",
        "report_no": "勘测〔2026〕7号",
        "surveyor": "县国土测绘队",
        "land_class_version": "2025年度国土变更调查",
        "plan_conformity": "conflicts",
        "measured_area_m2": 8400,
        "farmland_area_m2": 7000,
        "pbf_area_m2": 4200,
        "land_class_code": "0102",
        "classes": [{"land_class_code": "0102", "area_m2": 7000}, {"land_class_code": "1202", "area_m2": 1400}],
        "conclusion": "与套合结果一致。",
    }


def appraisal(on: str) -> Result:
    return {
        "kind": "damage_appraisal",
        "appraised_on": on,
        "report_no": "土样〔2026〕2号",
        "appraiser": "县农业技术推广中心",
        "destroyed_area_m2": 7000,
        "destroyed_pbf_area_m2": 4200,
        "degree": "serious",
        "causes": "硬化地面、堆放砂石，耕作层压实。",
        "restorable": True,
        "conclusion": "耕作层压实、混入砂石，剥离后可复耕。",
    }


def order() -> Result:
    return {
        "kind": "site_order_record",
        "record_no": "公勤〔2026〕5号",
        "began_at": BEGAN,
        "ended_at": ENDED,
        "police_count": 4,
        "obstruction": "none",
        "people_handled": 0,
        "evidence_kept": False,
        "conclusion": "现场秩序正常，未发生阻碍执行公务的行为。",
    }


def sealing() -> Result:
    shots = {"before": BEGAN, "after": ENDED}
    return {
        "kind": "demolition_record",
        "done_on": "2026-05-07",
        "record_no": "封〔2026〕3号",
        "decision_no": "停〔2026〕1号",
        "measure": "sealed",
        "area_m2": 8400,
        "structures": 1,
        "began_at": BEGAN,
        "ended_at": ENDED,
        "officers": OFFICERS,
        "photographs": [
            {"stage": stage, "taken_at": at, "sha256": sha256(stage.encode()).hexdigest()}
            for stage, at in shots.items()
        ],
        "conclusion": "现场警戒，停工封存。",
    }


def watch() -> Result:
    return {
        "kind": "township_record",
        "done_on": "2026-05-07",
        "record_no": "恩和〔2026〕9号",
        "party_on_spot": True,
        "utilities": "cut",
        "labourers": 6,
        "watch_persons": 2,
        "first_acceptance": "not_yet",
        "conclusion": "当事人到场，停水停电，安排每日看护。",
    }
