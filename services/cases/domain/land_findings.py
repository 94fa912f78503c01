"""What the rules of the house say of a shape on its layers (domain.md 6.8): rows of the register land_rule, applied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.cases.domain.rule_book import Entry
from services.cases.domain.thresholds import LandTaken, Thresholds
from shared.area import mu_from_m2
from shared.contracts.codes import LandLayerKind
from shared.contracts.overlays import ApprovedShare, Finding, LayerUsed
from shared.contracts.rule_values import LandRuleValue

_K = LandLayerKind
_NONE = Decimal(0)
# What sums of rounded parts may differ by: 0.01 mu (domain.md 7.4).
_TOLERANCE_M2 = Decimal("6.67")


@dataclass(frozen=True)
class Facts:
    """Areas of a shape, m2. areas, hit: by layer. pbf, other: protected and other cultivated land, null without layers.

    unknown: in no class; excess: by how much classes lie on each other.
    """

    total: Decimal
    areas: Mapping[LandLayerKind, Decimal]
    hit: frozenset[LandLayerKind]
    pbf: Decimal | None
    other: Decimal | None
    unknown: Decimal | None
    excess: Decimal
    approved: ApprovedShare | None


def find(facts: Facts, layers: Sequence[LayerUsed], rules: Sequence[Entry], thresholds: Thresholds) -> list[Finding]:
    """Every rule that applies, in the order of the register. rules: those of the day; only of layers that are there."""
    used = {layer.kind: layer for layer in layers}
    found: list[tuple[int, Finding]] = []
    for entry in rules:
        rule = entry.value
        if not isinstance(rule, LandRuleValue) or not rule.enabled or (layer := used.get(rule.layer)) is None:
            continue
        for area in _applies(rule, facts, thresholds):
            found.append((rule.order, _finding(entry, rule, layer, area)))
    return [finding for _, finding in sorted(found, key=lambda pair: pair[0])]


def _applies(rule: LandRuleValue, facts: Facts, thresholds: Thresholds) -> Iterator[Decimal]:
    """The area that a rule is about; nothing when it does not apply or the layers do not say."""
    area, hit = facts.areas.get(rule.layer, _NONE), rule.layer in facts.hit
    if rule.layer is _K.CULTIVATED_LAND:
        area = facts.other or _NONE
        hit = hit and area > 0
    elif rule.layer is _K.PERMANENT_BASIC_FARMLAND and facts.pbf is not None:
        area = facts.pbf
    if rule.when == "hit" and hit:
        yield area
    elif rule.when == "outside" and rule.layer not in facts.hit:
        yield facts.total - area
    elif rule.when == "reaches" and rule.threshold is not None:
        taken = facts.pbf if rule.threshold == "pbf" else facts.other
        if taken is not None and thresholds.met("C342", rule.threshold, taken):
            yield taken
    elif rule.when == "near" and facts.pbf is not None and facts.other is not None:
        if thresholds.near_threshold(LandTaken(facts.pbf, facts.other)):
            yield facts.pbf + facts.other
    elif rule.when in ("approved", "unapproved") and facts.approved is not None:
        passes = _passes(rule, facts.total, facts.approved)
        if passes is (rule.when == "approved"):
            yield facts.approved.area_m2 if passes else facts.total - facts.approved.area_m2
    elif rule.when == "gap" and facts.unknown is not None and facts.unknown > _TOLERANCE_M2:
        yield facts.unknown
    elif rule.when == "overlap" and facts.excess > _TOLERANCE_M2:
        yield facts.excess


def _passes(rule: LandRuleValue, total: Decimal, approved: ApprovedShare) -> bool:
    """By the exact areas, not by the share as shown."""
    if rule.pass_share is None or Fraction(approved.area_m2) < Fraction(rule.pass_share) * Fraction(total):
        return False
    large = rule.strip_m2 is None or Fraction(total) > Fraction(rule.strip_m2)
    left = approved.uncovered_farmland_m2
    return not large or rule.uncovered_m2 is None or left is None or Fraction(left) < Fraction(rule.uncovered_m2)


def _finding(entry: Entry, rule: LandRuleValue, layer: LayerUsed, area: Decimal) -> Finding:
    said = [f"《{one.law}》第{one.article}条" if one.article else f"《{one.law}》" for one in entry.source.basis]
    return Finding(
        rule=entry.key,
        rule_row=entry.row_id,
        rule_valid_from=entry.valid_from,
        mark=entry.mark,
        unsure=entry.unsure,
        source="；".join([*said, *([entry.source.text] if entry.source.text else [])]),
        title=rule.title,
        tone=rule.tone,
        effect=rule.effect,
        kind=layer.kind,
        layer_id=layer.id,
        version_name=layer.version_name,
        area_m2=area,
        area_mu=mu_from_m2(area),
        notify=list(rule.notify),
        proposes=list(rule.proposes),
    )
