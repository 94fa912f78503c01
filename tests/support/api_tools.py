"""Linters of the OpenAPI document and generators of clients, in environments of their own (`.ci/api_tools`)."""

import os
import subprocess
from pathlib import Path

from tests.support.wanting import Wanting

_ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("TIANWEI_API_TOOLS", _ROOT / ".tools"))
RULES = _ROOT / ".ci" / "api-tools" / "redocly.yaml"


class ApiToolsMissing(Wanting):
    what = "API tools"


def run(tool: str, *words: str, within: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """tool: of python/bin or node_modules/.bin. Raises ApiToolsMissing."""
    found = [path for place in ("python/bin", "node_modules/.bin") if (path := FOLDER / place / tool).exists()]
    if not found or not (FOLDER / ".pinned").exists():
        raise ApiToolsMissing(f"no {tool}: run .ci/api_tools")
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(
        [str(found[0]), *words],
        cwd=within or _ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
