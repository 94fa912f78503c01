"""Who looks at the land when the county accepts it, and who signs the sheet (domain.md 3.7)."""

from typing import Any

ACCEPTED: dict[str, Any] = {
    "tillage_state": "ready_to_sow",
    "members": [
        {"name": "自然资源局验收员", "agency": "natural_resources"},
        {"name": "农业农村局验收员", "agency": "agriculture"},
        {"name": "乡镇验收员", "agency": "township"},
    ],
    "signers": [
        {"part": "party_or_village", "name": "村民委员会"},
        {"part": "township", "name": "乡镇政府"},
        {"part": "agriculture", "name": "农业农村局"},
        {"part": "natural_resources", "name": "自然资源局"},
        {"part": "coordinator", "name": "协调员"},
    ],
}
"""What the acceptance of land that is ready to sow says, beside its area and its paper."""
