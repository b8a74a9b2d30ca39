"""The policy `stable`: deferred acceptance (Gale & Shapley 1962), and what is done where that does not end well.

Places that lack what they need close one after the other, and are tried again at the end. Partners, pools and pins can
make wishes go in circles; then pairs that block are put together in a drawn order for a while (Roth & Vande Vate 1990).
The source of the rules is docs/how/engine.md, "The policies".
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from matching.blocking import blocking_pairs, could_open, seating_of
from matching.market import Market, Options
from matching.pins import held_with_pins, refusal
from matching.proposals import Proposals

_MOVES = 50  # for each unit, before wishes are said to go in circles
_TRIES = 40  # from other beginnings, for as long as a result is not stable
_LARGE = 10_000  # units times tries


@dataclass(frozen=True, slots=True)
class Stable:
    """What the policy came to: the place of each candidate, pairs of candidate and place that block, all by position."""

    at: list[int | None]
    blocking: list[tuple[int, int]]
    could_open: int

    @property
    def good(self) -> bool:
        """Whether nothing stands against it."""
        return not self.blocking and not self.could_open

    @property
    def worth(self) -> tuple[int, int, int]:
        """Less is better."""
        return len(self.blocking), self.could_open, self.at.count(None)


def stable(market: Market) -> Stable:
    """Place everybody. Raises InputError for pins that cannot all hold."""
    return min(_tries(market), key=lambda one: one.worth)


def _tries(market: Market) -> Iterator[Stable]:
    """Results from one beginning after the other, until there is nothing against one."""
    first = _Attempt(market)
    forced = first.breaks_pins
    if not forced:
        found = _told(market, first.at)
        yield found
        if found.good:
            return
    unwilling: Counter[str] = Counter()  # people who were held beside the pinned, and would rather be elsewhere
    for number in range(max(forced, min(_TRIES, _LARGE // (len(market.units) + 1)))):
        rng = random.Random(f"{market.instance.seed}/{number}")  # noqa: S311 - the same again on any machine
        held = market.holding(held_with_pins(market.instance, unwilling)) if forced else market
        found = _told(market, _Attempt(held, rng).at)
        yield found
        if found.good:
            return
        unwilling.update(market.instance.candidates[one].id for one, _ in found.blocking)


def _told(market: Market, at: list[int | None]) -> Stable:
    """The result, with what stands against it. `at` is the place of each unit."""
    seating = seating_of(market, at)
    return Stable([at[unit] for unit in market.unit_of], blocking_pairs(seating), could_open(seating))


class _Attempt:
    """One way to a result; with `rng` the order is drawn in which units ask, and places close."""

    def __init__(self, market: Market, rng: random.Random | None = None) -> None:
        self._market = market
        self._rng = rng
        self._moves = _MOVES * len(market.units)
        self._proposals = Proposals(market)
        self._seating = self._proposals.seating
        if not self._seating.seat_pinned():
            raise refusal(market.instance)
        self._run()

    @property
    def at(self) -> list[int | None]:
        """The place of each unit."""
        return self._seating.at

    @property
    def breaks_pins(self) -> bool:
        """Whether a place that somebody is pinned to lacks what it needs."""
        return any(map(self._seating.broken, self._market.pinned_places))

    def _run(self) -> None:
        units = list(range(len(self._market.units)))
        if self._rng is not None:
            self._rng.shuffle(units)
        self._proposals.call(sorted(units, key=lambda unit: len(self._market.units[unit].people)))
        self._proposals.touched.update(range(len(self._seating.rooms)))
        if self._rng is not None:
            self._close_some(self._rng)
        self._settle()
        self._close_broken()
        if self._rng is None or self._rng.random() < 0.5:
            self._reopen()

    def _close_some(self, rng: random.Random) -> None:
        """Close drawn places to begin with: where wishes go in circles it can help that one of them is gone."""
        share = rng.choice([0, 0.2, 0.5])
        for place, room in enumerate(self._seating.rooms):
            if any(room.minimum) and place not in self._market.pinned_places and rng.random() < share:
                room.close()

    def _settle(self) -> None:
        """Let people ask in turn; where that goes in circles, in a drawn order."""
        if not self._proposals.settle(self._moves):
            rng = self._rng or random.Random(self._market.instance.seed)  # noqa: S311 - the same again on any machine
            self._proposals.settle(self._moves, rng)

    def _close_broken(self) -> None:
        """Close the places that lack most, one after the other, until none lacks anything; people go on."""
        lacking: dict[int, tuple[float, int]] = {}  # place -> the share of what it needs that is not there, and itself
        while True:
            for place in self._proposals.touched:
                lacking.pop(place, None)
                if self._seating.broken(place) and self._seating.smaller(place) is not None:
                    lacking[place] = self._seating.rooms[place].shortage(), place
            self._proposals.touched.clear()
            if not lacking:
                break
            place = self._rng.choice(sorted(lacking)) if self._rng else max(lacking, key=lacking.__getitem__)
            self._proposals.resize(place, self._seating.smaller(place) or 0)
            self._settle()

    def _reopen(self) -> None:
        """Open closed places again for as long as one can be, and nothing else breaks."""
        while sum(self._opens(place, each) for place, each in self._shut()):
            pass

    def _shut(self) -> Iterator[tuple[int, int]]:
        """Places that could have more seats, and how many of each kind where they want equal numbers."""
        for place, room in enumerate(self._seating.rooms):
            if not room.equal:
                if not room.is_open:
                    yield place, 0
                continue
            for each in range(min(room.most), 0, -1):
                if room.capacity[0] < each >= max(room.minimum):
                    yield place, each

    def _opens(self, place: int, each: int) -> bool:
        """Try to open a place; everything stays as it was where that leaves a place broken."""
        if not self._seating.rooms[place].could_have(self._would_come(place), each):
            return False
        self._proposals.begin_trial()
        self._proposals.touched.clear()
        self._proposals.reopen(place, each)
        holds = self._proposals.settle(self._moves) and not any(map(self._seating.broken, self._proposals.touched))
        self._proposals.end_trial(keep=holds)
        return holds

    def _would_come(self, place: int) -> list[Options]:
        """What those may have who are at the place, or would rather be."""
        return [
            self._market.kinds[one][place]
            for unit, _ in self._market.askers[place]
            if self._seating.at[unit] == place or self._seating.would_rather(unit, place)
            for one in self._market.units[unit].people
        ]
