"""The draw, so that anyone can check it without seeing anyone else: a commitment to what each candidate drew and got.

Who publishes the root of a tree over all candidates cannot give anybody another place afterwards, or leave somebody out,
without the root becoming another. Each candidate holds their own leaf, its salt and the hashes beside its way to the root.

The source of every rule is docs/how/engine.md, "The draw". The tree is the one of RFC 6962, section 2.1; its leaves are a
salt and a canonical JSON text.
"""

import hashlib
import json
import re
import secrets
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from matching.form import InputError, elements, members, name, natural, read_json, require_format, text, write_json
from matching.problem import Instance, digest, with_seed
from matching.result import Result

__all__ = [
    "Commitment",
    "Leaf",
    "Leaves",
    "Proof",
    "by_hand",
    "commit",
    "draw_of",
    "leaves_faults",
    "leaves_to_data",
    "proof_faults",
    "proof_from_data",
    "proof_to_data",
    "proofs",
    "read_leaves",
    "read_proof",
    "tree",
    "write_commitment",
    "write_leaves",
    "write_proof",
]

COMMITMENT, LEAVES, PROOF = "matching-commitment/1", "matching-leaves/1", "matching-leaf/1"
SALT_BYTES = 16
_LEAF, _NODE = b"\x00", b"\x01"
_SHA256, _SALT, _DRAW = (re.compile(f"[0-9a-f]{{{digits}}}") for digits in (64, 2 * SALT_BYTES, 16))

type Side = Literal["left", "right"]
type Step = tuple[Side, bytes]
"""The neighbour's hash on the way to the root, and on which side it stands."""


