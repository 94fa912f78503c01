"""Any single tampering with a chain is found, and the first link that is not what it was is named (R14)."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shared import keys
from shared.audit.checkpoints import sign
from shared.audit.links import canonical
from shared.bundles.script import audit_script
from shared.bundles.verifier import audit
from shared.bundles.verifier.links import canonical_of
from shared.bundles.verifier.signatures import verifies
from shared.contracts.audit import Chain, KeptCheckpoint
from tests.unit.shared.audit.exports import AT, KEY, Export, Line, entry_link, first_bad, head, verified

LENGTH = 12
SIGNED = (5, LENGTH)

chains = st.sampled_from(list(Chain))
positions = st.integers(1, LENGTH)
often = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _signatures_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same check, whose answer is kept: in plain Python it takes longer than all else together."""
    monkeypatch.setattr(audit, "verifies", _verifies)


_verifies = cache(verifies)


def whole() -> Export:
    return Export.make(LENGTH, SIGNED)


WHOLE = whole().text().encode()
LINES = WHOLE.split(b"\n")[:-1]


def other(chain: Chain) -> Chain:
    return Chain.ACCESS if chain is Chain.CHANGES else Chain.CHANGES


def place(chain: Chain, position: int) -> int:
    """Index of a link's line: the header, the checkpoints, then section by section."""
    return 1 + len(SIGNED) + list(Chain).index(chain) * (LENGTH + 1) + position


@pytest.mark.parametrize("digest", ["sha256", "sm3"])
def test_an_untouched_export_is_whole(tmp_path: Path, digest: Any) -> None:
    found = Export.make(LENGTH, SIGNED, digest).verify(tmp_path)
    assert found.faults == []
    assert {key: (trail.first, trail.last) for key, trail in found.trails.items()} == {
        ("cases", "access"): (1, LENGTH),
        ("cases", "changes"): (1, LENGTH),
    }


@often
@given(chain=chains, position=positions, data=st.data())
def test_one_changed_byte_of_a_link_is_found_where_it_is(
    tmp_path: Path, chain: Chain, position: int, data: st.DataObject
) -> None:
    lines = list(LINES)
    line = bytearray(lines[place(chain, position)])
    at = data.draw(st.integers(0, len(line) - 1), label="byte")
    line[at] ^= data.draw(st.integers(1, 255), label="flipped bits")
    lines[place(chain, position)] = bytes(line)
    found = verified(b"\n".join(lines) + b"\n", tmp_path)
    assert first_bad(found, chain) == position
    assert first_bad(found, other(chain)) is None


@often
@given(chain=chains, position=positions)
def test_a_dropped_link_is_missed_where_it_was(tmp_path: Path, chain: Chain, position: int) -> None:
    export = whole()
    del export.chain(chain)[position - 1]
    export.heads[chain] = LENGTH
    found = export.verify(tmp_path)
    assert first_bad(found, chain) == position
    assert first_bad(found, other(chain)) is None


@often
@given(chain=chains, pair=st.lists(positions, min_size=2, max_size=2, unique=True))
def test_of_two_links_that_changed_places_the_first_is_named(tmp_path: Path, chain: Chain, pair: list[int]) -> None:
    export = whole()
    links = export.chain(chain)
    one, two = sorted(pair)
    links[one - 1], links[two - 1] = links[two - 1], links[one - 1]
    assert first_bad(export.verify(tmp_path), chain) == one


@often
@given(chain=chains, kept=st.integers(0, LENGTH - 1), honest_head=st.booleans())
def test_what_was_cut_off_the_end_is_missed_at_its_beginning(
    tmp_path: Path, chain: Chain, kept: int, honest_head: bool
) -> None:
    """Also when the export itself says that there never was more: the checkpoint knows better."""
    export = whole()
    del export.chain(chain)[kept:]
    export.heads[chain] = LENGTH if honest_head else kept
    assert first_bad(export.verify(tmp_path), chain) == kept + 1


@often
@given(chain=chains, position=positions, twice=positions)
def test_a_link_that_stands_twice_is_found(tmp_path: Path, chain: Chain, position: int, twice: int) -> None:
    assume(twice != position + 1)
    export = whole()
    export.chain(chain).insert(position, export.chain(chain)[twice - 1])
    export.heads[chain] = LENGTH + 1
    assert first_bad(export.verify(tmp_path), chain) == position + 1


@often
@given(position=positions, name=st.sampled_from(["actor", "actor_name", "at", "operation", "outcome", "org_code"]))
def test_an_entry_that_says_something_else_is_named(tmp_path: Path, position: int, name: str) -> None:
    export = whole()
    export.access[position - 1]["meta"][name] += "x"
    assert first_bad(export.verify(tmp_path), Chain.ACCESS) == position


