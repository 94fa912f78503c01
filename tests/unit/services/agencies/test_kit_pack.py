"""A packed kit is whole, is the county's own code, and runs where there is no other of ours."""

import hashlib
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gateway import openapi
from services.agencies.domain.certificate import signed_bytes
from services.agencies.domain.conformance import EXCHANGE, MAILBOX, QUEUE, WEBHOOK
from services.agencies.kit.check import changed_files
from services.agencies.kit.pack import pack
from shared import keys
from shared.contracts.agency_certificates import CONTRACT_VERSION, Certificate, KitView
from shared.contracts.codes import Agency

_ROOT = Path(__file__).parents[4]
_OF = {
    Agency.NATURAL_RESOURCES: WEBHOOK,
    Agency.AGRICULTURE: MAILBOX,
    Agency.PUBLIC_SECURITY: EXCHANGE,
    Agency.COMPREHENSIVE_ENFORCEMENT: QUEUE,
}
_API = json.loads(openapi.FILE.read_text(encoding="utf-8"))


def kit_of(agency: Agency) -> KitView:
    private = keys.new_key(keys.ED25519)
    return KitView(
        kit_id=uuid4(),
        agency=agency,
        protocol=_OF[agency],
        contract=CONTRACT_VERSION,
        county_code="640521000000",
        made_at=datetime.now(UTC),
        public_key=keys.public_key(private),
        private_key=private,
    )


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> dict[Agency, Path]:
    folder = tmp_path_factory.mktemp("kits")
    return {agency: pack(kit_of(agency), _API, folder / agency.value) for agency in _OF}


def site_of(kit: Path, folder: Path) -> Path:
    """Only what requirements.txt names, as pip would lay it."""
    folder.mkdir()
    for line in (kit / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.rstrip(" \\").partition("==")
        if not version:
            continue
        assert metadata.version(name) == version
        for file in metadata.files(name) or ():
            top = file.parts[0]
            place = Path(str(file.locate())).parents[len(file.parts) - 2] if len(file.parts) > 1 else file.locate()
            if top not in ("..", "__pycache__") and not (folder / top).exists():
                (folder / top).symlink_to(Path(str(place)))
    return folder


def started(kit: Path, site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """In an interpreter that knows the kit and its requirements, nothing else."""
    program = f"import sys; sys.path.append({str(site)!r}); import runpy; sys.argv[0] = {str(kit / 'check.py')!r}; "
    program += f"runpy.run_path({str(kit / 'check.py')!r}, run_name='__main__')"
    command = [sys.executable, "-I", "-S", "-c", program, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=kit)


@pytest.mark.parametrize("agency", _OF)
def test_a_kit_runs_outside_of_the_house(packed: dict[Agency, Path], agency: Agency, tmp_path: Path) -> None:
    kit = packed[agency]
    site = site_of(kit, tmp_path / "site")
    helped = started(kit, site, "--help")
    assert (helped.returncode, helped.stderr) == (0, "")
    # As far as a system that ends at once lets it: every module of this protocol is loaded.
    ended = started(kit, site, "--command", "true", "--patience", "1", "--quiet", "0.2", "--out", str(tmp_path / "run"))
    assert (ended.returncode, ended.stderr) == (1, "")
    report = json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))
    assert report["kit_id"] == json.loads((kit / "kit.json").read_text(encoding="utf-8"))["kit_id"]
    assert not any(check["passed"] for check in report["checks"])
    assert not (tmp_path / "run" / "certificate.json").exists()


def test_a_whole_run_outside_of_the_house_gives_a_certificate(packed: dict[Agency, Path], tmp_path: Path) -> None:
    kit = packed[Agency.NATURAL_RESOURCES]
    command = f"{sys.executable} {_ROOT / 'examples/agencies/natural_resources.py'} access.json"
    words = ("--software", "样例", "--software-version", "1.0", "--out", str(tmp_path / "run"))
    site = site_of(kit, tmp_path / "site")
    done = started(kit, site, "--command", command, "--quiet", "0.8", "--patience", "25", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    given = Certificate.model_validate_json((tmp_path / "run" / "certificate.json").read_bytes())
    told = json.loads((kit / "kit.json").read_text(encoding="utf-8"))
    signature = keys.Signature("ed25519", given.signature.key_id, given.signature.value)
    assert keys.verifies(told["public_key"], signature, signed_bytes(given))
    assert given.contract_sha256 == hashlib.sha256((kit / "contract/contract.json").read_bytes()).hexdigest()
    assert given.software.name == "样例"


@pytest.mark.parametrize("agency", _OF)
def test_its_modules_are_those_of_the_county_byte_for_byte(packed: dict[Agency, Path], agency: Agency) -> None:
    library = packed[agency] / "lib"
    files = [file for file in library.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert file.read_bytes() == (_ROOT / file.relative_to(library)).read_bytes()


@pytest.mark.parametrize("agency", _OF)
def test_it_holds_no_other_agency_s_vocabulary_and_no_database(packed: dict[Agency, Path], agency: Agency) -> None:
    kit = packed[agency]
    assert [file.stem for file in (kit / "lib/services/agencies/adapters/integrations/tables").iterdir()] == [agency]
    assert [file.stem for file in (kit / "vectors").iterdir()] == [agency]
    assert not list(kit.rglob("storage")) + list(kit.rglob("handlers"))
    requirements = (kit / "requirements.txt").read_text(encoding="utf-8").lower()
    assert "sqlalchemy" not in requirements
    assert "fastapi" not in requirements


@pytest.mark.parametrize("agency", _OF)
def test_its_requirements_are_locked_with_hashes(packed: dict[Agency, Path], agency: Agency) -> None:
    lock = (_ROOT / "requirements.lock").read_text(encoding="utf-8")
    text = (packed[agency] / "requirements.txt").read_text(encoding="utf-8")
    assert "--hash=sha256:" in text
    assert all(line in lock for line in text.splitlines())


def test_a_kit_that_was_changed_is_seen(packed: dict[Agency, Path], tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    shutil.copytree(packed[Agency.AGRICULTURE], kit)
    assert changed_files(kit) == []
    module = kit / "lib/services/agencies/domain/conformance.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert changed_files(kit) == ["lib/services/agencies/domain/conformance.py"]
    refused = started(kit, site_of(kit, tmp_path / "site"), "--command", "true")
    assert refused.returncode == 2
    assert "conformance.py" in refused.stderr


def test_nothing_is_packed_over(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x", encoding="utf-8")
    with pytest.raises(FileExistsError):
        pack(kit_of(Agency.AGRICULTURE), _API, tmp_path)


def test_only_its_owner_reads_the_key_of_a_kit(packed: dict[Agency, Path]) -> None:
    assert all((kit / "kit.json").stat().st_mode & 0o077 == 0 for kit in packed.values())
    for kit in packed.values():
        told: dict[str, Any] = json.loads((kit / "kit.json").read_text(encoding="utf-8"))
        key = told["private_key"].encode()
        named = [file for file in kit.rglob("*") if file.is_file() and key in file.read_bytes()]
        assert named == [kit / "kit.json"]
