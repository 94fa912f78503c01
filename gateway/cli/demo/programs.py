"""The four reference agencies (examples/agencies): where they are, and what starts them."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.contracts.codes import Agency

_NAMES: Mapping[Agency, str] = {
    Agency.NATURAL_RESOURCES: "natural_resources.py",
    Agency.AGRICULTURE: "agriculture.pl",
    Agency.PUBLIC_SECURITY: "public_security.py",
    Agency.COMPREHENSIVE_ENFORCEMENT: "comprehensive_enforcement.py",
}
# In the source tree, and where the wheel puts them.
_FOLDERS = (
    Path(__file__).resolve().parents[3] / "examples" / "agencies",
    Path(__file__).resolve().parent / "agencies",
)
_PERL_MODULES = ("HTTP::Tiny", "JSON::PP", "Time::HiRes")


class PerlMissing(RuntimeError):
    """There is no Perl, or one without its core modules."""


def folder() -> Path:
    """Raises FileNotFoundError."""
    for one in _FOLDERS:
        if one.is_dir():
            return one
    raise FileNotFoundError(f"examples/agencies: {' , '.join(map(str, _FOLDERS))}")


def command(agency: Agency) -> Sequence[str]:
    """What starts its program; access.json follows. Raises FileNotFoundError, PerlMissing."""
    program = folder() / _NAMES[agency]
    if program.suffix == ".pl":
        return [_perl(), str(program)]
    return [sys.executable, str(program)]


def check() -> None:
    """That all can be started. Raises FileNotFoundError, PerlMissing."""
    for agency in _NAMES:
        command(agency)


def _perl() -> str:
    found = shutil.which("perl")
    if found is None:
        raise PerlMissing("perl")
    wanted = [f"-M{module}" for module in _PERL_MODULES]
    tried = subprocess.run([found, *wanted, "-e", "1"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise PerlMissing(tried.stderr.partition("\n")[0])
    return found
