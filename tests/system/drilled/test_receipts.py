"""A document from its draft to the signature of the discipline commission, urged on the way; days pass as chosen."""

import hashlib
from typing import Any

import pytest

from tests.system.drill import Drill
from tests.system.test_documents import FACTS

CLERK = "discipline-commission"
DISCIPLINE, TOWNSHIP = "中宁县纪委监委", "恩和镇人民政府"


@pytest.fixture(scope="module")
def path(drill: Drill) -> str:
    """Drafted, checked and issued on Friday, 24 April 2026; to the commission, with a copy to a township on paper."""
    drill.at("04-24")
    body = {"type": "supervise_letter", "content": {"to": [DISCIPLINE], "copies": [TOWNSHIP], "facts": FACTS}}
    made = f"/documents/{drill.house.coordinator.post('/documents', body)['id']}"
    for verb in ("check", "issue"):
        drill.ask(made, verb, by="office-director")
    drill.house.until(lambda: drill.house.coordinator.get(made)["state"] == "issued", "the press")
    return made


def receipt(drill: Drill, path: str, name: str) -> dict[str, Any]:
    found = drill.house.coordinator.get(path)["receipts"]
    return dict(next(one for one in found if one["recipient"] == name))


def unsigned(drill: Drill, path: str, **asked: str) -> list[dict[str, Any]]:
    """Of this document alone: other stories of the house have left theirs."""
    rows = drill.house.coordinator.all("/documents/unsigned", **asked)
    return [row for row in rows if path.endswith(row["document_id"])]


def test_from_draft_to_signature_with_urging_on_the_way(drill: Drill, path: str) -> None:
    house, notice = drill.house, path.replace("documents", "notices")
    clerk = house.account(CLERK)
    placed = receipt(drill, path, DISCIPLINE)
    assert (placed["channel"], placed["opened_at"], placed["signed_at"]) == ("inbox", None, None)
    assert placed["due_at"].startswith("2026-04-28T16:00") or placed["due_at"].startswith("2026-04-29T00:00")
    assert unsigned(drill, path, late="true") == []

    drill.at("04-29", "08:59")
    assert [(row["recipient"], row["channel"], row["days_late"]) for row in unsigned(drill, path, late="true")] == [
        (DISCIPLINE, "inbox", 1),
        (TOWNSHIP, "paper", 1),
    ]
    drill.at("04-29", "09:00")
    house.until(lambda: receipt(drill, path, DISCIPLINE)["urged"] == 1, "the first urging")
    shown = house.tianwei("documents", "unsigned", "--late", by="coordinator")
    assert DISCIPLINE in shown.stdout

    seen = clerk.get(notice)
    assert [one["name"] for one in seen["receipts"]] == [DISCIPLINE]
    house.until(lambda: bool(receipt(drill, path, DISCIPLINE)["opened_at"]), "the reading told")
    content = clerk.ask("GET", f"{notice}/files/pdf").content
    refused = clerk.ask("POST", f"{notice}/sign", {"signed_by": "马红", "sha256": "0" * 64})
    assert (refused.status_code, refused.json()["code"]) == (422, "notify.digest-wrong")
    signed = clerk.post(f"{notice}/sign", {"signed_by": "马红", "sha256": hashlib.sha256(content).hexdigest()})
    assert signed["receipts"][0]["signed_by"] == "马红"
    kept = receipt(drill, path, DISCIPLINE)
    assert (kept["sha256"], kept["next_urge_at"]) == (hashlib.sha256(content).hexdigest(), None)


def test_the_house_stands_still_over_steps_of_the_ladder_and_urges_once_for_all(drill: Drill, path: str) -> None:
    """May Day lies between: the working days after 28 April are 29 and 30 April, 6, 7 and 8 May."""
    drill.house.pause("notify")
    drill.at("05-08", "10:00")
    drill.house.resume("notify")
    drill.house.until(lambda: receipt(drill, path, TOWNSHIP)["urged"] == 3, "one urging for all that passed")
    assert receipt(drill, path, DISCIPLINE)["urged"] == 1


def test_on_paper_it_is_handed_over_and_signed_for_and_then_closed(drill: Drill, path: str) -> None:
    at = drill.at("05-08", "11:00").isoformat()
    drill.at("05-08", "12:00")
    again = {"recipient": DISCIPLINE, "channel": "paper", "reason": "再送"}
    assert drill.refused(path, "re-serve", **again)["code"] == "notify.document-signed-for"
    drill.ask(path, "deliver", recipient=TOWNSHIP, channel="专人送达", delivered_at=at)
    done = drill.ask(path, "sign-for", recipient=TOWNSHIP, signed_by="赵强", signed_at=at)
    assert done["state"] == "signed_for"
    assert unsigned(drill, path) == []
    assert drill.ask(path, "close")["state"] == "closed"


def test_for_everybody_else_it_does_not_exist(drill: Drill, path: str) -> None:
    notice = path.replace("documents", "notices")
    for login in ("party-committee", "organisation-department", "public-security", "admin"):
        account = drill.house.account(login)
        assert account.ask("GET", notice).status_code == 404
        assert account.ask("GET", f"{notice}/files/pdf").status_code == 404
        assert account.ask("GET", f"{path}").status_code == 404
