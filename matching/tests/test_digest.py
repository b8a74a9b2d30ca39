"""The digest once more, from the text of docs/how/engine.md, "Digest": on the data of the file, sorted by hand."""

import hashlib
import json
import random
from typing import Any

from matching.problem import digest, instance_from_data, instance_to_data, with_seed
from matching.tests.blocking import random_round
from matching.verify.identity import digest_of

DEFAULTS: dict[str, dict[str, Any]] = {
    "": {"name": "", "pools": [], "reserves": []},
    "candidates": {"class": 1, "excluded": {}},
    "places": {"tags": [], "equal": False, "tiers": {}},
    "seats": {"minimum": 0, "requires": []},
}
SETS = {"candidates": "id", "places": "id", "pools": "id", "reserves": "id", "seats": "kind"}


def by_hand(data: dict[str, Any], seed: int) -> str:
    """The digest of a file's data."""
    text = json.dumps(sorted_by_hand({**data, "seed": seed}, ""), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sorted_by_hand(part: Any, name: str) -> Any:
    """An object without keys at their default, lists that are sets in the order of code points."""
    if isinstance(part, dict):
        kept = {key: value for key, value in part.items() if key not in DEFAULTS.get(name, {}) or value != DEFAULTS[name][key]}
        return {key: sorted_by_hand(value, key) for key, value in kept.items()}
    if not isinstance(part, list) or name == "objective":
        return part
    if name == "choices":
        return [sorted(group) for group in part]
    if name in SETS and isinstance(next(iter(part), None), dict):  # `places` of a pool are ids alone
        return sorted((sorted_by_hand(one, name) for one in part), key=lambda one: one[SETS[name]])
    return sorted(part)  # tags, accepts, requires, the places of pools and reserves


def shuffled(part: Any, name: str, rng: random.Random) -> Any:
    """The same round written otherwise: sets in another order, defaults written out now and then, keys in another order."""
    if isinstance(part, dict):
        written = {key: shuffled(value, key, rng) for key, value in part.items()}
        missing = {key: value for key, value in DEFAULTS.get(name, {}).items() if key not in part and rng.random() < 0.5}
        items = [*(written | missing).items()]
        rng.shuffle(items)
        return dict(items)
    if not isinstance(part, list) or name == "objective":
        return part
    if name == "choices":
        return [rng.sample(group, len(group)) for group in part]
    return rng.sample([shuffled(one, name, rng) for one in part], len(part))


def test_three_ways_to_the_same_digest() -> None:
    for number in range(200):
        rng = random.Random(number)
        data = renamed(instance_to_data(random_round(rng)), rng)
        instance = instance_from_data(data)
        expected = by_hand(data, instance.seed)
        assert digest(instance) == digest_of(instance, instance.seed) == expected, number
        other = instance_from_data(json.loads(json.dumps(shuffled(data, "", rng))))
        assert digest(other) == digest_of(other, other.seed) == expected, number
        assert digest(with_seed(instance, 10**20)) == digest_of(instance, 10**20) == by_hand(data, 10**20) != expected


def renamed(data: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Ids that sort otherwise by code point than by UTF-16 or by locale."""
    text = json.dumps(data, ensure_ascii=False)
    for old, new in (("c1", "å1"), ("c2", "\U0001f98a"), ("c3", "\uffe5"), ("p1", "Z"), ("p2", "ø"), ("student", "Student")):
        if rng.random() < 0.5:
            text = text.replace(f'"{old}"', json.dumps(new, ensure_ascii=False))
    read: dict[str, Any] = json.loads(text)
    return {**read, "name": rng.choice(["", "høst"])}
