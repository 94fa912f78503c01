"""A whole joint action through the Python client that openapi-python-client makes: `joint_case.py PLAN.json`.

PLAN: base_url, passwords by login, case_id, place. Prints what became of it as one line of JSON. This runs in the
environment of the generator, which has nothing of the house.
"""

# mypy: ignore-errors

import datetime as dt
import json
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
from tianwei_api import AuthenticatedClient
from tianwei_api import models as m
from tianwei_api.api.cases import case_convene_joint_action, case_get
from tianwei_api.api.joint_actions import (
    joint_action_get,
    joint_action_record_acting,
    joint_action_record_evidence,
    joint_action_record_meeting,
    joint_action_summarise,
)
from tianwei_api.api.tasks import task_accept, task_get, task_list, task_report, task_sign

LEAD, OTHER = "natural_resources", "agriculture"
LOGINS = {LEAD: "natural-resources", OTHER: "agriculture"}
PATIENCE_S = 60.0


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def key() -> str:
    return uuid.uuid4().hex


def papers(*kinds: str) -> list[dict[str, str]]:
    return [{"kind": kind, "title": kind} for kind in kinds]


def signed_in(plan: dict[str, Any], login: str) -> AuthenticatedClient:
    # The generator forgets an import where a request has two kinds of body: the one call that is made by hand.
    form = {"grant_type": "password", "username": login, "password": plan["passwords"][login]}
    granted = httpx.post(f"{plan['base_url']}/api/v1/auth/token", data=form, trust_env=False)
    granted.raise_for_status()
    token = m.TokenAnswer.from_dict(granted.json()).access_token
    return AuthenticatedClient(base_url=plan["base_url"], token=token, httpx_args={"trust_env": False})


def good(answer: Any) -> Any:
    assert answer.status_code < 300, answer.content.decode()
    return answer.parsed


def convene(coordinator: AuthenticatedClient, plan: dict[str, Any]) -> UUID:
    case = case_get.sync_detailed(UUID(plan["case_id"]), client=coordinator)
    letters = [
        {"agency": agency, "matter": "到场核实", "legal_basis": "土地管理法第七十七条", "output": "结果"}
        for agency in (LEAD, OTHER)
    ]
    body = m.ConveneJointAction.from_dict(
        {
            "title": "联合执法",
            "reason": "责令停止后仍在施工",
            "place": plan["place"],
            "acting_at": (now() + dt.timedelta(days=2)).isoformat(),
            "lead_agency": LEAD,
            "tasks": letters,
        }
    )
    etag = case.headers["ETag"]
    made = case_convene_joint_action.sync_detailed(
        case.parsed.id, client=coordinator, body=body, idempotency_key=key(), if_match=etag
    )
    return UUID(str(good(made).id))


def task_of(agency: AuthenticatedClient, action_id: UUID) -> Any:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        page = good(task_list.sync_detailed(client=agency, action_id=action_id))
        if page.items:
            return good(task_get.sync_detailed(page.items[0].id, client=agency))
        time.sleep(0.3)
    raise AssertionError("no task came")


def sign_for(agency: AuthenticatedClient, task: Any) -> None:
    good(task_sign.sync_detailed(task.id, client=agency, body=m.SignTask(signed_by="值班员")))
    contact = m.AcceptTask(contact_person="承办人", contact_phone="0955-5020000")
    good(task_accept.sync_detailed(task.id, client=agency, body=contact))


def result(agency: str, task: Any) -> dict[str, Any]:
    brief, today = task.brief, now().astimezone(dt.timezone(dt.timedelta(hours=8))).date()
    if agency == LEAD:
        return {
            "kind": "land_survey",
            "surveyed_on": today.isoformat(),
            "report_no": f"勘测〔{today.year}〕{task.position}号",
            "measured_area_m2": brief.area_m2,
            "farmland_area_m2": brief.farmland_area_m2,
            "pbf_area_m2": brief.pbf_area_m2,
            "land_class_code": "0102",
            "surveyor": "县国土测绘队",
            "land_class_version": f"{today.year - 1}年度国土变更调查",
            "plan_conformity": "conflicts",
            "conclusion": "实地为水浇地，被硬化并堆放砂石。",
        }
    return {
        "kind": "damage_appraisal",
        "appraised_on": today.isoformat(),
        "report_no": f"耕鉴〔{today.year}〕{task.position}号",
        "appraiser": "县耕地破坏鉴定委员会",
        "destroyed_area_m2": brief.farmland_area_m2,
        "destroyed_pbf_area_m2": brief.pbf_area_m2,
        "degree": "serious",
        "causes": "硬化地面、堆放砂石，耕作层被压实。",
        "restorable": True,
        "conclusion": "种植条件严重毁坏，剥离后可复耕。",
    }


