"""Files by digest (shared/blobs.py), which the gateway writes and the import worker reads."""

import hashlib
import io
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from shared.blobs import FolderBlobStore
from shared.errors import NotFound

CONTENT = b"patches" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_is_found_by_its_digest(tmp_path: Path) -> None:
    store = FolderBlobStore(tmp_path / "blobs")
    stored = store.put(io.BytesIO(CONTENT))
    assert (stored.sha256, stored.size) == (DIGEST, len(CONTENT))
    with store.open(DIGEST) as file:
        assert file.read() == CONTENT


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    store = FolderBlobStore(tmp_path)
    assert store.put(io.BytesIO(CONTENT)) == store.put(io.BytesIO(CONTENT))
    assert len(_files(tmp_path)) == 1


def test_a_stream_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    class Broken:
        def read(self, _: int) -> bytes:
            raise OSError("the sender is gone")

    with pytest.raises(OSError, match="gone"):
        FolderBlobStore(tmp_path).put(cast(BinaryIO, Broken()))
    assert not _files(tmp_path)


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        FolderBlobStore(tmp_path).open(DIGEST)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", DIGEST.upper(), DIGEST + "/x"])
def test_what_is_no_digest_names_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        FolderBlobStore(tmp_path).open(name)
