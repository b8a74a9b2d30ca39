"""Who sits where, as numbered seats, and what each move would do to the levels."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from matching.problem import Candidate, Instance, Place, Pool, Seat, eligible_kinds, lottery_words
from matching.result import Result


@dataclass(frozen=True)
class Seating:
    """An instance beside its result. A node is the number of a kind of seat at an open place; `nowhere` is no place."""

    instance: Instance
    result: Result

    @cached_property
    def candidates(self) -> dict[str, Candidate]:
        """By id."""
        return {one.id: one for one in self.instance.candidates}

    @cached_property
    def places(self) -> dict[str, Place]:
        """By id."""
        return {one.id: one for one in self.instance.places}

    @cached_property
    def open(self) -> frozenset[str]:
        """The ids of the open places."""
        return frozenset(self.result.open)

    @cached_property
    def nodes(self) -> list[tuple[Place, Seat]]:
        """What each node is."""
        return [(place, seat) for place in self.instance.places if place.id in self.open for seat in place.seats]

    @cached_property
    def node_of(self) -> dict[tuple[str, str], int]:
        """(place id, kind) -> node."""
        return {(place.id, seat.kind): node for node, (place, seat) in enumerate(self.nodes)}

    @cached_property
    def nowhere(self) -> int:
        """The node of those without a place."""
        return len(self.nodes)

    @cached_property
    def at(self) -> dict[str, int]:
        """Candidate id -> the node where they are."""
        seats = self.result.assignment
        return {one: self.node_of[seats[one]] if one in seats else self.nowhere for one in self.candidates}

    @cached_property
    def heads(self) -> Counter[int]:
        """People at each node."""
        return Counter(self.at.values())

    @cached_property
    def people_at(self) -> dict[str, list[Candidate]]:
        """Place id -> the people there."""
        people: dict[str, list[Candidate]] = {place: [] for place in self.places}
        for one, (place, _) in self.result.assignment.items():
            people[place].append(self.candidates[one])
        return people

    @cached_property
    def askers(self) -> dict[str, list[Candidate]]:
        """Place id -> all who ranked it."""
        askers: dict[str, list[Candidate]] = {place: [] for place in self.places}
        for one in self.instance.candidates:
            for group in one.choices:
                for place in group:
                    askers[place].append(one)
        return askers

    @cached_property
    def pools_of(self) -> dict[str, list[Pool]]:
        """Place id -> the pools it is in."""
        pools: dict[str, list[Pool]] = defaultdict(list)
        for pool in self.instance.pools:
            for place in pool.places:
                pools[place].append(pool)
        return {place: pools[place] for place in self.places}

    @cached_property
    def people_in_pool(self) -> dict[str, int]:
        """Pool id -> the people in its places."""
        return {pool.id: sum(len(self.people_at[one]) for one in pool.places) for pool in self.instance.pools}

    @cached_property
    def _kinds(self) -> dict[tuple[str, frozenset[str]], tuple[str, ...]]:
        return {}

    def kinds_for(self, one: Candidate, place: Place) -> tuple[str, ...]:
        """The kinds of seat the candidate may have at the place."""
        if one.excluded:
            return eligible_kinds(one, place)
        key = place.id, frozenset(one.tags)
        if key not in self._kinds:
            self._kinds[key] = eligible_kinds(one, place)
        return self._kinds[key]

    def received_rank(self, one: Candidate) -> int | None:
        """The rank of the place the candidate got, from 1."""
        seat = self.result.assignment.get(one.id)
        return None if seat is None else rank_of(one, seat[0])

    def above(self, one: Candidate) -> list[tuple[int, Place]]:
        """Rank and place of every choice above the one received."""
        received = self.received_rank(one)
        groups = one.choices if received is None else one.choices[: received - 1]
        return [(rank, self.places[place]) for rank, group in enumerate(groups, 1) for place in group]


def rank_of(one: Candidate, place: str) -> int:
    """The number of the tie group that holds the place."""
    return next(rank for rank, group in enumerate(one.choices, 1) if place in group)


@dataclass(frozen=True, slots=True)
class Part:
    """One component of the objective. `most` is the largest change that one person's move can make to it."""

    level: str
    part: int | None  # profile: the rank; lottery: the number of the word
    most: int


