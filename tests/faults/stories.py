"""What happens in the county of a chaos run: clues become cases, agencies act, land is put right, copies are signed."""

import asyncio
import json
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gateway.cli.demo.acceptance import ACCEPTED
from gateway.cli.demo.evidence import Kinds, Spot, kinds_of, pieces_for
from gateway.cli.demo.papers import document, letter, with_documents
from gateway.cli.demo.story import AGENCIES
from gateway.cli.sample_patches import write_sample
from tests.faults.journal import Account, GivenUp
from tests.support.agency_results import result_of
from tests.system.county import convening, report

View = dict[str, Any]

_CONVENED, _ORDERED, _TOLD_BY_HAND = 0.30, 0.08, 0.08
_DECLINED = 0.10
# So many cases are proved as far as the end of an investigation asks.
_PROVED = 0.10
_PLACE = (105.68, 37.42)
_LOOKS = 120
_TASK_TOLD = "tianwei.task.issued.v1"
_IMPORT_ROWS = 25
_OFFICERS = ["王立新", "杨海燕"]


class Desk:
    """Who acts, and what there is to do. account: by login. dice: of the seed."""

    def __init__(self, account: Callable[[str], Account], townships: list[str], dice: random.Random) -> None:
        self.account = account
        self.townships = townships
        self.dice = dice
        self.counts: Counter[str] = Counter()
        self.kinds: Kinds = {}
        self.declined: deque[View] = deque(maxlen=200)
        self.trouble: deque[str] = deque(maxlen=20)

    @property
    def coordinator(self) -> Account:
        return self.account("coordinator")


async def for_ever(desk: Desk, act: Callable[[Desk], Awaitable[None]], rest_s: float = 0.0) -> None:
    """A refused or lost step ends one story, not the county."""
    while True:
        try:
            await act(desk)
        except GivenUp as given_up:
            desk.counts[f"given_up.{given_up.status}"] += 1
            desk.trouble.append(str(given_up))
        await asyncio.sleep(rest_s)


async def one_case(desk: Desk) -> None:
    """From a report to a filed case, and what becomes of some cases."""
    township, mark = desk.dice.choice(desk.townships), f"{desk.dice.getrandbits(48):012x}"
    clue = await _verified(desk, township, mark)
    case = await desk.coordinator.post(
        f"/clues/{clue['id']}/file-case",
        {
            "title": f"{mark}违法占用耕地案",
            "violation_types": ["VT01", "VT03"],
            "party_name": f"{mark}砂场",
            "party_kind": "individual_business",
            "lead_agency": "natural_resources",
            "officers": _OFFICERS,
            "reason": "有明确行为人和违法事实，属本县管辖，未超过时效。",
            "documents": [document("filing_approval")],
        },
    )
    desk.counts["cases"] += 1
    if desk.dice.random() < _PROVED:
        await _prove(
            desk, desk.coordinator, f"/cases/{case['id']}", Spot(mark, _at(case["filed_at"]), *_PLACE), "conclude"
        )
    lot = desk.dice.random()
    if lot < _CONVENED:
        await _convene(desk, case, mark)
    elif lot < _CONVENED + _ORDERED:
        await _put_right(desk, case, clue, township, mark)
    elif lot < _CONVENED + _ORDERED + _TOLD_BY_HAND:
        await _tell_by_hand(desk, case, mark)


async def _verified(desk: Desk, township: str, mark: str) -> View:
    officer = desk.account(f"township-{township}")
    clue = await desk.coordinator.post("/clues", report(township, mark))
    path = f"/clues/{clue['id']}"
    await desk.coordinator.post(f"{path}/assign", {"township_code": f"{township}000"}, version=clue["version"])
    await officer.post(f"{path}/sign", {"note": mark})
    await officer.post(f"{path}/start-verification", {"officers": ["马建国", "李晓燕"]})
    opinion = {
        "opinion": "non_agri_illegal",
        "facts": f"{mark}现场硬化地面、堆放砂石。",
        "area_m2": clue["area_m2"],
        "farmland_area_m2": clue["farmland_area_m2"],
        "pbf_area_m2": clue["pbf_area_m2"],
        "suspected_type": "VT03",
        "documents": [document("verification_report"), document("site_photos")],
    }
    return dict(await officer.post(f"{path}/submit-opinion", opinion))


