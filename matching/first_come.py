"""The policy `queue`: first come, first served; and two more mechanisms, to compare with.

The source of the rules is docs/how/engine.md, "The policies", and docs/matching/queue.md.
"""

from collections.abc import Callable, Iterable
from typing import Any

from matching.market import Market
from matching.pins import held_with_pins, refusal
from matching.seating import Seating

type Turn = tuple[int, tuple[int, ...]]  # a unit, and the places it asks for in this turn, best first


def queue(market: Market) -> list[int | None]:
    """First come, first served: by `arrived`, who has none last, then by draw and id; partners when the later one's turn is.

    The place of each candidate, by position; the instance is canonical. Raises InputError for pins that cannot all hold.
    """

    def turns(market: Market) -> Iterable[Turn]:
        def arrival(one: int) -> tuple[bool, int, int]:
            arrived = market.instance.candidates[one].arrived
            return arrived is None, arrived or 0, market.draw_order[one]

        return _one_by_one(market, arrival)

    return _placed(market, turns)


def serial_dictatorship(market: Market) -> list[int | None]:
    """Each in turn takes the best choice with a seat, in the order of class, draw and id; else as `queue`."""

    def turns(market: Market) -> Iterable[Turn]:
        return _one_by_one(market, lambda one: (market.instance.candidates[one].class_, market.draw_order[one]))

    return _placed(market, turns)


def boston(market: Market) -> list[int | None]:
    """Immediate acceptance (Abdulkadiroglu & Sonmez 2003): all first choices are decided for good, then all second ones.

    Each place takes by class, tier, draw and id, as under `stable`; else as `queue`.
    """

    def turns(market: Market) -> Iterable[Turn]:
        asked = [
            (number, place, unit, market.order(place, about))
            for unit, about in enumerate(market.units)
            for number, place in enumerate(about.wishes)
        ]
        asked.sort(key=lambda one: (one[0], one[1], one[3]))
        return [(unit, (place,)) for _, place, unit, _ in asked]

    return _placed(market, turns)


def _one_by_one(market: Market, when: Callable[[int], Any]) -> list[Turn]:
    """Everybody once, partners when the later one's turn is."""
    order = sorted(range(len(market.units)), key=lambda unit: max(when(one) for one in market.units[unit].people))
    return [(unit, market.units[unit].wishes) for unit in order]


def _placed(market: Market, turns: Callable[[Market], Iterable[Turn]]) -> list[int | None]:
    """The place of each candidate; where pins need more people to hold, these are held too."""
    seating = _in_turn(market, list(turns(market)))
    if any(seating.rooms[place].lacks_people for place in market.pinned_places):
        market = market.holding(held_with_pins(market.instance, {}))
        seating = _in_turn(market, list(turns(market)))
    return [seating.at[unit] for unit in market.unit_of]


def _in_turn(market: Market, turns: list[Turn]) -> Seating:
    """Let each take a seat; then close what lacks people, and let those choose again, until nothing closes."""
    seating = Seating(market)
    if not seating.seat_pinned():
        raise refusal(market.instance)
    going = {unit for unit, about in enumerate(market.units) if about.pinned is None}
    while going:
        for unit, places in turns:
            if unit in going and any(seating.seat(unit, place) for place in places):
                going.discard(unit)
        short = [place for place, room in enumerate(seating.rooms) if room.lacks_people]
        smaller = {place: each for place in short if (each := seating.smaller(place)) is not None}
        going = {unit for place, each in smaller.items() for unit in _sent_away(seating, place, each)}
    return seating


def _sent_away(seating: Seating, place: int, each: int) -> list[int]:
    """Who has to go when the place has only so many seats of each kind; those who came first stay."""
    room = seating.rooms[place]
    units = list(dict.fromkeys(seating.market.unit_of[one] for one in room.options))
    for unit in units:
        seating.unseat(unit)
    room.capacity = (each,) * len(room.most)
    return [unit for unit in units if not seating.seat(unit, place)]
