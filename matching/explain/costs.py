"""What a move does to the levels, packed into one integer that compares as the levels do."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from matching.explain.seating import Seating
from matching.problem import Candidate, lottery_words


@dataclass(frozen=True, slots=True)
class Part:
    """One component of the objective. `most` is the largest change that one person's move can make to it."""

    level: str
    part: int | None  # profile: the rank; lottery: the number of the word
    most: int


def parts_of(seating: Seating, *, drawn: bool) -> tuple[list[Part], list[Part]]:
    """The components in the order of the objective, split before the draw; not split when it is `drawn` with the rest."""
    levels = seating.instance.objective
    split = levels.index("lottery") if "lottery" in levels and not drawn else len(levels)
    longest = max((len(one.choices) for one in seating.instance.candidates), default=0)
    most = {"ranks": longest, "reserves": len(seating.instance.reserves)}
    parts = [[part for level in some for part in _parts(level, longest, most)] for some in (levels[:split], levels[split:])]
    return parts[0], parts[1]


def _parts(level: str, longest: int, most: dict[str, int]) -> list[Part]:
    if level == "profile":
        return [Part(level, rank, 1) for rank in range(longest, 0, -1)]
    if level == "lottery":
        return [Part(level, word, 0xFFFF) for word in (1, 2, 3)]
    return [Part(level, None, max(1, most.get(level, 1)))]


class Costs:
    """Changes of some components, packed into one integer that compares as they do, one after the other.

    Less is better in every component. A sum over at most `moves` moves can be taken apart again.
    """

    def __init__(self, seed: int, parts: list[Part], moves: int) -> None:
        self.seed = seed
        self.parts = parts
        self.bounds = [2 * moves * part.most for part in parts]
        self.weights: dict[tuple[str, int | None], int] = {}
        weight = 1
        for part, bound in zip(reversed(self.parts), reversed(self.bounds), strict=True):
            self.weights[part.level, part.part] = weight
            weight *= 2 * bound + 1
        self.infinite = weight * 4
        self._drawn = ("lottery", 1) in self.weights
        self._plain: dict[tuple[int, int, bool], int] = {}
        self._first: dict[int, tuple[Part, int] | None] = {}

    def sitting(self, one: Candidate, place: str, rank: int) -> int:
        """What it costs that the candidate sits at the place rather than nowhere; reserves apart."""
        key = one.class_, rank, one.previous == place
        if key not in self._plain:
            self._plain[key] = self._sitting(*key)
        return self._plain[key] + (self._draw(one.id, place) if self._drawn else 0)

    def _sitting(self, class_: int, rank: int, kept: bool) -> int:
        weights = self.weights
        total = -weights.get(("placed", None), 0) - weights.get((f"class:{class_}", None), 0)
        total += rank * weights.get(("ranks", None), 0) + weights.get(("profile", rank), 0)
        return total - weights.get(("kept", None), 0) if kept else total

    def _draw(self, one: str, place: str) -> int:
        words = lottery_words(self.seed, one, place)
        return sum(word * self.weights["lottery", k] for k, word in enumerate(words, 1))

    def first_change(self, total: int) -> tuple[Part, int] | None:
        """The first component that changes, and by how much; positive is worse."""
        if total not in self._first:
            digits = self._digits(total)
            self._first[total] = next(((part, digit) for part, digit in zip(self.parts, digits, strict=True) if digit), None)
        return self._first[total]

    def _digits(self, total: int) -> list[int]:
        digits = []
        for bound in reversed(self.bounds):
            base = 2 * bound + 1
            digits.append((total + bound) % base - bound)
            total = (total - digits[-1]) // base
        return digits[::-1]

    def floor(self, total: int) -> int:
        """Whatever is below this has a lesser first change."""
        digits = self._digits(total)
        kept = next((at for at, digit in enumerate(digits) if digit), len(digits) - 1)
        least = [digit if at <= kept else -bound for at, (digit, bound) in enumerate(zip(digits, self.bounds, strict=True))]
        return sum(digit * self.weights[part.level, part.part] for digit, part in zip(least, self.parts, strict=True))


type Changes = Iterable[tuple[Candidate, str | None, str | None]]  # who, from which place, to which


class Reserves:
    """How many people with the tag are in the places of each reserve, and what one more or less does."""

    def __init__(self, seating: Seating) -> None:
        self.at_least = {one.id: one.at_least for one in seating.instance.reserves}
        self.tag = {one.id: one.tag for one in seating.instance.reserves}
        self._tags = frozenset(self.tag.values())
        self.of_place: dict[str | None, list[str]] = defaultdict(list)
        for one in seating.instance.reserves:
            for place in one.places:
                self.of_place[place].append(one.id)
        self.there: Counter[str] = Counter()
        for candidate, (place, _) in seating.result.assignment.items():
            self.there.update(self.met(seating.candidates[candidate], place))

    def counts(self, one: Candidate) -> bool:
        """Whether the candidate could count in any reserve."""
        return not self._tags.isdisjoint(one.tags)

    def met(self, one: Candidate, place: str | None) -> list[str]:
        """The reserves the candidate counts in at the place."""
        if place not in self.of_place:
            return []
        return [reserve for reserve in self.of_place[place] if self.tag[reserve] in one.tags]

    def linear_change(self, changes: Changes) -> int:
        """A line below `shortfall_change` that touches it where nobody moves."""
        return -sum(n for reserve, n in self._more(changes).items() if self.there[reserve] < self.at_least[reserve])

    def shortfall_change(self, changes: Changes) -> int:
        """What all the moves together do to the total shortfall."""
        return sum(self._short(reserve, n) - self._short(reserve, 0) for reserve, n in self._more(changes).items())

    def _more(self, changes: Changes) -> dict[str, int]:
        """Reserve -> how many more count in it."""
        more: dict[str, int] = {}
        for one, old, new in changes:
            for place, n in ((old, -1), (new, 1)):
                for reserve in self.met(one, place):
                    more[reserve] = more.get(reserve, 0) + n
        return more

    def _short(self, reserve: str, more: int) -> int:
        return max(0, self.at_least[reserve] - self.there[reserve] - more)
