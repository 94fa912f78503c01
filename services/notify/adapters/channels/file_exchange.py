"""Signed packages laid into a recipient's exchange folder (domain.md 4.10): data, the files, a slip to come back.

What is laid is on its way; that it has come says the recipient's receipt package, or a receipt code that is typed in.
"""

from pathlib import Path
from typing import Any

import orjson

from services.notify.adapters.channels.exchange_receipts import ExchangeReceipts
from services.notify.adapters.docx_writer import DocxWriter
from services.notify.domain.channel import Parcel, ParcelKind
from services.notify.domain.channel_wording import file_name, one_line
from services.notify.domain.receipt_slip import slip
from services.notify.domain.route_secret import parts_of, secret_of
from services.notify.ports import Route
from shared.contracts.codes import ChannelKind
from shared.errors import NotFound
from shared.exchange.package import HOUSE, PackageName
from shared.exchange.places import lay, open_store
from shared.exchange.store import ExchangeStore, StoreDown
from shared.outgoing.courier import Delivered, Failed, Outcome
from shared.outgoing.urls import AllowedHosts
from shared.own_threads import OwnThreads

SLIP = "送达回证.docx"
_DEADLINE_S = 20.0


class FileExchangeChannel:
    """root: of the exchange folders on this machine. receipts: runs as long as the channel does."""

    kind = ChannelKind.FILE_EXCHANGE

    def __init__(self, root: Path, allowed: AllowedHosts, receipts: ExchangeReceipts) -> None:
        self._root = root
        self._receipts = receipts
        receipts.start()
        self._allowed = allowed
        self._threads: OwnThreads[ExchangeStore] = OwnThreads(lambda store: store.close(), _DEADLINE_S)

    async def send(self, parcel: Parcel, route: Route) -> Outcome:
        """options: `host_key`. secret: `key`, `password`."""
        host_key = str(route.options.get("host_key") or "")
        name = PackageName(HOUSE, parcel.recipient, route.number, parcel.delivery_id)

        def make() -> ExchangeStore:
            password = secret_of(route.secrets).get("password", "")
            return open_store(route.address, self._root, password, host_key, self._allowed)

        def act(store: ExchangeStore) -> None:
            keys = [key for key in (parts_of(secret).get("key", "") for secret in route.secrets) if key]
            lay(store, name, message(parcel), parcel.made_at, list(dict.fromkeys(keys)), _attachments(parcel))

        try:
            await self._threads.run(route.party, (route.address, host_key, tuple(route.secrets)), make, act)
        except TimeoutError:
            return Failed(f"the exchange does not answer within {_DEADLINE_S:g} s")
        except NotFound:
            return Failed("a file is not in the file store", reached=True)
        except (StoreDown, ValueError, IndexError) as error:
            return Failed(f"not laid, {type(error).__name__}: {error}"[:300])
        return Delivered(reference=str(name))

    async def aclose(self) -> None:
        self._receipts.stop()
        self._threads.close()


def message(parcel: Parcel) -> bytes:
    """data.json: a CloudEvent with what every channel says. The same bytes at every try."""
    data: dict[str, Any] = {
        f"{parcel.about}_id": str(parcel.document_id),
        "number": parcel.number,
        "title": parcel.title,
        "issuer": parcel.issuer,
        "recipient": parcel.recipient,
        "recipient_name": parcel.recipient_name,
        "sha256": parcel.sha256,
        "signature": parcel.signature,
        "verify_url": parcel.verify_url,
        "due_at": parcel.due_at.isoformat() if parcel.due_at else None,
        "files": [{"name": file_of(file.name), "sha256": file.sha256} for file in parcel.files],
    }
    event = {
        "specversion": "1.0",
        "id": str(parcel.delivery_id),
        "source": "/notify",
        "type": f"tianwei.{parcel.about}.{_VERBS[parcel.kind]}.v1",
        "time": parcel.made_at.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return orjson.dumps(event)


_VERBS = {ParcelKind.SERVE: "served", ParcelKind.URGE: "urged", ParcelKind.PROBE: "probe"}


def file_of(name: str) -> str:
    """As it is called in the package: nothing in it but a name."""
    stem, dot, ending = name.rpartition(".")
    return f"{file_name(stem)}.{one_line(ending, 10)}" if dot and stem else file_name(name)


def _attachments(parcel: Parcel) -> dict[str, bytes]:
    if parcel.kind is ParcelKind.PROBE:
        return {}
    files = {file_of(file.name): file.load() for file in parcel.files}
    return {**files, SLIP: DocxWriter().write(slip(parcel, ChannelKind.FILE_EXCHANGE))}
