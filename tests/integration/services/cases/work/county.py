"""A county with something of every kind in many states, and who looks at it."""

from typing import Any

from shared.contracts.codes import Role
from shared.principal import Actor
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    OTHER_OFFICER,
    Office,
    actor,
    correction,
    filed,
    invitation,
    sand_yard,
)
from tests.integration.services.cases.path_people import (
    ACTING,
    AG_CHIEF,
    CE_OFFICER,
    CHIEF,
    DEPUTY,
    DISCIPLINE,
    LEGAL,
    POLICE,
    appraised,
    asking,
    handed_over,
    new_case,
)
from tests.integration.services.cases.test_main_path import close_case, strike_off

PEOPLE: dict[str, Actor] = {
    "coordinator": COORDINATOR,
    "coordinator of another county": OTHER_COUNTY,
    "township": OFFICER,
    "another township": OTHER_OFFICER,
    "chief": CHIEF,
    "acting chief": ACTING,
    "leader": DEPUTY,
    "legal reviewer": LEGAL,
    "chief of agriculture": AG_CHIEF,
    "police": POLICE,
    "comprehensive enforcement": CE_OFFICER,
    "discipline": DISCIPLINE,
    "agency without a name": AGENCY,
    "administrator": actor(Role.ADMINISTRATOR, "640521"),
    "security administrator": actor(Role.SECURITY_ADMINISTRATOR, "640521"),
    "audit administrator": actor(Role.AUDIT_ADMINISTRATOR, "640521"),
    "coordinator and township officer": Actor(
        "two", "两用", frozenset({Role.COORDINATOR, Role.TOWNSHIP_OFFICER}), "640521104", "640521104"
    ),
    "agency given a clue": Actor("ag", "农办", frozenset({Role.AGENCY_OFFICER}), "agriculture", "640521"),
    "agency officer named on a case": Actor(
        "handler", "甲", frozenset({Role.AGENCY_OFFICER}), "natural_resources", "640521"
    ),
    "reviewer of the city": actor(Role.SUPERIOR_REVIEWER, "6405"),
    "reviewer of the region": actor(Role.SUPERIOR_REVIEWER, "64"),
    "coordinator of nowhere": actor(Role.COORDINATOR, ""),
    "coordinator of everywhere": actor(Role.COORDINATOR, "64"),
    "township officer of a county": actor(Role.TOWNSHIP_OFFICER, "640521"),
    "coordinator of a wild card": actor(Role.COORDINATOR, "64052%"),
}


def settle(office: Office) -> dict[str, Any]:
    """What the county has done; by a name, what was made."""
    made: dict[str, Any] = {}
    made["put right"] = filed(office)
    made["struck off"] = strike_off(office, made["put right"])
    close_case(office, made["put right"])
    made["of agriculture"] = new_case(office, lead_agency="agriculture", party_name="老李农场", title="挖塘养鱼案")
    office.command(COORDINATOR, "case.order-rectification", correction(title="填塘复耕"), made["of agriculture"]["id"])
    made["crime"] = appraised(office, party_name="宏达采砂厂")
    handed_over(office, made["crime"])
    for name, case, letter in (
        ("letter", made["crime"], {"to_agency": "comprehensive_enforcement"}),
        (
            "letter to agriculture",
            made["crime"],
            {"to_agency": "agriculture", "from_agency": "comprehensive_enforcement"},
        ),
        ("letter to a body", made["of agriculture"], {"to_body": "不动产登记中心"}),
    ):
        made[name] = office.command(COORDINATOR, "case.request-assistance", asking(**letter), case["id"])
    made["action"] = office.command(
        COORDINATOR,
        "case.convene-joint-action",
        invitation("agriculture", "public_security", acting_at="2027-01-08T09:00:00+08:00"),
        made["of agriculture"]["id"],
    )
    made["seen"] = office.command(
        COORDINATOR,
        "clue.report",
        sand_yard(
            place="清水河东岸", description="堆放建筑垃圾", longitude=105.70, latitude=37.45, suspected_type="VT16"
        ),
    )
    made["given elsewhere"] = office.command(COORDINATOR, "clue.report", sand_yard(place="两镇交界处"))
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521100000"}, made["given elsewhere"]["id"])
    made["given to an agency"] = office.command(COORDINATOR, "clue.report", sand_yard(place="农业大棚"))
    office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, made["given to an agency"]["id"])
    made["of the other township"] = office.command(
        COORDINATOR, "clue.report", sand_yard(division_code="640521100000", description="ＡＢＣ Plaza 停车场")
    )
    other = sand_yard(division_code="640522100000")
    made["of the other county"] = office.command(OTHER_COUNTY, "clue.report", other)
    return made