def draw_of(seed: int, candidate_id: str) -> str:
    """A candidate's draw: the first 8 bytes of SHA-256 of `seed/candidate id` (UTF-8, the seed in decimal), 16 hexadecimal
    digits."""
    return hashlib.sha256(f"{seed}/{candidate_id}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Leaf:
    """What one candidate drew and got. `place` is None for who has none; the salt keeps others from guessing."""

    candidate: str
    draw: str  # 16 hexadecimal digits
    place: str | None
    salt: bytes

    def hash(self) -> bytes:
        """SHA-256 of the byte 0x00, the salt, and the canonical JSON of [candidate, draw, place]; 32 bytes."""
        written = _canonical([self.candidate, self.draw, self.place])
        return hashlib.sha256(_LEAF + self.salt + written.encode()).digest()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Leaves:
    """All leaves, sorted by candidate id (code point), and the seed they were drawn with. Only an auditor may see them."""

    seed: int
    leaves: tuple[Leaf, ...]

    def root(self) -> str:
        """The root of the tree over them, 64 hexadecimal digits; of no leaves SHA-256 of nothing, as in RFC 6962."""
        top = tree([leaf.hash() for leaf in self.leaves])[-1]
        return (top[0] if top else hashlib.sha256().digest()).hex()


@dataclass(frozen=True, slots=True)
class Commitment:
    """What everyone may see of a result. `candidates` is how many leaves the tree has."""

    instance: str  # digest, with the seed that was used
    seed: int
    candidates: int
    root: str


@dataclass(frozen=True, slots=True)
class Proof:
    """One candidate's leaf with the way to the root: what the candidate may have."""

    seed: int
    leaf: Leaf
    path: tuple[Step, ...]

    def root(self) -> str:
        """The root to which this leaf and its path lead, 64 hexadecimal digits."""
        at = self.leaf.hash()
        for side, neighbour in self.path:
            at = _node(neighbour, at) if side == "left" else _node(at, neighbour)
        return at.hex()


# ---------------------------------------------------------------- committing


def commit(instance: Instance, result: Result, salt: Callable[[int], bytes] = secrets.token_bytes) -> tuple[Commitment, Leaves]:
    """Commit to a result of the instance. Each call takes new salts, so the same result gets another root."""
    leaves = Leaves(result.seed, tuple(_leaf(one, result, salt) for one in sorted(one.id for one in instance.candidates)))
    return Commitment(result.instance, result.seed, len(leaves.leaves), leaves.root()), leaves


def _leaf(candidate: str, result: Result, salt: Callable[[int], bytes]) -> Leaf:
    return Leaf(candidate, draw_of(result.seed, candidate), _place(result, candidate), salt(SALT_BYTES))


def _place(result: Result, candidate: str) -> str | None:
    place, _kind = result.assignment.get(candidate, (None, ""))
    return place


def proofs(leaves: Leaves) -> Iterator[Proof]:
    """Each leaf with its path, in the order of the leaves."""
    levels = tree([leaf.hash() for leaf in leaves.leaves])[:-1]
    for at, leaf in enumerate(leaves.leaves):
        yield Proof(leaves.seed, leaf, tuple(_steps(levels, at)))


def tree(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The hashes of a tree, level by level from its leaves to the root. A node without a neighbour is passed up as it is."""
    levels = [list(leaves)]
    while len(below := levels[-1]) > 1:
        paired = [_node(left, right) for left, right in zip(below[::2], below[1::2], strict=False)]
        levels.append(paired + below[len(below) // 2 * 2 :])
    return levels


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _steps(levels: Sequence[Sequence[bytes]], at: int) -> Iterator[Step]:
    for level in levels:
        if at % 2:
            yield "left", level[at - 1]
        elif at + 1 < len(level):
            yield "right", level[at + 1]
        at //= 2


# ---------------------------------------------------------------- checking


def proof_faults(proof: Proof, root: str) -> list[str]:
    """What is wrong with one candidate's leaf, held against the published root; empty when it holds."""
    faults = list(_draw_faults(proof.leaf, proof.seed))
    if proof.root() != root:
        faults.append(f"the leaf of {proof.leaf.candidate!r} and its path lead to the root {proof.root()}, not to {root}")
    return faults


def leaves_faults(instance: Instance, result: Result, leaves: Leaves, root: str) -> list[str]:
    """What is wrong with a whole commitment, held against the round, its result and the published root.

    Whether the result itself holds is for `matching.verify`.
    """
    faults = []
    if digest(with_seed(instance, result.seed)) != result.instance:
        faults.append("the result is of another instance: the digests differ")
    if leaves.seed != result.seed:
        faults.append(f"the leaves are drawn with the seed {leaves.seed}, the result with {result.seed}")
    faults += _list_faults([one.id for one in instance.candidates], [leaf.candidate for leaf in leaves.leaves])
    for leaf in leaves.leaves:
        faults += _draw_faults(leaf, result.seed)
        if leaf.place != _place(result, leaf.candidate):
            faults.append(f"the leaf of {leaf.candidate!r} has {_told(leaf)}, the result has another")
    if leaves.root() != root:
        faults.append(f"the leaves lead to the root {leaves.root()}, not to {root}")
    return faults


def _list_faults(candidates: Sequence[str], listed: Sequence[str]) -> Iterator[str]:
    known, found = set(candidates), set(listed)
    yield from (f"there is no leaf of {one!r}" for one in sorted(known - found))
    yield from (f"there is a leaf of {one!r}, who is no candidate" for one in sorted(found - known))
    if len(found) < len(listed):
        yield "a candidate has two leaves"
    if list(listed) != sorted(listed):
        yield "the leaves are not sorted by candidate id"


def _draw_faults(leaf: Leaf, seed: int) -> Iterator[str]:
    drawn = draw_of(seed, leaf.candidate)
    if leaf.draw != drawn:
        yield f"{leaf.candidate!r} drew {drawn} with the seed {seed}, the leaf says {leaf.draw}"


def _told(leaf: Leaf) -> str:
    return "no place" if leaf.place is None else f"the place {leaf.place!r}"


_BY_HAND = r"""seed={seed}
candidate={candidate}
named={named}
place={place}
salt={salt}

hash() {{ sha256sum | cut -c1-64; }}
bytes() {{ printf "$(printf %s "$1" | sed 's/../\\x&/g')"; }}
draw=$(printf %s "$seed/$candidate" | hash | cut -c1-16)
at=$({{ bytes "00$salt"; printf '[%s,"%s",%s]' "$named" "$draw" "$place"; }} | hash)
while read -r side neighbour; do
  if [ "$side" = left ]; then at=$(bytes "01$neighbour$at" | hash); else at=$(bytes "01$at$neighbour" | hash); fi
done <<END
{path}END
echo "$draw"
echo "$at"
"""


def by_hand(proof: Proof) -> str:
    """Commands that compute a candidate's draw and the root with bash, sed, cut and sha256sum alone, and print the two."""
    return _BY_HAND.format(
        seed=proof.seed,
        candidate=shlex.quote(proof.leaf.candidate),
        named=shlex.quote(_canonical(proof.leaf.candidate)),
        place=shlex.quote(_canonical(proof.leaf.place)),
        salt=proof.leaf.salt.hex(),
        path="".join(f"{side} {neighbour.hex()}\n" for side, neighbour in proof.path),
    )


# ---------------------------------------------------------------- files


def write_commitment(commitment: Commitment, path: str | Path) -> None:
    """Write what everyone may see."""
    seen = {"instance": commitment.instance, "seed": commitment.seed}
    write_json(path, {"format": COMMITMENT, **seen, "candidates": commitment.candidates, "root": commitment.root})


def write_leaves(leaves: Leaves, path: str | Path) -> None:
    """Write all leaves with their salts; gzip when the name ends in .gz."""
    write_json(path, leaves_to_data(leaves))


def leaves_to_data(leaves: Leaves) -> dict[str, Any]:
    """All leaves as JSON data."""
    return {"format": LEAVES, "seed": leaves.seed, "leaves": [_leaf_data(leaf) for leaf in leaves.leaves]}


def read_leaves(path: str | Path) -> Leaves:
    """All leaves in a JSON file, plain or gzip. Raises InputError."""
    data = read_json(path)
    require_format(data, LEAVES)
    whole = members(data, "", ("format", "seed", "leaves"))
    listed = elements(whole["leaves"], "leaves")
    return Leaves(natural(whole["seed"], "seed"), tuple(_read_leaf(one, f"leaves[{at}]") for at, one in enumerate(listed)))


def write_proof(proof: Proof, path: str | Path) -> None:
    """Write one candidate's leaf with its path."""
    write_json(path, proof_to_data(proof))


def proof_to_data(proof: Proof) -> dict[str, Any]:
    """One candidate's leaf with its path as JSON data."""
    path = [{side: neighbour.hex()} for side, neighbour in proof.path]
    return {"format": PROOF, "seed": proof.seed, **_leaf_data(proof.leaf), "path": path}


def read_proof(path: str | Path) -> Proof:
    """One candidate's leaf in a JSON file, plain or gzip. Raises InputError."""
    return proof_from_data(read_json(path))


def proof_from_data(data: Any) -> Proof:
    """Read JSON data into one candidate's leaf with its path. Checks the form only."""
    require_format(data, PROOF)
    whole = members(data, "", ("format", "seed", *_LEAF_KEYS, "path"))
    path = elements(whole["path"], "path")
    leaf = _read_leaf({key: whole[key] for key in _LEAF_KEYS}, "")
    return Proof(natural(whole["seed"], "seed"), leaf, tuple(_read_step(one, f"path[{at}]") for at, one in enumerate(path)))


_LEAF_KEYS = ("candidate", "draw", "place", "salt")


def _leaf_data(leaf: Leaf) -> dict[str, Any]:
    return {"candidate": leaf.candidate, "draw": leaf.draw, "place": leaf.place, "salt": leaf.salt.hex()}


def _read_leaf(value: Any, path: str) -> Leaf:
    found = members(value, path, _LEAF_KEYS)
    at = f"{path}." if path else ""
    return Leaf(
        candidate=name(found["candidate"], f"{at}candidate"),
        draw=_hexadecimal(found["draw"], f"{at}draw", _DRAW),
        place=None if found["place"] is None else name(found["place"], f"{at}place"),
        salt=bytes.fromhex(_hexadecimal(found["salt"], f"{at}salt", _SALT)),
    )


def _read_step(value: Any, path: str) -> Step:
    side: Side = "left" if isinstance(value, dict) and "left" in value else "right"
    found = members(value, path, (side,))
    return side, bytes.fromhex(_hexadecimal(found[side], f"{path}.{side}", _SHA256))


def _hexadecimal(value: Any, path: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(text(value, path)):
        raise InputError(path, f"must be lowercase hexadecimal digits: {form.pattern}")
    return str(value)
