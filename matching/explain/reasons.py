"""A reason, and those that can be read off the instance without any search."""

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
    facts: dict[str, Any] = {"short": short}
    if seating.by_order:
        left = Counter(seating.kinds_for(one, place) for one in seating.askers[place.id] if seating.would_rather(one, place))
        facts["left_short"], wanted_of_left = _shortage(needs, left)
        wanted = wanted or wanted_of_left
    facts["kinds"] = [_kind_facts(seat, needs[seat.kind], groups, seat.kind in wanted) for seat in place.seats]
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
