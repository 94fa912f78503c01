"""If-Match for programs that act on what is there now: the gateway says whose ETag it wants, that is asked and sent."""

from collections.abc import Mapping

import httpx

PREFIX = "/api/v1"
_MISSING, _STALE = 428, 412
_MOST_TRIES = 10
# Of what the caller is not shown: the service says what is wrong with that.
_UNSEEN = '"0"'


class Precondition:
    """The If-Match of one command, whoever sends it and however.

    version: on which the caller has decided; then a newer one is an error for the caller to see. Without it the command
    is meant for whatever is there: as long as others move it in between, its ETag is asked for anew.

        while (address := precondition.asks_for(answer := send(precondition.headers))):
            precondition.learn(get(address))
    """

    def __init__(self, version: int | None = None) -> None:
        self._etag = None if version is None else f'"{version}"'
        self._tries = 0 if version is not None else _MOST_TRIES
        self._address = ""

    @property
    def headers(self) -> Mapping[str, str]:
        return {"If-Match": self._etag} if self._etag is not None else {}

    def asks_for(self, answer: httpx.Response | None) -> str:
        """Address below /api/v1 whose ETag the answer wants; empty when there is nothing to be learned."""
        if answer is None or answer.status_code not in (_MISSING, _STALE) or self._tries == 0:
            return ""
        self._tries -= 1
        if answer.status_code == _MISSING:
            self._address = str(answer.json()["facts"]["resource"]).removeprefix(PREFIX)
        return self._address

    def learn(self, shown: httpx.Response | None) -> None:
        """shown: what a GET of that address answered."""
        self._etag = (shown.headers.get("ETag") if shown is not None else None) or _UNSEEN
