"""The limited child that reads one photograph: `python -m services.cases.adapters.photo_parser FILE`.

A picture from outside is read by C libraries, so it is read in a process that may not grow, run on or reach out, and
whose death costs one examination. It writes one JSON object to standard output:
{"photo": PhotoFacts | null, "fault": why the picture could not be read | null, "thumbnails": [...]}.
Exit codes: 0 said; a signal or another: a limit was reached.
"""

import json
import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 30
# Only to the pipe; libraries have nothing to write to disk.
WRITTEN_BYTES = 1024 * 1024


def main(arguments: Sequence[str] | None = None) -> int:
    (file,) = sys.argv[1:] if arguments is None else arguments
    _confine()
    from services.cases.adapters.photo_reading import read_photo

    said: dict[str, Any]
    try:
        said = read_photo(Path(file))
    except MemoryError:
        said = {"photo": None, "fault": "too-large", "thumbnails": []}
    sys.stdout.write(json.dumps(said, ensure_ascii=True, allow_nan=False))
    sys.stdout.flush()
    return 0


def _confine() -> None:
    """Set the limits; only then may a reader be imported."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(what, (limit, limit))
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")


if __name__ == "__main__":
    sys.exit(main())
