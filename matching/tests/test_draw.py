"""The draw that anyone can check: the tree by hand and by its own definition, every tampering, and the commands."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from matching import draw
from matching.draw import Leaf, Leaves, Proof
from matching.form import InputError
from matching.problem import Candidate, Instance, Place, Seat, digest, with_seed, write_instance
from matching.result import Result, write_result
from matching.tests.test_cli import run

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "matching" / "draw.md"
SALTS = [bytes([number]) * 16 for number in range(1, 10)]


def round_of(count: int) -> Instance:
    """As many candidates, out of order, of whom all want the same place."""
    people = tuple(Candidate(f"c{number}", (), (("p",),)) for number in reversed(range(1, count + 1)))
    return Instance(7, ("placed", "lottery"), people, (Place("p", (Seat("a", 2),)),))


def result_of(instance: Instance, placed: tuple[str, ...] = ("c1", "c3")) -> Result:
    seats = dict.fromkeys(placed, ("p", "a"))
    return Result(digest(instance), "optimal", instance.seed, "1", seats, ("p",), (), (), None, 0.1, 1)


def committed(count: int = 3) -> tuple[Instance, Result, Leaves, str]:
    instance = round_of(count)
    result, salts = result_of(instance), iter(SALTS)
    commitment, leaves = draw.commit(instance, result, lambda _bytes: next(salts))
    return instance, result, leaves, commitment.root


# ---------------------------------------------------------------- what it must come to


def test_three_candidates_by_hand() -> None:
    """Each hash is spelled out; nothing of the module is used for what is expected."""
    drawn = [sha256(text).hexdigest()[:16].encode() for text in (b"7/c1", b"7/c2", b"7/c3")]
    first = sha256(b"\x00" + 16 * b"\x01" + b'["c1","' + drawn[0] + b'","p"]').digest()
    second = sha256(b"\x00" + 16 * b"\x02" + b'["c2","' + drawn[1] + b'",null]').digest()
    third = sha256(b"\x00" + 16 * b"\x03" + b'["c3","' + drawn[2] + b'","p"]').digest()
    both = sha256(b"\x01" + first + second).digest()
    top = sha256(b"\x01" + both + third).digest()
    _instance, _result, leaves, root = committed()
    assert root == top.hex()
    assert [proof.path for proof in draw.proofs(leaves)] == [
        (("right", second), ("right", third)),
        (("left", first), ("right", third)),
        (("left", both),),
    ]


def test_a_draw_is_the_first_eight_bytes_in_hexadecimal() -> None:
    assert draw.draw_of(7, "c1") == f"{int.from_bytes(sha256(b'7/c1').digest()[:8]):016x}"
    assert draw.draw_of(0, "ø") == sha256("0/ø".encode()).hexdigest()[:16]


def test_a_leaf_in_letters_of_more_than_one_byte() -> None:
    """Canonical JSON is UTF-8 without escapes, but for the quotation mark and the backslash."""
    leaf = Leaf('å"\\', "0" * 16, "pl\u2028ass", SALTS[0])
    written = '["å\\"\\\\","0000000000000000","pl\u2028ass"]'
    assert leaf.hash() == sha256(b"\x00" + SALTS[0] + written.encode()).digest()


def test_leaves_are_sorted_by_code_point() -> None:
    people = tuple(Candidate(one, (), ()) for one in ("z", "å", "\U0001f600", "\uffee", "Z", "10", "9"))
    instance = Instance(1, ("placed",), people, ())
    _commitment, leaves = draw.commit(instance, result_of(instance, ()))
    assert [leaf.candidate for leaf in leaves.leaves] == ["10", "9", "Z", "z", "å", "\uffee", "\U0001f600"]


CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The reference tree of Certificate Transparency (github.com/google/certificate-transparency, cpp/merkletree): the root over the
first leaf, the first two, and so on."""


def test_the_tree_is_that_of_certificate_transparency() -> None:
    hashes = [sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in CT_LEAVES]
    roots = [draw.tree(hashes[:count])[-1][0].hex() for count in range(1, len(hashes) + 1)]
    assert roots == CT_ROOTS


def split(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it stands there: from the root down, at the greatest power of two below."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256().digest()
    at = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + split(hashes[:at]) + split(hashes[at:])).digest()


