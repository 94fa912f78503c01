"""A county in which every text holds a word that only its own people may ever read, and who must not."""

from uuid import uuid4

from shared.contracts.codes import Role
from tests.integration.matrix.house import House
from tests.integration.services.cases.conftest import START
from tests.integration.services.cases.evidence.desk import Desk as EvidenceDesk
from tests.integration.services.cases.office import (
    COORDINATOR,
    COUNTY,
    OFFICERS,
    OTHER_TOWNSHIP,
    TOWNSHIP,
    correction,
    filing,
    invitation,
    sand_yard,
    verified,
)
from tests.integration.services.cases.path_people import (
    DEPUTY,
    DISCIPLINE,
    appraised,
    asking,
    handed_over,
    step,
    transfer_of,
)

FAR, FAR_TOWNSHIP, CITY, FAR_CITY = "640522", "640522100", "6405", "6401"
AGENCY, OTHER_AGENCY = "natural_resources", "comprehensive_enforcement"
_OF_AGENCY = (Role.CHIEF, Role.ACTING_CHIEF, Role.LEADER, Role.LEGAL_REVIEWER, Role.AGENCY_OFFICER)
_OF_COUNTY = (Role.COORDINATOR, Role.OFFICE_DIRECTOR, Role.GROUP_HEAD)
WORD = "丝七f3九雀"
"""In every text of the county."""

OUTSIDERS: dict[str, tuple[tuple[Role, ...], str, str]] = {
    "far-county": ((*_OF_COUNTY, *_OF_AGENCY), AGENCY, FAR),
    "far-clerk": ((Role.RECIPIENT_CLERK,), "discipline_commission", FAR),
    "far-township": ((Role.TOWNSHIP_OFFICER,), FAR_TOWNSHIP, FAR_TOWNSHIP),
    "far-city": ((Role.SUPERIOR_REVIEWER,), FAR_CITY, FAR_CITY),
    "far-administrator": ((Role.ADMINISTRATOR,), FAR, FAR),
    "far-system": ((Role.AGENCY_SYSTEM,), AGENCY, FAR),
    "other-agency": (_OF_AGENCY, OTHER_AGENCY, COUNTY),
    "other-system": ((Role.AGENCY_SYSTEM,), OTHER_AGENCY, COUNTY),
    "other-township": ((Role.TOWNSHIP_OFFICER,), OTHER_TOWNSHIP, OTHER_TOWNSHIP),
    "administrator of the house": ((Role.ADMINISTRATOR,), COUNTY, COUNTY),
    "nobody": ((), COUNTY, COUNTY),
    "of nowhere": ((*_OF_COUNTY, *_OF_AGENCY, Role.ADMINISTRATOR), AGENCY, ""),
}
"""People of another county, of another agency and township of this one, and who has no business with cases."""


def person_of(role: Role) -> tuple[str, str]:
    """Organisation and jurisdiction of somebody of the county who has the role."""
    if role is Role.TOWNSHIP_OFFICER:
        return TOWNSHIP, TOWNSHIP
    if role is Role.SUPERIOR_REVIEWER:
        return CITY, CITY
    if role in (*_OF_AGENCY, Role.AGENCY_SYSTEM):
        return AGENCY, COUNTY
    return ("discipline_commission" if role is Role.RECIPIENT_CLERK else COUNTY), COUNTY


def inhabit(house: House) -> None:
    """One account of every role, and the outsiders."""
    for role in Role:
        house.person(role.value, role, *person_of(role))
    for login, (roles, org, jurisdiction) in OUTSIDERS.items():
        house.somebody(login, roles, org, jurisdiction)


