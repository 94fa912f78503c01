"""Which store holds files: a folder, or an S3-compatible store by setting; and the second of them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from shared.blobs import CHUNK_BYTES, BlobStore, Digester, FolderBlobStore, Stored, copied, require_digest
from shared.errors import NotFound, Unavailable
from shared.settings import BlobSettings

# One part of a multipart upload; with two on the way this bounds the memory of an upload.
_PART_BYTES = 8 * CHUNK_BYTES
_PARTS_AT_ONCE = 2


def open_blobs(settings: BlobSettings) -> BlobStore:
    """The store that the settings name."""
    if settings.blob_store == "s3":
        return S3BlobStore(
            settings.s3_endpoint,
            settings.s3_bucket,
            settings.s3_region,
            settings.s3_key_id.get_secret_value(),
            settings.s3_key.get_secret_value(),
        )
    return FolderBlobStore(settings.blobs)


class S3BlobStore:
    """Objects `ab/cdef…` of one bucket, which exists. Raises Unavailable when the store does not answer.

    A file comes in through an unnamed local one: its key is its digest, known only at its end; so an upload that is
    killed leaves nothing, here or there. Reading goes the same way, so that what is read can be checked before it is
    served.
    """

    def __init__(self, endpoint: str, bucket: str, region: str, key_id: str, key: str) -> None:
        self._store = S3Store(
            bucket,
            endpoint=endpoint,
            region=region,
            access_key_id=key_id,
            secret_access_key=key,
            virtual_hosted_style_request=False,
            client_options={"allow_http": endpoint.startswith("http://"), "connect_timeout": "5s", "timeout": "300s"},
            retry_config={"max_retries": 3},
        )

    def receive(self) -> "S3Incoming":
        return S3Incoming(self._store)

    def put(self, stream: BinaryIO) -> Stored:
        return copied(stream, self.receive())

    def open(self, sha256: str) -> BinaryIO:
        file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
        try:
            self._fetch(sha256, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        with tempfile.NamedTemporaryFile(prefix="tianwei-blob-") as file:
            self._fetch(sha256, cast(BinaryIO, file))
            file.flush()
            yield Path(file.name)

    def _fetch(self, sha256: str, target: BinaryIO) -> None:
        try:
            for chunk in obstore.get(self._store, _key(sha256)).stream(min_chunk_size=CHUNK_BYTES):
                target.write(bytes(chunk))
        except FileNotFoundError as error:
            raise NotFound("blob.not-found", sha256=sha256) from error
        except BaseError as error:
            raise Unavailable("blob.store-unavailable") from error


class S3Incoming:
    def __init__(self, store: S3Store) -> None:
        self._store = store
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by abandon
        self._digester = Digester()

    def write(self, chunk: bytes) -> None:
        self._digester.update(chunk)
        self._file.write(chunk)

    def finish(self) -> Stored:
        stored = self._digester.stored()
        try:
            self._file.seek(0)
            # An object appears whole, when its last part is confirmed.
            obstore.put(
                self._store,
                _key(stored.sha256),
                self._file,
                use_multipart=stored.size > _PART_BYTES,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )
        except BaseError as error:
            raise Unavailable("blob.store-unavailable") from error
        finally:
            self.abandon()
        return stored

    def abandon(self) -> None:
        self._file.close()


def _key(sha256: str) -> str:
    require_digest(sha256)
    return f"{sha256[:2]}/{sha256[2:]}"