def test_to_pass_an_odd_node_up_is_the_tree_of_rfc_6962() -> None:
    for count in range(70):
        instance = round_of(count)
        commitment, leaves = draw.commit(instance, result_of(instance))
        assert commitment.root == split([leaf.hash() for leaf in leaves.leaves]).hex()
        assert commitment.candidates == count
        assert {proof.root() for proof in draw.proofs(leaves)} <= {commitment.root}


def test_salts_are_new_each_time() -> None:
    instance = round_of(5)
    result = result_of(instance)
    made = [draw.commit(instance, result) for _ in range(2)]
    salts = {leaf.salt for _commitment, leaves in made for leaf in leaves.leaves}
    assert len(salts) == 10
    assert {len(salt) for salt in salts} == {16}
    assert made[0][0].root != made[1][0].root


# ---------------------------------------------------------------- tampering


def test_everyone_s_own_leaf_holds() -> None:
    for count in range(1, 10):
        *_, leaves, root = committed(count)
        assert [draw.proof_faults(proof, root) for proof in draw.proofs(leaves)] == [[]] * count


SPOILED: list[Callable[[Proof], Proof]] = [
    lambda proof: replace(proof, leaf=replace(proof.leaf, candidate="c9")),
    lambda proof: replace(proof, leaf=replace(proof.leaf, draw="0" * 16)),
    lambda proof: replace(proof, leaf=replace(proof.leaf, place="q")),
    lambda proof: replace(proof, leaf=replace(proof.leaf, place=None if proof.leaf.place else "p")),
    lambda proof: replace(proof, leaf=replace(proof.leaf, salt=bytes(16))),
    lambda proof: replace(proof, seed=8),
    lambda proof: replace(proof, path=proof.path[:-1]),
    lambda proof: replace(proof, path=(*proof.path, ("left", bytes(32)))),
    lambda proof: replace(proof, path=proof.path[::-1]),
    lambda proof: replace(proof, path=(("left" if proof.path[0][0] == "right" else "right", proof.path[0][1]), *proof.path[1:])),
    lambda proof: replace(proof, path=(*proof.path[:-1], (proof.path[-1][0], bytes(32)))),
]


@pytest.mark.parametrize("spoil", SPOILED, ids=range(len(SPOILED)))
def test_whatever_is_changed_in_a_leaf_is_found(spoil: Callable[[Proof], Proof]) -> None:
    *_, leaves, root = committed(7)
    for proof in list(draw.proofs(leaves))[:6]:  # the last one's path is a single step, which reads the same backwards
        assert draw.proof_faults(spoil(proof), root), proof


def test_a_leaf_holds_for_its_own_root_alone() -> None:
    *_, leaves, root = committed()
    other = draw.commit(round_of(3), result_of(round_of(3)))[0].root
    assert draw.proof_faults(next(draw.proofs(leaves)), other) == [
        f"the leaf of 'c1' and its path lead to the root {root}, not to {other}"
    ]


def test_a_draw_that_is_not_the_seed_s_is_found_though_it_was_committed_to() -> None:
    """Whoever makes the root may not draw as they please either."""
    *_, leaves, _root = committed()
    first = replace(leaves.leaves[0], draw="f" * 16)
    made_up = Leaves(7, (first, *leaves.leaves[1:]))
    (fault,) = draw.proof_faults(next(draw.proofs(made_up)), made_up.root())
    assert fault == f"'c1' drew {draw.draw_of(7, 'c1')} with the seed 7, the leaf says {'f' * 16}"


def changed(leaves: Leaves, at: int = 0, **what: Any) -> Leaves:
    kept = list(leaves.leaves)
    kept[at] = replace(kept[at], **what)
    return replace(leaves, leaves=tuple(kept))


def without(leaves: Leaves, at: int) -> Leaves:
    return replace(leaves, leaves=leaves.leaves[:at] + leaves.leaves[at + 1 :])


