"""The policy `repair`, checked against the changed round, where `previous` is the place that somebody had.

The source is docs/how/engine.md, "The commands", repair: whose place cannot be open with the people who are left, and whose
partner withdrew, is released; nobody else with a place gets a worse rank. That a partner withdrew cannot be seen in the
changed round, so the ids of all who are released come with the level `released`.
"""

import math
from collections import defaultdict

from matching.problem import Candidate
from matching.verify.levels import released_ids
from matching.verify.report import Problem, Problems
from matching.verify.rules import Seated, place_of, rank_of
from matching.verify.stability import can_hold


def wrong_repair(seated: Seated) -> Problems:
    """Who is called released and is not, or the other way round, and who stays at a worse rank."""
    released = set(released_ids(seated))
    yield from _wrong_released(seated)
    for one in seated.instance.candidates:
        if one.previous is not None and one.id not in released and not _is_no_worse(one, place_of(seated, one.id)):
            message = f"{one.id} stays, had {one.previous}, and got {place_of(seated, one.id) or 'no place'}"
            yield Problem("stays", message, (one.id, one.previous))


def _is_no_worse(one: Candidate, here: str | None) -> bool:
    had, has = rank_of(one, one.previous or ""), None if here is None else rank_of(one, here)
    return had is not None and has is not None and has <= had


def _wrong_released(seated: Seated) -> Problems:
    listed, broken = released_ids(seated), _at_broken_places(seated)
    if listed != sorted(set(listed)):
        yield Problem("released", "the released are not in the order of their ids, each once")
    for id_ in sorted(broken - set(listed)):
        yield Problem("released", f"{id_} had a place that is broken, and is not called released", (id_,))
    for id_ in listed:
        one = seated.candidates.get(id_)
        if one is None:
            yield Problem("unknown", f"there is no candidate {id_} to be released", (id_,))
        elif one.previous is None or (id_ not in broken and one.together is not None):
            yield Problem("released", f"{id_} is called released, and has nothing to be released from", (id_,))


def _at_broken_places(seated: Seated) -> set[str]:
    """Whose places cannot hold all who were there and are left, kinds given anew."""
    had: dict[str, list[Candidate]] = defaultdict(list)
    for one in seated.instance.candidates:
        if one.previous is not None:
            had[one.previous].append(one)
    broken: set[str] = set()
    for place, people in had.items():
        if place not in seated.places or not can_hold(seated.places[place], people, [], math.inf):
            broken |= {one.id for one in people}
    return broken
