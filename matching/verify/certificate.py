"""Bounds that come with a certificate: prices of rows, checked by adding up whole numbers.

The form is told in docs/matching/verify.md: a step for each part of a level, each with a `scale`, `prices` of rows times
the scale, and the `cuts` that were added to the rows before. A level can be checked when all before it are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matching.form import InputError, elements, mapping, members, natural, text
from matching.result import Level
from matching.verify.face import Bounded, Face, Numbers, UnfitError
from matching.verify.levels import components, wants_most
from matching.verify.model import Model
from matching.verify.report import Problem
from matching.verify.rules import Seated

TYPE = "prices/1"


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a level, always to be least: what the columns cost, what the result costs, and what nothing costs less than."""

    name: str
    cost: Numbers
    value: int
    bound: int | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the prices of a leaf prove: nothing there costs less, and what costs no more has these columns at these values."""

    bound: int
    settled: dict[int, int]


def steps_of(model: Model, level: Level) -> Iterator[Step]:
    """The parts of a level, one after the other."""
    sign = -1 if wants_most(level.level) else 1
    bounds = [None if one is None else sign * one for one in components(level.bound)]
    values = [sign * (one or 0) for one in components(level.value)]
    for number, (cost, value) in enumerate(zip(model.costs(level.level), values, strict=True)):
        yield Step(f"{level.level}/{number}", cost, value, bounds[number] if number < len(bounds) else None)


def certified(seated: Seated) -> tuple[list[Problem], list[str]]:
    """What is wrong with the certificates, and the levels whose bounds they prove."""
    sure: list[str] = []
    face: Face | None = None
    for level in seated.result.levels:
        if level.certificate is None or level.certificate.get("type") != TYPE or level.bound is None:
            break
        if face is None:
            model = Model(seated)
            face = Face.of(model)
        try:
            whole = _prove(face, model, level)
        except (InputError, UnfitError, RecursionError) as error:
            message = f"the certificate of {level.level} does not fit: {error}"
            return [Problem("certificate", message, (level.level,))], sure
        if whole is not None:
            return [Problem("certificate", whole, (level.level,))], sure
        sure.append(level.level)
        if not level.proven:
            break
    return [], sure


def _prove(face: Face, model: Model, level: Level) -> str | None:
    """Check a level's certificate, and narrow the face to the level's value; a sentence when it proves too little."""
    certificate = members(level.certificate, "", ("type", "steps"))
    written = elements(certificate["steps"], "steps")
    for number, step in enumerate(steps_of(model, level)):
        if step.bound is None:
            return None
        if number == len(written):
            return f"the certificate of {level.level} has {number} steps, and more are claimed"
        proven = _proven(face, step, written[number], f"steps[{number}]")
        if proven < step.bound:
            return f"the certificate of {step.name} proves {abs(proven)}, and {abs(step.bound)} is claimed"
    return None


def _proven(face: Face, step: Step, written: Any, path: str) -> int:
    """What the step proves that nothing costs less than; the face is narrowed when that is the value."""
    data = members(written, path, ("scale", "prices"), ("cuts", "trees"))
    for number, cut in enumerate(elements(data.get("cuts", []), f"{path}.cuts")):
        _add_cut(face, cut_name(step.name, number), cut, f"{path}.cuts[{number}]")
    given = face.given(step.cost)
    found = face.bounded(step.cost, step.value - given, *_priced(data, path))
    for number, tree in enumerate(elements(data.get("trees", []), f"{path}.trees")):
        _raise(face, step.cost, found, tree, f"{path}.trees[{number}]")
    if found.whole + given > step.value:
        raise UnfitError(f"{path} proves more than there is")
    if found.whole + given == step.value:
        face.hold(step.name, step.cost, found)
    return found.whole + given


def _priced(data: Mapping[str, Any], path: str) -> tuple[int, Mapping[str, int]]:
    scale = natural(data["scale"], f"{path}.scale")
    if scale == 0:
        raise InputError(f"{path}.scale", "must be above 0")
    return scale, _whole_numbers(data["prices"], f"{path}.prices")


def _raise(face: Face, cost: Numbers, found: Bounded, written: Any, path: str) -> None:
    """Take what a tree proves of the component of a column."""
    data = members(written, path, ("of", "tree"))
    component = found.label[face.movable(text(data["of"], f"{path}.of"))]
    part = face.part({column for column, label in found.label.items() if label == component})
    take_leaves(found, component, list(_leaves(part, cost, data["tree"], f"{path}.tree")))


def take_leaves(found: Bounded, component: int, leaves: list[Leaf]) -> None:
    """What costs least is in the leaves with the least bound: what all of them settle alike is settled."""
    least = min((leaf.bound for leaf in leaves), default=found.floor(component) - 1)
    if component in found.raised or least < found.floor(component):
        raise UnfitError("a tree must prove more of a component than the prices do, once")
    first, *others = (leaf.settled.items() for leaf in leaves if leaf.bound == least)
    found.raised[component] = least
    found.settled.update(set(first).intersection(*others))


def leaf_of(face: Face, cost: Numbers, scale: int, prices: Mapping[str, int]) -> Leaf:
    """What prices prove of a part of which some columns do not move any more."""
    found = face.bounded(cost, None, scale, prices)
    return Leaf(found.whole + face.given(cost), face.fixed | face.settled(found))


def _leaves(face: Face, cost: Numbers, written: Any, path: str) -> Iterator[Leaf]:
    """The leaves of a tree that may have points: each ends in prices; above, a column has both its values."""
    if face.is_empty:
        return
    if "at" not in mapping(written, path):
        yield leaf_of(face, cost, *_priced(members(written, path, ("scale", "prices")), path))
        return
    data = members(written, path, ("at", "zero", "one"))
    column = face.movable(text(data["at"], f"{path}.at"))
    if face.upper[column] != 1:
        raise UnfitError(f"{path}.at is no column from 0 to 1")
    for value, name in enumerate(("zero", "one")):
        yield from _leaves(face.with_(column, value), cost, data[name], f"{path}.{name}")


def cut_name(step: str, number: int) -> str:
    """The name of the row that a cut adds; its number counts from 0 in each step."""
    return f"cut/{step}/{number}"


def _add_cut(face: Face, name: str, written: Any, path: str) -> None:
    data = members(written, path, ("rows", "full"))
    full = [text(one, f"{path}.full[{at}]") for at, one in enumerate(elements(data["full"], f"{path}.full"))]
    face.add_cut(name, _whole_numbers(data["rows"], f"{path}.rows"), full)


def _whole_numbers(value: Any, path: str) -> Mapping[str, int]:
    numbers = members(value, path, (), value)
    for name, number in numbers.items():
        if type(number) is not int or number == 0:
            raise InputError(f"{path}[{name!r}]", "must be a whole number, not 0")
    return numbers
