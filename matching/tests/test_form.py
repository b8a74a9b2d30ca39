"""The instance file: every rule of its form names the path of the fault; the digest is one and the same."""

import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.problem import (
    Candidate,
    InputError,
    Instance,
    Place,
    Seat,
    canonical,
    canonical_json,
    digest,
    eligible_kinds,
    instance_from_data,
    instance_to_data,
    lottery_words,
    read_instance,
    warnings,
    with_seed,
    write_instance,
)

FILE: dict[str, Any] = {
    "format": "matching-instance/1",
    "name": "autumn",
    "seed": 7,
    "objective": ["class:0", "reserves", "placed", "ranks", "kept", "lottery"],
    "candidates": [
        {
            "id": "c1",
            "tags": ["student", "police"],
            "class": 0,
            "arrived": 0,
            "choices": [["p1"], ["p3", "p2"]],
            "excluded": {"p2": "worked_there"},
            "together": "c9",
            "previous": "gone",
            "pinned": "p1",
        },
        {"id": "c9", "tags": ["student", "police"], "choices": [["p1"]], "together": "c1"},
    ],
    "places": [
        {
            "id": "p1",
            "host": "h1",
            "tags": ["bergen"],
            "equal": True,
            "seats": [{"kind": "a", "capacity": 2, "minimum": 1, "accepts": ["student"], "requires": ["police"]}],
            "tiers": {"c1": 0},
        },
        {"id": "p2", "seats": [{"kind": "a", "capacity": 1}, {"kind": "b", "capacity": 1}]},
        {"id": "p3", "seats": [{"kind": "a", "capacity": 1}]},
    ],
    "pools": [{"id": "h1-autumn", "limit": 4, "places": ["p2", "p1"]}],
    "reserves": [{"id": "language", "tag": "language_practice", "places": ["p3"], "at_least": 1}],
}
DIGEST = "22b53a5bbe23e9928f671fa13a6719e7925dbdb9cfa3c4d77b276d63175c3235"


def test_a_right_file_is_read_and_written_back() -> None:
    assert instance_to_data(instance_from_data(FILE)) == FILE


@pytest.mark.parametrize("suffix", ["json", "json.gz"])
def test_files_plain_and_gzip(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"round.{suffix}"
    write_instance(instance_from_data(FILE), path)
    assert path.read_bytes().startswith(b"\x1f\x8b") == (suffix == "json.gz")
    assert read_instance(path) == instance_from_data(FILE)


def test_a_small_gzip_file_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "round.json.gz"
    path.write_bytes(gzip.compress(b" " * (2**26 + 1), 1, mtime=0))
    with pytest.raises(InputError, match="opens to more than 64 MiB"):
        read_instance(path)


def test_the_digest_is_this_one() -> None:
    assert digest(instance_from_data(FILE)) == DIGEST


def test_the_digest_does_not_see_the_order_of_sets() -> None:
    turned = copy.deepcopy(FILE)
    for key in ("candidates", "places", "pools", "reserves"):
        turned[key].reverse()
    for listed in (
        turned["candidates"][1]["tags"],
        turned["candidates"][1]["choices"][1],
        turned["places"][1]["seats"],
        turned["pools"][0]["places"],
    ):
        listed.reverse()
    assert digest(instance_from_data(turned)) == DIGEST


@pytest.mark.parametrize(
    ("path", "default"),
    [
        (("candidates", 1, "class"), 1),
        (("candidates", 1, "excluded"), {}),
        (("places", 1, "seats", 0, "minimum"), 0),
        (("places", 1, "seats", 0, "requires"), []),
        (("places", 1, "equal"), False),
        (("places", 1, "tags"), []),
        (("places", 1, "tiers"), {}),
    ],
)
def test_a_default_that_is_written_out_changes_nothing(path: tuple[str | int, ...], default: object) -> None:
    assert digest(instance_from_data(_with(path, default))) == DIGEST


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("seed",), 8),
        (("name",), "spring"),
        (("objective",), ["class:0", "placed", "reserves", "ranks", "kept", "lottery"]),
        (("candidates", 0, "choices"), [["p1"], ["p3"], ["p2"]]),
        (("candidates", 1, "arrived"), 0),
        (("places", 1, "seats", 0, "accepts"), ["student"]),
    ],
)
def test_what_matters_changes_the_digest(path: tuple[str | int, ...], value: object) -> None:
    assert digest(instance_from_data(_with(path, value))) != DIGEST


