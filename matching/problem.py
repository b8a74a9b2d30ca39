"""An allocation round as plain data: candidates, places, pools, reserves, and the order of aims.

The source of every rule is docs/how/engine.md, "The instance file, version 1".
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from matching.form import (
    InputError,
    elements,
    flag,
    join,
    mapping,
    members,
    name,
    names,
    natural,
    read_json,
    reference,
    references,
    refuse_twice,
    require_format,
    text,
    write_json,
)

__all__ = [
    "FORMAT",
    "Candidate",
    "InputError",
    "Instance",
    "Place",
    "Pool",
    "Reserve",
    "Seat",
    "canonical",
    "canonical_json",
    "digest",
    "digest_of_canonical",
    "eligible_kinds",
    "instance_from_data",
    "instance_to_data",
    "lottery_digest",
    "lottery_words",
    "read_instance",
    "warnings",
    "with_seed",
    "write_instance",
]

FORMAT = "matching-instance/1"
LEVEL = re.compile(r"class:(0|[1-9][0-9]*)|reserves|placed|ranks|profile|kept|lottery")


@dataclass(frozen=True, slots=True)
class Seat:
    """Seats of one kind at a place: between `minimum` and `capacity` people when the place is open."""

    kind: str
    capacity: int
    minimum: int = 0
    accepts: tuple[str, ...] | None = None  # at least one of these tags; None accepts everyone
    requires: tuple[str, ...] = ()  # all of these tags


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who wants one seat. `choices` are tie groups of place ids, best first."""

    id: str
    tags: tuple[str, ...]
    choices: tuple[tuple[str, ...], ...]
    class_: int = 1  # 0 is mandatory practice
    arrived: int | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)  # place id -> reason
    together: str | None = None
    previous: str | None = None
    pinned: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place that opens or not. `equal` asks for equally many of each kind."""

    id: str
    seats: tuple[Seat, ...]
    host: str | None = None
    tags: tuple[str, ...] = ()
    equal: bool = False
    tiers: Mapping[str, int] = field(default_factory=dict)  # candidate id -> tier, lower first


@dataclass(frozen=True, slots=True)
class Pool:
    """At most `limit` people in the places together."""

    id: str
    limit: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reserve:
    """A soft target: `at_least` people with the tag in the places."""

    id: str
    tag: str
    places: tuple[str, ...]
    at_least: int


@dataclass(frozen=True, slots=True)
class Instance:
    """A whole round. `objective` names the levels, each decided before the next is looked at."""

    seed: int
    objective: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    places: tuple[Place, ...]
    pools: tuple[Pool, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    name: str = ""


def eligible_kinds(candidate: Candidate, place: Place) -> tuple[str, ...]:
    """The kinds of seat the candidate may have at the place, in code point order; asks nothing about choices."""
    if place.id in candidate.excluded:
        return ()
    tags = set(candidate.tags)
    return tuple(sorted(seat.kind for seat in place.seats if _takes(seat, tags)))


def _takes(seat: Seat, tags: set[str]) -> bool:
    return (seat.accepts is None or not tags.isdisjoint(seat.accepts)) and tags.issuperset(seat.requires)


def lottery_words(seed: int, candidate_id: str, place_id: str) -> tuple[int, int, int]:
    """The first three 16-bit big-endian words of SHA-256 of `seed/candidate id/place id`."""
    drawn = lottery_digest(seed, candidate_id, place_id)
    return int.from_bytes(drawn[0:2]), int.from_bytes(drawn[2:4]), int.from_bytes(drawn[4:6])


def lottery_digest(seed: int, candidate_id: str, place_id: str) -> bytes:
    """The SHA-256 of `seed/candidate id/place id`, 32 bytes; `lottery_words` are its beginning."""
    return hashlib.sha256(f"{seed}/{candidate_id}/{place_id}".encode()).digest()


def with_seed(instance: Instance, seed: int) -> Instance:
    """The same round drawn with another seed."""
    return replace(instance, seed=natural(seed, "seed"))


def warnings(instance: Instance) -> list[str]:
    """What is allowed and hardly meant: an aim that is best met by placing nobody, before one that places people."""
    classes = {f"class:{candidate.class_}" for candidate in instance.candidates}
    found = []
    for at, level in enumerate(instance.objective):
        before, after = set(instance.objective[:at]), instance.objective[at + 1 :]
        everyone = "placed" in before or classes <= before
        later = any(other == "placed" or other.startswith("class:") for other in after)
        if level in {"ranks", "profile", "lottery"} and (later or not everyone):
            found.append(f"objective[{at}]: {level!r} stands before people are placed, so it may leave them out")
    return found


def read_instance(path: str | Path) -> Instance:
    """The instance in a JSON file, plain or gzip. Raises InputError."""
    return instance_from_data(read_json(path))


def write_instance(instance: Instance, path: str | Path) -> None:
    """Write the instance as JSON; gzip when the name ends in .gz."""
    write_json(path, instance_to_data(instance))


def digest(instance: Instance) -> str:
    """SHA-256 of the canonical form, 64 lowercase hexadecimal digits."""
    return digest_of_canonical(canonical(instance))


def digest_of_canonical(instance: Instance) -> str:
    """The same of an instance that is canonical already."""
    return hashlib.sha256(_written(instance)).hexdigest()


def canonical_json(instance: Instance) -> bytes:
    """The one way to write this instance: sets sorted, defaults left out."""
    return _written(canonical(instance))


def _written(instance: Instance) -> bytes:
    """Piece by piece, since a whole large round as JSON data takes longer to make, and to clear away, than to write."""
    encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
    data = instance_to_data(replace(instance, candidates=(), places=()))
    written = {key: encode(value) for key, value in data.items()}
    written["candidates"] = f"[{','.join(encode(_candidate_data(one)) for one in instance.candidates)}]"
    written["places"] = f"[{','.join(encode(_place_data(one)) for one in instance.places)}]"
    return f"{{{','.join(f'"{key}":{written[key]}' for key in sorted(written))}}}".encode()


def canonical(instance: Instance) -> Instance:
    """The same instance with everything that is a set sorted by Unicode code point."""
    return replace(
        instance,
        candidates=tuple(_sorted_candidate(one) for one in sorted(instance.candidates, key=lambda one: one.id)),
        places=tuple(_sorted_place(one) for one in sorted(instance.places, key=lambda one: one.id)),
        pools=tuple(replace(one, places=tuple(sorted(one.places))) for one in sorted(instance.pools, key=lambda one: one.id)),
        reserves=tuple(
            replace(one, places=tuple(sorted(one.places))) for one in sorted(instance.reserves, key=lambda one: one.id)
        ),
    )


def _sorted_candidate(one: Candidate) -> Candidate:
    tags, choices = tuple(sorted(one.tags)), tuple(group if len(group) == 1 else tuple(sorted(group)) for group in one.choices)
    return one if (tags, choices) == (one.tags, one.choices) else replace(one, tags=tags, choices=choices)


def _sorted_place(one: Place) -> Place:
    tags, seats = tuple(sorted(one.tags)), tuple(_sorted_seat(seat) for seat in sorted(one.seats, key=lambda seat: seat.kind))
    return one if (tags, seats) == (one.tags, one.seats) else replace(one, seats=seats, tags=tags)


def _sorted_seat(one: Seat) -> Seat:
    accepts, requires = None if one.accepts is None else tuple(sorted(one.accepts)), tuple(sorted(one.requires))
    return one if (accepts, requires) == (one.accepts, one.requires) else replace(one, accepts=accepts, requires=requires)


def instance_to_data(instance: Instance) -> dict[str, Any]:
    """The instance as JSON data, in its own order; optional keys that equal their default are left out."""
    return {
        "format": FORMAT,
        **_kept(name=instance.name),
        "seed": instance.seed,
        "objective": list(instance.objective),
        "candidates": [_candidate_data(one) for one in instance.candidates],
        "places": [_place_data(one) for one in instance.places],
        **_kept(
            pools=[{"id": one.id, "limit": one.limit, "places": list(one.places)} for one in instance.pools],
            reserves=[
                {"id": one.id, "tag": one.tag, "places": list(one.places), "at_least": one.at_least} for one in instance.reserves
            ],
        ),
    }


def _candidate_data(one: Candidate) -> dict[str, Any]:
    data = {"id": one.id, "tags": list(one.tags), "choices": [list(group) for group in one.choices]}
    optional = _kept(
        arrived=one.arrived,
        excluded=dict(one.excluded),
        together=one.together,
        previous=one.previous,
        pinned=one.pinned,
    )
    return data | optional | ({} if one.class_ == 1 else {"class": one.class_})


def _place_data(one: Place) -> dict[str, Any]:
    seats = [_seat_data(seat) for seat in one.seats]
    optional = _kept(host=one.host, tags=list(one.tags), equal=one.equal, tiers=dict(one.tiers))
    return {"id": one.id, "seats": seats} | optional


def _seat_data(one: Seat) -> dict[str, Any]:
    accepts = None if one.accepts is None else list(one.accepts)
    optional = _kept(minimum=one.minimum or None, accepts=accepts, requires=list(one.requires))
    return {"kind": one.kind, "capacity": one.capacity} | optional


def _kept(**optional: Any) -> dict[str, Any]:
    """The keys that hold something; the number 0 is something."""
    return {key: value for key, value in optional.items() if value not in (None, "", [], {}) and value is not False}


def instance_from_data(data: Any) -> Instance:
    """Read JSON data into an instance, checking every rule of "Form". Raises InputError with the path of the fault."""
    require_format(data, FORMAT)
    whole = members(data, "", ("format", "seed", "objective", "candidates", "places"), ("name", "pools", "reserves"))
    candidate_ids = _ids(whole["candidates"], "candidates")
    place_ids = _ids(whole["places"], "places")
    pools, reserves = whole.get("pools", []), whole.get("reserves", [])
    _ids(pools, "pools")
    _ids(reserves, "reserves")
    instance = Instance(
        seed=natural(whole["seed"], "seed"),
        objective=_read_objective(whole["objective"]),
        candidates=tuple(
            _read_candidate(one, f"candidates[{at}]", candidate_ids, place_ids) for at, one in enumerate(whole["candidates"])
        ),
        places=tuple(_read_place(one, f"places[{at}]", candidate_ids) for at, one in enumerate(whole["places"])),
        pools=tuple(_read_pool(one, f"pools[{at}]", place_ids) for at, one in enumerate(pools)),
        reserves=tuple(_read_reserve(one, f"reserves[{at}]", place_ids) for at, one in enumerate(reserves)),
        name=text(whole.get("name", ""), "name"),
    )
    _refuse_one_sided(instance)
    _refuse_unfit_pins(instance)
    return instance


def _ids(value: Any, path: str) -> frozenset[str]:
    """The ids of a list of objects, each once; the rest of the objects is looked at later."""
    found: set[str] = set()
    for at, one in enumerate(elements(value, path)):
        here = f"{path}[{at}]"
        if "id" not in mapping(one, here):
            raise InputError(f"{here}.id", "is missing")
        read = name(one["id"], f"{here}.id")
        if read in found:
            raise InputError(f"{here}.id", f"{read!r} stands twice")
        found.add(read)
    return frozenset(found)


def _read_objective(value: Any) -> tuple[str, ...]:
    levels = tuple(text(one, f"objective[{at}]") for at, one in enumerate(elements(value, "objective", empty=False)))
    for at, level in enumerate(levels):
        if not LEVEL.fullmatch(level):
            raise InputError(f"objective[{at}]", f"there is no level {level!r}")
    refuse_twice(levels, "objective")
    return levels


_CANDIDATE_OPTIONS = frozenset({"class", "arrived", "excluded", "together", "previous", "pinned"})


def _read_candidate(value: Any, path: str, candidates: frozenset[str], places: frozenset[str]) -> Candidate:
    data = members(value, path, ("id", "tags", "choices"), _CANDIDATE_OPTIONS)
    excluded = mapping(data.get("excluded", {}), f"{path}.excluded")
    return Candidate(
        id=data["id"],
        tags=names(data["tags"], f"{path}.tags"),
        choices=_read_choices(data["choices"], f"{path}.choices", places),
        class_=natural(data.get("class", 1), f"{path}.class"),
        arrived=natural(data["arrived"], f"{path}.arrived") if "arrived" in data else None,
        excluded={
            reference(place, join(f"{path}.excluded", place), places, "place"): text(reason, join(f"{path}.excluded", place))
            for place, reason in excluded.items()
        },
        together=reference(data["together"], f"{path}.together", candidates, "candidate") if "together" in data else None,
        previous=name(data["previous"], f"{path}.previous") if "previous" in data else None,
        pinned=reference(data["pinned"], f"{path}.pinned", places, "place") if "pinned" in data else None,
    )


def _read_choices(value: Any, path: str, places: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    listed = elements(value, path)
    groups = tuple(references(one, f"{path}[{at}]", places, "place", empty=False) for at, one in enumerate(listed))
    seen: set[str] = set()
    for at, group in enumerate(groups):
        for within, place in enumerate(group):
            if place in seen:
                raise InputError(f"{path}[{at}][{within}]", f"{place!r} stands twice among the choices")
        seen.update(group)
    return groups


def _read_place(value: Any, path: str, candidates: frozenset[str]) -> Place:
    data = members(value, path, ("id", "seats"), ("host", "tags", "equal", "tiers"))
    listed = elements(data["seats"], f"{path}.seats", empty=False)
    seats = tuple(_read_seat(one, f"{path}.seats[{at}]") for at, one in enumerate(listed))
    for at, seat in enumerate(seats):
        if any(other.kind == seat.kind for other in seats[:at]):
            raise InputError(f"{path}.seats[{at}].kind", f"{seat.kind!r} stands twice")
    tiers = mapping(data.get("tiers", {}), f"{path}.tiers")
    return Place(
        id=data["id"],
        seats=seats,
        host=name(data["host"], f"{path}.host") if "host" in data else None,
        tags=names(data.get("tags", []), f"{path}.tags"),
        equal=flag(data.get("equal", False), f"{path}.equal"),
        tiers={
            reference(one, join(f"{path}.tiers", one), candidates, "candidate"): natural(tier, join(f"{path}.tiers", one))
            for one, tier in tiers.items()
        },
    )


def _read_seat(value: Any, path: str) -> Seat:
    data = members(value, path, ("kind", "capacity"), ("minimum", "accepts", "requires"))
    seat = Seat(
        kind=name(data["kind"], f"{path}.kind"),
        capacity=natural(data["capacity"], f"{path}.capacity"),
        minimum=natural(data.get("minimum", 0), f"{path}.minimum"),
        accepts=names(data["accepts"], f"{path}.accepts", empty=False) if "accepts" in data else None,
        requires=names(data.get("requires", []), f"{path}.requires"),
    )
    if seat.minimum > seat.capacity:
        raise InputError(f"{path}.minimum", f"{seat.minimum} is more than the capacity, {seat.capacity}")
    return seat


def _read_pool(value: Any, path: str, places: frozenset[str]) -> Pool:
    data = members(value, path, ("id", "limit", "places"))
    inside = references(data["places"], f"{path}.places", places, "place", empty=False)
    return Pool(data["id"], natural(data["limit"], f"{path}.limit"), inside)


def _read_reserve(value: Any, path: str, places: frozenset[str]) -> Reserve:
    data = members(value, path, ("id", "tag", "places", "at_least"))
    inside = references(data["places"], f"{path}.places", places, "place", empty=False)
    return Reserve(data["id"], name(data["tag"], f"{path}.tag"), inside, natural(data["at_least"], f"{path}.at_least"))


def _refuse_one_sided(instance: Instance) -> None:
    partners = {one.id: one.together for one in instance.candidates}
    for at, one in enumerate(instance.candidates):
        if one.together == one.id:
            raise InputError(f"candidates[{at}].together", "nobody can be placed together with themselves")
        if one.together is not None and partners[one.together] != one.id:
            raise InputError(f"candidates[{at}].together", f"{one.together!r} does not ask for {one.id!r}")


def _refuse_unfit_pins(instance: Instance) -> None:
    places = {one.id: one for one in instance.places}
    for at, one in enumerate(instance.candidates):
        if one.pinned is None:
            continue
        if not any(one.pinned in group for group in one.choices):
            raise InputError(f"candidates[{at}].pinned", f"{one.pinned!r} is not among the choices")
        if one.pinned in one.excluded:
            raise InputError(f"candidates[{at}].pinned", f"{one.pinned!r} is excluded for {one.id!r}")
        if not eligible_kinds(one, places[one.pinned]):
            raise InputError(f"candidates[{at}].pinned", f"no kind of seat at {one.pinned!r} takes {one.id!r}")