def act(coordinator: AuthenticatedClient, action_id: UUID) -> int:
    """Meets, acts, hands the evidence over; gives the status of a step taken on an older version."""
    at = now().isoformat()
    meeting = {"met_at": at, "attended": [LEAD, OTHER], "account": "明确分工和风险。"}
    meeting["documents"] = papers("meeting_minutes", "action_plan", "risk_plan")
    old = seen_when(coordinator, action_id, all_accepted).headers["ETag"]
    met = joint_action_record_meeting.sync_detailed(
        action_id, client=coordinator, body=m.RecordMeeting.from_dict(meeting), if_match=old
    )
    good(met)
    muster = [{"agency": agency, "persons": ["执法人员"]} for agency in (LEAD, OTHER)]
    acting = m.RecordActing.from_dict(
        {"started_at": at, "muster": muster, "account": "责令停工，设置警戒。", "documents": papers("on_site_record")}
    )
    stale = joint_action_record_acting.sync_detailed(action_id, client=coordinator, body=acting, if_match=old)
    acted = joint_action_record_acting.sync_detailed(
        action_id, client=coordinator, body=acting, if_match=met.headers["ETag"]
    )
    good(acted)
    handed = m.RecordEvidence.from_dict({"agency": OTHER, "handed_at": at, "received_by": "王立新"})
    good(
        joint_action_record_evidence.sync_detailed(
            action_id, client=coordinator, body=handed, if_match=acted.headers["ETag"]
        )
    )
    return int(stale.status_code)


def seen_when(coordinator: AuthenticatedClient, action_id: UUID, there: Callable[[Any], bool]) -> Any:
    """The action as answered, with its ETag, once what the agencies said has reached it."""
    until = time.monotonic() + PATIENCE_S
    while True:
        seen = joint_action_get.sync_detailed(action_id, client=coordinator)
        if there(good(seen)):
            return seen
        assert time.monotonic() < until, seen.content.decode()
        time.sleep(0.3)


def all_accepted(action: Any) -> bool:
    return all(task.accepted_at for task in action.tasks)


def summarise(coordinator: AuthenticatedClient, action_id: UUID) -> None:
    seen = seen_when(coordinator, action_id, lambda action: action.state == "feedback_complete")
    body = m.SummariseAction.from_dict(
        {
            "account": "违法行为已停止，现场已清理。",
            "scores": [{"agency": agency, "score": 95} for agency in (LEAD, OTHER)],
            "lessons": "任务书应附现场道路情况。",
            "documents": papers("action_summary"),
        }
    )
    good(joint_action_summarise.sync_detailed(action_id, client=coordinator, body=body, if_match=seen.headers["ETag"]))


def main(plan: dict[str, Any]) -> dict[str, Any]:
    coordinator = signed_in(plan, "coordinator")
    agencies = {agency: signed_in(plan, login) for agency, login in LOGINS.items()}
    action_id = convene(coordinator, plan)
    tasks = {agency: task_of(client, action_id) for agency, client in agencies.items()}
    for agency, client in agencies.items():
        sign_for(client, tasks[agency])
    stale = act(coordinator, action_id)
    for agency, client in agencies.items():
        body = m.ReportTask.from_dict({"result": result(agency, tasks[agency])})
        good(task_report.sync_detailed(tasks[agency].id, client=client, body=body))
    summarise(coordinator, action_id)
    ended = good(joint_action_get.sync_detailed(action_id, client=coordinator, expand="tasks"))
    hidden = joint_action_get.sync_detailed(action_id, client=agencies[OTHER])
    return {
        "state": str(ended.state),
        "agencies": sorted(str(task.agency) for task in ended.expanded.tasks.items),
        "stale": stale,
        "hidden": [int(hidden.status_code), hidden.parsed.code],
    }


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(json.dumps(main(json.load(file)), ensure_ascii=False))
