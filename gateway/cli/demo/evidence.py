"""Evidence of the demonstration: what a check-list still asks for is made and handed in until nothing is missing.

Photographs are drawn with the EXIF of a phone, papers are short texts. Knows nothing but the check-lists of the API.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.cli.demo.person import Person
from gateway.cli.sample_photos import SamplePhoto, photo_bytes

WAIT_S = 120.0
_PICTURE = frozenset({"audiovisual", "electronic_data"})
_PIXELS = (320, 240)
# Where the camera looks from the same standpoint, before and after: the pairs that the rules ask for.
_AZIMUTHS = {"whole": (10.0,), "close": (90.0, 270.0, 180.0, 0.0), "inside": (45.0,)}

Kinds = Mapping[str, list[str]]


@dataclass(frozen=True)
class Spot:
    """Where and when what is shown was seen. about: makes contents unlike those of other objects."""

    about: str
    taken_at: datetime
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Piece:
    """A file with the fields that go with it."""

    name: str
    content: bytes
    fields: dict[str, str]


class StillMissing(RuntimeError):
    """Everything was handed in and examined, and the list is not complete."""

    def __init__(self, path: str, asked: Mapping[str, Any]) -> None:
        super().__init__(f"{path}: {[(one['id'], one['spoiled']) for one in _open(asked)]}")


def kinds_of(listed: Mapping[str, Any]) -> Kinds:
    """The kinds of evidence that each item may be. listed: GET /rules/evidence_item."""
    return {row["key"]: row["value"].get("kinds") or ["documentary"] for row in listed["items"]}


def pieces_for(asked: Mapping[str, Any], kinds: Kinds, spot: Spot) -> list[Piece]:
    """What is missing on a check-list. asked: the answer of …/evidence/requirements. Pairs are not files."""
    made: list[Piece] = []
    for need in _open(asked):
        item = "photo" if "photo" in need["any_of"] else need["any_of"][0]
        if need["paired"]:
            continue
        fields = {"item": item, "title": need["title"]}
        if need["stage"]:
            fields["stage"] = need["stage"]
        if kinds[item][0] in _PICTURE and item != "satellite_image":
            made += _photographs(need, item, kinds, fields, spot)
        else:
            content = f"{need['title']}\n{spot.about}\n{need['id']}\n".encode()
            made.append(Piece(f"{need['title']}.txt", content, {**fields, "kind": _paper(kinds[item])}))
    return made


def complete(person: Person, path: str, spot: Spot, step: str, kinds: Kinds) -> dict[str, Any]:
    """Hand in what a step of an object needs, wait for its examination, confirm pairs. path: like /cases/{id}."""
    place = f"{path}/evidence"
    asked = person.get(f"{place}/requirements", step=step)
    for piece in pieces_for(asked, kinds, spot):
        person.upload(place, piece.name, piece.content, piece.fields)
    give_up_at = time.monotonic() + WAIT_S
    while any(row["state"] == "unexamined" for row in person.get(place, limit=200)["items"]):
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"{path}: {WAIT_S:g} 秒内没有核对完证据")
        time.sleep(0.1)
    if any(need["paired"] for need in _open(asked)):
        for pair in person.get(f"{place}/pairs")["proposed"]:
            person.post(f"/evidence/{pair['after_id']}/pair", {"before_id": pair["before_id"]})
    asked = person.get(f"{place}/requirements", step=step)
    if not asked["complete"]:
        raise StillMissing(path, asked)
    return dict(asked)


def _open(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [need for need in asked["items"] if need["missing"] and need["applies"]]


def _photographs(need: Mapping[str, Any], item: str, kinds: Kinds, fields: dict[str, str], spot: Spot) -> list[Piece]:
    view = need["view"] or "whole"
    stage = need["stage"] or "before"
    made = []
    for number, azimuth in enumerate(_AZIMUTHS[view][: need["missing"]]):
        photo = SamplePhoto(
            f"{spot.about}-{need['id']}-{number}",
            spot.taken_at,
            spot.longitude,
            spot.latitude,
            azimuth_deg=azimuth,
            pixels=_PIXELS,
        )
        said = {"kind": kinds[item][0], "view": view, "stage": stage, "source": "camera"}
        made.append(Piece(f"{view}{number + 1}.jpg", photo_bytes(photo), {**fields, **said}))
    return made


def _paper(kinds: list[str]) -> str:
    """A text is no picture: of the kinds an item may be, the first that papers are."""
    return next((kind for kind in kinds if kind not in _PICTURE), kinds[0])
