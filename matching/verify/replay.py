"""The policy `queue`, played again from docs/how/engine.md, "The policies", and docs/matching/queue.md.

What is not played again is said in a note: pins that need more people to hold than are pinned. The text leaves open who.
"""

import math
from collections import Counter, defaultdict

from matching.problem import Candidate, Place
from matching.verify.levels import words
from matching.verify.report import Problem
from matching.verify.rules import Seated, always_open, place_of, rank_of
from matching.verify.stability import Unit, can_hold, drawn, is_free, kinds_for, most_seated, units_of


def wrong_queue(seated: Seated) -> tuple[list[Problem], list[str]]:
    """Who would sit elsewhere if everybody had had their turn, or a note that it was not played again."""
    line = Line(seated)
    open_end = line.play()
    if open_end is not None:
        return [], [f"queue not played again: {open_end}"]
    problems = []
    for one in seated.instance.candidates:
        expected, here = line.at.get(one.id), place_of(seated, one.id)
        if expected != here:
            message = f"{one.id} is at {here or 'no place'}, and gets {expected or 'no place'} when it is their turn"
            problems.append(Problem("queue", message, (one.id,)))
    return problems, []


class Line:
    """Everybody in line, and who sits where so far."""

    def __init__(self, seated: Seated) -> None:
        self.at: dict[str, str] = {}  # candidate id -> place id
        self._seated = seated
        self._unit = {one.id: tuple(other.id for other in unit) for unit in units_of(seated) for one in unit}
        self._people: dict[str, list[Candidate]] = defaultdict(list)
        self._each: dict[str, int] = {}  # place id -> seats of each kind that it has left, once it was short
        self._pools = defaultdict(list)
        for pool in seated.instance.pools:
            for place in pool.places:
                self._pools[place].append(pool)
        self._in_pool: Counter[str] = Counter()

    def play(self) -> str | None:
        """Let everybody have their turn, until no place closes; what the text leaves open, if anything."""
        units = sorted(units_of(self._seated), key=lambda unit: max(self._turn(one) for one in unit))
        for unit in units:
            if not is_free(unit):
                self._sit(unit, self._seated.places[next(one.pinned for one in unit if one.pinned is not None)])
        going = [unit for unit in units if is_free(unit)]
        while going:
            for unit in going:
                self._choose(unit)
            short = [place for place in self._seated.instance.places if self._is_short(place)]
            for place in short:
                if self._has_pins(place):
                    return f"pins to {place.id} need more people"
            away = {one.id for place in short for one in self._sent_away(place)}
            going = [unit for unit in units if unit[0].id in away]
        return None

    def _turn(self, one: Candidate) -> tuple[float, int, str]:
        arrived = math.inf if one.arrived is None else one.arrived
        return arrived, drawn(self._seated.result.seed, one.id), one.id

    def _choose(self, unit: Unit) -> None:
        for place in self._wishes(unit):
            if self._has_room(place, unit):
                self._sit(unit, place)
                return

    def _wishes(self, unit: Unit) -> list[Place]:
        """The places where all of the unit may be, the least sum of ranks first, then of each of the lottery words."""
        common = [
            self._seated.places[place]
            for group in unit[0].choices
            for place in group
            if all(rank_of(one, place) is not None and kinds_for(self._seated.places[place], one) for one in unit)
        ]
        return sorted(common, key=lambda place: (*self._worth(unit, place.id), place.id))

    def _worth(self, unit: Unit, place: str) -> tuple[int, ...]:
        ranks = sum(rank_of(one, place) or 0 for one in unit)
        drawn_words = zip(*(words(self._seated.result.seed, one.id, place) for one in unit), strict=True)
        return ranks, *map(sum, drawn_words)

    def _has_room(self, place: Place, unit: Unit) -> bool:
        """Whether there are seats, minima aside, and the pools have room."""
        if any(self._in_pool[pool.id] + len(unit) > pool.limit for pool in self._pools[place.id]):
            return False
        capacity = self._capacity(place)
        people = [kinds_for(place, one) for one in (*self._people[place.id], *unit)]
        return len(people) <= sum(capacity.values()) and most_seated(people, capacity) == len(people)

    def _sit(self, unit: Unit, place: Place) -> None:
        self._people[place.id] += unit
        self.at |= {one.id: place.id for one in unit}
        self._in_pool.update(dict.fromkeys((pool.id for pool in self._pools[place.id]), len(unit)))

    def _is_short(self, place: Place) -> bool:
        """Whether there are people, and not those that the place needs to be open."""
        people = self._people[place.id]
        return bool(people) and not (always_open(place) and not place.equal) and not can_hold(place, people, [], math.inf)

    def _capacity(self, place: Place) -> dict[str, int]:
        least = min(seat.capacity for seat in place.seats)
        each = self._each.get(place.id, least if place.equal else None)
        return {seat.kind: seat.capacity if each is None else each for seat in place.seats}

    def _has_pins(self, place: Place) -> bool:
        return any(one.pinned is not None for one in self._people[place.id])

    def _sent_away(self, place: Place) -> list[Candidate]:
        """Close a place. One that wants equal numbers keeps as many as it can, who came first before who came later."""
        people = self._people.pop(place.id)
        self._each[place.id] = self._most_equal(place, people) if place.equal else 0
        for pool in self._pools[place.id]:
            self._in_pool[pool.id] -= len(people)
        for one in people:
            del self.at[one.id]
        for unit in dict.fromkeys(self._unit[one.id] for one in people):
            members = tuple(self._seated.candidates[one] for one in unit)
            if self._has_room(place, members):
                self._sit(members, place)
        return [one for one in people if one.id not in self.at]

    def _most_equal(self, place: Place, people: list[Candidate]) -> int:
        """The most of each kind, equally many, that the people can fill; 0 where that is under a minimum."""
        options = [kinds_for(place, one) for one in people]
        least = max(1, *(seat.minimum for seat in place.seats))
        most = min(len(people) // len(place.seats), *(seat.capacity for seat in place.seats))
        full = (n for n in range(most, least - 1, -1) if self._can_fill(place, options, n))
        return next(full, 0)

    @staticmethod
    def _can_fill(place: Place, options: list[list[str]], each: int) -> bool:
        return most_seated(options, {seat.kind: each for seat in place.seats}) == each * len(place.seats)