MISSING = object()
FAULTS: list[tuple[tuple[str | int, ...], object, str]] = [
    (("format",), "matching-instance/2", "format"),
    (("format",), MISSING, "format"),
    (("colour",), "red", "colour"),
    (("two words",), 1, '["two words"]'),
    (("seed",), MISSING, "seed"),
    (("seed",), -1, "seed"),
    (("seed",), 2.0, "seed"),
    (("seed",), True, "seed"),
    (("seed",), None, "seed"),
    (("seed",), float("nan"), "seed"),
    (("name",), None, "name"),
    (("name",), "\ud800", "name"),
    (("objective",), [], "objective"),
    (("objective",), "placed", "objective"),
    (("objective", 1), "happiness", "objective[1]"),
    (("objective", 1), "class:01", "objective[1]"),
    (("objective", 2), "class:0", "objective[2]"),
    (("candidates",), {}, "candidates"),
    (("candidates", 1), None, "candidates[1]"),
    (("candidates", 1, "id"), MISSING, "candidates[1].id"),
    (("candidates", 1, "id"), "c1", "candidates[1].id"),
    (("candidates", 1, "id"), "", "candidates[1].id"),
    (("candidates", 1, "id"), "a/b", "candidates[1].id"),
    (("candidates", 1, "id"), "a\nb", "candidates[1].id"),
    (("candidates", 1, "id"), "a\x85b", "candidates[1].id"),
    (("candidates", 1, "id"), "e\u0301", "candidates[1].id"),
    (("candidates", 1, "id"), "\udc80", "candidates[1].id"),
    (("candidates", 1, "id"), 9, "candidates[1].id"),
    (("candidates", 1, "tags"), MISSING, "candidates[1].tags"),
    (("candidates", 1, "tags"), ["a", "a"], "candidates[1].tags[1]"),
    (("candidates", 1, "tags", 0), "a/b", "candidates[1].tags[0]"),
    (("candidates", 1, "class"), -1, "candidates[1].class"),
    (("candidates", 1, "class"), None, "candidates[1].class"),
    (("candidates", 1, "arrived"), 1.0, "candidates[1].arrived"),
    (("candidates", 1, "choices"), MISSING, "candidates[1].choices"),
    (("candidates", 1, "choices", 0), [], "candidates[1].choices[0]"),
    (("candidates", 1, "choices", 0), "p1", "candidates[1].choices[0]"),
    (("candidates", 0, "choices", 1, 1), "p9", "candidates[0].choices[1][1]"),
    (("candidates", 0, "choices", 1, 1), "p3", "candidates[0].choices[1][1]"),
    (("candidates", 0, "choices", 1, 0), "p1", "candidates[0].choices[1][0]"),
    (("candidates", 0, "excluded"), {"p9": "x"}, "candidates[0].excluded.p9"),
    (("candidates", 0, "excluded"), {"p2": 1}, "candidates[0].excluded.p2"),
    (("candidates", 0, "together"), "c1", "candidates[0].together"),
    (("candidates", 0, "together"), "c7", "candidates[0].together"),
    (("candidates", 0, "together"), MISSING, "candidates[1].together"),
    (("candidates", 0, "previous"), "a/b", "candidates[0].previous"),
    (("candidates", 0, "pinned"), "p9", "candidates[0].pinned"),
    (("candidates", 0, "pinned"), "p2", "candidates[0].pinned"),
    (("candidates", 0, "tags"), ["student"], "candidates[0].pinned"),
    (("candidates", 0, "choices"), [["p2"]], "candidates[0].pinned"),
    (("places",), MISSING, "places"),
    (("places", 1, "id"), "p1", "places[1].id"),
    (("places", 0, "host"), "a/b", "places[0].host"),
    (("places", 0, "equal"), 0, "places[0].equal"),
    (("places", 0, "tiers"), {"c7": 0}, "places[0].tiers.c7"),
    (("places", 0, "tiers"), {"c1": -1}, "places[0].tiers.c1"),
    (("places", 0, "seats"), [], "places[0].seats"),
    (("places", 0, "seats"), MISSING, "places[0].seats"),
    (("places", 1, "seats", 1, "kind"), "a", "places[1].seats[1].kind"),
    (("places", 1, "seats", 1, "kind"), MISSING, "places[1].seats[1].kind"),
    (("places", 1, "seats", 1, "capacity"), MISSING, "places[1].seats[1].capacity"),
    (("places", 1, "seats", 1, "minimum"), 2, "places[1].seats[1].minimum"),
    (("places", 1, "seats", 1, "accepts"), [], "places[1].seats[1].accepts"),
    (("places", 1, "seats", 1, "requires"), None, "places[1].seats[1].requires"),
    (("pools", 0, "limit"), MISSING, "pools[0].limit"),
    (("pools", 0, "places"), [], "pools[0].places"),
    (("pools", 0, "places"), ["p1", "p9"], "pools[0].places[1]"),
    (("pools",), [FILE["pools"][0], FILE["pools"][0]], "pools[1].id"),
    (("reserves", 0, "tag"), "", "reserves[0].tag"),
    (("reserves", 0, "places"), ["p1", "p1"], "reserves[0].places[1]"),
    (("reserves", 0, "at_least"), "1", "reserves[0].at_least"),
]


