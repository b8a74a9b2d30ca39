"""What a run's page says in numbers, counted by tags alone. Nothing under five is stored.

A hidden number is None. In a column that is shown with its sum, one hidden number alone could be found by subtraction, so
the least of the others is hidden with it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from praksis.base.codes import TargetGroup
from praksis.rounds.bridge import SMALL, Row, Tandem

RANKS = {"1": (1, 1), "2": (2, 2), "3": (3, 3), "4-5": (4, 5), "6+": (6, None)}
"""The bars of a rank profile: first and last rank."""


def run_figures(rows: Sequence[Row], tandems: Sequence[Tandem], members: Mapping[str, str]) -> dict[str, Any]:
    """All figures of a run. `members` gives each entry's member id. See the parts for their shapes."""
    profile = _profile(rows)
    return {
        **_totals(rows, profile),
        "profile": profile,
        "groups": _groups(rows),
        "members": _members(rows, members),
        "tandems": _tandems(tandems),
    }


def blunted(counts: Sequence[int]) -> list[int | None]:
    """The counts of one column, those under five as None, and never exactly one None."""
    shown = [count if count >= SMALL else None for count in counts]
    left = [count for count in shown if count is not None]
    if left and len(left) == len(counts) - 1:
        shown[shown.index(min(left))] = None
    return shown


def _totals(rows: Sequence[Row], profile: Sequence[Mapping[str, Any]]) -> dict[str, int | None]:
    """`candidates`, `placed`, `without`, `first` (placed at a first wish), `wishes` (all that were sent), `lists` (sent lists).

    What the profile hides is hidden here too.
    """
    shown = {bar["rank"]: bar["count"] for bar in profile}
    candidates, lists = _at_least_five(len(rows)), _at_least_five(sum(row.wishes > 0 for row in rows))
    without = shown["none"]
    return {
        "candidates": candidates,
        "placed": None if without is None else _at_least_five(len(rows) - without),
        "without": without,
        "first": shown["1"],
        "wishes": sum(row.wishes for row in rows) if lists else None,
        "lists": lists,
    }


def _at_least_five(count: int) -> int | None:
    return count if count >= SMALL else None


def _profile(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """How many got which wish: {"rank": a key of RANKS or "none", "count": int or None}."""
    counts = Counter(_rank_name(row.rank) for row in rows)
    names = [*RANKS, "none"]
    return [{"rank": name, "count": count} for name, count in zip(names, blunted([counts[name] for name in names]), strict=True)]


def _rank_name(rank: int | None) -> str:
    if rank is None:
        return "none"
    return next(name for name, (_first, last) in RANKS.items() if last is None or rank <= last)


def _groups(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """For each target group in the round: {"group", "candidates", "placed", "without"}. Who has two needs counts in both."""
    people: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    for row in rows:
        groups = [tag for tag in row.tags if tag in TargetGroup]
        people.update(groups)
        placed.update(groups if row.rank is not None else [])
    return _split([group for group in TargetGroup if people[group]], people, placed, "group")


def _members(rows: Sequence[Row], members: Mapping[str, str]) -> list[dict[str, Any]]:
    """For each member with people in the round: {"member", "candidates", "placed", "without"}."""
    people = Counter(members[row.entry] for row in rows)
    placed = Counter(members[row.entry] for row in rows if row.rank is not None)
    return _split(sorted(people), people, placed, "member")


def _split(keys: Iterable[str], people: Counter[str], placed: Counter[str], name: str) -> list[dict[str, Any]]:
    """Placed and without are each other's complement, so they are hidden together."""
    listed = list(keys)
    sizes = blunted([people[key] for key in listed])
    least = [
        min(placed[key], people[key] - placed[key]) if size is not None else 0 for key, size in zip(listed, sizes, strict=True)
    ]
    shown = [count is not None for count in blunted(least)]
    return [
        {
            name: key,
            "candidates": size,
            "placed": placed[key] if show else None,
            "without": people[key] - placed[key] if show else None,
        }
        for key, size, show in zip(listed, sizes, shown, strict=True)
    ]


def _tandems(tandems: Sequence[Tandem]) -> dict[str, int]:
    """Places, not people: `all`, `open`, `one_missing` (some kinds lacked applicants, not all), `none` (all lacked), `other`."""
    closed = [tandem for tandem in tandems if not tandem.open]
    none = sum(tandem.missing == tandem.kinds for tandem in closed)
    some = sum(0 < tandem.missing < tandem.kinds for tandem in closed)
    opened = len(tandems) - len(closed)
    return {"all": len(tandems), "open": opened, "one_missing": some, "none": none, "other": len(closed) - none - some}
