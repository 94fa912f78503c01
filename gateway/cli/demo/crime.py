"""The appraisal of land large enough for a crime, and its hand-over to public security, in the story."""

from datetime import datetime
from typing import Any

from gateway.cli.demo.papers import with_documents
from gateway.cli.demo.people import People
from shared.clock import local_day

_PACKAGE = ("crime_transfer_letter", "investigation_report", "property_list", "police_receipt", "appraisal_opinion")


def is_unappraised(case: dict[str, Any]) -> bool:
    """Whether its area reaches the limit of the crime and no appraiser has said whether tillage is destroyed."""
    crime = case["procedure"]["crime"]
    return bool(crime["area_threshold_met"]) and crime["tillage_destroyed"] is None


def appraise(people: People, case: dict[str, Any], now: datetime, *, destroyed: bool) -> None:
    """Commissioned and answered on one day."""
    path, day = f"/cases/{case['id']}", local_day(now)
    commission = {
        "appraiser": "自治区耕地破坏鉴定中心",
        "qualification": "甲级",
        "questions": "种植条件是否严重毁坏",
        "commissioned_on": day.isoformat(),
    }
    people.coordinator.post(
        f"{path}/commission-appraisal", {**commission, **with_documents("appraisal_commission", on=day)}
    )
    opinion = {
        "opinion_on": day.isoformat(),
        "opinion_no": f"鉴〔{day.year}〕{int(case['case_no'][-5:])}号",
        "destroyed": destroyed,
        "destroyed_area_m2": case["farmland_area_m2"] if destroyed else 0,
        "destroyed_pbf_area_m2": case["pbf_area_m2"] if destroyed else 0,
        "recoverability": "可恢复",
    }
    people.coordinator.post(f"{path}/record-appraisal", {**opinion, **with_documents("appraisal_opinion", on=day)})


def hand_over(people: People, case: dict[str, Any], now: datetime) -> None:
    """The hand-over that the opinion has made mandatory: reported, approved by the chief, received, filed."""
    (row,) = people.coordinator.get("/police-transfers", case_id=case["id"])["items"]
    path, day, number = f"/police-transfers/{row['id']}", local_day(now), int(case["case_no"][-5:])
    report = {
        "suspected_crime": "非法占用农用地罪",
        "report": "占用面积达到追诉标准，种植条件严重毁坏。",
        "team": ["王立新", "杨海燕"],
    }
    people.coordinator.post(f"{path}/report", {**report, **with_documents("transfer_report", on=day)})
    people.chief.post(f"{path}/approve", {})
    received = {
        "police_organ": "县公安局",
        "received_at": now.isoformat(),
        "received_by": "值班民警",
        "receipt_no": f"收{number}号",
        "copied_to_procuratorate_on": day.isoformat(),
    }
    people.coordinator.post(f"{path}/hand-over", {**received, **with_documents(*_PACKAGE, on=day)})
    answer = {"document_no": f"立{number}号", "received_on": day.isoformat()}
    people.police.post(f"{path}/police-file", {**answer, **with_documents("police_reply", on=day)})
