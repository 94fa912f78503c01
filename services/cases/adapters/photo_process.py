"""Runs the limited photo child on a file and takes its word for what it is: a stranger's, checked before it is used."""

import base64
import binascii
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from pydantic import ValidationError

from shared.contracts.evidence import PhotoFacts

log = logging.getLogger(__name__)

# What the child is told of its surroundings: no DSN, no key, nothing a broken library could give away.
_PASSED = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "MALLOC_ARENA_MAX")
_PULSE_S = 1.0
_MOST_SAID = 8 * 1024 * 1024
_MOST_THUMBNAIL_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True)
class Picture:
    """A small picture of it, WebP."""

    size: Literal["small", "large"]
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class ReadPhoto:
    """photo: None where nothing could be read. fault: why the picture itself could not; None when it could."""

    photo: PhotoFacts | None
    fault: str | None
    pictures: tuple[Picture, ...] = ()


class PhotoReader:
    """most_s: the child's time by the wall; its processor time it limits itself."""

    def __init__(self, most_s: float = 60.0) -> None:
        self._most_s = most_s

    def read(self, file: Path, pulse: Callable[[], None]) -> ReadPhoto:
        """pulse: called every second, may raise to give up. Never raises because of the file."""
        said = self._run(file, pulse)
        if said is None:
            return ReadPhoto(None, "reader-crashed")
        try:
            return _checked(json.loads(said))
        except (ValueError, KeyError, TypeError, ValidationError, binascii.Error):
            log.warning("the photo reader said what cannot be", exc_info=True)
            return ReadPhoto(None, "reader-crashed")

    def _run(self, file: Path, pulse: Callable[[], None]) -> bytes | None:
        """What it said; None when it died, took too long or said too much."""
        passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
        with TemporaryDirectory(prefix="tianwei-photo-") as scratch:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "services.cases.adapters.photo_parser", str(file.resolve())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**passed, "TMPDIR": scratch, "HOME": scratch},
                cwd=scratch,
            )
            try:
                return self._heard(child, pulse)
            finally:
                child.kill()
                child.communicate()

    def _heard(self, child: subprocess.Popen[bytes], pulse: Callable[[], None]) -> bytes | None:
        waited = 0.0
        while True:
            pulse()
            try:
                said, murmurs = child.communicate(timeout=_PULSE_S)
            except subprocess.TimeoutExpired:
                waited += _PULSE_S
                if waited >= self._most_s:
                    return None
                continue
            if child.returncode != 0 or len(said) > _MOST_SAID:
                told = murmurs[-1000:].decode("utf-8", "replace")
                log.warning("the photo reader died", extra={"exit_code": child.returncode, "said": told})
                return None
            return said


def _checked(said: dict[str, Any]) -> ReadPhoto:
    photo = said["photo"] and PhotoFacts.model_validate(said["photo"])
    fault = said["fault"] and str(said["fault"])[:40]
    return ReadPhoto(photo or None, fault or None, tuple(map(_picture, said["thumbnails"][:2])))


def _picture(said: dict[str, Any]) -> Picture:
    size = said["size"]
    if size not in ("small", "large"):
        raise ValueError(size)
    content = base64.b64decode(said["content"], validate=True)
    # A container of that kind and nothing else: it will be served to browsers as one.
    if len(content) > _MOST_THUMBNAIL_BYTES or content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        raise ValueError("not a small WebP picture")
    return Picture(size, int(said["width"]), int(said["height"]), content)
