"""Evidence through the gateway: megabytes a second in and out, and how much memory the gateway takes for it.

The floor beside it: the same bytes digested and stored by the store alone, in this process.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil

from benchmarks.stack import Stack
from gateway.cli.sample_photos import SamplePhoto, write_photo
from shared.blobs import FolderBlobStore
from shared.clock import SystemClock

MIB = 2**20
PHOTO_BYTES = 8 * MIB
PHOTOS = 24
AT_ONCE = 4
VIDEO_BYTES = 500 * MIB
_FORM = {"kind": "audiovisual", "item": "photo", "title": "现场", "source": "camera", "stage": "before"}


def uploading(stack: Stack, token: str, case: dict[str, Any]) -> dict[str, Any]:
    path = f"{stack.base_url}/api/v1/cases/{case['id']}/evidence"
    with tempfile.TemporaryDirectory() as folder:
        photos = [_photo(Path(folder), number) for number in range(PHOTOS)]
        video = _video(Path(folder))
        with _memory_of(stack, "gateway") as gateway, _memory_of(stack, "cases.evidence-worker") as worker:
            begun = time.perf_counter()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                pieces = list(pool.map(lambda file: _send(path, token, file, {**_FORM, "view": "close"}), photos))
            photo_s = time.perf_counter() - begun
            _wait_examined(stack, token, pieces)
            examined_s = time.perf_counter() - begun
        with _memory_of(stack, "gateway") as streaming:
            begun = time.perf_counter()
            piece = _send(path, token, video, {**_FORM, "item": "video"})
            video_s = time.perf_counter() - begun
        _wait_examined(stack, token, [piece])
        with _memory_of(stack, "gateway") as reading:
            begun = time.perf_counter()
            got = _fetch(stack, token, piece["id"])
            read_s = time.perf_counter() - begun
        assert got == VIDEO_BYTES
        floor = _floor(Path(folder), video)
    sent = sum(piece["size_bytes"] for piece in pieces) / MIB
    return {
        "photos": {
            "number": PHOTOS,
            "mb_each": round(sent / PHOTOS, 1),
            "at_once": AT_ONCE,
            "mb_per_second": round(sent / photo_s, 1),
            "examined_per_second": round(PHOTOS / examined_s, 2),
            "gateway": gateway,
            "evidence_worker": worker,
        },
        "video_in": {"mb": VIDEO_BYTES // MIB, "mb_per_second": _rate(video_s), "gateway": streaming},
        "video_out_verified": {"mb_per_second": _rate(read_s), "gateway": reading},
        "floor_store_alone_mb_per_second": floor,
        "share_of_floor": round(_rate(video_s) / floor, 2),
    }


def _rate(seconds: float) -> float:
    return round(VIDEO_BYTES / MIB / seconds, 1)


def _photo(folder: Path, number: int) -> Path:
    """About 8 MB: noise that JPEG cannot make small, and EXIF before it."""
    name = f"photo-{number}"
    made = SamplePhoto(name, SystemClock().now(), pixels=(640, 480), seed=number)
    file = write_photo(folder, made)
    with file.open("ab") as stream:
        stream.write(os.urandom(PHOTO_BYTES - file.stat().st_size))
    return file


def _video(folder: Path) -> Path:
    file = folder / "video.mp4"
    with file.open("wb") as stream:
        stream.write(b"\0\0\0\x18ftypisom\0\0\0\0isomiso2")
        block = os.urandom(MIB)
        for number in range(VIDEO_BYTES // MIB):
            stream.write(number.to_bytes(8, "big") + block[8:])
        stream.truncate(VIDEO_BYTES)
    return file


def _send(path: str, token: str, file: Path, form: dict[str, str]) -> dict[str, Any]:
    with file.open("rb") as stream:
        answer = httpx.post(
            path,
            files={"file": (file.name, stream)},
            data=form,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex},
            trust_env=False,
            timeout=300,
        )
    answer.raise_for_status()
    return dict(answer.json())


def _fetch(stack: Stack, token: str, id_: str) -> int:
    url = f"{stack.base_url}/api/v1/evidence/{id_}/content?way=download&why=bench"
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.stream("GET", url, headers=headers, trust_env=False, timeout=300) as answer:
        answer.raise_for_status()
        return sum(len(chunk) for chunk in answer.iter_bytes(MIB))


def _wait_examined(stack: Stack, token: str, pieces: list[dict[str, Any]]) -> None:
    for piece in pieces:
        give_up_at = time.monotonic() + 300
        while stack.call("GET", f"/api/v1/evidence/{piece['id']}", token)["state"] == "unexamined":
            if time.monotonic() > give_up_at:
                raise TimeoutError("evidence was not examined")
            time.sleep(0.05)


@contextmanager
def _memory_of(stack: Stack, name: str) -> Iterator[dict[str, float]]:
    """Resident megabytes of a process at the start and at their highest, looked at fifty times a second."""
    pid = next(row["pid"] for row in stack.status()["processes"] if row["name"] == name)
    process, ended = psutil.Process(pid), threading.Event()
    found = {"rss_mb_before": round(process.memory_info().rss / MIB, 1), "rss_mb_peak": 0.0}

    def watch() -> None:
        while not ended.wait(0.02):
            found["rss_mb_peak"] = max(found["rss_mb_peak"], round(process.memory_info().rss / MIB, 1))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        ended.set()
        watcher.join()


def _floor(folder: Path, video: Path) -> float:
    begun = time.perf_counter()
    with video.open("rb") as stream:
        FolderBlobStore(folder / "floor").put(stream)
    return _rate(time.perf_counter() - begun)
