"""Evidence in the running house: in by the API and the command line, examined by the worker, proved to outsiders."""

import json
import socket
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.cli.demo.acceptance import ACCEPTED
from gateway.cli.demo.papers import document
from gateway.cli.sample_photos import SHANGHAI, sample_set, write_photo
from tests.system.county import County
from tests.system.running_house import RunningHouse

# What carries the messages makes no difference here: one bus is enough.
pytestmark = pytest.mark.parametrize("house", ["embedded"], indirect=True, scope="package")
FORM = {"kind": "audiovisual", "item": "photo", "title": "现场", "stage": "before", "view": "close", "source": "camera"}


@pytest.fixture(scope="module")
def case(county: County, house: RunningHouse) -> dict[str, Any]:
    return county.case(house.townships[0], "举证")


def struck_off(house: RunningHouse, county: County, case: dict[str, Any]) -> dict[str, Any]:
    coordinator = house.coordinator
    item = county.item(case, "举证")
    area = {"rectified_area_m2": case["area_m2"]}
    steps: list[tuple[str, dict[str, Any], list[str]]] = [
        ("report", {**area, "account": "已拆除"}, ["rectification_report"]),
        ("check", {"passed": True, "account": "属实"}, ["township_check_record"]),
        ("accept", {**area, **ACCEPTED}, ["acceptance_sheet"]),
        ("request-review", {}, ["review_result"]),
        ("strike-off", {}, ["strike_off_sheet"]),
    ]
    path = f"/rectifications/{item['id']}"
    for verb, body, papers in steps:
        if verb in ("report", "strike-off"):
            county.prove(path, verb)
        documents = {"documents": [document(paper) for paper in papers]}
        item = coordinator.post(f"{path}/{verb}", {**body, **documents})
    return dict(item)


def test_photographs_are_marked_and_a_bundle_proves_the_item_offline(
    house: RunningHouse, county: County, case: dict[str, Any], tmp_path: Path
) -> None:
    now = datetime.now(SHANGHAI).replace(microsecond=0)
    photos = {photo.name: photo for photo in sample_set(now)}
    files = [write_photo(tmp_path, photos[name]) for name in ("近景东", "无方位角", "时钟错误")]
    words = ["--stage", "before", "--view", "close", "--source", "camera", "--json"]
    done = house.tianwei("evidence", "add", case["case_no"], *map(str, files), *words, by="coordinator")
    assert done.returncode == 0, done.stderr
    flags = [[flag["code"] for flag in piece["flags"]] for piece in json.loads(done.stdout)]
    assert flags == [[], ["no_azimuth"], ["future_time", "clock_wrong"]]
    short = house.tianwei("evidence", "missing", case["case_no"], by="coordinator")
    assert short.returncode == 1
    assert "主体材料" in short.stdout

    item = struck_off(house, county, case)
    bundle = tmp_path / "举证包.zip"
    made = house.tianwei("evidence", "bundle", item["id"], "--out", str(bundle), "--json", by="coordinator")
    assert made.returncode == 0, made.stderr
    job = json.loads(made.stdout)
    with zipfile.ZipFile(bundle) as packed:
        (tmp_path / "verify.py").write_bytes(packed.read("verify.py"))
    check = [sys.executable, "-I", str(tmp_path / "verify.py"), str(bundle)]
    told = subprocess.run([*check, job["manifest_sha256"]], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    content = bytearray(bundle.read_bytes())
    content[len(content) // 3] ^= 1
    bundle.write_bytes(content)
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1

    well = house.tianwei("evidence", "verify", case["case_no"], by="coordinator")
    pieces = house.coordinator.get(f"/cases/{case['id']}/evidence", with_total=True)["total"]
    assert (well.returncode, well.stdout.count("一致")) == (0, pieces)
    first = json.loads(done.stdout)[0]
    path = house.home.blobs / first["sha256"][:2] / first["sha256"][2:]
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    broken = house.tianwei("evidence", "verify", case["case_no"], by="coordinator")
    path.write_bytes(whole)
    assert broken.returncode == 1
    assert "损坏，已报警" in broken.stdout
    assert house.tianwei("evidence", "verify", case["case_no"], by="coordinator").returncode == 0


def test_a_gateway_killed_in_mid_upload_leaves_no_half_evidence(
    house: RunningHouse, case: dict[str, Any], tmp_path: Path
) -> None:
    coordinator = house.coordinator
    path = f"/cases/{case['id']}/evidence"
    before = coordinator.get(path, with_total=True)["total"]
    kept = set(house.home.blobs.glob("??/*"))
    host, _, port = house.address.removeprefix("http://").partition(":")
    fields = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in FORM.items()
    )
    part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    head = (
        f"POST /api/v1{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {coordinator._token}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {100 * 2**20}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall((head + fields + part).encode() + b"\xff\xd8\xff\xe0")
        connection.sendall(b"x" * (30 * 2**20))
        house.until(lambda: _incoming(house) > 10 * 2**20, "the upload on its way")
        restarts = house.restarts("gateway")
        house.kill("gateway")
        house.until(lambda: house.restarts("gateway") > restarts and _answers(house), "the gateway back")
    assert coordinator.get(path, with_total=True)["total"] == before
    assert set(house.home.blobs.glob("??/*")) == kept
    photo = write_photo(tmp_path, sample_set(datetime.now(SHANGHAI))[0])
    with photo.open("rb") as stream:
        answer = coordinator.ask("POST", path, files={"file": ("a.jpg", stream)}, data=FORM)
    assert answer.status_code == 201
    house.until(lambda: coordinator.get(f"/evidence/{answer.json()['id']}")["state"] == "kept", "its examination")


def _incoming(house: RunningHouse) -> int:
    return max((file.stat().st_size for file in house.home.blobs.glob(".incoming-*")), default=0)


def _answers(house: RunningHouse) -> bool:
    try:
        return house.readiness().status_code == 200
    except httpx.TransportError:
        return False
