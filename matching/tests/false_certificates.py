"""Ways to spoil the certificates of a result, which join those of `corruptions`."""

import copy
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from matching.problem import Instance
from matching.result import Result
from matching.tests.corruptions import breaks, drawn_from, not_the_best, with_level


def _with_certificate(result: Result, at: int, change: Callable[[dict[str, Any]], None]) -> Result:
    """The result with a changed copy of a level's certificate."""
    certificate = copy.deepcopy(dict(result.levels[at].certificate or {}))
    change(certificate)
    return with_level(result, at, replace(result.levels[at], certificate=certificate))


def _with_steps(result: Result) -> list[int]:
    """The levels whose certificates have steps."""
    return [at for at, level in enumerate(result.levels) if level.certificate and level.certificate["steps"]]


def _falsely_claimed(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """A worse allocation that claims to be proven, with the certificates of the best one."""
    spoiled = not_the_best(instance, result, rng)
    if spoiled is None or not all(level.certificate for level in result.levels):
        return None
    levels = (replace(one, certificate=right.certificate) for one, right in zip(spoiled.levels, result.levels, strict=True))
    return replace(spoiled, levels=tuple(levels))


@breaks("certificate", "certified")
def certificates_of_something_better(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return _falsely_claimed(instance, result, rng)


@breaks("certificate", "certified")
def prices_changed_for_a_false_claim(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """Whatever the prices are, what is false cannot be proven: the first level that is not best, and those before it."""
    spoiled = _falsely_claimed(instance, result, rng)
    if spoiled is None:
        return None

    def change(certificate: dict[str, Any]) -> None:
        for step in certificate["steps"]:
            step["prices"] = {row: price + rng.choice([-1, 1, 2, -5, 1000]) or 1 for row, price in step["prices"].items()}
            step["scale"] = rng.choice([1, step["scale"], 2 * step["scale"]])

    for at in range(len(spoiled.levels)):
        spoiled = _with_certificate(spoiled, at, change)
    return spoiled


@breaks("certificate", "certified")
def a_row_that_is_not_there(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    at = drawn_from(rng, _with_steps(result))
    if at is None:
        return None
    name = rng.choice(["candidate/nobody", "capacity/p1", "row", ""])
    return _with_certificate(result, at, lambda one: one["steps"][0]["prices"].update({name: -1}))


@breaks("certificate", "certified")
def a_price_for_a_limit_that_is_not_there(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """At the first level nobody must have a seat, but the pinned and their partners."""
    if any(one.pinned for one in instance.candidates) or _with_steps(result)[:1] != [0]:
        return None
    prices = (result.levels[0].certificate or {})["steps"][0]["prices"]
    row = drawn_from(rng, [row for row in prices if row.startswith("candidate/")])
    return None if row is None else _with_certificate(result, 0, lambda one: one["steps"][0]["prices"].update({row: 1}))


@breaks("certificate", "certified")
def steps_left_out(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    at = drawn_from(rng, _with_steps(result))
    return None if at is None else _with_certificate(result, at, lambda one: one["steps"].pop())


@breaks("certificate", "certified")
def a_certificate_of_another_form(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    at = drawn_from(rng, _with_steps(result))
    if at is None:
        return None
    wrong: list[dict[str, Any]] = [
        {"scale": 0},
        {"scale": -1},
        {"scale": 1.0},
        {"prices": []},
        {"prices": {"candidate/c1": 0}},
        {"prices": {"candidate/c1": 0.5}},
        {"prices": {"candidate/c1": True}},
        {"colour": "red"},
        {"cuts": {}},
        {"cuts": [{"rows": {"candidate/nobody": 1}, "full": []}]},
        {"cuts": [{"rows": {}, "full": ["nobody/p1/a"]}]},
        {"trees": [{"of": "nobody/p1/a", "tree": {"scale": 1, "prices": {}}}]},
        {"trees": [{"of": None, "tree": {}}]},
    ]
    return _with_certificate(result, at, lambda one: one["steps"][0].update(rng.choice(wrong)))
