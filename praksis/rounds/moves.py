"""Moves on a list of wishes, as its buttons make them: pure functions from tie groups to tie groups."""

from collections.abc import Callable, Sequence
from uuid import UUID

type Groups = Sequence[Sequence[UUID]]


def move_up(groups: Groups, place: UUID) -> list[list[UUID]]:
    """Out of its tie and above it, or past the group above. ValueError for a place that is not there, as in all moves."""
    return _past(groups, place, -1)


def move_down(groups: Groups, place: UUID) -> list[list[UUID]]:
    """Out of its tie and below it, or past the group below."""
    return _past(groups, place, 1)


def _past(groups: Groups, place: UUID, step: int) -> list[list[UUID]]:
    at = _where(groups, place)
    moved = [list(group) for group in groups]
    if len(moved[at]) > 1:
        moved[at].remove(place)
        moved.insert(at if step < 0 else at + 1, [place])
        return moved
    to = at + step
    if 0 <= to < len(moved):
        moved[at], moved[to] = moved[to], moved[at]
    return moved


def level(groups: Groups, place: UUID) -> list[list[UUID]]:
    """Wanted as much as the one above; once more undoes it."""
    at = _where(groups, place)
    moved = [list(group) for group in groups]
    if len(moved[at]) > 1:
        moved[at].remove(place)
        moved.insert(at + 1, [place])
    elif at > 0:
        moved[at - 1] += moved.pop(at)
    return moved


def remove(groups: Groups, place: UUID) -> list[list[UUID]]:
    """Off the list."""
    kept = [[one for one in group if one != place] for group in groups]
    return [group for group in kept if group]


def _where(groups: Groups, place: UUID) -> int:
    for at, group in enumerate(groups):
        if place in group:
            return at
    raise ValueError(place)


MOVES: dict[str, Callable[[Groups, UUID], list[list[UUID]]]] = {
    "up": move_up,
    "down": move_down,
    "level": level,
    "remove": remove,
}
