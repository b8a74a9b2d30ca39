"""What happens after a round is placed: people withdraw, seats are added. The changed round, and the file that says so.

The source of the rules is docs/how/engine.md, "The commands", repair; docs/matching/repair.md says what they mean.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from matching.form import InputError, elements, members, natural, read_json, reference, references
from matching.problem import Candidate, Instance, Place, with_seed
from matching.result import Result


@dataclass(frozen=True, slots=True)
class Changes:
    """Who withdrew, and how many seats came in addition, by (place id, kind)."""

    withdrawn: frozenset[str] = frozenset()
    seats: Mapping[tuple[str, str], int] = field(default_factory=dict)


def read_changes(path: str | Path, instance: Instance) -> Changes:
    """The changes in a JSON file, plain or gzip. Raises InputError with the path of the fault."""
    return changes_from_data(read_json(path), instance)


def changes_from_data(data: Any, instance: Instance) -> Changes:
    """Read JSON data: `withdrawn` is a list of candidate ids, `seats` of {place, kind, add}; what is left out is empty."""
    whole = members(data, "", (), ("withdrawn", "seats"))
    people = {one.id for one in instance.candidates}
    kinds = {place.id: {seat.kind for seat in place.seats} for place in instance.places}
    seats: dict[tuple[str, str], int] = {}
    for at, one in enumerate(elements(whole.get("seats", []), "seats")):
        path = f"seats[{at}]"
        told = members(one, path, ("place", "kind", "add"))
        place = reference(told["place"], f"{path}.place", kinds, "place")
        kind = reference(told["kind"], f"{path}.kind", kinds[place], f"kind of seat at {place!r}")
        if (place, kind) in seats:
            raise InputError(path, f"the seats of kind {kind!r} at {place!r} stand twice")
        seats[place, kind] = natural(told["add"], f"{path}.add")
    return Changes(frozenset(references(whole.get("withdrawn", []), "withdrawn", people, "candidate")), seats)


def changed(instance: Instance, result: Result, changes: Changes) -> Instance:
    """The round after the changes, with the seed of the result; `previous` is the place that the result gave, or none."""
    return replace(
        with_seed(instance, result.seed),
        candidates=tuple(_stayed(one, result, changes) for one in instance.candidates if one.id not in changes.withdrawn),
        places=tuple(_enlarged(one, changes) for one in instance.places),
    )


def _stayed(one: Candidate, result: Result, changes: Changes) -> Candidate:
    together = None if one.together in changes.withdrawn else one.together
    return replace(one, together=together, previous=result.assignment.get(one.id, (None, ""))[0])


def _enlarged(place: Place, changes: Changes) -> Place:
    seats = tuple(replace(seat, capacity=seat.capacity + changes.seats.get((place.id, seat.kind), 0)) for seat in place.seats)
    tiers = {one: tier for one, tier in place.tiers.items() if one not in changes.withdrawn}
    return replace(place, seats=seats, tiers=tiers)


def seats_withdrawn(result: Result, changes: Changes) -> Counter[str]:
    """How many of the people of each place withdrew."""
    return Counter(place for one, (place, _) in result.assignment.items() if one in changes.withdrawn)
