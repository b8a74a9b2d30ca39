"""A reason, and those that can be read off the instance without any search."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from matching.explain.seating import Seating
from matching.problem import Candidate, Place, Seat


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not this place. `facts` are JSON values; their names by code are told in `matching.explain`."""

    code: str
    place: str
    rank: int
    capacity: int
    asked: int
    facts: Mapping[str, Any]

    def data(self) -> dict[str, Any]:
        """The reason as one flat JSON object."""
        fixed = {"code": self.code, "place": self.place, "rank": self.rank}
        return {**fixed, "capacity": self.capacity, "asked": self.asked, **self.facts}


def not_eligible(candidate: Candidate, place: Place) -> dict[str, Any]:
    """What the candidate lacks for each kind of seat."""
    tags = set(candidate.tags)
    kinds = [
        {
            "kind": seat.kind,
            "missing": sorted(set(seat.requires) - tags),
            "accepts": [] if seat.accepts is None or tags & set(seat.accepts) else sorted(seat.accepts),
        }
        for seat in place.seats
    ]
    return {"excluded": candidate.excluded.get(place.id), "kinds": kinds}


# --- places that did not open -----------------------------------------------------------------------------------------


def did_not_open(seating: Seating, place: Place) -> tuple[str, dict[str, Any]]:
    """The code and the facts of a closed place: which kinds lacked how many, for want of whom."""
    needs = _needs(place)
    groups = Counter(seating.kinds_for(one, place) for one in seating.askers[place.id])
    short, wanted = _shortage(needs, groups)
    kinds = [_kind_facts(seat, needs[seat.kind], groups, seat.kind in wanted) for seat in place.seats]
    facts: dict[str, Any] = {"short": short, "kinds": kinds}
    if short and len(place.seats) > 1:
        return "tandem_missing", facts
    narrow = (pool.id for pool in seating.pools_of[place.id] if pool.limit < sum(needs.values()))
    return "closed", {**facts, "pool": next(narrow, None)}


def _needs(place: Place) -> dict[str, int]:
    """How many of each kind it takes to open; with `equal` as many of all kinds as of the one that needs most."""
    most = max(seat.minimum for seat in place.seats)
    return {seat.kind: most if place.equal else seat.minimum for seat in place.seats}


def _shortage(needs: Mapping[str, int], groups: Mapping[tuple[str, ...], int]) -> tuple[int, frozenset[str]]:
    """How many people are lacking, and the kinds that lack them: the deficiency in Hall's theorem, over sets of kinds.

    `groups` counts people by the kinds they may have.
    """
    worst, wanted = 0, frozenset[str]()
    needed = [kind for kind in needs if needs[kind]]
    for size in range(1, len(needed) + 1):
        for kinds in map(frozenset, combinations(needed, size)):
            short = sum(needs[kind] for kind in kinds) - _how_many(groups, kinds)
            if short > worst:
                worst, wanted = short, kinds
    return worst, wanted


def _how_many(groups: Mapping[tuple[str, ...], int], kinds: Iterable[str]) -> int:
    return sum(count for may_have, count in groups.items() if not set(kinds).isdisjoint(may_have))


def _kind_facts(seat: Seat, need: int, groups: Mapping[tuple[str, ...], int], wanted: object) -> dict[str, Any]:
    there = _how_many(groups, [seat.kind])
    return {
        "kind": seat.kind,
        "minimum": need,
        "asked": there,
        "short": max(0, need - there),
        "accepts": [] if seat.accepts is None else sorted(seat.accepts),
        "wanted": wanted,
    }


# --- policies that go by order ----------------------------------------------------------------------------------------


def who_was_before(seating: Seating, candidate: Candidate, place: Place) -> dict[str, Any]:
    """In numbers: who of the people there come before the candidate, and by what."""
    names, own = _order(seating, candidate, place)
    before, after = dict.fromkeys(names, 0), 0
    for other in seating.people_at[place.id]:
        theirs = _order(seating, other, place)[1]
        decides = next((name for name, a, b in zip(names, theirs, own, strict=True) if a != b), None)
        if decides is not None and theirs < own:
            before[decides] += 1
        else:
            after += 1
    return {"before": before, "after": after}


def _order(seating: Seating, one: Candidate, place: Place) -> tuple[tuple[str, ...], tuple[tuple[bool, int], ...]]:
    """What decides, and the candidate's standing in it; who has no tier or arrival comes last."""
    seed = seating.result.seed
    draw = False, int.from_bytes(hashlib.sha256(f"{seed}/{one.id}".encode()).digest()[:8])
    if seating.result.policy == "queue":
        return ("arrival", "draw"), ((one.arrived is None, one.arrived or 0), draw)
    tier = place.tiers.get(one.id)
    return ("class", "tier", "draw"), ((False, one.class_), (tier is None, tier or 0), draw)
