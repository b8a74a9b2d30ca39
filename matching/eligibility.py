"""Who may have a seat where, and every reason why not, apart from any allocation.

The rule is docs/how/engine.md, "Meaning": tags meet `accepts` in at least one, hold all of `requires`, and the place is not in
`excluded`. Many candidates and many places are alike, so tags against kinds of place are worked out once, as a product of
sparse matrices; a pair is then one look in a table. Nothing is made of all candidates times all places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.problem import Instance, Seat

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]


class Code(IntEnum):
    """Whether somebody may, and if not, why. Only `REQUIRES` can be mended, by a paper."""

    MAY = 0
    REQUIRES = 1  # some kind accepts, and papers are missing
    NOT_ACCEPTED = 2  # no kind accepts the candidate's tags
    EXCLUDED = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """One pair. Facts: `missing` papers of the nearest kind; `accepts`, the tags wanted; `reason` of an exclusion."""

    candidate: str
    place: str
    code: Code
    facts: Mapping[str, Any]

    @property
    def can_be_mended(self) -> bool:
        """Whether a paper would do."""
        return self.code is Code.REQUIRES


class Eligibility:
    """A round's eligibility. Pairs are given by positions in the instance's order, or asked for by id."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._candidate_at = {one.id: at for at, one in enumerate(instance.candidates)}
        self._place_at = {one.id: at for at, one in enumerate(instance.places)}
        people: dict[frozenset[str], int] = {}
        self._person = np.array(
            [people.setdefault(frozenset(one.tags), len(people)) for one in instance.candidates], dtype=np.int64
        )
        offers: dict[tuple[tuple[Any, ...], ...], int] = {}
        keys = (tuple((seat.accepts, seat.requires) for seat in one.seats) for one in instance.places)
        self._offer = np.array([offers.setdefault(key, len(offers)) for key in keys], dtype=np.int64)
        self._table = _table(list(people), list(offers))
        width = max(len(instance.places), 1)
        shut = [at * width + self._place_at[place] for at, one in enumerate(instance.candidates) for place in one.excluded]
        self._shut, self._width = np.array(sorted(shut), dtype=np.int64), width

    def codes(self, candidates: Ints, places: Ints) -> Ints:
        """The `Code` of each pair; both arrays have the shape (pairs,)."""
        codes = self._table[self._person[candidates], self._offer[places]].astype(np.int64)
        codes[np.isin(candidates * self._width + places, self._shut)] = Code.EXCLUDED
        return codes

    def of_candidate(self, candidate: str) -> list[Verdict]:
        """One candidate against all places, in the instance's order."""
        places = np.arange(len(self._instance.places))
        return self._told(np.full(len(places), self._candidate_at[candidate]), places)

    def of_place(self, place: str) -> list[Verdict]:
        """All candidates against one place, in the instance's order."""
        candidates = np.arange(len(self._instance.candidates))
        return self._told(candidates, np.full(len(candidates), self._place_at[place]))

    def asked(self) -> list[Verdict]:
        """Every pair that somebody asked for, by candidate, in the order of their choices."""
        pairs = [
            (at, self._place_at[place])
            for at, one in enumerate(self._instance.candidates)
            for group in one.choices
            for place in group
        ]
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return self._told(table[:, 0], table[:, 1])

    def _told(self, candidates: Ints, places: Ints) -> list[Verdict]:
        listed = zip(candidates.tolist(), places.tolist(), self.codes(candidates, places).tolist(), strict=True)
        return [self._verdict(candidate, place, Code(code)) for candidate, place, code in listed]

    def _verdict(self, candidate: int, place: int, code: Code) -> Verdict:
        one, at = self._instance.candidates[candidate], self._instance.places[place]
        facts: dict[str, Any] = {}
        if code is Code.EXCLUDED:
            facts = {"reason": one.excluded[at.id]}
        elif code is Code.NOT_ACCEPTED:
            facts = {"accepts": sorted({tag for seat in at.seats for tag in seat.accepts or ()})}
        elif code is Code.REQUIRES:
            facts = {"missing": _missing(at.seats, set(one.tags))}
        return Verdict(one.id, at.id, code, facts)


def _missing(seats: Sequence[Seat], tags: set[str]) -> list[str]:
    """The papers that are missing for the nearest kind among those that accept."""
    lacking = [sorted(set(seat.requires) - tags) for seat in seats if seat.accepts is None or not tags.isdisjoint(seat.accepts)]
    return min(lacking, key=lambda one: (len(one), one))


def _table(people: list[frozenset[str]], offers: list[tuple[tuple[Any, ...], ...]]) -> NDArray[np.int8]:
    """The code of each set of tags at each list of kinds, exclusions aside; shape (people, offers)."""
    kinds = [kind for offer in offers for kind in offer]
    tags = {tag: at for at, tag in enumerate(sorted({tag for one in people for tag in one}))}
    held = _matrix(people, tags)
    accepts = _matrix([one or () for one, _ in kinds], tags)
    requires = _matrix([one for _, one in kinds], tags)
    anyone = np.array([one is None for one, _ in kinds], dtype=bool)
    needed = np.array([len(one) for _, one in kinds], dtype=np.int64)
    accepted: Flags = ((held @ accepts.T).toarray() > 0) | anyone
    ready: Flags = accepted & ((held @ requires.T).toarray() == needed)
    table = np.full((len(people), len(offers)), Code.NOT_ACCEPTED, dtype=np.int8)
    of = np.repeat(np.arange(len(offers)), [len(offer) for offer in offers])
    for which, code in ((accepted, Code.REQUIRES), (ready, Code.MAY)):
        row, kind = np.nonzero(which)
        table[row, of[kind]] = code
    return table


def _matrix(sets: Sequence[Any], tags: Mapping[str, int]) -> sparse.csr_array:
    """A row for each set of tags, 1 where it has one that is known; tags nobody holds are left out."""
    entries = [(at, tags[tag]) for at, one in enumerate(sets) for tag in one if tag in tags]
    row, column = np.array(entries, dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(len(row), dtype=np.int64), (row, column)), shape=(len(sets), len(tags)))
