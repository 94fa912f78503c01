"""A document in the running house: issued by people, printed by the press, verified by a stranger."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.support.nodes import wait_until
from tests.system.running_house import RunningHouse

FACTS = {
    "matter": "恩和镇恩和村砂场拆除复耕",
    "reference": "ZW-RI-640521-2026-00001",
    "due": "2026-04-20",
    "days": 4,
    "situation": "责任人尚未开始拆除。",
    "request": ["立即拆除砂场设施"],
    "new_due": "2026-05-11",
    "next_step": "提请县政府挂牌督办",
}


@pytest.fixture(scope="module")
def issued(house: RunningHouse) -> dict[str, Any]:
    body = {"type": "supervise_letter", "content": {"to": ["恩和镇人民政府"], "facts": FACTS}}
    path = f"/documents/{house.coordinator.post('/documents', body)['id']}"
    director = house.account("office-director")
    for verb in ("check", "issue"):
        director.post(f"{path}/{verb}", {})
    wait_until(lambda: house.coordinator.get(path)["state"] == "issued", 30)
    return dict(house.coordinator.get(path))


def test_a_stranger_verifies_paper_and_file(house: RunningHouse, issued: dict[str, Any]) -> None:
    base, code = house.people.base_url, issued["verify_code"]
    content = house.coordinator.ask("GET", f"/documents/{issued['id']}/files/pdf").content
    assert hashlib.sha256(content).hexdigest() == issued["files"][0]["sha256"]
    with httpx.Client(base_url=base, timeout=30.0, trust_env=False) as http:
        page = http.get(f"/verify/{code[:4].lower()}-{code[4:]}")
        assert page.status_code == 200
        assert issued["number"] in page.text
        assert issued["title"] not in page.text
        assert http.get("/verify/0000000000000000").status_code == 404
        told = http.post(f"/api/v1/verify/{code}/digest", content=content)
        assert told.json()["file"] == "pdf"
        changed = http.post(f"/api/v1/verify/{code}/digest", content=content[:-1] + b"x")
        assert changed.json()["file"] == "none"
        digest = issued["files"][1]["sha256"]
        assert http.get(f"/api/v1/verify/{code}", params={"sha256": digest}).json()["file"] == "docx"


def test_withdrawn_it_says_so_to_everybody(house: RunningHouse, issued: dict[str, Any]) -> None:
    path = f"/documents/{issued['id']}"
    house.account("office-director").post(f"{path}/withdraw", {"reason": "有误"})
    page = httpx.get(f"{house.people.base_url}/verify/{issued['verify_code']}", timeout=30.0, trust_env=False)
    assert "已撤回" in page.text
    assert issued["number"] in page.text
