"""Chance from a seed: the same key draws the same, on any machine."""

import uuid
from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random


class Draw:
    """A stream of its own for each key, so that one more draw in one step changes nothing in another."""

    def __init__(self, *key: object) -> None:
        self._random = Random("/".join(map(str, key)))  # nosec B311 # noqa: S311 - a made-up region needs no secrets

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self._random.getrandbits(128), version=4)

    def chance(self, share: float) -> bool:
        """True with probability `share`, 0 to 1."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(low, high)

    def real(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)

    def one[T](self, options: Sequence[T]) -> T:
        return self._random.choice(options)

    def some[T](self, options: Sequence[T], count: int) -> list[T]:
        """`count` different ones, or all when there are fewer."""
        return self._random.sample(options, min(count, len(options)))

    def weighted[T](self, weights: Mapping[T, float]) -> T:
        return self._random.choices(list(weights), weights=list(weights.values()))[0]

    def shuffled[T](self, options: Sequence[T]) -> list[T]:
        return self._random.sample(options, len(options))

    def ranked[T](self, wheel: "Wheel[T]", count: int) -> list[T]:
        """Up to `count` different options, drawn one after the other by weight: how people with like tastes rank."""
        found: dict[T, None] = {}
        for _ in range(8 * count):
            if len(found) == count or not wheel.options:
                break
            found[wheel.at(self._random.random())] = None
        return list(found)


class Wheel[T]:
    """Options with weights that are drawn from many times. Options of no weight are left out."""

    def __init__(self, weights: Sequence[tuple[T, float]]) -> None:
        kept = [(option, weight) for option, weight in weights if weight > 0]
        self.options = [option for option, _ in kept]
        self._edges = list(accumulate(weight for _, weight in kept))

    def at(self, share: float) -> T:
        """The option at `share` (0 up to 1) of the way round."""
        return self.options[min(bisect(self._edges, share * self._edges[-1]), len(self.options) - 1)]