class Costs:
    """Changes of the levels, packed into one integer that compares as the levels do, one after the other.

    Less is better in every component. A sum over at most `moves` moves can be taken apart again.
    """

    def __init__(self, seating: Seating, moves: int) -> None:
        self.seating = seating
        self.longest = max((len(one.choices) for one in seating.instance.candidates), default=0)
        self.parts = [part for level in seating.instance.objective for part in self._parts(level)]
        self.bounds = [2 * moves * part.most for part in self.parts]
        self.weights: dict[tuple[str, int | None], int] = {}
        weight = 1
        for part, bound in zip(reversed(self.parts), reversed(self.bounds), strict=True):
            self.weights[part.level, part.part] = weight
            weight *= 2 * bound + 1
        self.infinite = weight * 4

    def _parts(self, level: str) -> list[Part]:
        if level == "profile":
            return [Part(level, rank, 1) for rank in range(self.longest, 0, -1)]
        if level == "lottery":
            return [Part(level, word, 0xFFFF) for word in (1, 2, 3)]
        most = {"ranks": self.longest, "reserves": len(self.seating.instance.reserves)}
        return [Part(level, None, max(1, most.get(level, 1)))]

    def sitting(self, one: Candidate, place: str, rank: int) -> int:
        """What it costs that the candidate sits at the place rather than nowhere; reserves apart."""
        weights = self.weights
        total = -weights.get(("placed", None), 0) - weights.get((f"class:{one.class_}", None), 0)
        total += rank * weights.get(("ranks", None), 0) + weights.get(("profile", rank), 0)
        if one.previous == place:
            total -= weights.get(("kept", None), 0)
        if ("lottery", 1) in weights:
            words = lottery_words(self.seating.result.seed, one.id, place)
            total += sum(word * weights["lottery", k] for k, word in enumerate(words, 1))
        return total

    def first_change(self, total: int) -> tuple[Part, int] | None:
        """The first component that changes, and by how much; positive is worse."""
        digits = self._digits(total)
        return next(((part, digit) for part, digit in zip(self.parts, digits, strict=True) if digit), None)

    def _digits(self, total: int) -> list[int]:
        digits = []
        for bound in reversed(self.bounds):
            base = 2 * bound + 1
            digits.append((total + bound) % base - bound)
            total = (total - digits[-1]) // base
        return digits[::-1]

    def floor(self, total: int, *, with_draw: bool) -> int:
        """Whatever is below this has a lesser first change; a change at the draw only counts `with_draw`."""
        digits = self._digits(total)
        kept = next((at for at, digit in enumerate(digits) if digit), len(digits) - 1)
        if not with_draw:
            drawn = next((at for at, part in enumerate(self.parts) if part.level == "lottery"), len(digits))
            kept = min(kept, drawn - 1)
        least = [digit if at <= kept else -bound for at, (digit, bound) in enumerate(zip(digits, self.bounds, strict=True))]
        return sum(digit * self.weights[part.level, part.part] for digit, part in zip(least, self.parts, strict=True))


class Reserves:
    """How many people with the tag are in the places of each reserve, and what one more or less does."""

    def __init__(self, seating: Seating) -> None:
        self.at_least = {one.id: one.at_least for one in seating.instance.reserves}
        self.tag = {one.id: one.tag for one in seating.instance.reserves}
        self.of_place: dict[str, list[str]] = defaultdict(list)
        for one in seating.instance.reserves:
            for place in one.places:
                self.of_place[place].append(one.id)
        self.there: Counter[str] = Counter()
        for candidate, (place, _) in seating.result.assignment.items():
            self.there.update(self.met(seating.candidates[candidate], place))

    def met(self, one: Candidate, place: str | None) -> list[str]:
        """The reserves the candidate counts in at the place."""
        if place is None or place not in self.of_place:
            return []
        return [reserve for reserve in self.of_place[place] if self.tag[reserve] in one.tags]

    def linear_change(self, changes: Iterable[tuple[Candidate, str | None, str | None]]) -> int:
        """A line below `shortfall_change` that touches it where nobody moves."""
        total = 0
        for one, old, new in changes:
            total += sum(self._counts(reserve) for reserve in self.met(one, old))
            total -= sum(self._counts(reserve) for reserve in self.met(one, new))
        return total

    def _counts(self, reserve: str) -> bool:
        return self.there[reserve] < self.at_least[reserve]

    def shortfall_change(self, changes: Iterable[tuple[Candidate, str | None, str | None]]) -> int:
        """What all the moves (candidate, from, to) together do to the total shortfall."""
        delta: Counter[str] = Counter()
        for one, old, new in changes:
            delta.subtract(self.met(one, old))
            delta.update(self.met(one, new))
        return sum(self._short(reserve, n) - self._short(reserve, 0) for reserve, n in delta.items())

    def _short(self, reserve: str, more: int) -> int:
        return max(0, self.at_least[reserve] - self.there[reserve] - more)
