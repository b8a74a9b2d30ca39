"""Why not, under the policies that go by order (`stable`, `queue`): who is before, in numbers, or which rule stands.

The source of the rules is docs/how/engine.md, "The policies".
"""

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from matching.explain.seating import Seating, rank_of
from matching.problem import Candidate, Place, Pool, lottery_words
from matching.rooms import fits

type Answer = tuple[str, dict[str, Any]]
type Order = tuple[tuple[bool, int, str], ...]


class Ordered:
    """Answers for a result of a policy that goes by order."""

    def __init__(self, seating: Seating) -> None:
        self.seating = seating
        self.names = ("arrival", "draw") if seating.result.policy == "queue" else ("class", "tier", "draw")

    @cached_property
    def _blocking(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.seating.result.blocking)

    def answer(self, one: Candidate, place: Place) -> Answer:
        """The code and the facts for an open place where the candidate is eligible."""
        unit = self._unit(one)
        if any(each.pinned is not None for each in unit):
            return "impossible", {"rule": "pin", "rules": ["pin"]}
        if not all(self._may_be(each, place) for each in unit):
            return "impossible", {"rule": "partner", "rules": ["partner"]}
        if (one.id, place.id) in self._blocking:
            return "blocking", {}
        if len(unit) > 1 and not self._better_together(unit, place):
            return "partner", {}
        rule = self._seats_stop(unit, place)
        if rule is not None:
            return "full", {"rule": rule, **self._before(unit, place, self._in_the_way(unit, place, rule))}
        pool = next((pool for pool in self.seating.pools_of[place.id] if self._pool_stops(unit, pool)), None)
        if pool is not None:
            people = [each for id_ in pool.places for each in self.seating.people_at[id_]]
            return "pool_full", {"pool": pool.id, "limit": pool.limit, **self._before(unit, place, people)}
        return ("partner", {}) if len(unit) > 1 and self.seating.result.policy == "stable" else ("room_later", {})

    def _unit(self, one: Candidate) -> list[Candidate]:
        """The candidate, and the partner who is placed as one with them."""
        return [one] if one.together is None else [one, self.seating.candidates[one.together]]

    def _may_be(self, one: Candidate, place: Place) -> bool:
        return any(place.id in group for group in one.choices) and bool(self.seating.kinds_for(one, place))

    def _better_together(self, unit: list[Candidate], place: Place) -> bool:
        """Whether the two take the place before the one they are at: by the sum of their ranks, then of their lottery words."""
        seat = self.seating.result.assignment.get(unit[0].id)
        return seat is None or self._worth(unit, place.id) < self._worth(unit, seat[0])

    def _worth(self, unit: list[Candidate], place: str) -> tuple[int, ...]:
        words = (lottery_words(self.seating.result.seed, each.id, place) for each in unit)
        return sum(rank_of(each, place) for each in unit), *(sum(word) for word in zip(*words, strict=True))

    # --- room -------------------------------------------------------------------------------------------------------

    def _seats_stop(self, unit: list[Candidate], place: Place) -> str | None:
        """`capacity` or `equal` where the unit cannot sit beside the people there, kinds given anew."""
        number = {seat.kind: at for at, seat in enumerate(place.seats)}
        people = [
            tuple(number[kind] for kind in self.seating.kinds_for(each, place))
            for each in (*self.seating.people_at[place.id], *unit)
        ]
        if not fits(people, [seat.capacity for seat in place.seats]):
            return "capacity"
        each, rest = divmod(len(people), len(place.seats))
        return "equal" if place.equal and (rest or not fits(people, [each] * len(place.seats))) else None

    def _in_the_way(self, unit: list[Candidate], place: Place, rule: str) -> list[Candidate]:
        """The people there whose seats one of the unit could have had, if others took other kinds."""
        people = self.seating.people_at[place.id]
        if rule == "equal":
            return people
        reached = {kind for each in unit for kind in self.seating.kinds_for(each, place)}
        edge = list(reached)
        while edge:
            kind = edge.pop()
            sitting = [each for each in people if self.seating.result.assignment[each.id][1] == kind]
            new = {other for each in sitting for other in self.seating.kinds_for(each, place)} - reached
            reached |= new
            edge.extend(new)
        return [each for each in people if self.seating.result.assignment[each.id][1] in reached]

    def _pool_stops(self, unit: list[Candidate], pool: Pool) -> bool:
        coming = sum(self._place_of(each) not in pool.places for each in unit)
        return self.seating.people_in_pool[pool.id] + coming > pool.limit

    def _place_of(self, one: Candidate) -> str | None:
        seat = self.seating.result.assignment.get(one.id)
        return None if seat is None else seat[0]

    # --- order ------------------------------------------------------------------------------------------------------

    def _before(self, unit: list[Candidate], place: Place, people: Iterable[Candidate]) -> dict[str, Any]:
        """In numbers: who of the people come before, and by what; who sits by hand; and who comes after."""
        own = self._order(unit, place)
        before, pinned, after = dict.fromkeys(self.names, 0), 0, 0
        for other in people:
            others = self._unit(other)
            theirs = self._order(others, place)
            if any(each.pinned is not None for each in others):
                pinned += 1
            elif theirs < own:
                decides = next(name for name, a, b in zip(self.names, theirs, own, strict=True) if a != b)
                before[decides] += 1
            else:
                after += 1
        return {"before": before, "pinned": pinned, "after": after}

    def _order(self, unit: list[Candidate], place: Place) -> Order:
        """The standing; of two partners the later one's."""
        return max(self._order_of_one(each, place) for each in unit)

    def _order_of_one(self, one: Candidate, place: Place) -> Order:
        """What decides; who has no tier or arrival comes last."""
        seed = self.seating.result.seed
        draw = False, int.from_bytes(hashlib.sha256(f"{seed}/{one.id}".encode()).digest()[:8]), one.id
        if self.seating.result.policy == "queue":
            return (one.arrived is None, one.arrived or 0, ""), draw
        tier = place.tiers.get(one.id)
        return (False, one.class_, ""), (tier is None, tier or 0, ""), draw
