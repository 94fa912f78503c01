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
    from pathlib import Path

    import gateway
    import services
    import shared

    roots = {Path(str(package.__file__)).resolve().parents[1] for package in (services, gateway, shared)}
    if len(roots) != 1:
        raise SystemExit(f"packages come from different folders: {sorted(map(str, roots))}")
