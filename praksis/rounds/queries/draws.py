"""The draw: what everyone may see of a round's, and one's own part of the commitment."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from praksis.catalogue.models import Place
from praksis.rounds import bridge
from praksis.rounds.models import Choice, EntryLink, Outcome, Publication, Round, Run


def public_draws() -> QuerySet[Round]:
    """The rounds whose seed everyone may see: those that have been opened for wishes, the newest first."""
    return Round.objects.filter(seed_published_at__isnull=False).order_by("-seed_published_at", "pk")


def published_run(round_: Round) -> Run | None:
    """The run that members have published; they all publish the same."""
    first = Publication.objects.filter(round=round_).select_related("run").order_by("published_at", "pk").first()
    return first.run if first else None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A wish, and what its entry drew for the place."""

    rank: int
    place: Place
    draw: str


@dataclass(frozen=True, slots=True)
class OwnDraw:
    """An entry's part of the commitment to the published run. `leaf` is empty where there is none; `faults` should be."""

    run: Run
    place: Place | None
    leaf: dict[str, Any]
    faults: list[str]
    commands: str
    wishes: list[Drawn]


def own_draw(link: EntryLink) -> OwnDraw | None:
    """What the entry drew and got, held against the root that is published; None until its member has published."""
    publication = Publication.objects.filter(round=link.round_id, member=link.member_id).select_related("run").first()
    if publication is None:
        return None
    run = publication.run
    outcome = Outcome.objects.filter(run=run, entry=link.entry_id).select_related("place").first()
    if outcome is None or not outcome.leaf:
        return OwnDraw(run, outcome.place if outcome else None, {}, [], "", [])
    faults = list(_faults(link, run, outcome))
    return OwnDraw(run, outcome.place, outcome.leaf, faults, bridge.commands_for(outcome.leaf), list(_wishes(link, run)))


def _faults(link: EntryLink, run: Run, outcome: Outcome) -> Iterator[str]:
    """What is wrong: the leaf is of this entry, with the published seed and the place that is shown, and leads to the root."""
    shown = {
        "seed": link.round.seed,
        "candidate": str(link.entry_id),
        "place": str(outcome.place_id) if outcome.place_id else None,
    }
    yield from (f"{key}: {outcome.leaf[key]}, {value}" for key, value in shown.items() if outcome.leaf[key] != value)
    yield from bridge.leaf_faults(outcome.leaf, run.root)


def _wishes(link: EntryLink, run: Run) -> Iterator[Drawn]:
    for choice in Choice.objects.filter(entry=link.entry_id).select_related("place").order_by("rank", "place_id"):
        yield Drawn(choice.rank, choice.place, bridge.drawn_for(run.seed, str(link.entry_id), str(choice.place_id)))
