"""Makes the process green. Called by a service's __main__ before any other import."""

import os


def patch() -> None:
    """Patch the standard library and psycopg2 for eventlet; refuse to run half patched or from two roots."""
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    import eventlet

    eventlet.monkey_patch()
    from psycogreen.eventlet import patch_psycopg

    patch_psycopg()
    _check_one_root()


def _check_one_root() -> None:
    """`services`, `gateway`, `shared` are common words: another package of that name must not be mixed in."""
    from importlib.util import find_spec
    from pathlib import Path

    specs = [find_spec(name) for name in ("services", "gateway", "shared")]
    roots = {Path(str(spec.origin)).resolve().parents[1] for spec in specs if spec is not None}
    if None in specs or len(roots) != 1:
        raise SystemExit(f"packages come from different folders: {sorted(map(str, roots))}")