WHOLE: dict[str, tuple[Callable[[Leaves], Leaves], str]] = {
    "draw": (lambda leaves: changed(leaves, draw="0" * 16), "the leaf says 0000000000000000"),
    "place": (lambda leaves: changed(leaves, place="q"), "has the place 'q', the result has another"),
    "no place": (lambda leaves: changed(leaves, place=None), "has no place, the result has another"),
    "a place": (lambda leaves: changed(leaves, 1, place="p"), "the leaf of 'c2' has the place 'p'"),
    "seed": (lambda leaves: replace(leaves, seed=8), "drawn with the seed 8, the result with 7"),
    "left out": (lambda leaves: without(leaves, 1), "there is no leaf of 'c2'"),
    "put in": (
        lambda leaves: replace(leaves, leaves=(*leaves.leaves, replace(leaves.leaves[0], candidate="x"))),
        "there is a leaf of 'x', who is no candidate",
    ),
    "twice": (lambda leaves: replace(leaves, leaves=(leaves.leaves[0], *leaves.leaves)), "a candidate has two leaves"),
    "order": (lambda leaves: replace(leaves, leaves=leaves.leaves[::-1]), "not sorted by candidate id"),
}


@pytest.mark.parametrize(("spoil", "told"), WHOLE.values(), ids=WHOLE)
def test_whatever_is_changed_in_the_whole_is_found_and_named(spoil: Callable[[Leaves], Leaves], told: str) -> None:
    """Also by whoever makes the root anew to fit."""
    instance, result, leaves, root = committed()
    assert draw.leaves_faults(instance, result, leaves, root) == []
    spoiled = spoil(leaves)
    assert told in "\n".join(draw.leaves_faults(instance, result, spoiled, root))
    assert told in "\n".join(draw.leaves_faults(instance, result, spoiled, spoiled.root()))


def test_another_salt_another_root_and_another_instance_are_found() -> None:
    instance, result, leaves, root = committed()
    salted = changed(leaves, salt=bytes(16))
    assert draw.leaves_faults(instance, result, salted, root) == [f"the leaves lead to the root {salted.root()}, not to {root}"]
    other = replace(instance, name="another")
    assert draw.leaves_faults(other, result, leaves, root) == ["the result is of another instance: the digests differ"]


def test_a_result_with_another_seed_than_the_file_s() -> None:
    """The seed that was used counts, as everywhere."""
    instance = round_of(4)
    result = result_of(with_seed(instance, 9))
    commitment, leaves = draw.commit(instance, result)
    assert leaves.leaves[0].draw == draw.draw_of(9, "c1")
    assert draw.leaves_faults(instance, result, leaves, commitment.root) == []


# ---------------------------------------------------------------- files and commands

FORMS: list[tuple[str, Any, str]] = [
    ("format", "matching-leaves/1", "format"),
    ("draw", "AB" * 8, "draw"),
    ("draw", 5, "draw"),
    ("salt", "00", "salt"),
    ("salt", None, "salt"),
    ("place", "a/b", "place"),
    ("candidate", "", "candidate"),
    ("seed", -1, "seed"),
    ("path", {}, "path"),
    ("path", [{"up": "00"}], "path[0].up"),
    ("path", [{"left": "00"}], "path[0].left"),
    ("path", [{"left": "0" * 64, "right": "0" * 64}], "path[0].right"),
    ("more", 1, "more"),
]


@pytest.mark.parametrize(("key", "value", "path"), FORMS, ids=range(len(FORMS)))
def test_a_leaf_file_is_read_strictly(key: str, value: Any, path: str) -> None:
    *_, leaves, _root = committed()
    data = draw.proof_to_data(next(draw.proofs(leaves)))
    assert draw.proof_from_data(data) == next(draw.proofs(leaves))
    with pytest.raises(InputError) as refused:
        draw.proof_from_data(data | {key: value})
    assert refused.value.path == path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A round of five with its result, committed to by the command, and the second candidate's leaf."""
    instance = round_of(5)
    write_instance(instance, tmp_path / "round.json.gz")
    solved = run("solve", tmp_path / "round.json.gz", "-o", tmp_path / "result.json")
    assert solved.returncode == 0
    files = ("-o", tmp_path / "commitment.json", "--leaves", tmp_path / "leaves.json.gz")
    made = run("draw", "commit", tmp_path / "round.json.gz", tmp_path / "result.json", *files)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout == f"root {root_in(tmp_path)}, candidates 5, seed 7\n"
    taken = run("draw", "leaf", tmp_path / "leaves.json.gz", "--candidate", "c2", "-o", tmp_path / "leaf.json")
    assert (taken.returncode, taken.stdout, taken.stderr) == (0, "", "")
    return tmp_path


