"""Assertion 5 of domain.md 8.3: the second quarter keeps the sand yard unrectified, the third shows it rectified."""

from tests.system.worked_example.desk import TOWNSHIP, Desk, View

SECOND, THIRD = "2026-Q2", "2026-Q3"
WHOLE = (1, 12.6, 10.5, 6.3)
NOTHING = (0, 0.0, 0.0, 0.0)


def unrectified(desk: Desk, *, ended: bool) -> None:
    """total = rectified + unrectified in the second quarter, and the item is among the unrectified."""
    table = figures(desk, SECOND)
    assert table["period"] == {"period": SECOND, "ends_at": "2026-07-01T00:00:00+08:00", "ended": ended}
    assert {name: seen(table, name) for name in ("total", "unrectified", "rectified")} == {
        "total": WHOLE,
        "unrectified": WHOLE,
        "rectified": NOTHING,
    }
    assert table["total"]["late"] == {}
    assert counted(desk, SECOND, "unrectified") == {desk.item}
    assert counted(desk, SECOND, "rectified") == set()


def rectified(desk: Desk, *, ended: bool) -> None:
    """total = rectified + unrectified in the third quarter as well, and the item is demolished."""
    table = figures(desk, THIRD)
    assert table["period"]["ended"] is ended
    assert {name: seen(table, name) for name in ("total", "unrectified", "rectified", "demolished")} == {
        "total": WHOLE,
        "unrectified": NOTHING,
        "rectified": WHOLE,
        "demolished": WHOLE,
    }
    assert counted(desk, THIRD, "demolished") == {desk.item}


def both_stand(desk: Desk) -> None:
    """In October both quarters are over, and each says what it said."""
    unrectified(desk, ended=True)
    rectified(desk, ended=True)


def figures(desk: Desk, period: str) -> View:
    """The table of the township at the end of a period; every identity must hold."""
    table: View = desk.see("/statistics/table", **_asked(period), by="township")
    assert table["difference"] == 0
    return table


def seen(table: View, column: str) -> tuple[int, float, float, float]:
    amount = table["total"]["amounts"][column]
    return amount["items"], amount["area_mu"], amount["farmland_area_mu"], amount["pbf_area_mu"]


def counted(desk: Desk, period: str, column: str) -> set[str]:
    """Paths of the items that a figure counts."""
    rows = desk.see("/statistics/items", **_asked(period), column=column)["items"]
    return {f"/rectifications/{row['id']}" for row in rows}


def _asked(period: str) -> dict[str, str]:
    return {"kind": "rectification", "period": period, "division": TOWNSHIP[-9:]}
