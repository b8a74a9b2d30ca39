"""All reasons of all candidates, or of one at a time."""

from collections.abc import Iterable
from functools import cached_property

from matching.explain.ordered import Ordered
from matching.explain.pricing import Blocked, Pricing
from matching.explain.reasons import Reason, did_not_open, not_eligible
from matching.explain.seating import Seating
from matching.problem import Candidate, Instance, Place
from matching.result import Result


def explain(instance: Instance, result: Result, candidate_ids: Iterable[str] | None = None) -> dict[str, list[Reason]]:
    """The reasons of these candidates (of all, when none are named), by id.

    The result must hold (`matching.verify`) and belong to the instance. Raises KeyError for an unknown id.
    """
    explainer = Explainer(instance, result)
    wanted = list(explainer.seating.candidates if candidate_ids is None else candidate_ids)
    by_seat = sorted(wanted, key=lambda id_: explainer.seating.at[id_])  # those with the same seat share their search
    found = {id_: explainer.reasons(id_) for id_ in by_seat}
    return {id_: found[id_] for id_ in wanted}


class Explainer:
    """Answers for one candidate at a time, after preparing the whole result once."""

    def __init__(self, instance: Instance, result: Result) -> None:
        self.seating = Seating(instance, result)
        self._closed: dict[str, tuple[str, dict[str, object]]] = {}

    @cached_property
    def pricing(self) -> Pricing:
        """What a seat would cost, which policies that go by order do not ask."""
        return Pricing(self.seating)

    @cached_property
    def ordered(self) -> Ordered:
        """Who is before, which policies that weigh all at once do not ask."""
        return Ordered(self.seating)

    def reasons(self, candidate_id: str) -> list[Reason]:
        """One reason for every choice above the one received, in the order of the ranking."""
        one = self.seating.candidates[candidate_id]
        return [self._reason(one, rank, place) for rank, place in self.seating.above(one)]

    def witness(self, candidate_id: str, place_id: str) -> dict[str, tuple[str, str] | None] | None:
        """Who moves where in the chain that gives the candidate a seat there: (place id, kind), None for no place.

        Names people, so it is for audits; None where no chain was found.
        """
        place = self.seating.places[place_id]
        chain = self.pricing.chain(self.seating.candidates[candidate_id], place)
        if isinstance(chain, Blocked):
            return None
        return {id_: self._seat(node) for id_, node in chain.items()}

    def _seat(self, node: int) -> tuple[str, str] | None:
        if node == self.seating.nowhere:
            return None
        place, seat = self.seating.nodes[node]
        return place.id, seat.kind

    def _reason(self, one: Candidate, rank: int, place: Place) -> Reason:
        code, facts = self._code_and_facts(one, place)
        capacity = sum(seat.capacity for seat in place.seats)
        return Reason(code, place.id, rank, capacity, len(self.seating.askers[place.id]), facts)

    def _code_and_facts(self, one: Candidate, place: Place) -> tuple[str, dict[str, object]]:
        if not self.seating.kinds_for(one, place):
            return "not_eligible", not_eligible(one, place)
        if place.id not in self.seating.open:
            if place.id not in self._closed:
                self._closed[place.id] = did_not_open(self.seating, place)
            return self._closed[place.id]
        return self.ordered.answer(one, place) if self.seating.by_order else self.pricing.price(one, place)
