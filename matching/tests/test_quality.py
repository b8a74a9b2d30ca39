"""What the policies and two other mechanisms make of the same rounds: tables and pictures for docs/matching/quality.md."""

import random
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from matching.by_order import by_mechanism
from matching.compare import Measures, measure
from matching.first_come import boston, serial_dictatorship
from matching.generate import generate
from matching.problem import Instance, canonical
from matching.solve import solve
from matching.tests.pictures import Row, bars
from matching.tests.reports import ROOT, heading

DOCS = ROOT / "docs" / "matching"
ROUNDS = (("school", 1000, True), ("scarce", 1000, True), ("fighting", 1000, True), ("region", 1000, False), ("hard", 400, False))
"""Family, candidates, and whether hosts have an order; with pools and an order `stable` looks too long for what it looks for."""
LIMIT = 120.0  # seconds for each proof
ABOUT = """# Quality beside speed

Made-up rounds of some families (`python -m matching generate`), placed by the three policies and by two mechanisms that are
known from the literature: the **Boston** mechanism (immediate acceptance: all first choices are decided for good, then all
second ones) and a **serial dictatorship** (each in turn, by class and draw), as in `matching/first_come.py`. Where hosts have
an order each puts a third of those who ask before the others, drawn at random. What the columns mean is told in
[compare](compare.md); envy is justified envy, by the order of `stable`, and in brackets how many envy by class or tier and
not by the draw alone. `make bench` writes this page.

`optimal` places most and gives most a high choice. `stable` leaves nobody who could say that a place should have taken them
instead, and pays with places. Boston gives many their first choice and lets those who guessed wrong fall; it rewards
who guesses right. The queue and the dictatorship know nothing of the hosts' order. None of the numbers is about real people.
"""


def with_tiers(instance: Instance) -> Instance:
    """The same round with hosts who put a third of those who ask first."""
    rng = random.Random(instance.seed)
    asked: dict[str, list[str]] = {place.id: [] for place in instance.places}
    for one in instance.candidates:
        for place in (place for group in one.choices for place in group):
            asked[place].append(one.id)
    tiers = {place: dict.fromkeys(rng.sample(ids, len(ids) // 3), 0) for place, ids in asked.items()}
    return replace(instance, places=tuple(replace(place, tiers=tiers[place.id]) for place in instance.places))


def outcomes(family: str, candidates: int, *, tiers: bool) -> Iterator[tuple[str, Measures, str]]:
    """Each way to allocate, what the result is like, and a remark."""
    instance = canonical(generate(family, candidates, 1))
    if tiers:
        instance = with_tiers(instance)
    for policy in ("optimal", "stable", "queue"):
        result = solve(instance, policy, LIMIT if policy == "optimal" else None)
        proven = policy != "optimal" or all(level.proven for level in result.levels)
        remark = "" if proven and result.stable is not False else "not proven" if not proven else "not stable"
        yield policy, measure(instance, result.assignment), remark
    for name, mechanism in (("Boston", boston), ("dictatorship", serial_dictatorship)):
        yield name, measure(instance, by_mechanism(instance, mechanism).assignment), ""


def line(name: str, told: Measures, remark: str) -> str:
    """One row of the table."""
    first, second, third, *later = (*told.profile, 0, 0, 0)
    mandatory = told.classes.get("0", {"placed": 0})["placed"]
    envy = f"{told.envy.people} ({told.envy.people_by_priority})"
    cells = (
        f"{name} {remark}".strip(),
        mandatory,
        told.placed,
        f"{told.mean_rank:.3f}",
        first,
        second,
        third,
        sum(later),
        envy,
        told.envy.pairs,
        told.shortfall,
    )
    return f"| {' | '.join(map(str, cells))} |"


def test_optimal_places_most_and_stable_is_without_envy() -> None:
    told = {name: measures for name, measures, _ in outcomes("school", 120, tiers=True)}
    assert max(told, key=lambda name: told[name].placed) == "optimal"
    assert told["stable"].envy.people == 0 < told["optimal"].envy.people
    assert told["Boston"].profile[0] >= told["stable"].profile[0]
    assert len(line("optimal", told["optimal"], "").split("|")) == 13


def test_a_picture_is_svg_with_every_row() -> None:
    drawn = ET.fromstring(bars("a < b", ["one", "two"], [("round", ()), ("x & y", (3, 1)), ("z", (0, 2))]))  # noqa: S314
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"a < b", "one", "two", "round", "x & y", "z", "3"} <= set(texts)


@pytest.mark.bench
def test_quality_of_every_way_to_allocate() -> None:
    page, envy, ranks = [ABOUT, heading("matching"), ""], list[Row](), list[Row]()
    for family, candidates, tiers in ROUNDS:
        name = f"{family}, {candidates} candidates, hosts with {'an' if tiers else 'no'} order"
        page += [
            f"## {name}",
            "",
            "| Way | Mandatory | Placed | Mean rank | 1st | 2nd | 3rd | Later | Envious | Pairs | Shortfall |",
        ]
        page += ["|---|" + "--:|" * 10]
        envy.append((name, ()))
        ranks.append((name, ()))
        for way, told, remark in outcomes(family, candidates, tiers=tiers):
            page.append(line(way, told, remark))
            first, second, third, *later = (*told.profile, 0, 0, 0)
            ranks.append((way, (first, second, third, sum(later), told.unplaced)))
            envy.append((way, (told.envy.people,)))
        page.append("")
    page += ["![How many got which choice](quality-ranks.svg)", "", "![How many envy somebody](quality-envy.svg)", ""]
    parts = ["first choice", "second", "third", "later", "no place"]
    (DOCS / "quality-ranks.svg").write_text(bars("How many got which choice", parts, ranks))
    (DOCS / "quality-envy.svg").write_text(bars("How many have justified envy of somebody", ["people"], envy, ["#b5473a"]))
    (DOCS / "quality.md").write_text("\n".join(page))