async def _convene(desk: Desk, case: View, mark: str) -> None:
    path = f"/cases/{case['id']}"
    await desk.coordinator.post(f"{path}/investigate", {"officers": _OFFICERS, "reason": mark})
    invited = desk.dice.sample(AGENCIES, desk.dice.choice((1, 1, 2, 2, 3)))
    body = convening(case, {str(agency): mark for agency in invited})
    await desk.coordinator.post(f"{path}/joint-actions", body)
    desk.counts["joint_actions"] += 1
    desk.counts["tasks"] += len(invited)


async def _prove(desk: Desk, by: Account, path: str, spot: Spot, step: str) -> None:
    """What the check-list of a step asks for; given up on when its examination takes too long."""
    place = f"{path}/evidence"
    if not desk.kinds:
        desk.kinds = kinds_of(await by.get("/rules/evidence_item"))
    asked = await by.get(f"{place}/requirements", step=step)
    for piece in await asyncio.to_thread(pieces_for, asked, desk.kinds, spot):
        await by.upload(place, piece.name, piece.content, piece.fields)
        desk.counts["evidence"] += 1
    for _ in range(_LOOKS):
        if (await by.get(f"{place}/requirements", step=step))["complete"]:
            return
        if step == "strike-off":
            for pair in (await by.get(f"{place}/pairs"))["proposed"]:
                await by.post(f"/evidence/{pair['after_id']}/pair", {"before_id": pair["before_id"]})
        await asyncio.sleep(0.5)
    raise GivenUp(None, f"{path}: the evidence of {step} was not complete in time")


def _at(instant: str) -> datetime:
    """When the house says that something happened: its clocks are moved on purpose."""
    return datetime.fromisoformat(instant).replace(microsecond=0)


async def _put_right(desk: Desk, case: View, clue: View, township: str, mark: str) -> None:
    """Ordered, reported, checked, accepted, reviewed, struck off."""
    officer, path = desk.account(f"township-{township}"), f"/cases/{case['id']}"
    seen = Spot(f"{mark}-before", _at(clue["received_at"]), *_PLACE)
    await _prove(desk, officer, f"/clues/{clue['id']}", seen, "start-review")
    await desk.coordinator.post(f"{path}/investigate", {"officers": _OFFICERS})
    order = {
        "title": f"{mark}整改",
        "method": "demolish_and_restore",
        "area_m2": case["area_m2"],
        "farmland_area_m2": 0,
        "term_days": 30,
        "responsible_person": f"{mark}镇长",
        "requirement": f"{mark}拆除。",
        "documents": [document("correction_order")],
    }
    item = await desk.coordinator.post(f"{path}/order-rectification", order)
    path, done = f"/rectifications/{item['id']}", {"rectified_area_m2": case["area_m2"]}
    after = Spot(f"{mark}-after", _at(item["ordered_at"]), *_PLACE)
    await _prove(desk, officer, path, after, "report")
    told = {**done, "account": f"{mark}已拆除复耕。", **with_documents("rectification_report")}
    await officer.post(f"{path}/report", told)
    checked = {"passed": True, "account": f"{mark}属实。", **with_documents("township_check_record")}
    await officer.post(f"{path}/check", checked)
    accepted = {**done, **ACCEPTED}
    await desk.coordinator.post(f"{path}/accept", {**accepted, **with_documents("acceptance_sheet")})
    await desk.coordinator.post(f"{path}/request-review", with_documents("review_result"))
    await _prove(desk, officer, path, Spot(f"{mark}-end", after.taken_at, *_PLACE), "strike-off")
    await desk.coordinator.post(f"{path}/strike-off", with_documents("strike_off_sheet"))
    desk.counts["struck_off"] += 1


async def _tell_by_hand(desk: Desk, case: View, mark: str) -> None:
    """Notify must have heard of the case before; it is given a moment, and a second try."""
    for _ in range(2):
        await asyncio.sleep(0.5)
        try:
            await desk.coordinator.post("/notices", {"case_id": case["id"], "remarks": f"{mark}请阅。"})
        except GivenUp as given_up:
            if given_up.status not in (404, 409, 422):
                raise
        else:
            desk.counts["notices_by_hand"] += 1
            return


def mailbox(agency: str) -> Callable[[Desk], Awaitable[None]]:
    """An agency's officer: what came since last time is signed for, taken on or returned, and reported."""
    login, seen = agency.replace("_", "-"), 0

    async def look(desk: Desk) -> None:
        nonlocal seen
        page = await desk.account(login).get("/tasks", after=seen, limit=50)
        for row in page["items"]:
            seen = max(seen, row["position"])
            await _try_task(desk, agency, row)

    return look


