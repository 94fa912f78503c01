"""The bulletin of the second quarter (8.2 steps 31 to 35, assertion 5 of 8.3) and that of the third."""

from tests.system.worked_example.desk import Desk, View

SAID: View = {
    "demands": ["恩和镇抓紧组织复耕验收，按期销号。"],
    "proposals": ["建议将销号情况纳入乡镇年度考核。"],
}
ENHE = "640521104"
WHOLE = (1, 12.6, 10.5, 6.3)


def issued(desk: Desk) -> None:
    """Drafted with its report and its letter, checked, issued with a number; the two others follow it."""
    (due,) = [one for one in desk.see("/bulletins", due=True)["items"] if one["period"] == "2026-Q2"]
    assert due["due_on"] == "2026-07-03"
    position = caught_up(desk)
    made = desk.house.coordinator.post("/bulletins", {"period": "2026-Q2", **SAID})
    desk.bulletin = f"/bulletins/{made['id']}"
    assert made["id"] == due["id"]
    assert made["snapshot"]["position"] >= position
    assert figure(made, "in_rectification") == figure(made, "items") == WHOLE
    assert figure(made, "struck_off")[0] == 0
    named = made["snapshot"]["cases"][0]  # it has most reasons; the twin may be named after it
    assert f"/cases/{named['case_id']}" == desk.case
    assert {"listed", "pbf"} <= set(named["why"])
    numbers = {name: printed(desk, made["snapshot"][f"{name}_id"]) for name in ("document", "report", "copy")}
    assert numbers["document"] == "中宁耕保通〔2026〕1号"
    assert all(numbers.values())
    behind = desk.see(f"{desk.bulletin}/figures/{ENHE}/in_rectification")["items"]
    assert [f"/rectifications/{one['id']}" for one in behind] == [desk.item]
    assert not [one for one in desk.see("/bulletins", due=True)["items"] if one["period"] == "2026-Q2"]


def printed(desk: Desk, document_id: str) -> str:
    """The number of a paper once it is checked, issued and printed."""
    path = f"/documents/{document_id}"
    desk.house.account("office-director").post(f"{path}/check", {})
    desk.house.account("group-head").post(f"{path}/issue", {})
    # What lies in an inbox is delivered as soon as it is issued.
    desk.house.until(lambda: desk.see(path)["number"] is not None, f"the press, for {path}")
    return str(desk.see(path)["number"])


def caught_up(desk: Desk) -> int:
    """Wait until notify has counted what cases has told; the position."""
    table = desk.see("/statistics/table", kind="rectification", by="township", period="2026-Q2")
    total = table["total"]["amounts"]["total"]["items"]

    def same() -> bool:
        told = desk.see("/bulletins/preview", period="2026-Q2")
        return bool(figure(told, "items")[0] == total)

    desk.house.until(same, "the count of the second quarter")
    return int(desk.see("/bulletins/preview", period="2026-Q2")["position"])


def third_shows_it_rectified(desk: Desk) -> None:
    """In October the third quarter tells of it as demolished, and the second says what it said."""
    second = desk.see(desk.bulletin)
    assert figure(second, "in_rectification") == WHOLE
    assert desk.see(f"{desk.bulletin}/difference")["changes"] == []

    def counted() -> bool:
        return figure(desk.see("/bulletins/preview", period="2026-Q3"), "struck_off")[0] == 1

    desk.house.until(counted, "the count of the third quarter")
    made = desk.house.coordinator.post("/bulletins", {"period": "2026-Q3", **SAID})
    assert figure(made, "struck_off") == figure(made, "demolished") == WHOLE
    assert figure(made, "struck_off", "before")[0] == 0
    assert figure(made, "in_rectification", "before") == WHOLE


def figure(told: View, column: str, point: str = "this") -> tuple[int, float, float, float]:
    one = next(one for one in told["figures"]["county"]["figures"] if one["column"] == column)[point]
    return one["items"], one["area_mu"], one["farmland_area_mu"], one["pbf_area_mu"]