def plant(house: House) -> None:
    """Of every kind one at least, with the word wherever somebody may write; told to all services."""
    office = house.office
    clue = {"place": f"恩和镇{WORD}", "description": WORD}
    seen = office.command(COORDINATOR, "clue.report", sand_yard(**clue, longitude=105.70, latitude=37.45))
    again = office.command(COORDINATOR, "clue.report", sand_yard(**clue, longitude=105.70, latitude=37.45))
    assert seen["id"] != again["id"]
    reported = office.command(COORDINATOR, "clue.report", sand_yard(**clue))
    case = office.command(
        COORDINATOR,
        "clue.file-case",
        filing(title=f"{WORD}案", party_name=f"{WORD}砂场", reason=WORD),
        verified(office, reported["id"], facts=WORD)["id"],
    )
    step(office, case, "investigate", **OFFICERS)
    ordered = correction(title=WORD, requirement=WORD, responsible_person=WORD)
    office.command(COORDINATOR, "case.order-rectification", ordered, case["id"])
    office.command(COORDINATOR, "case.request-assistance", asking(details=WORD, contact=WORD), case["id"])
    invited = invitation(AGENCY, "agriculture", title=WORD, reason=WORD, place=WORD)
    for task in invited["tasks"]:
        task["matter"] = WORD
    office.command(COORDINATOR, "case.convene-joint-action", invited, case["id"])
    _keep(house, reported["id"])
    sealed = {
        "title": WORD,
        "person": WORD,
        "post": WORD,
        "allegation": WORD,
        "attachments": [WORD],
        "leader_id": DEPUTY.account_id,
        "receiver_id": DISCIPLINE.account_id,
        "receiver_name": WORD,
    }
    office.command(COORDINATOR, "case.seal-clue", sealed, case["id"])
    file = {"file_sha256": "a" * 64, "file_name": f"{WORD}.zip", "size_bytes": 9}
    office.command(COORDINATOR, "clue_import.start", file)
    office.command(COORDINATOR, "case_import.start", {**file, "dry_run": True})
    survey = {"kind": "permanent_basic_farmland", "version_name": WORD, "valid_from": "2025-01-01"}
    office.command(COORDINATOR, "land_layer.load", {**file, **survey})
    house.settle()
    crime = appraised(office, party_name=f"{WORD}采砂", title=WORD)
    handed_over(office, crime)
    assert transfer_of(office, crime)
    house.settle()
    # On the same day as before, or else everything would be told otherwise.
    office.clock.at = START


def _keep(house: House, clue_id: str) -> None:
    """Evidence of a clue, examined, and a copy of it for an agency."""
    desk = EvidenceDesk(house.office, house.home)
    piece = desk.text({"object": "clue", "object_id": clue_id}, WORD, COORDINATOR, title=WORD)
    desk.examine()
    desk.close()
    shared = {"to_agency": "agriculture", "purpose": WORD, "expires_at": "2026-12-01T00:00:00+08:00"}
    house.office.command(COORDINATOR, "evidence.share", shared, piece["id"])


def ids_of(house: House) -> dict[str, str]:
    """By the first part of a path: an object that the county's own people see there."""
    wanted = {
        "cases": {
            "clues": "clue",
            "cases": '"case"',
            "rectifications": "rectification",
            "joint-actions": "joint_action",
            "police-transfers": "police_transfer",
            "listings": "listing",
            "assistance-requests": "assistance_request",
            "action-proposals": "action_proposal",
            "sealed-records": "sealed_record",
            "evidence": "evidence",
            "evidence-copies": "evidence_copy",
            "clue-imports": "clue_import",
            "case-imports": "case_import",
            "land-layers": "land_layer",
        },
        "agencies": {"tasks": "agency_task"},
        "notify": {"notices": "document", "documents": "document"},
    }
    found: dict[str, str] = {}
    for service, tables in wanted.items():
        with house.parts[service].engine.connect() as connection:
            for collection, table in tables.items():
                # A notice is an issued document; else whichever has the word, if its row has any text of ours at all.
                issued = "t.issued_at IS NOT NULL" if collection == "notices" else "true"
                has_word = f"(t::text LIKE '%%{WORD}%%')"
                statement = f"SELECT id FROM {table} t WHERE {issued} ORDER BY {has_word} DESC, id LIMIT 1"
                found[collection] = str(connection.exec_driver_sql(statement).scalar_one())
    return found


def nothing() -> str:
    """The id of nothing."""
    return str(uuid4())