def doorbell(agency: str, received: Path) -> Callable[[Desk], Awaitable[None]]:
    """An agency that hears of its tasks by webhook alone. received: what its endpoint has written down."""
    login, known = agency.replace("_", "-"), set[str]()

    async def look(desk: Desk) -> None:
        lines = received.read_text(encoding="utf-8").splitlines() if received.exists() else []
        for line in lines[:-1]:  # the last may be half written
            told = json.loads(line)
            if told["status"] == 202 and told["type"] == _TASK_TOLD and told["subject"] not in known:
                known.add(told["subject"])
                await _try_task(desk, agency, await desk.account(login).get(f"/tasks/{told['subject']}"))

    return look


async def _try_task(desk: Desk, agency: str, row: View) -> None:
    if row["state"] not in ("offered", "delivered"):
        return
    try:
        await _do_task(desk, desk.account(agency.replace("_", "-")), agency, row)
    except GivenUp as given_up:
        desk.counts[f"given_up.{given_up.status}"] += 1
        desk.trouble.append(str(given_up))


async def _do_task(desk: Desk, officer: Account, agency: str, row: View) -> None:
    path = f"/tasks/{row['id']}"
    task = await officer.post(f"{path}/sign", {"signed_by": f"值班员{row['position']}"})
    if desk.dice.random() < _DECLINED:
        reason = {"return_reason": "material_incomplete", "reason": f"{row['position']}未附现场道路情况"}
        await officer.post(f"{path}/decline", reason)
        desk.declined.append(row)
        desk.counts["declined"] += 1
        return
    accept = {"contact_person": f"承办人{row['position']}", "contact_phone": "0955-5020000"}
    await officer.post(f"{path}/accept", accept, version=task["version"])
    await officer.post(f"{path}/report", {"result": result_of(agency, task)})
    desk.counts["reported"] += 1


async def give_out_again(desk: Desk) -> None:
    """The coordinator gives a returned task to the same agency, once cases has heard of the return."""
    if not desk.declined:
        return
    row = desk.declined.popleft()
    action = await desk.coordinator.get(f"/joint-actions/{row['action_id']}")
    if all(task["state"] != "declined" for task in action["tasks"] if task["task_id"] == row["id"]):
        desk.declined.append(row)
        return
    body = {"task_id": row["id"], "letter": letter(row["agency"]), "reason": f"{row['position']}补充材料后再次下达。"}
    await desk.coordinator.post(f"/joint-actions/{action['id']}/reassign", body, version=action["version"])
    desk.counts["reassigned"] += 1


def clerk(recipient: str) -> Callable[[Desk], Awaitable[None]]:
    """A recipient's clerk signs for a few copies at a time; the first reading of one is the proof of delivery."""
    login = recipient.replace("_", "-")

    async def look(desk: Desk) -> None:
        page = await desk.account(login).get("/notices", unsigned=True, limit=4)
        for row in page["items"]:
            if desk.dice.random() < 0.3:
                await desk.account(login).get(f"/notices/{row['id']}")
            signed = {"signed_by": f"{row['notice_no'][-20:]}收", "sha256": row["sha256"]}
            await desk.account(login).post(f"/notices/{row['id']}/sign", signed)
            desk.counts["signed"] += 1

    return look


class Imports:
    """Files of satellite patches, each with patches of its own, one at a time."""

    def __init__(self) -> None:
        self._number = 0

    async def next(self, desk: Desk) -> None:
        self._number += 1
        content = await asyncio.to_thread(_patch_file, self._number)
        job = await desk.coordinator.upload("/clue-imports", f"patches-{self._number}.geojson", content)
        desk.counts["imports"] += 1
        for _ in range(60):
            await asyncio.sleep(1)
            if (await desk.coordinator.get(f"/clue-imports/{job['id']}"))["state"] in ("finished", "refused"):
                desk.counts["imports_ended"] += 1
                return


def _patch_file(number: int) -> bytes:
    """The sample file with patch numbers that no other file of this run has."""
    with TemporaryDirectory() as folder:
        made = write_sample(Path(folder), rows=_IMPORT_ROWS, broken=2, seed=number, kind="geojson")
        text = made.path.read_text(encoding="utf-8")
    renamed = text.replace("640521WP26", f"640521W{number:03d}")
    json.loads(renamed)
    return renamed.encode()
