"""`python -m services.agencies.kit.pack FOLDER < JSON`: packs a conformance kit. Started by `tianwei agency kit`.

The JSON on standard input is {"kit": what agency.issue-kit answered, "openapi": the gateway's description of itself}:
the key of the kit stands in no argument and in no log.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import services
from services.agencies.adapters.integrations.material import as_text, vectors
from services.agencies.kit.closure import Closure, requirements
from services.agencies.kit.contract import documents, sha256_of
from services.agencies.kit.examples import examples
from shared.contracts.agency_certificates import KitView
from shared.contracts.codes import Agency, title

_ROOT = Path(services.__path__[0]).parent
_TEXTS = Path(__file__).with_name("texts")
_DATA = Path("services/agencies/adapters/integrations")
_LIBRARY = "lib"
MANIFEST = "manifest.json"
_START = '''"""Runs the conformance check: python check.py --help"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "lib"))

from services.agencies.kit.check import main  # noqa: E402

sys.exit(main(ROOT, sys.argv[1:]))
'''


def pack(kit: KitView, openapi: Mapping[str, Any], folder: Path) -> Path:
    """Write the kit into a folder that is not there yet, or empty. Raises FileExistsError."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(str(folder))
    files = content(kit, openapi)
    digests = {name: hashlib.sha256(one).hexdigest() for name, one in sorted(files.items())}
    files[MANIFEST] = _json({"kit_id": str(kit.kit_id), "files": digests})
    for name, one in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(one)
    # The key with which the kit signs is in it.
    (folder / "kit.json").chmod(0o600)
    return folder


def content(kit: KitView, openapi: Mapping[str, Any]) -> dict[str, bytes]:
    """File name -> content, all but the manifest."""
    agency, protocol = kit.agency, kit.protocol
    contract = documents(agency, protocol, openapi)
    library = _library(agency, protocol)
    said = {
        "agency": agency.value,
        "agency_title": title(agency),
        "protocol": protocol,
        "contract": kit.contract,
        "kit_id": str(kit.kit_id),
    }
    files = {
        "kit.json": _json({**kit.model_dump(mode="json"), "contract_sha256": sha256_of(contract)}),
        "check.py": _START.encode(),
        "requirements.txt": requirements(library.outside, _ROOT / "requirements.lock").encode(),
        **{name: _filled(name, said) for name in ("README.md", "说明.md")},
        **{f"contract/{name}": text.encode() for name, text in contract.items()},
        **{f"examples/{name}": one for name, one in examples(agency, protocol).items()},
        f"vectors/{agency.value}.json": as_text(vectors(agency)).encode(),
    }
    for file in sorted(library.files):
        files[f"{_LIBRARY}/{file.as_posix()}"] = (_ROOT / file).read_bytes()
    return files


def _library(agency: Agency, protocol: str) -> Closure:
    """The modules of the check with this protocol's door, and the tables of this agency alone."""
    made = Closure(_ROOT)
    made.add("services.agencies.kit.check")
    made.add(f"services.agencies.kit.doors.{protocol}")
    made.files |= {_DATA / "tables" / f"{agency.value}.toml", _DATA / "vectors" / f"{agency.value}.json"}
    made.files |= {file.relative_to(_ROOT) for file in (_ROOT / "shared/contracts/codes").glob("*.toml")}
    return made


def _filled(name: str, said: Mapping[str, str]) -> bytes:
    text = (_TEXTS / name).read_text(encoding="utf-8")
    for key, value in said.items():
        text = text.replace(f"{{{key}}}", value)
    return text.encode()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def main() -> None:
    given = json.load(sys.stdin)
    folder = pack(KitView.model_validate(given["kit"]), given["openapi"], Path(sys.argv[1]))
    print(json.dumps({"folder": str(folder.resolve()), "kit_id": given["kit"]["kit_id"]}))


if __name__ == "__main__":
    try:
        main()
    except FileExistsError as error:
        sys.exit(f"目录已存在且不为空：{error}")
