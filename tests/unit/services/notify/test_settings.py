"""What the press refuses to start with."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from services.notify.settings import WorkerSettings


def told(**changes: Any) -> WorkerSettings:
    given: dict[str, Any] = {
        "notify_dsn": SecretStr("postgresql://"),
        "office_key": SecretStr("ed25519:"),
        "public_url": "https://tianwei.example",
    }
    return WorkerSettings(**{**given, **changes})


@pytest.mark.parametrize("name", ["font_dir", "free_font_dir"])
def test_a_folder_of_fonts_that_is_not_there_is_not_passed_over(tmp_path: Path, name: str) -> None:
    assert getattr(told(**{name: tmp_path}), name) == tmp_path
    with pytest.raises(ValidationError, match=name):
        told(**{name: tmp_path / "none"})


def test_nothing_is_printed_without_an_address_for_its_code() -> None:
    with pytest.raises(ValidationError, match="public_url"):
        told(public_url="")
