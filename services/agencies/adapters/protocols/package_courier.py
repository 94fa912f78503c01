"""Lays signed packages: the file, then its signature, each under another name first."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from services.agencies.adapters.protocols.exchange_store import OUT, ExchangeStore, StoreDown
from services.agencies.adapters.protocols.file_exchange import HOUSE, open_store
from services.agencies.adapters.protocols.own_threads import OwnThreads
from services.agencies.adapters.protocols.package import SIGNATURE_SUFFIX, SUFFIX, PackageName, pack, seal
from shared import keys
from shared.outgoing.courier import Deferred, Delivered, Failed, Letter, Outcome
from shared.outgoing.deliveries import Claimed
from shared.outgoing.endpoints import Safeguards
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
            digest = keys.DIGESTS[keys.kind_of(secrets[0])]
            made_at = datetime.fromisoformat(letter.facts["made_at"])
            content = pack(name, letter.body, made_at, digest, {})
            store.write(OUT, f"{name}{SUFFIX}", content)
            store.write(OUT, f"{name}{SIGNATURE_SUFFIX}", seal(name, content, secrets))

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
