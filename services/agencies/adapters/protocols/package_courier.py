"""Lays signed packages: the file, then its signature, each under another name first."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from shared.exchange.package import HOUSE, PackageName
from shared.exchange.places import lay as lay_package
from shared.exchange.places import open_store
from shared.exchange.store import ExchangeStore, StoreDown
from shared.outgoing.courier import Deferred, Delivered, Failed, Letter, Outcome
from shared.outgoing.deliveries import Claimed
from shared.outgoing.endpoints import Safeguards
from shared.own_threads import OwnThreads
from shared.sealing import SecretUnreadable

_DEADLINE_S = 20.0


class PackageCourier:
    """root: of the folders on this machine. receipt_within_s: after that a package is laid once more."""

    def __init__(self, root: Path, safeguards: Safeguards, receipt_within_s: float) -> None:
        self._root = root
        self._safeguards = safeguards
        self._receipt_within_s = receipt_within_s
        self._threads: OwnThreads[ExchangeStore] = OwnThreads(lambda store: store.close(), _DEADLINE_S)

    async def carry(self, claimed: Claimed, letter: Letter, secrets: Sequence[str]) -> Outcome:
        """facts: made_at, host_key, access (sealed), and `final` of what nobody sends a receipt for."""
        access, host_key = letter.facts.get("access", ""), letter.facts.get("host_key", "")

        def make() -> ExchangeStore:
            password = self._safeguards.box.open(access, f"{claimed.endpoint_id}:access") if access else ""
            return open_store(claimed.url, self._root, password, host_key, self._safeguards.allowed_hosts)

        def lay(store: ExchangeStore) -> None:
            name = PackageName(HOUSE, claimed.party, letter.number, claimed.id)
            lay_package(store, name, letter.body, datetime.fromisoformat(letter.facts["made_at"]), secrets, {})

        try:
            await self._threads.run(claimed.party, (claimed.url, access, host_key), make, lay)
        except TimeoutError:
            return Failed(f"the exchange does not answer within {_DEADLINE_S:g} s")
        except (StoreDown, ValueError, SecretUnreadable) as error:
            return Failed(f"not laid, {type(error).__name__}: {error}"[:300])
        if "final" in letter.facts:
            return Delivered()
        return Deferred("laid, no receipt yet", self._receipt_within_s)

    async def aclose(self) -> None:
        self._threads.close()
