"""Packs a conformance kit: by the house's own program, as no service's code is the command line's."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


class NotPacked(RuntimeError):
    """What the program said last."""


def pack_kit(made: dict[str, Any], openapi: Any, folder: Path) -> None:
    """made: what issuing a kit answered. folder: not there yet, or empty. Raises NotPacked.

    The key of the kit goes by the pipe: it is in no argument, no environment and no file but the kit's own.
    """
    command = [sys.executable, "-m", "services.agencies.kit.pack", str(folder)]
    given = json.dumps({"kit": made, "openapi": openapi})
    packed = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if packed.returncode:
        raise NotPacked((packed.stderr.strip().splitlines() or ["没有打成包"])[-1])
