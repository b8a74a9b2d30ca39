"""Deferred acceptance: units propose down their lists, places give up whom they like less.

The source of the rules is docs/how/engine.md, "The policies".
"""

import random
from collections import deque
from collections.abc import Iterable

from matching.market import Market
from matching.seating import Seating


class Proposals:
    """Units that ask down their lists until nobody has anything to ask for.

    A unit in the agenda asks from wish `next` on: all before have refused it, and would again as things are.
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        self.seating = Seating(market)
        self.next = [0] * len(market.units)
        self.touched: set[int] = set()  # places where people came or went since somebody last looked
        self._agenda: deque[int] = deque()
        self._waiting = [False] * len(market.units)
        self._trial: tuple[dict[int, tuple[int | None, int]], dict[int, tuple[int, ...]]] | None = None

    def call(self, units: Iterable[int]) -> None:
        """Let units ask, all who could be better off with what they have refused so far."""
        for unit in units:
            if not self._waiting[unit] and self.market.units[unit].pinned is None:
                self._waiting[unit] = True
                self._agenda.append(unit)

    def call_again(self, units: Iterable[int]) -> None:
        """Let units ask from the top of their lists."""
        for unit in units:
            self._note(unit)
            self.next[unit] = 0
            self.call([unit])

    def settle(self, steps: int, rng: random.Random | None = None) -> bool:
        """Work off the agenda, in a drawn order if `rng` is given; False when that took more than so many moves."""
        while self._agenda:
            if rng is not None:
                self._agenda.rotate(rng.randrange(len(self._agenda)))
            unit = self._agenda.popleft()
            self._waiting[unit] = False
            steps -= self._ask(unit)
            if steps < 0:
                return False
        return True

    def _ask(self, unit: int) -> bool:
        """Whether the unit moved to a place that it likes better."""
        about, present = self.market.units[unit], self.seating.at[unit]
        self._note(unit)
        for number in range(self.next[unit], len(about.wishes)):
            place = about.wishes[number]
            self.next[unit] = number
            if place == present:
                return False
            if not self.seating.rooms[place].is_open or not self.market.all_prefer(about, place, present):
                continue
            leaving = self.seating.gives_up(unit, place)
            if leaving is not None:
                self._move(unit, place, leaving)
                return True
        self.next[unit] = len(about.wishes)
        return False

    def _move(self, unit: int, place: int, leaving: tuple[int, ...]) -> None:
        """Put the unit at the place in exchange for others, who ask on."""
        room = self.seating.rooms[place]
        balanced = room.equal and room.complete
        changing = (*leaving, unit)
        before = self._heads(changing)
        for one in changing:
            self._take_out(one)
        if balanced:
            self._resize(place, (len(room.options) + len(self.market.units[unit].people)) // len(room.most))
        if not self.seating.seat(unit, place):
            raise AssertionError("a place takes whom it said it would")
        self.touched.add(place)
        self.call(leaving)
        self._loosen_where_fewer(before)

    def _heads(self, units: Iterable[int]) -> tuple[dict[int, int], dict[int, int]]:
        """How many people there are in the places of these units, and in the pools of those places."""
        places = {place for unit in units if (place := self.seating.at[unit]) is not None}
        pools = {pool for place in places for pool in self.market.pools_of[place]}
        heads = {place: len(self.seating.rooms[place].options) for place in places}
        return heads, {pool: self.seating.in_pool[pool] for pool in pools}

    def _loosen_where_fewer(self, before: tuple[dict[int, int], dict[int, int]]) -> None:
        """Where people went and nobody came instead, others may be taken who were refused."""
        places = {place for place, heads in before[0].items() if len(self.seating.rooms[place].options) < heads}
        for pool, heads in before[1].items():
            if self.seating.in_pool[pool] < heads and heads >= self.market.limit[pool] - 1:
                places.update(self.market.places_of[pool])
        for place in sorted(places):
            self.loosen(place)

    def loosen(self, place: int) -> None:
        """Let all ask who would rather be at the place and were refused."""
        for unit, number in self.market.askers[place]:
            if number < self.next[unit] and self.seating.at[unit] != place:
                self._note(unit)
                self.next[unit] = number
                self.call([unit])

    def _take_out(self, unit: int) -> None:
        self._note(unit)
        place = self.seating.unseat(unit)
        if place is not None:
            self.touched.add(place)

    # --- opening and closing --------------------------------------------------------------------------------------

    def resize(self, place: int, each: int) -> None:
        """Give a place that wants equal numbers so many seats of each kind, or, with 0, close a place; the rest ask on."""
        units = sorted(self.seating.units_at[place], key=lambda unit: self._order(unit, place))
        before = self._heads(units)
        for unit in units:
            self._take_out(unit)
        self.touched.add(place)
        self._resize(place, each)
        kept = {unit for unit in units if each and self.seating.seat(unit, place)}
        self.call(unit for unit in units if unit not in kept)
        self._loosen_where_fewer(before)

    def _order(self, unit: int, place: int) -> tuple[bool, object]:
        """Pinned people first."""
        about = self.market.units[unit]
        return about.pinned is None, self.market.order(place, about)

    def _resize(self, place: int, each: int) -> None:
        room = self.seating.rooms[place]
        if self._trial is not None:
            self._trial[1].setdefault(place, room.capacity)
        room.capacity = (each,) * len(room.most)

    def reopen(self, place: int, each: int) -> None:
        """Give a place its seats again, so many of each kind where it wants equal numbers."""
        room = self.seating.rooms[place]
        if self._trial is not None:
            self._trial[1].setdefault(place, room.capacity)
        room.capacity = (each,) * len(room.most) if room.equal else room.most
        self.touched.add(place)
        self.loosen(place)

    # --- trials ---------------------------------------------------------------------------------------------------

    def begin_trial(self) -> None:
        """From here on remember what changes."""
        self._trial = {}, {}

    def end_trial(self, *, keep: bool) -> None:
        """Go on from here, or from where the trial began."""
        if self._trial is None:
            return
        (units, rooms), self._trial = self._trial, None
        if keep:
            return
        for unit in self._agenda:
            self._waiting[unit] = False
        self._agenda.clear()
        for unit in units:
            self.seating.unseat(unit)
        for place, capacity in rooms.items():
            self.seating.rooms[place].capacity = capacity
        for unit, (before, number) in units.items():
            self.next[unit] = number
            if before is not None and not self.seating.seat(unit, before):
                raise AssertionError("what fitted before fits again")

    def _note(self, unit: int) -> None:
        if self._trial is not None:
            self._trial[0].setdefault(unit, (self.seating.at[unit], self.next[unit]))
