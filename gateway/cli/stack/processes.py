"""The table of Tianwei's processes: how each is started, when, and the settings it gets; no more than it needs."""

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.stack.layout import Home
from gateway.cli.stack.programs import Job, Program, Stage
from gateway.cli.stack.secrets import DATABASES

# The repository, or site-packages: the folder of services, gateway and shared.
SOURCE = Path(__file__).resolve().parents[3]

_SYSTEM = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "SSL_CERT_FILE")
# Given by this table alone: never passed on from the supervisor's own environment.
_SECRET = (
    "TIANWEI_BUS_URL",
    "TIANWEI_SIGNING_KEY",
    "TIANWEI_SECRETS_KEY",
    "TIANWEI_OFFICE_KEY",
    "TIANWEI_AUDIT_KEY",
    *(f"TIANWEI_{name.upper()}_{kind}" for name in DATABASES for kind in ("DSN", "OWNER_DSN")),
)
_FILE_STORE = {f"TIANWEI_S3_{name}{kind}" for name in ("KEY", "KEY_ID") for kind in ("", "_FILE")}
_SIGN_ON = {"TIANWEI_OIDC_PROVIDERS", "TIANWEI_OIDC_PROVIDERS_FILE"}
# Theirs alone, not for every process.
_OWN = {
    *_SECRET,
    *_FILE_STORE,
    *_SIGN_ON,
    "TIANWEI_HEARTBEAT_FILE",
    "TIANWEI_HTTP_HOST",
    "TIANWEI_HTTP_PORT",
    "TIANWEI_IN_BACKGROUND",
}
_SECRET_WORDS = ("PASSWORD", "SECRET", "TOKEN", "_KEY")


@dataclass(frozen=True)
class Settings:
    """What the processes are told, as TIANWEI_* values."""

    home: Home
    http_host: str
    http_port: int
    bus_url: str
    dsn: Mapping[str, str]  # service -> DSN of its run-time role
    owner_dsn: Mapping[str, str]  # service -> DSN of the role that migrates
    sealing_keys: Mapping[str, str]  # service -> key
    office_key: str
    audit_key: str

    def _of(self, *names: str) -> dict[str, str]:
        known = {
            "TIANWEI_BUS_URL": self.bus_url,
            "TIANWEI_BLOB_DIR": str(self.home.blobs),
            # By file: `tianwei keys rotate` changes them under the running processes.
            "TIANWEI_PRINCIPAL_PUBLIC_KEY_FILE": str(self.home.public_key_file),
            "TIANWEI_SIGNING_KEY_FILE": str(self.home.signing_key_file),
            "TIANWEI_PUBLIC_URL": self.public_url,
            "TIANWEI_HTTP_HOST": self.http_host,
            "TIANWEI_HTTP_PORT": str(self.http_port),
            **{f"TIANWEI_{name.upper()}_DSN": dsn for name, dsn in self.dsn.items()},
            **{f"TIANWEI_{name.upper()}_OWNER_DSN": dsn for name, dsn in self.owner_dsn.items()},
        }
        return {**base_environment(self.home), **{f"TIANWEI_{name}": known[f"TIANWEI_{name}"] for name in names}}

    @property
    def public_url(self) -> str:
        """How others reach the gateway, for links in what leaves the house; TIANWEI_PUBLIC_URL when set."""
        return os.environ.get("TIANWEI_PUBLIC_URL") or f"http://{self.http_host}:{self.http_port}"

    @property
    def _cookie_secure(self) -> str:
        """By https alone, unless the house is reached without; TIANWEI_COOKIE_SECURE when set."""
        by_https = str(self.public_url.startswith("https:")).lower()
        return os.environ.get("TIANWEI_COOKIE_SECURE", by_https)

    def _sealing(self, service: str) -> dict[str, str]:
        return {"TIANWEI_SECRETS_KEY": self.sealing_keys[service]}

    def programs(self) -> dict[str, list[Program]]:
        """The processes by the service whose migration they wait for."""
        nameko = {"EVENTLET_NO_GREENDNS": "yes"}
        bus = ("BUS_URL", "PRINCIPAL_PUBLIC_KEY_FILE")
        return {
            "cases": [
                _python(
                    "cases",
                    "services.cases",
                    Stage.SERVICE,
                    {**self._of("CASES_DSN", *bus), **nameko, **self._sealing("cases")},
                ),
                _python(
                    "cases.worker",
                    "services.cases.worker",
                    Stage.SENDER,
                    {**self._of("CASES_DSN", "BLOB_DIR"), **_file_store()},
                ),
                _python(
                    "cases.evidence-worker",
                    "services.cases.evidence_worker",
                    Stage.SENDER,
                    {**self._of("CASES_DSN", "BLOB_DIR"), **_file_store()},
                ),
                _python("cases.scheduler", "services.cases.scheduler", Stage.SENDER, self._of("CASES_DSN")),
            ],
            "agencies": [
                _python(
                    "agencies",
                    "services.agencies",
                    Stage.SERVICE,
                    {**self._of("AGENCIES_DSN", "PUBLIC_URL", *bus), **nameko, **self._sealing("agencies")},
                ),
                _python(
                    "agencies.sender",
                    "services.agencies.sender",
                    Stage.SENDER,
                    {**self._of("AGENCIES_DSN", "PUBLIC_URL", "BUS_URL"), **self._sealing("agencies")},
                ),
                _python(
                    "agencies.receiver",
                    "services.agencies.receiver",
                    Stage.SENDER,
                    {**self._of("AGENCIES_DSN", "BUS_URL", "BLOB_DIR"), **_file_store(), **self._sealing("agencies")},
                ),
            ],
            "notify": [
                _python(
                    "notify",
                    "services.notify",
                    Stage.SERVICE,
                    {**self._of("NOTIFY_DSN", "PUBLIC_URL", *bus), **nameko, **self._sealing("notify")},
                ),
                _python(
                    "notify.sender",
                    "services.notify.sender",
                    Stage.SENDER,
                    {**self._of("NOTIFY_DSN", "PUBLIC_URL", "BLOB_DIR"), **_file_store(), **self._sealing("notify")},
                ),
                _python(
                    "notify.worker",
                    "services.notify.worker",
                    Stage.SENDER,
                    {
                        **self._of("NOTIFY_DSN", "PUBLIC_URL", "BLOB_DIR"),
                        **_file_store(),
                        "TIANWEI_OFFICE_KEY": self.office_key,
                    },
                ),
            ],
            "gateway": [
                _python(
                    "gateway",
                    "gateway",
                    Stage.GATEWAY,
                    {
                        **self._of("GATEWAY_DSN", "SIGNING_KEY_FILE", "BUS_URL", "BLOB_DIR", "HTTP_HOST", "HTTP_PORT"),
                        **self._of("PUBLIC_URL"),
                        **_file_store(),
                        **_sign_on(),
                        **self._sealing("gateway"),
                        "TIANWEI_COOKIE_SECURE": self._cookie_secure,
                        "TIANWEI_AUDIT_KEY": self.audit_key,
                    },
                    beats=False,
                )
            ],
        }

    def migrations(self) -> list[Job]:
        """One for each database, side by side; skipped while the code that makes the schema is unchanged."""
        return [
            Job(
                name=f"migrate.{name}",
                argv=_argv(f"{_package(name)}.storage.migrate"),
                environment=self._of(f"{name.upper()}_OWNER_DSN"),
                fingerprint=_fingerprint(
                    SOURCE / _package(name).replace(".", "/") / "storage",
                    SOURCE / "shared" / "delivery",
                    SOURCE / "shared" / "audit",
                    SOURCE / "shared" / "outgoing" / "tables.py",
                    SOURCE / "shared" / "migration.py",
                    *_registers(name),
                ),
            )
            for name in DATABASES
        ]

    def seed_accounts(self) -> Job:
        """Make the generated accounts that are missing."""
        return Job(
            name="seed-accounts",
            argv=(*_argv("gateway.seed_accounts"), "--file", str(self.home.accounts_file)),
            environment=self._of("GATEWAY_DSN"),
            fingerprint=_fingerprint(self.home.accounts_file, SOURCE / "gateway" / "seed_accounts.py"),
        )