def root_in(folder: Path) -> str:
    return str(json.loads((folder / "commitment.json").read_text())["root"])


def check_whole(folder: Path, root: str) -> subprocess.CompletedProcess[str]:
    files = (folder / "round.json.gz", folder / "result.json", "--leaves", folder / "leaves.json.gz")
    return run("draw", "check", *files, "--root", root)


def test_the_commitment_tells_nothing_of_anyone(folder: Path) -> None:
    data = json.loads((folder / "commitment.json").read_text())
    assert data == {
        "format": "matching-commitment/1",
        "instance": digest(round_of(5)),
        "seed": 7,
        "candidates": 5,
        "root": root_in(folder),
    }


def test_a_leaf_and_the_whole_that_hold(folder: Path) -> None:
    one = run("draw", "check", folder / "leaf.json", "--root", root_in(folder))
    assert (one.returncode, one.stderr) == (0, "")
    assert one.stdout.startswith(f"the leaf holds: c2 drew {draw.draw_of(7, 'c2')} with the seed 7 and got ")
    whole = check_whole(folder, root_in(folder))
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout == f"the commitment holds: seed 7, candidates 5, instance {digest(round_of(5))}\n"


def test_what_does_not_hold_is_one_clear_line(folder: Path) -> None:
    other = run("draw", "check", folder / "leaf.json", "--root", "0" * 64)
    assert (other.returncode, other.stdout, len(other.stderr.splitlines())) == (1, "", 1)
    assert f"not to {'0' * 64}" in other.stderr
    data = json.loads((folder / "result.json").read_text())
    data["assignment"].popitem()
    (folder / "result.json").write_text(json.dumps(data))
    swapped = check_whole(folder, root_in(folder))
    assert (swapped.returncode, swapped.stdout, len(swapped.stderr.splitlines())) == (1, "", 1)
    assert "the result has another" in swapped.stderr


def test_nobody_s_leaf_cannot_be_taken_out(folder: Path) -> None:
    refused = run("draw", "leaf", folder / "leaves.json.gz", "--candidate", "nobody", "-o", folder / "none.json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "matching: there is no candidate 'nobody'\n"
    assert not (folder / "none.json").exists()


def test_a_result_that_does_not_hold_is_not_committed_to(folder: Path) -> None:
    instance = round_of(5)
    write_result(result_of(instance, ("c1", "c2", "c3")), folder / "wrong.json")
    files = ("-o", folder / "c.json", "--leaves", folder / "l.json")
    refused = run("draw", "commit", folder / "round.json.gz", folder / "wrong.json", *files)
    assert refused.returncode == 2
    assert not (folder / "l.json").exists()


# ---------------------------------------------------------------- without our software


def run_by_hand(script: str) -> str:
    done = subprocess.run(
        ["bash", "-eu"], input=script, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}
    )
    return done.stdout.strip()


def test_sha256sum_alone_comes_to_the_same_root() -> None:
    """For every candidate of trees of one to seven."""
    for count in (1, 2, 3, 7):
        *_, leaves, root = committed(count)
        for proof in draw.proofs(leaves):
            assert run_by_hand(draw.by_hand(proof)) == f"{proof.leaf.draw}\n{root}"


def test_sha256sum_alone_with_any_letters() -> None:
    leaf = Leaf("å'\"$(x)\\", draw.draw_of(7, "å'\"$(x)\\"), "%s 'p'", SALTS[0])
    leaves = Leaves(7, (leaf, replace(leaf, candidate="ø")))
    assert run_by_hand(draw.by_hand(next(draw.proofs(leaves)))) == f"{leaf.draw}\n{leaves.root()}"


def test_the_page_shows_these_commands_and_what_they_print() -> None:
    *_, leaves, root = committed(5)
    proof = list(draw.proofs(leaves))[1]
    shown = re.search(r"```sh\n(.*?)```.*?```text\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert shown
    assert shown[1] == draw.by_hand(proof)
    assert shown[2] == f"{proof.leaf.draw}\n{root}\n"
