"""What a file of patches holds and lacks: columns, parents and children, sums (domain.md 7.6, 9 complaint 11)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.cases.domain.area_tolerance import differs
from services.cases.domain.patch import Patch, RowRejected, Warned
from services.cases.domain.patch_columns import ColumnBook

_MOST_NAMED = 50
_CHILD = re.compile(r"(.+)_(\d{1,3})", re.ASCII)


def parent_of(patch_no: str) -> tuple[str, int] | None:
    """130427SJBG26210310_3 is part 3 of 130427SJBG26210310."""
    match = _CHILD.fullmatch(patch_no)
    return None if match is None else (match[1], int(match[2]))


def completeness(
    outcomes: Sequence[Patch | RowRejected], book: ColumnBook, headers: Mapping[str, str] | None
) -> tuple[dict[str, Any], list[Warned]]:
    """The report and what of it a person should see at once. headers: key -> header, of a table only."""
    good = [outcome for outcome in outcomes if isinstance(outcome, Patch)]
    parts = {patch.patch_no: patch for patch in good}
    children: dict[str, list[Patch]] = defaultdict(list)
    for patch in good:
        if (parent := parent_of(patch.patch_no)) is not None:
            children[parent[0]].append(patch)
    orphans = sorted(no for no in children if no not in parts)
    split = {patch.patch_no for patch in good if patch.split}
    barren = sorted(split - children.keys())
    sums = list(_sums(parts, children))
    number = sum(map(len, children.values()))
    report: dict[str, Any] = {
        "patches": len(good),
        "rejected": len(outcomes) - len(good),
        "original": len(good) - number,
        "children": number,
        "split_parents": len(split | (children.keys() & parts.keys())),
        "verified": len(good) - len(split | (children.keys() & parts.keys())),
        "children_without_parent": orphans[:_MOST_NAMED],
        "parents_without_children": barren[:_MOST_NAMED],
        "sums_differing": sums[:_MOST_NAMED],
        "without_shape": sum(not patch.geometry_wkb for patch in good),
    }
    warned = []
    if headers is not None:
        report["columns"], absent = _columns(good, book, headers)
        if absent:
            warned.append(Warned("import.columns-absent", {"columns": absent}))
    if orphans:
        warned.append(Warned("import.children-without-parent", {"number": len(orphans), "first": orphans[:5]}))
    if barren:
        warned.append(Warned("import.parents-without-children", {"number": len(barren), "first": barren[:5]}))
    if sums:
        first = [each["parent"] for each in sums[:5]]
        warned.append(Warned("import.split-sums-differ", {"number": len(sums), "first": first}))
    return report, warned


def _sums(parts: Mapping[str, Patch], children: Mapping[str, Sequence[Patch]]) -> Iterable[dict[str, Any]]:
    """Parents whose children, as stated, do not make them up."""
    for no, cut in sorted(children.items()):
        if (parent := parts.get(no)) is None:
            continue
        total = sum((child.stated_area_mu for child in cut), Decimal(0))
        if differs(total, parent.stated_area_mu):
            stated = {"parent_mu": float(parent.stated_area_mu), "children_mu": float(total)}
            yield {"parent": no, **stated, "difference_mu": float(total - parent.stated_area_mu)}


def _columns(good: Sequence[Patch], book: ColumnBook, headers: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """By group: which columns are there and in how many rows filled, which are absent."""
    groups: dict[str, Any] = defaultdict(lambda: {"filled": {}, "absent": []})
    for column in book.working:
        group, header = groups[column.group], headers.get(column.key)
        if header is None:
            group["absent"].append(column.header)
        else:
            group["filled"][column.header] = sum(patch.raw.get(header) not in (None, "") for patch in good)
    absent = [name for group in groups.values() for name in group["absent"]]
    return dict(groups), absent