def _file_store() -> dict[str, str]:
    """The S3-compatible store's settings, secrets too, for those who read and write files."""
    return {name: value for name, value in os.environ.items() if name in _FILE_STORE}


def holds_secret(name: str) -> bool:
    """Whether the value of this setting, passed on from the supervisor's environment, is shown to nobody."""
    return name in _FILE_STORE | _SIGN_ON and not name.endswith("_FILE")


def _sign_on() -> dict[str, str]:
    """Which OpenID providers are trusted, their secrets too, for the gateway alone."""
    return {name: value for name, value in os.environ.items() if name in _SIGN_ON}


def county_demo(home: Home) -> Job:
    """Load the demonstration county once, through the public API: `tianwei demo --seed-only`."""
    return Job(
        name="county-demo",
        argv=(*_argv("gateway.cli"), "demo", "--seed-only"),
        environment=base_environment(home),
        fingerprint="1",
        follow=True,
    )


def base_environment(home: Home) -> dict[str, str]:
    """What every process gets: the machine's own few variables and the settings that are no secret."""
    passed = {name: os.environ[name] for name in _SYSTEM if name in os.environ}
    ours = {name: value for name, value in os.environ.items() if _for_all(name)}
    return {
        "LANG": "C.UTF-8",
        **passed,
        **ours,
        "TIANWEI_HOME": str(home.root),
        "PYTHONUNBUFFERED": "1",
        # Both only cost memory in processes of this kind.
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _for_all(name: str) -> bool:
    """Whether a variable of the supervisor's own environment is a plain TIANWEI_* setting, and no secret."""
    bare = name.removesuffix("_FILE")
    return name.startswith("TIANWEI_") and not {name, bare} & _OWN and not any(word in name for word in _SECRET_WORDS)


def _python(name: str, module: str, stage: Stage, environment: Mapping[str, str], beats: bool = True) -> Program:
    return Program(name=name, argv=_argv(module), stage=stage, environment=environment, beats=beats)


def _argv(module: str) -> tuple[str, ...]:
    # -P: the data folder, which is the working directory, is no place to import from.
    return (sys.executable, "-P", "-m", module)


def _registers(name: str) -> list[Path]:
    """Files of rules that a migration brings into the database."""
    if name != "cases":
        return []
    folders = (SOURCE / "services" / "cases" / "register", SOURCE / "shared" / "register")
    return [file for folder in folders for file in sorted(folder.iterdir()) if file.is_file()]


def _package(name: str) -> str:
    return "gateway" if name == "gateway" else f"services.{name}"


def _fingerprint(*places: Path) -> str:
    """Digest of the files' names and contents; of folders, their Python files."""
    digest = hashlib.sha256()
    for place in places:
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if file.exists():
                digest.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()
