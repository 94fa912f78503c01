"""What an office may draft, and what each type must say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.notify.adapters.registers import read_document_types
from services.notify.domain.document_types import Approver
from services.notify.queries.documents import list_document_types
from shared.contracts.codes import Role
from shared.contracts.documents import DocumentTypeView, ListDocumentTypes
from shared.principal import STRANGER, Actor
from tests.unit.services.notify.test_document import DIRECTOR, DRAFTER, NOBODY

NOW = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)
OFFICER = Actor("o", "承办人", frozenset({Role.AGENCY_OFFICER}), "natural_resources", "640521")


def listed(by: Actor, now: datetime = NOW) -> list[DocumentTypeView]:
    return list_document_types(read_document_types, ListDocumentTypes(), by, cast(Any, None), now).items


def test_each_type_is_the_groups_or_the_agencies_and_the_sealed_ones_are_nobodys() -> None:
    group, agency = {one.type for one in listed(DRAFTER)}, {one.type for one in listed(OFFICER)}
    assert not group & agency
    open_ = [version for version in read_document_types().versions() if not version.restricted]
    assert group | agency == {version.type for version in open_}
    assert agency == {version.type for version in open_ if version.approver is Approver.AGENCY_HEAD}
    assert listed(DIRECTOR) == listed(DRAFTER)


@pytest.mark.parametrize("by", [NOBODY, STRANGER, replace(DRAFTER, roles=frozenset({Role.RECIPIENT_CLERK}))])
def test_who_belongs_to_no_office_drafts_nothing(by: Actor) -> None:
    assert listed(by) == []


def test_a_type_says_who_issues_it_and_what_the_case_fills_in() -> None:
    order = next(one for one in listed(OFFICER) if one.type == "stop_order")
    assert order.approvers == sorted([Role.ACTING_CHIEF, Role.CHIEF, Role.LEADER])
    assert [field.name for field in order.fields if not field.from_case] == ["articles"]
    letter = next(one for one in listed(DRAFTER) if one.type == "supervise_letter")
    assert (letter.numbered, letter.to_required) == (True, True)


def test_before_a_type_is_in_force_it_cannot_be_drafted() -> None:
    assert listed(DRAFTER, datetime(2023, 7, 31, 2, 0, tzinfo=UTC)) == []
