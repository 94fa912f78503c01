"""Files by digest, in a folder and in a real S3-compatible server: the same promises."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from cryptography.hazmat.primitives import hashes
from pydantic import SecretStr

from shared.blob_stores import S3BlobStore, open_blobs
from shared.blobs import BlobStore, FolderBlobStore, Stored
from shared.errors import NotFound, Unavailable
from shared.settings import BlobSettings
from tests.support.nodes import free_port
from tests.support.s3_node import BUCKET, S3Node

SMALL = "证据".encode() * 100
# Above one part of a multipart upload.
LARGE = os.urandom(1 << 20) * 9


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Node]:
    with S3Node() as node:
        yield node


def settings_for(s3: S3Node) -> BlobSettings:
    return BlobSettings(
        blob_store="s3", s3_endpoint=s3.url, s3_bucket=BUCKET, s3_key_id=SecretStr("id"), s3_key=SecretStr("key")
    )


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, s3: S3Node, tmp_path: Path) -> BlobStore:
    return open_blobs(settings_for(s3) if request.param == "s3" else BlobSettings(blob_dir=tmp_path / "blobs"))


def digests(content: bytes) -> Stored:
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(content)
    return Stored(hashlib.sha256(content).hexdigest(), len(content), sm3.finalize().hex())


@pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=["empty", "small", "large"])
def test_what_was_put_comes_back_by_its_digest(store: BlobStore, content: bytes) -> None:
    stored = store.put(io.BytesIO(content))
    assert stored == digests(content)
    with store.open(stored.sha256) as file:
        assert file.read() == content
        file.seek(0)
        assert file.read(4) == content[:4]
    with store.local(stored.sha256) as path:
        assert path.read_bytes() == content
    assert store.put(io.BytesIO(content)) == stored


def test_what_is_not_there_is_not_found(store: BlobStore) -> None:
    for act in (lambda: store.open("0" * 64), lambda: store.local("0" * 64).__enter__()):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 64 + "/x"])
def test_what_is_no_digest_names_nothing(store: BlobStore, name: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        store.open(name)


def test_an_upload_that_is_abandoned_or_breaks_off_leaves_nothing(store: BlobStore) -> None:
    content = os.urandom(2000)
    incoming = store.receive()
    incoming.write(content)
    incoming.abandon()
    incoming.abandon()

    class Broken(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            raise OSError("the sender is gone")

    with pytest.raises(OSError, match="gone"):
        store.put(Broken())
    with pytest.raises(NotFound):
        store.open(digests(content).sha256)


def test_nothing_is_seen_of_an_upload_before_its_end(store: BlobStore) -> None:
    content = os.urandom(3000)
    incoming = store.receive()
    incoming.write(content[:1500])
    with pytest.raises(NotFound):
        store.open(digests(content).sha256)
    incoming.write(content[1500:])
    assert incoming.finish() == digests(content)
    store.open(digests(content).sha256).close()


def test_a_store_that_is_away_is_said_to_be_unavailable() -> None:
    away = S3BlobStore(f"http://127.0.0.1:{free_port()}", BUCKET, "us-east-1", "id", "key")
    for act in (lambda: away.put(io.BytesIO(SMALL)), lambda: away.open("0" * 64)):
        with pytest.raises(Unavailable) as caught:
            act()
        assert caught.value.code == "blob.store-unavailable"


def test_an_object_lies_under_its_digest(s3: S3Node) -> None:
    store = open_blobs(settings_for(s3))
    assert isinstance(store, S3BlobStore)
    stored = store.put(io.BytesIO(b"where"))
    head = obstore.head(store._store, f"{stored.sha256[:2]}/{stored.sha256[2:]}")
    assert head["size"] == 5


_WRITER = """
import sys, time
from pathlib import Path
from shared.blobs import FolderBlobStore
incoming = FolderBlobStore(Path(sys.argv[1])).receive()
incoming.write(b"x" * 100_000)
print("half", flush=True)
time.sleep(60)
"""


def test_a_writer_that_is_killed_leaves_no_evidence_and_its_rest_is_swept(tmp_path: Path) -> None:
    folder = tmp_path / "blobs"
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(folder)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    [rest] = list(folder.iterdir())
    assert rest.name.startswith(".incoming-")
    store = FolderBlobStore(folder)
    assert store.sweep() == 0  # it may still be written
    two_days_ago = time.time() - 2 * 86_400
    os.utime(rest, (two_days_ago, two_days_ago))
    kept = store.put(io.BytesIO(SMALL))
    assert store.sweep() == 1
    assert [path for path in folder.rglob("*") if path.is_file()] == [store.path(kept.sha256)]


def test_the_secrets_of_the_store_are_not_printed(s3: S3Node) -> None:
    printed: dict[str, Any] = settings_for(s3).printable()
    assert "key" not in (printed["s3_key"], printed["s3_key_id"])