@pytest.mark.parametrize(("path", "value", "named"), FAULTS)
def test_every_fault_is_named_with_its_path(path: tuple[str | int, ...], value: object, named: str) -> None:
    with pytest.raises(InputError) as refused:
        instance_from_data(_with(path, value))
    assert refused.value.path == named
    assert "\n" not in str(refused.value)


def _with(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """FILE with another value at a path, or without the key."""
    data: Any = copy.deepcopy(FILE)
    here = data
    for step in path[:-1]:
        here = here[step]
    if value is MISSING:
        del here[path[-1]]
    else:
        here[path[-1]] = value
    whole: dict[str, Any] = data
    return whole


def _broken(change: Callable[[bytes], bytes]) -> bytes:
    return change(json.dumps(FILE).encode())


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b"\xff\xfe", ""),
        (b"\x1f\x8bnot gzip", ""),
        (gzip.compress(b"{}", mtime=0)[:-3], ""),
        (b"[" * 100_000, ""),
        (_broken(lambda raw: raw.replace(b'"seed": 7', b'"seed": NaN')), ""),
        (_broken(lambda raw: raw.replace(b'"seed": 7', b'"seed": ' + b"9" * 5000)), ""),
        (_broken(lambda raw: raw.replace(b'"seed": 7', b'"seed": 7, "seed": 7')), "seed"),
        (_broken(lambda raw: raw.replace(b'"limit": 4', b'"limit": 4, "limit": 4')), "pools[0].limit"),
        (_broken(lambda raw: raw.replace(b'"c1": 0', b'"c1": 0, "c1": 0')), "places[0].tiers.c1"),
        (_broken(lambda raw: raw.replace(b'"autumn"', b'"\\ud800"')), "name"),
    ],
)
def test_files_that_are_not_what_they_say(tmp_path: Path, raw: bytes, named: str) -> None:
    path = tmp_path / "round.json"
    path.write_bytes(raw)
    with pytest.raises(InputError) as refused:
        read_instance(path)
    assert refused.value.path == named
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_instance(tmp_path / "nothing.json")


@pytest.mark.parametrize("seed", [-1, 1.0, True, "1"])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(InputError):
        with_seed(instance_from_data(FILE), seed)


def test_who_may_have_what() -> None:
    place = Place("p", (Seat("b", 1, accepts=("x", "y")), Seat("a", 1, requires=("x", "z")), Seat("c", 1)))
    assert eligible_kinds(Candidate("c", ("x",), ()), place) == ("b", "c")
    assert eligible_kinds(Candidate("c", ("x", "z"), ()), place) == ("a", "b", "c")
    assert eligible_kinds(Candidate("c", (), ()), place) == ("c",)
    assert eligible_kinds(Candidate("c", ("x",), (), excluded={"p": "why"}), place) == ()


def test_the_words_of_the_draw() -> None:
    """The first twelve digits of `printf %s 7/c1/p1 | sha256sum`."""
    assert "".join(f"{word:04x}" for word in lottery_words(7, "c1", "p1")) == "d07dfca675cf"


@pytest.mark.parametrize(
    ("objective", "warned"),
    [
        (("class:0", "placed", "ranks", "lottery"), []),
        (("ranks", "placed"), ["objective[0]"]),
        (("class:0", "ranks", "placed"), ["objective[1]"]),
        (("lottery",), ["objective[0]"]),
        (("class:0", "class:1", "profile"), []),
        (("reserves", "kept"), []),
    ],
)
def test_aims_that_leave_people_out_are_warned_of(objective: tuple[str, ...], warned: list[str]) -> None:
    instance = instance_from_data({**FILE, "objective": list(objective)})
    assert [warning.split(":")[0] for warning in warnings(instance)] == warned


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/"), min_size=1, max_size=4)


@given(st.lists(NAMES, unique=True, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_any_ids_survive_writing_and_sort_by_code_point(ids: list[str], rng: Any) -> None:
    import unicodedata

    ids = list(dict.fromkeys(unicodedata.normalize("NFC", one) for one in ids))
    places = tuple(Place(one, (Seat("a", 1),)) for one in ids)
    instance = Instance(1, ("placed",), (Candidate("c", (), (tuple(ids),)),), places)
    assert instance_from_data(json.loads(canonical_json(instance))) == canonical(instance)
    assert [one.id for one in canonical(instance).places] == sorted(ids)
    shuffled = list(places)
    rng.shuffle(shuffled)
    assert digest(Instance(1, ("placed",), instance.candidates, tuple(shuffled))) == digest(instance)
