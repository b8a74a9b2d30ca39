"""Who can sit together at one place: seats of several kinds, kinds given anew whenever someone comes.

The sets of people that fit are the independent sets of a transversal matroid (Edmonds & Fulkerson 1965). So who comes can
always be made room for by one person who leaves, and taking people one after the other by their order takes the best set.
"""

from collections.abc import Iterable, Mapping, Sequence

from matching.problem import Place

type Options = tuple[int, ...]  # the kinds of seat that somebody may have


class Room:
    """The seats of one place: `capacity` and `minimum` for each kind, and who sits where.

    Where `equal` numbers are asked for, all kinds have the same `capacity` for now, and all of it is to be filled.
    """

    def __init__(self, capacity: Sequence[int], minimum: Sequence[int], *, equal: bool) -> None:
        self.most = tuple(capacity)
        self.minimum = tuple(minimum)
        self.equal = equal
        self.options: dict[int, Options] = {}  # who is there, and what they may have
        self.kind: dict[int, int] = {}  # who sits in which
        self._count = [0] * len(self.most)
        self.open()

    def open(self) -> None:
        """All seats there are."""
        self.capacity = (min(self.most),) * len(self.most) if self.equal else self.most

    def close(self) -> None:
        """No seats; whoever is there must be taken out first."""
        self.capacity = (0,) * len(self.most)

    @property
    def is_open(self) -> bool:
        """Whether people can come."""
        return any(self.capacity) or not any(self.minimum)

    def reach(self, options: Options) -> tuple[bool, list[int]]:
        """Whether somebody fits beside the people; if not, one of whom must go for that: all who could make way."""
        free, came = self._search(options)
        if free is not None:
            return True, []
        return False, [one for one, kind in self.kind.items() if kind in came]

    def _search(self, options: Options) -> tuple[int | None, dict[int, int | None]]:
        """A kind with a seat left that can be freed for somebody, and for each kind reached who would move there."""
        came: dict[int, int | None] = dict.fromkeys(options)
        queue = list(came)
        for kind in queue:
            if self._count[kind] < self.capacity[kind]:
                return kind, came
            if len(self.most) == 1:
                continue
            for one, present in self.kind.items():
                if present == kind:
                    for other in self.options[one]:
                        if other not in came:
                            came[other] = one
                            queue.append(other)
        return None, came

    def add(self, one: int, options: Options) -> bool:
        """Seat somebody if there is room, moving others between kinds where that helps."""
        free, came = self._search(options)
        if free is None:
            return False
        self._count[free] += 1
        mover = came[free]
        while mover is not None:
            before = self.kind[mover]
            self.kind[mover] = free
            free, mover = before, came[before]
        self.kind[one] = free
        self.options[one] = options
        return True

    def remove(self, one: int) -> None:
        """Take somebody out."""
        self._count[self.kind.pop(one)] -= 1
        del self.options[one]

    @property
    def complete(self) -> bool:
        """Whether the people who are there keep all rules of the place."""
        return self.allows(self.options.values(), exactly=True)

    @property
    def lacks_people(self) -> bool:
        """Whether there are people, and too few of some kind."""
        return bool(self.options) and not self.allows(self.options.values())

    def allows(self, people: Iterable[Options], *, exactly: bool = False) -> bool:
        """Whether people with these options could be all who are there, by all rules of an open place.

        With `exactly` a place that wants equal numbers must have as many as it has seats for now.
        """
        listed = list(people)
        if not self.equal:
            return fits(listed, self.most) and covers(listed, self.minimum)
        each, rest = divmod(len(listed), len(self.most))
        wanted = self.capacity[0] if exactly else each
        if rest or each != wanted or not max(self.minimum) <= each <= min(self.most):
            return False
        return fits(listed, (each,) * len(self.most))

    def fits(self, people: Sequence[Options]) -> bool:
        """Whether people with these options have seats, minima and equal numbers aside."""
        return fits(people, self.capacity)

    def shortage(self) -> float:
        """The share of the people it takes to be open that are not there."""
        wanted = self.capacity if self.equal else self.minimum
        return 1 - _most_seated(list(self.options.values()), wanted) / max(1, sum(wanted))

    def could_have(self, people: Sequence[Options], each: int) -> bool:
        """Whether the place could be open with some of the people, so many of each kind where it wants equal numbers."""
        if self.equal:
            return each <= min(self.most) and covers(people, (each,) * len(self.most))
        return covers(people, self.minimum)

    def most_equal(self) -> int:
        """The most of each kind, equally many, that could be had of the people who are there; 0 where that is too few."""
        listed = list(self.options.values())
        for each in range(min(len(listed) // len(self.most), *self.most), max(*self.minimum, 1) - 1, -1):
            if covers(listed, (each,) * len(self.most)):
                return each
        return 0


def fits(people: Sequence[Options], room: Sequence[int]) -> bool:
    """Whether all have a seat, with so many seats of each kind."""
    if len(room) == 1:
        return len(people) <= room[0]
    return len(people) <= sum(room) and _most_seated(people, room) == len(people)


def covers(people: Sequence[Options], minimum: Sequence[int]) -> bool:
    """Whether some of the people could fill so many seats of each kind."""
    if len(minimum) == 1:
        return len(people) >= minimum[0]
    wanted = sum(minimum)
    return len(people) >= wanted and (wanted == 0 or _most_seated(people, minimum) == wanted)


def _most_seated(people: Sequence[Options], room: Sequence[int]) -> int:
    """How many can be seated at once; who finds no seat when it is their turn never would."""
    desk = Room(room, (0,) * len(room), equal=False)
    return sum(desk.add(number, options) for number, options in enumerate(people))


def kept_kinds(place: Place, people: Mapping[int, Options]) -> dict[int, int]:
    """A kind for each of the people, so that an open place keeps its rules; they are people who can be there."""
    most = tuple(min(seat.capacity, len(people)) for seat in place.seats)
    least = tuple(min(seat.minimum, len(people)) for seat in place.seats)
    if place.equal:
        most = least = (len(people) // len(most),) * len(most)
    desk = Room(least, (0,) * len(least), equal=False)
    waiting = [one for one, options in people.items() if not desk.add(one, options)]  # minima first: they stay filled
    desk.capacity = most
    for one in waiting:
        desk.add(one, people[one])
    return desk.kind