@often
@given(position=st.integers(1, LENGTH))
def test_a_chain_that_was_made_anew_from_a_place_on_is_not_what_was_signed(tmp_path: Path, position: int) -> None:
    """Every hash of it is right; only who kept a checkpoint can tell, and between which two it happened."""
    export = whole()
    before = export.access[position - 1]["prev_hash"]
    for number in range(position, LENGTH + 1):
        said: Any = {"operation": "case.list"} if number == position else {}
        export.access[number - 1] = entry_link(number, before, **said)
        before = export.access[number - 1]["hash"]
    found = export.verify(tmp_path)
    assert first_bad(found, Chain.ACCESS) == (1 if position <= SIGNED[0] else SIGNED[0] + 1)
    assert first_bad(found, Chain.CHANGES) is None


# Every example asks for a signature of its own.
@settings(often, max_examples=40)
@given(number=st.integers(0, len(SIGNED) - 1), data=st.data())
def test_one_changed_byte_of_a_checkpoint_is_found(tmp_path: Path, number: int, data: st.DataObject) -> None:
    lines = list(LINES)
    line = bytearray(lines[1 + number])
    at = data.draw(st.integers(0, len(line) - 1), label="byte")
    line[at] ^= data.draw(st.integers(1, 255), label="flipped bits")
    lines[1 + number] = bytes(line)
    assert verified(b"\n".join(lines) + b"\n", tmp_path).faults


def test_a_chain_that_was_left_out_is_missed(tmp_path: Path) -> None:
    export = whole()
    text = export.text()
    cut = text.index('{"section":{"chain":"access"')
    found = verified(text[:cut].encode(), tmp_path)
    assert any("整条链不在文件里" in fault for fault in found.faults)


def test_a_checkpoint_of_another_key_is_not_ours(tmp_path: Path) -> None:
    export = whole()
    ours = keys.key_id(keys.public_key(KEY))
    assert verified(export.text().encode(), tmp_path, key=ours).faults == []
    foreign = keys.new_key(keys.ED25519)
    heads = [head(Chain.ACCESS, LENGTH, export.access)]
    export.checkpoints = [sign(foreign, 1, AT, "640521000000", heads)]
    found = verified(export.text().encode(), tmp_path, key=ours)
    assert [fault for fault in found.faults if "可能出自他人" in fault]


def test_a_checkpoint_kept_elsewhere_proves_a_chain_whose_own_were_replaced(tmp_path: Path) -> None:
    export = whole()
    elsewhere = tmp_path / "checkpoint-00000002.json"
    elsewhere.write_text(export.checkpoints[1].model_dump_json(), encoding="utf-8")
    export.checkpoints.clear()
    del export.access[8:]
    export.heads[Chain.ACCESS] = 8
    assert export.verify(tmp_path).faults == []
    found = verified(export.text().encode(), tmp_path, (str(elsewhere),))
    assert first_bad(found, Chain.ACCESS) == 9


def test_what_was_forgotten_in_due_time_is_proved_by_a_checkpoint(tmp_path: Path) -> None:
    export = whole()
    del export.access[: SIGNED[0]]
    export.firsts[Chain.ACCESS], export.heads[Chain.ACCESS] = SIGNED[0] + 1, LENGTH
    assert export.verify(tmp_path).faults == []
    del export.access[:1]
    export.firsts[Chain.ACCESS] = SIGNED[0] + 2
    assert first_bad(export.verify(tmp_path), Chain.ACCESS) == SIGNED[0] + 2


@given(
    st.dictionaries(
        st.text(alphabet="abcdefghij_", min_size=1, max_size=8),
        st.none()
        | st.text(alphabet=st.characters(exclude_categories=["Cs"]))
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=5), max_size=3),
        max_size=6,
    )
)
def test_both_sides_write_meta_as_rfc_8785_does(meta: Line) -> None:
    import rfc8785

    assert canonical(meta) == rfc8785.dumps(meta) == canonical_of(meta).encode()


class TestTheScript:
    """verify_audit.py by itself, with nothing of ours to import."""

    @pytest.fixture
    def script(self, tmp_path: Path) -> Path:
        file = tmp_path / "verify_audit.py"
        file.write_bytes(audit_script())
        return file

    def run(self, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", script.name, *arguments]
        return subprocess.run(command, cwd=script.parent, capture_output=True, text=True, encoding="utf-8", check=False)

    def test_it_passes_what_is_whole_and_says_by_which_key(self, script: Path, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_bytes(WHOLE)
        answer = self.run(script, "a.jsonl")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert "核对结果：通过，各链完整，与检查点一致" in answer.stdout
        signed = KeptCheckpoint.model_validate(json.loads(LINES[1])["checkpoint"])
        assert signed.key_id in answer.stdout

    def test_it_names_the_first_bad_link(self, script: Path, tmp_path: Path) -> None:
        export = whole()
        export.access[6]["meta"]["actor_name"] = "别人"
        (tmp_path / "a.jsonl").write_text(export.text(), encoding="utf-8")
        answer = self.run(script, "a.jsonl")
        assert answer.returncode == 1
        assert "cases 的访问链第 7 条：被改动过：摘要不一致" in answer.stdout

    def test_it_needs_nothing_but_the_standard_library(self, script: Path) -> None:
        imported = {
            line.split()[1] for line in script.read_text("utf-8").splitlines() if line.startswith(("import ", "from "))
        }
        assert {name.partition(".")[0] for name in imported} <= {*sys.stdlib_module_names}
