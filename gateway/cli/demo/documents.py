"""The official documents of the story: drafted from what the system knows, with what only a person can say.

Each is checked and issued by those who may; the press numbers and prints it. At the end the PDFs lie in a folder.
"""

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gateway.cli.demo.people import People
from gateway.cli.demo.person import Person

WAIT_S = 180.0
_ISSUED = ("issued", "delivered", "signed_for", "closed")
_OF_HEAD = frozenset({"listing_notice", "bulletin", "report_to_party"})
# What a name of a file does not take on every system, and how long it may be.
_UNFIT = re.compile(r'[\\/:*?"<>|\s]+')
_LONGEST = 60
ARTICLES = "《中华人民共和国土地管理法》第三十七条、第四十四条"
BASIS = "《中华人民共和国土地管理法》第七十五条、第七十七条"
REMEDY = (
    "不服本决定的，可以自收到本决定书之日起六十日内依法申请行政复议；对责令限期拆除不服的，可以自接到本决定书之日起"
    "十五日内向人民法院起诉。"
)


class NotPrinted(RuntimeError):
    """The press sent a document back."""


class Documents:
    """settled: waits until every service knows what has happened."""

    def __init__(self, people: People, say: Callable[[str], None], settled: Callable[[], None]) -> None:
        self._people = people
        self._say = say
        self._settled = settled

    def issue(
        self, type_: str, about: dict[str, str], to: Sequence[str] = (), copies: Sequence[str] = (), **said: Any
    ) -> dict[str, Any]:
        """Drafted, checked, issued; the press has it now. about: case_id or subject_id. said: what may be asked for;
        of that only what is asked is given."""
        self._settled()
        drafter, decider = self._desk(type_)
        known = drafter.get(f"/document-types/{type_}/prepared", **about)
        given = {field["name"]: said[field["name"]] for field in known["asked"] if field["name"] in said}
        content = {"to": list(to), "copies": list(copies), "facts": given, "contact": "王立新 0955-5020000"}
        drafted = drafter.post("/documents", {"type": type_, "content": content, **about})
        path = f"/documents/{drafted['id']}"
        decider.post(f"{path}/check", {})
        issued = decider.post(f"{path}/issue", {})
        self._say(f"  {known['title']}：系统填入 {len(known['facts'])} 项，人工填写 {len(given)} 项，已核稿、签发")
        return dict(issued)

    def number_of(self, document: dict[str, Any]) -> str:
        """Its number, once it is printed. Raises NotPrinted."""
        drafter, _ = self._desk(document["type"])
        return str(self._printed(drafter, document["id"])["number"])

    def collect(self, folder: Path) -> int:
        """The PDF of every issued document of both offices, in the order of their issue; how many they are."""
        folder.mkdir(parents=True, exist_ok=True)
        found: list[tuple[dict[str, Any], Person]] = []
        for person in (self._people.coordinator, self._people.lead_agency):
            rows = person.get("/documents", limit=200)["items"]
            for row in rows:
                if row["state"] in ("approved", *_ISSUED):
                    found.append((self._printed(person, row["id"]), person))
        found.sort(key=lambda one: (one[0]["issued_at"], one[0]["id"]))
        for place, (document, person) in enumerate(found, 1):
            name = _UNFIT.sub("", f"{place:02}-{document['number'] or ''}{document['title']}")[:_LONGEST]
            (folder / f"{name}.pdf").write_bytes(person.content(f"/documents/{document['id']}/files/pdf"))
        return len(found)

    def _desk(self, type_: str) -> tuple[Person, Person]:
        """Who drafts it, and who checks and issues it."""
        people = self._people
        if type_ in people.lead_agency_types:
            return people.lead_agency, people.chief
        return people.coordinator, people.group_head if type_ in _OF_HEAD else people.office_director

    def _printed(self, person: Person, id_: str) -> dict[str, Any]:
        give_up_at = time.monotonic() + WAIT_S
        while (seen := person.get(f"/documents/{id_}"))["state"] == "approved":
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"{WAIT_S:g} 秒内没有印出：{seen['title']}")
            time.sleep(0.1)
        if seen["state"] not in _ISSUED:
            raise NotPrinted(f"{seen['title']}：{seen['problem'] or seen['reason']}")
        return dict(seen)
