"""A real clamd on a socket of its own, with one signature: that of EICAR. Debian: clamav-daemon."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import ClassVar, Self

from tests.support.fake_clamd import EICAR
from tests.support.nodes import wait_until
from tests.support.wanting import Wanting


class ClamdMissing(Wanting):
    """The protocol itself is tested against a peer of ours (fake_clamd.py) everywhere."""

    what: ClassVar[str] = "clamd (apt-get install clamav-daemon)"
    required: ClassVar[bool] = False


class ClamdNode:
    """address: what TIANWEI_CLAMD is to be."""

    def __init__(self) -> None:
        program = shutil.which("clamd")
        if program is None:
            raise ClamdMissing("clamd is not installed")
        self._folder = Path(tempfile.mkdtemp(prefix="tianwei-clamd-"))
        self.address = str(self._folder / "socket")
        signatures = self._folder / "signatures"
        signatures.mkdir()
        digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
        (signatures / "test.hdb").write_text(f"{digest}:{len(EICAR)}:Eicar-Test-Signature\n", encoding="ascii")
        settings = self._folder / "clamd.conf"
        settings.write_text(
            f"LocalSocket {self.address}\nDatabaseDirectory {signatures}\nForeground yes\nStreamMaxLength 1M\n",
            encoding="ascii",
        )
        with (self._folder / "log").open("wb") as said:
            self._process = subprocess.Popen([program, "-c", str(settings)], stdout=said, stderr=said)

    def __enter__(self) -> Self:
        wait_until(Path(self.address).exists, 60.0, "clamd")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)
