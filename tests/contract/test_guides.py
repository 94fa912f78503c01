"""Every example of the integration guides is what the contract has, in both languages the same."""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from standardwebhooks import Webhook

from gateway.schemas.logins import TokenRequest
from services.agencies.adapters.integrations.mapping import table_of
from services.agencies.adapters.integrations.material import letter_schema, report_schema
from services.agencies.adapters.integrations.reading import read
from services.agencies.domain.answers import DATA, parse
from services.agencies.domain.fault_texts import TEXTS
from services.agencies.domain.task_table import TABLE, Hand
from shared import keys
from shared.contracts.agencies import TaskMessageView, TaskRow
from shared.contracts.agency_endpoints import AnswerReceipt, Protocol
from shared.contracts.base import Page
from shared.contracts.codes import Agency, ReturnReason, TaskMessageKind, TaskState
from shared.exchange.package import Manifest, PackageName, _check_seal, seal
from shared.outgoing.schedule import DELAYS_S

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = {"en": DOCS / "integration-guide.md", "zh": DOCS / "对接指南.md"}
TEXT = {language: file.read_text("utf-8") for language, file in GUIDES.items()}
_EXAMPLE = re.compile(r"<!-- example: ([^\n]+) -->\n```json\n(.*?)\n```", re.S)
EXAMPLES: list[tuple[str, str]] = _EXAMPLE.findall(TEXT["en"])
# The day on which the examples happen.
TODAY = date(2026, 3, 11)
TYPES = {f"tianwei.task.{kind}.v1" for kind in ("issued", *TaskMessageKind)}
TYPES |= {"tianwei.answer.receipt.v1", "tianwei.answer.resend.v1"}


def event(agency: str, value: Any) -> None:
    head = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}
    assert (set(value), value["source"]) == (head, "/agencies")
    assert value["type"] in TYPES
    if letter := value["data"].get("letter"):
        jsonschema.validate(letter, letter_schema(table_of(Agency(agency))))
    if value["type"] == "tianwei.answer.receipt.v1":
        AnswerReceipt.model_validate(value["data"])
    if value["type"].startswith("tianwei.task."):
        assert value["data"]["task_id"] == value["subject"]


def answer(agency: str, value: Any) -> None:
    parsed = parse(value, agency)
    if parsed.verb == "report":
        form(agency, parsed.data.form)


def form(agency: str, value: Any) -> None:
    jsonschema.validate(value, report_schema(table_of(Agency(agency))))
    read(value, table_of(Agency(agency)), TODAY)


def receipt(_: str, value: Any) -> None:
    told = AnswerReceipt.model_validate(value)
    assert (told.status == "parked") == bool(told.faults)
    assert all(fault.text.startswith(TEXTS[fault.reason].partition("{")[0]) for fault in told.faults)


def access(_: str, value: Any) -> None:
    assert value["protocol"] in Protocol.__args__  # type: ignore[attr-defined]
    assert Agency(value["agency"])
    assert set(value) == {"contract", "agency", "county_code", "protocol", "api", "webhook"}


def token(_: str, value: Any) -> None:
    TokenRequest.model_validate(value)


def webhook_signature(_: str, value: Any) -> None:
    at = datetime.fromtimestamp(int(value["webhook-timestamp"]), UTC)
    signed = Webhook(value["secret"]).sign(value["webhook-id"], at, value["body"])
    assert signed == value["webhook-signature"]


def package_signature(kind: str, value: Any) -> None:
    content, told = base64.b64decode(value["content_base64"]), value["seal"]
    assert keys.kind_of(value["public_key"]) == kind
    assert keys.public_key(value["private_key"]) == value["public_key"]
    _check_seal(told["file"], content, json.dumps(told).encode(), [value["public_key"]])
    if kind == keys.ED25519:  # the same at every signing
        assert json.loads(seal(PackageName.parse(told["file"]), content, [value["private_key"]])) == told


