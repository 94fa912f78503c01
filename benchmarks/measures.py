"""What is measured, one function a figure of the issue; each returns plain JSON."""

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.http_load import Request, drive, milliseconds, percentile
from benchmarks.receiver import Receiver
from benchmarks.reporting import CLUE, HOST, report
from benchmarks.stack import Stack, start, stop
from gateway.cli.demo.papers import document, letter
from gateway.cli.sample_patches import write_sample
from tests.support.certificates import certify_by

READS = 1500
CASES = 10_000
PATCHES = 10_000
ACTIONS = 60


def make_case(stack: Stack, coordinator: str) -> dict[str, Any]:
    """One filed case, by the public API."""
    township = stack.token("township-640521104")

    def post(path: str, body: dict[str, Any], token: str = coordinator) -> Any:
        return stack.call("POST", f"/api/v1{path}", token, json=body)

    clue = post("/clues", CLUE)
    path = f"/clues/{clue['id']}"
    post(f"{path}/assign", {"township_code": "640521104000"})
    post(f"{path}/sign", {}, township)
    post(f"{path}/start-verification", {"officers": ["甲", "乙"]}, township)
    areas = {name: CLUE[name] for name in ("area_m2", "farmland_area_m2", "pbf_area_m2")}
    documents = {"documents": [document("verification_report"), document("site_photos")]}
    opinion = {"opinion": "non_agri_illegal", "facts": "硬化地面", "suspected_type": "VT03", **areas, **documents}
    post(f"{path}/submit-opinion", opinion, township)
    filing = {
        "title": "违法占用耕地案",
        "violation_types": ["VT03"],
        "party_name": f"砂场{clue['clue_no']}",
        "party_kind": "firm",
        "lead_agency": "natural_resources",
        "officers": ["甲", "乙"],
        "reason": "符合立案条件",
        "documents": [document("filing_approval")],
    }
    return dict(post(f"{path}/file-case", filing))


def reading(stack: Stack, token: str, case: dict[str, Any]) -> dict[str, Any]:
    """One case, a page of 100, a find by number, with 10,000 cases, at 1 and 16 in flight."""
    number = multiply_cases(stack, case["id"], CASES)
    paths = {
        "one_case": f"/api/v1/cases/{case['id']}",
        "page_of_100": "/api/v1/cases?limit=100",
        "find_by_number": f"/api/v1/cases?no={number}",
    }
    return {
        name: {
            f"{in_flight}_in_flight": drive(
                HOST, stack.port, token, _get(path), count=READS if in_flight > 1 else 500, in_flight=in_flight
            ).summary()
            for in_flight in (1, 16)
        }
        for name, path in paths.items()
    }


def _get(path: str) -> Callable[[int], Request]:
    return lambda _: Request("GET", path)


def multiply_cases(stack: Stack, case_id: str, count: int) -> str:
    """Copy a real case row until there are `count`; the number of one in the middle. Loading data, not measured."""
    with stack.engine("cases").begin() as connection:
        made = {
            "id": "gen_random_uuid()",
            "clue_id": "gen_random_uuid()",
            "case_no": "'ZW-CA-640521-2025-' || lpad(n::text, 5, '0')",
            "clue_no": "'ZW-CL-640521-2025-' || lpad(n::text, 5, '0')",
            "filed_at": "filed_at - n * interval '1 minute'",
        }
        columns = [column["name"] for column in sa.inspect(connection).get_columns("case")]
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(made.get(name, f'c."{name}"') for name in columns)
        connection.execute(
            sa.text(
                f'INSERT INTO "case" ({names}) SELECT {values} FROM "case" c, generate_series(1, :count) n '
                "WHERE c.id = :id"
            ),
            {"count": count, "id": case_id},
        )
    return f"ZW-CA-640521-2025-{count // 2:05d}"


def webhook(stack: Stack, token: str, case: dict[str, Any]) -> dict[str, Any]:
    """From the commit of a joint action to the webhook at a local receiver, idle and at 50 events a second."""
    with Receiver() as receiver:
        body = {"url": receiver.url}
        admin = stack.token("admin")

        def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = stack.call("POST", f"/api/v1{path}", admin, json=body)
            return answer

        certify_by(post, "natural_resources", "signed_webhook")
        stack.call("PUT", "/api/v1/agencies/natural_resources/endpoint", admin, json=body)
        idle = _webhook_waits(stack, token, case, receiver)
        load = threading.Thread(
            target=drive,
            args=(HOST, stack.port, stack.token("coordinator"), report),
            kwargs={"count": 50 * 25, "in_flight": 4, "per_second": 50},
        )
        load.start()
        busy = _webhook_waits(stack, token, case, receiver)
        load.join()
    return {"idle": idle, "at_50_events_per_second": busy}


def _webhook_waits(stack: Stack, token: str, case: dict[str, Any], receiver: Receiver) -> dict[str, float]:
    waits = []
    for _ in range(ACTIONS):
        action = stack.call(
            "POST",
            f"/api/v1/cases/{case['id']}/joint-actions",
            token,
            json={
                "title": "联合执法",
                "reason": "责令停止后仍在施工",
                "place": "恩和镇",
                "acting_at": "2030-01-01T09:00:00+08:00",
                "urgent": False,
                "lead_agency": "natural_resources",
                "tasks": [letter("natural_resources")],
            },
        )
        committed = time.time()
        arrived = receiver.arrival_of(action["tasks"][0]["task_id"])
        waits.append(max(0.0, arrived - committed))
        time.sleep(0.2)
    return {"p50_ms": milliseconds(percentile(waits, 50)), "p99_ms": milliseconds(percentile(waits, 99))}


def importing(stack: Stack, token: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        sample = write_sample(Path(folder), rows=PATCHES, broken=0, seed=7)
        content = sample.path.read_bytes()
    begun = time.perf_counter()
    job = stack.call("POST", "/api/v1/clue-imports", token, files={"file": ("patches.zip", content, "application/zip")})
    while (seen := stack.call("GET", f"/api/v1/clue-imports/{job['id']}", token))["state"] != "finished":
        if seen["state"] == "refused":
            raise RuntimeError(f"import refused: {seen['problem']}")
        time.sleep(0.1)
    seconds = time.perf_counter() - begun
    tail_s = stack.wait_until_applied()
    return {
        "rows": seen["rows_done"],
        "created": seen["rows_created"],
        "rows_per_second": round(seen["rows_done"] / seconds, 1),
        "seconds": round(seconds, 2),
        "events_applied_s_after": round(tail_s, 2),
    }


def memory(stack: Stack) -> dict[str, Any]:
    """Resident megabytes of every process; pss counts shared pages once."""
    rows = stack.status()["processes"]
    return {
        "rss_mb": {row["name"]: round((row["rss_bytes"] or 0) / 2**20, 1) for row in rows},
        "total_rss_mb": round(sum(row["rss_bytes"] or 0 for row in rows) / 2**20, 1),
        "total_pss_mb": round(sum(row["pss_bytes"] or row["rss_bytes"] or 0 for row in rows) / 2**20, 1),
    }


def second_start(stack: Stack) -> float:
    stop(stack.home)
    return start(stack.home)
