"""Who is where while a round is being placed, and for whom a place would give up whom.

The source of the rules is docs/how/engine.md, "The policies", and docs/matching/stable.md, "When a pair blocks".
"""

from collections.abc import Iterator
from itertools import combinations

from matching.market import Market, Standing, Unit
from matching.rooms import Room, fits


class Seating:
    """Units at places. Moves keep capacities and pools; minima and equal numbers are the caller's matter."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.at: list[int | None] = [None] * len(market.units)  # the place of each unit
        self.rooms = [
            Room(capacity, minimum, equal=equal)
            for capacity, minimum, equal in zip(market.capacity, market.minimum, market.equal, strict=True)
        ]
        self.units_at: list[set[int]] = [set() for _ in market.capacity]
        self.in_pool = [0] * len(market.limit)

    def seat(self, unit: int, place: int) -> bool:
        """Put a unit at a place where it may be; False, and nothing changed, when the seats or a pool do not suffice."""
        about = self.market.units[unit]
        pools = self.market.pools_of[place]
        if any(self.in_pool[pool] + len(about.people) > self.market.limit[pool] for pool in pools):
            return False
        room = self.rooms[place]
        for number, one in enumerate(about.people):
            if not room.add(one, self.market.kinds[one][place]):
                for seated in about.people[:number]:
                    room.remove(seated)
                return False
        for pool in pools:
            self.in_pool[pool] += len(about.people)
        self.at[unit] = place
        self.units_at[place].add(unit)
        return True

    def seat_pinned(self) -> bool:
        """Put all who are pinned at their places; False where capacities, pools or partners do not allow it."""
        return all(
            unit.pinned in unit.wishes and self.seat(number, unit.pinned)
            for number, unit in enumerate(self.market.units)
            if unit.pinned is not None
        )

    def unseat(self, unit: int) -> int | None:
        """Take a unit out; the place where it was."""
        place = self.at[unit]
        if place is None:
            return None
        for one in self.market.units[unit].people:
            self.rooms[place].remove(one)
        for pool in self.market.pools_of[place]:
            self.in_pool[pool] -= len(self.market.units[unit].people)
        self.at[unit] = None
        self.units_at[place].discard(unit)
        return place

    def broken(self, place: int) -> bool:
        """Whether the place is open and its minima, or equal numbers, are not there."""
        return self.rooms[place].is_open and not self.rooms[place].complete

    def would_rather(self, unit: int, place: int) -> bool:
        """Whether everybody of the unit would rather be at the place, one of their wishes, and no pin holds them."""
        about = self.market.units[unit]
        return about.pinned is None and self.market.all_prefer(about, place, self.at[unit])

    def smaller(self, place: int) -> int | None:
        """How many seats of each kind a place that lacks people should have instead, 0 for none; None where a pin forbids it."""
        room = self.rooms[place]
        each = min(room.most_equal(), room.capacity[0] - 1) if room.equal else 0
        pinned = [one for unit in self.units_at[place] for one in self.market.units[unit].people if self._is_pinned(unit)]
        kept = fits([room.options[one] for one in pinned], (each,) * len(room.most))
        return each if kept else None

    def _is_pinned(self, unit: int) -> bool:
        return self.market.units[unit].pinned is not None

    # --- what a place would do ------------------------------------------------------------------------------------

    def gives_up(self, unit: int, place: int) -> tuple[int, ...] | None:
        """The units that an open place would give up to have this one, best none at all; None where it would not.

        While a place has not what it needs to be open, people come and go by capacity alone.
        """
        about, room = self.market.units[unit], self.rooms[place]
        if len(about.people) == 1 and not room.equal and not self.market.pools_of[place]:
            return self._one_for_one(about, place, room)
        return self._best_of_many(unit, place)

    def _one_for_one(self, about: Unit, place: int, room: Room) -> tuple[int, ...] | None:
        """For somebody alone where no pool counts."""
        free, could_go = room.reach(self.market.kinds[about.people[0]][place])
        strict = not self.market.always_open[place]
        if free:
            return ()
        own = self.market.order(place, about)
        units = {self.market.unit_of[one] for one in could_go}
        lower = [one for one in units if self._yields(one, place, own)]
        for one in sorted(lower, key=lambda one: self._order(one, place), reverse=True):
            if len(self.market.units[one].people) == 1 or not strict or self._allows((one,), about, place):
                return (one,)
        return None

    def _best_of_many(self, unit: int, place: int) -> tuple[int, ...] | None:
        """The same in general: the best of those who would have to go stands as low as can be."""
        about = self.market.units[unit]
        own = self.market.order(place, about)
        lower = sorted(
            (one for one in self.units_at[place] if self._yields(one, place, own)),
            key=lambda one: self._order(one, place),
            reverse=True,
        )
        found: list[tuple[int, ...]] = []
        pairs = len(about.people) > 1 or any(len(self.market.units[one].people) > 1 for one in lower)
        for size in range((3 if self.rooms[place].equal and pairs else len(about.people)) + 1):
            for leaving in _lowest_first(lower, size):
                elsewhere = self._leaving_pools(unit, place, leaving, own)
                if elsewhere is not None and self._allows(leaving, about, place):
                    found.append((*leaving, *elsewhere))
                    break
            if () in found:
                return ()
        if not found:
            return None
        return max(found, key=lambda units: (min(self._order(one, place) for one in units), -len(units)))

    def _allows(self, leaving: tuple[int, ...], about: Unit, place: int) -> bool:
        """Whether the place could hold the unit when those have left, by its own rules."""
        gone = {one for unit in leaving for one in self.market.units[unit].people}
        room = self.rooms[place]
        people = [options for one, options in room.options.items() if one not in gone]
        people += [self.market.kinds[one][place] for one in about.people]
        if room.complete:
            return room.allows(people)
        return room.fits(people)

    def _leaving_pools(self, unit: int, place: int, leaving: tuple[int, ...], own: Standing) -> tuple[int, ...] | None:
        """Who must leave other places for the pools to have room, the lowest; None where they would not."""
        present, size = self.at[unit], len(self.market.units[unit].people)
        gone: list[int] = []
        for pool in self.market.pools_of[place]:
            inside = self.market.places_of[pool]
            over = self.in_pool[pool] + size - self.market.limit[pool] - (size if present in inside else 0)
            over -= sum(len(self.market.units[one].people) for one in leaving)
            over -= sum(len(self.market.units[one].people) for one in gone if self.at[one] in inside)
            if over > 0:
                others = (one for other in inside if other != place for one in self.units_at[other] if one not in gone)
                lower = [one for one in others if one != unit and self._yields(one, place, own)]
                for one in sorted(lower, key=lambda one: self._order(one, place), reverse=True):
                    gone.append(one)
                    over -= len(self.market.units[one].people)
                    if over <= 0:
                        break
                else:
                    return None
        return tuple(gone)

    def _order(self, unit: int, place: int) -> Standing:
        return self.market.order(place, self.market.units[unit])

    def _yields(self, unit: int, place: int, own: Standing) -> bool:
        """Whether the unit is of lower order, and not held by a pin."""
        return self.market.units[unit].pinned is None and self._order(unit, place) > own  # type: ignore[operator]


def _lowest_first(units: list[int], size: int) -> Iterator[tuple[int, ...]]:
    """Every choice of so many of the units, which come lowest first; the best one in each choice as low as can be."""
    if size == 0:
        yield ()
        return
    for last in range(size - 1, len(units)):
        for others in combinations(units[:last], size - 1):
            yield (*others, units[last])
