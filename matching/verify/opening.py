"""Which closed places could have opened, each by itself, with people who would all rather be there.

The source is docs/how/engine.md, "The policies": eligible people who all would rather be there, and leave no other place
broken, pools, pins and partners kept. What is plain is told at once; the rest is a small model of the people who could
come, of where they are now, and of who stays there.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from matching.problem import Candidate, Place, Pool
from matching.verify.bounds import WholeModel
from matching.verify.report import Problem
from matching.verify.rules import Seated, always_open, place_of
from matching.verify.stability import Unit, can_hold, is_free, kinds_for, units_of, would_rather


def wrong_could_open(seated: Seated) -> tuple[list[Problem], list[str]]:
    """A number of places that could have opened that is wrong, or a note that it could not be checked."""
    coming = _coming(seated)
    answers = [_could_open(seated, place, coming[place.id]) for place in seated.instance.places if place.id in coming]
    least, most = answers.count(True), len(answers) - answers.count(False)
    claimed = seated.result.could_open
    if claimed is None or least <= claimed <= most:
        return [], [] if least == most else ["could_open not checked"]
    return [Problem("could-open", f"{least} closed places could have opened, not {claimed}")], []


def _coming(seated: Seated) -> dict[str, list[Unit]]:
    """For each closed place the units that all would rather be there, where there are any."""
    coming: dict[str, list[Unit]] = {}
    opened = set(seated.result.open)
    for unit in units_of(seated):
        wished = (place for group in unit[0].choices for place in group if place not in opened)
        for place in wished if is_free(unit) else ():
            if all(would_rather(seated, one, place) and kinds_for(seated.places[place], one) for one in unit):
                coming.setdefault(place, []).append(unit)
    return coming


def _could_open(seated: Seated, place: Place, coming: list[Unit]) -> bool | None:
    """Whether some of the units would fill the place; None where that is not decided."""
    if not can_hold(place, [], coming, math.inf):
        return False
    if can_hold(place, [], [unit for unit in coming if _misses_nothing(seated, unit)], _room(seated, place)):
        return True
    part = _part(seated, place, coming)
    model = WholeModel(part)
    model.hold(sum(model.at[one.id, place.id] for unit in coming for one in unit) >= 1)
    for one in part.candidates.values():
        if place_of(seated, one.id) is not None:
            model.hold(sum(model.at[one.id, at] for group in one.choices for at in group) == 1)
    return model.is_possible()


def _misses_nothing(seated: Seated, unit: Unit) -> bool:
    """Whether the unit can leave with no other place asking."""
    here = place_of(seated, unit[0].id)
    return here is None or (always_open(seated.places[here]) and not seated.places[here].equal)


def _room(seated: Seated, place: Place) -> float:
    """How many may come for certain, whoever they are."""
    pools = (pool for pool in seated.instance.pools if place.id in pool.places)
    return min((pool.limit - _people(seated, pool) for pool in pools), default=math.inf)


def _people(seated: Seated, pool: Pool) -> int:
    return sum(seated.people[one] for one in pool.places)


def _part(seated: Seated, place: Place, coming: list[Unit]) -> Seated:
    """The round of those who could come and those who sit where these sit now: everybody stays, or comes."""
    could = {one.id for unit in coming for one in unit}
    left = {place_of(seated, one) for one in could} | {place.id}
    people = [one for one in seated.instance.candidates if one.id in could or place_of(seated, one.id) in left]
    instance = replace(
        seated.instance,
        candidates=tuple(_who_may(seated, one, place.id if one.id in could else None) for one in people),
        places=tuple(one for one in seated.instance.places if one.id in left),
        pools=tuple(_inside(seated, seated.instance.pools, left)),
        reserves=(),
    )
    return Seated(instance, seated.result)


def _who_may(seated: Seated, one: Candidate, come: str | None) -> Candidate:
    here = place_of(seated, one.id)
    return replace(one, choices=tuple((at,) for at in (here, come) if at is not None))


def _inside(seated: Seated, pools: Iterable[Pool], places: set[str | None]) -> Iterable[Pool]:
    """The pools as the people elsewhere leave them."""
    for pool in pools:
        inside = tuple(one for one in pool.places if one in places)
        elsewhere = _people(seated, pool) - sum(seated.people[one] for one in inside)
        if inside:
            yield replace(pool, places=inside, limit=pool.limit - elsewhere)