def manifest(_: str, value: Any) -> None:
    told = Manifest.model_validate(value)
    assert told.count == len(told.files)


def mailbox(_: str, value: Any) -> None:
    assert Page[TaskRow].model_validate(value).items


def mailbox_messages(_: str, value: Any) -> None:
    assert Page[TaskMessageView].model_validate(value).items


CHECKS: dict[str, Callable[[str, Any], None]] = {
    "event": event,
    "answer": answer,
    "form": form,
    "receipt": receipt,
    "access": access,
    "token": token,
    "webhook-signature": webhook_signature,
    "package-signature": package_signature,
    "manifest": manifest,
    "mailbox": mailbox,
    "mailbox-messages": mailbox_messages,
}


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[f"{n}-{name}" for n, (name, _) in enumerate(EXAMPLES)])
def test_an_example_is_as_the_contract_has_it(name: str, text: str) -> None:
    kind, _, of = name.partition(" ")
    CHECKS[kind](of, json.loads(text))


def test_every_kind_of_example_is_there_and_no_other_block() -> None:
    assert {name.partition(" ")[0] for name, _ in EXAMPLES} == set(CHECKS)
    assert {name.partition(" ")[2] for name, _ in EXAMPLES if name.startswith("form ")} == set(Agency) - {"township"}
    for text in TEXT.values():
        assert text.count("```json") == len(EXAMPLES) == len(_EXAMPLE.findall(text))


def test_both_languages_have_the_same_chapters_and_examples() -> None:
    assert _EXAMPLE.findall(TEXT["zh"]) == EXAMPLES
    levels = {language: re.findall(r"^(#+) ", text, re.M) for language, text in TEXT.items()}
    assert levels["en"] == levels["zh"]
    rows = {language: text.count("\n| ") for language, text in TEXT.items()}
    assert rows["en"] == rows["zh"]


@pytest.mark.parametrize("language", GUIDES)
class TestNothingIsLeftOut:
    def test_every_verb_has_its_example(self, language: str) -> None:
        told = {json.loads(text)["type"].split(".")[2] for name, text in EXAMPLES if name.startswith("answer ")}
        assert told == set(DATA) - {"report-typed"}  # ours, not a vendor's
        assert all(f"**{verb}**" in TEXT[language] for verb in told)

    def test_every_type_of_message(self, language: str) -> None:
        assert {kind for kind in TYPES if f"`{kind}`" not in TEXT[language]} == set()

    def test_every_state_with_what_the_agency_may_do(self, language: str) -> None:
        rows = re.findall(r"^\| ((?:`\w+`[ 、]*)+) \|[^|]+\|[^|]+\| ([^|]+) \|$", TEXT[language], re.M)
        told = {
            state: set(re.findall(r"`(\w+)`", does)) for states, does in rows for state in re.findall(r"\w+", states)
        }
        told["reported"] -= {"done", "returned"}
        ours = {"sign", "accept", "decline", "start", "report"}
        for state in TaskState:
            may = {row.verb for row in TABLE.values() if state in row.at and row.who is Hand.AGENCY}
            assert told[state] == may & ours, state

    def test_every_reason_with_what_to_do(self, language: str) -> None:
        assert {reason for reason in TEXTS if f"`{reason}`" not in TEXT[language]} == set()

    def test_every_reason_of_a_return(self, language: str) -> None:
        assert {code for code in ReturnReason if f"`{code}`" not in TEXT[language]} == set()

    def test_the_times_of_our_tries(self, language: str) -> None:
        hours = [int(delay / 3600) for delay in DELAYS_S if delay >= 3600]
        unit = " h" if language == "en" else " 小时"
        comma = ", " if language == "en" else "、"
        assert comma.join(f"{hour}{unit}" for hour in hours) in TEXT[language]
        assert len(DELAYS_S) == 10

    def test_every_chapter_it_points_to_exists(self, language: str) -> None:
        files = re.findall(r"\]\(([^)#]+)\)", TEXT[language])
        assert all((DOCS / file).exists() for file in files)
