"""The one door to `matching`: a round as an instance, and the engine's answer as plain rows. No person is read here."""

import gzip
import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from matching.draw import Leaves, by_hand, commit, leaves_to_data, proof_faults, proof_from_data, proof_to_data, proofs
from matching.explain import Reason, explain
from matching.problem import Candidate, InputError, Instance, Pool, Reserve, Seat, canonical_json, eligible_kinds, lottery_words
from matching.problem import Place as EnginePlace
from matching.result import Result, result_to_data
from matching.verify import verify
from praksis.catalogue.choices import SeatRule
from praksis.catalogue.models import Place
from praksis.catalogue.models import Pool as PoolModel
from praksis.rounds.models import Choice, Round
from praksis.rounds.rules import exclusion, seat_accepts, seat_requires

if TYPE_CHECKING:
    from matching.solve import Progress as Solving

__all__ = [
    "Allocation",
    "InputError",
    "Instance",
    "NotVerifiedError",
    "Row",
    "allocate",
    "build_problem",
    "commands_for",
    "drawn_for",
    "instance_file",
    "leaf_faults",
]

READ_AT_ONCE = 5000
SMALL = 5
"""Numbers of other people below this are not stored with a reason."""
type Progress = Callable[[str, int], None]
type Facts = Mapping[str, Any]
type Groups = list[tuple[str, ...]]


class NotVerifiedError(Exception):
    """The independent check did not accept a result. `codes` are the broken rules, as `matching.verify.CODES` has them."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


@dataclass(frozen=True, slots=True)
class Row:
    """What one entry got: a place and a kind of seat, or none, a reason for every choice above it, and its leaf (`draw.py`)."""

    entry: str
    tags: tuple[str, ...]
    wishes: int
    place: str | None
    kind: str
    rank: int | None
    reasons: list[dict[str, Any]]
    leaf: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tandem:
    """A place whose kinds open together. `missing` counts kinds with fewer applicants than they need."""

    place: str
    open: bool
    kinds: int
    missing: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """A result that the independent check has accepted, and a commitment to it. `levels` are {level, value, bound, proven};
    `file` and `leaves` are gzip JSON, `root` 64 hexadecimal digits."""

    engine: str
    seconds: float
    limit: str
    levels: list[dict[str, Any]]
    notes: list[str]
    rows: list[Row]
    tandems: list[Tandem]
    file: bytes
    leaves: bytes
    root: str


def build_problem(round_: Round, on: date | None = None) -> Instance:
    """The round as the engine sees it, on the day `on` (today). Reads entries, choices, places, pools and reserves; no person.

    Ids are the rows' UUIDs as text. A list counts once it is sent; an entry without one is there, with no choices. A place that
    is closed stays, and whoever chose it is `excluded` from it as `place_closed`: so the ranks of the other choices do not move.
    Seats that are taken already are not given again. Partners are together when both have asked for it.
    Raises InputError when somebody is pinned to a place they did not choose or may not have.
    """
    places = _places(round_)
    today = on or timezone.localdate()
    instance = Instance(
        seed=round_.seed,
        objective=tuple(round_.objective),
        candidates=tuple(_candidates(round_, places, today)),
        places=tuple(_place(place, today) for place in places.values()),
        pools=tuple(_pools(places)),
        reserves=tuple(_reserves(round_, places)),
        name=round_.name,
    )
    _refuse_unfit_pins(instance)
    return instance


def instance_file(instance: Instance) -> tuple[str, bytes]:
    """The instance's digest (SHA-256 of its canonical form) and that form gzipped; the same instance gives the same bytes."""
    written = canonical_json(instance)
    return hashlib.sha256(written).hexdigest(), gzip.compress(written, 3, mtime=0)


def _places(round_: Round) -> dict[str, Place]:
    """The round's places, and those that have left it but stand on a list, by id."""
    wanted = Choice.objects.filter(entry__round=round_).order_by().values("place").distinct()
    listed = Place.objects.filter(in_round__round=round_) | Place.objects.filter(pk__in=wanted)
    loaded = listed.select_related("host").prefetch_related("seats").distinct().order_by("pk")
    return {str(place.pk): place for place in loaded}


def _place(place: Place, today: date) -> EnginePlace:
    trains = place.host.may_train_apprentices(today)
    return EnginePlace(
        id=str(place.pk),
        seats=tuple(
            Seat(
                kind=seat.kind,
                capacity=seat.capacity - seat.taken,
                minimum=_minimum(place.rule, seat.capacity, seat.minimum, seat.taken),
                accepts=tuple(seat_accepts(seat, trains=trains)),
                requires=tuple(seat_requires(seat)),
            )
            for seat in place.seats.all()
        ),
        host=str(place.host_id),
        tags=(f"field:{place.field}", f"period:{place.season}", f"zone:{place.municipality}"),
        equal=place.rule == SeatRule.EQUAL,
    )


def _minimum(rule: str, capacity: int, minimum: int, taken: int) -> int:
    """A tandem that opens whole needs all its seats; the others what the host said, less those that are taken already."""
    return capacity - taken if rule == SeatRule.WHOLE else max(0, minimum - taken)


def _candidates(round_: Round, places: Mapping[str, Place], today: date) -> Iterator[Candidate]:
    wishes = _wishes(round_)
    partners = dict(round_.entries.filter(together__isnull=False).values_list("pk", "together"))
    columns = ("pk", "tags", "priority_class", "arrived", "excluded_hosts", "pinned")
    for pk, tags, class_, arrived, hosts, pinned in round_.entries.order_by("pk").values_list(*columns).iterator(READ_AT_ONCE):
        groups = wishes.get(pk, [])
        partner = partners.get(pk)
        yield Candidate(
            id=str(pk),
            tags=tuple(tags),
            choices=tuple(groups),
            class_=class_,
            arrived=arrived,
            excluded=_excluded(frozenset(tags), hosts, groups, places, today),
            together=str(partner) if partner and partners.get(partner) == pk else None,
            pinned=str(pinned) if pinned else None,
        )


def _wishes(round_: Round) -> dict[uuid.UUID, Groups]:
    """The sent lists: for each entry its groups of place ids, best first, without gaps."""
    rows = Choice.objects.filter(entry__round=round_, entry__sent_at__isnull=False).order_by("entry_id", "rank", "place_id")
    found: dict[uuid.UUID, Groups] = {}
    before: tuple[uuid.UUID, int] | None = None
    for entry, place, rank in rows.values_list("entry_id", "place_id", "rank").iterator(READ_AT_ONCE):
        groups = found.setdefault(entry, [])
        if before == (entry, rank):
            groups[-1] = (*groups[-1], str(place))
        else:
            groups.append((str(place),))
        before = entry, rank
    return found


def _excluded(
    tags: Collection[str], hosts: Mapping[str, str], groups: Groups, places: Mapping[str, Place], today: date
) -> dict[str, str]:
    reasons = ((one, exclusion(tags, hosts, places[one], today)) for group in groups for one in group)
    return {one: reason for one, reason in reasons if reason}


def _pools(places: Mapping[str, Place]) -> Iterator[Pool]:
    """Limits over places of the round. People who sit in the pool's places already, in the round or not, count against it."""
    for pool in PoolModel.objects.filter(places__in=places.values()).distinct().prefetch_related("places").order_by("pk"):
        inside = [str(place.pk) for place in pool.places.all() if str(place.pk) in places]
        seated = sum(place.seats_taken for place in pool.places.all())
        yield Pool(id=str(pool.pk), limit=max(0, pool.limit - seated), places=tuple(inside))


def _reserves(round_: Round, places: Mapping[str, Place]) -> Iterator[Reserve]:
    for reserve in round_.reserves.prefetch_related("places").order_by("pk"):
        if inside := tuple(str(place.pk) for place in reserve.places.all() if str(place.pk) in places):
            yield Reserve(id=str(reserve.pk), tag=reserve.target_group, places=inside, at_least=reserve.at_least)


def _refuse_unfit_pins(instance: Instance) -> None:
    places = {place.id: place for place in instance.places}
    for candidate in instance.candidates:
        if candidate.pinned is None:
            continue
        asked = any(candidate.pinned in group for group in candidate.choices)
        if not asked or not eligible_kinds(candidate, places[candidate.pinned]):
            raise InputError(f"candidates.{candidate.id}.pinned", "is not among the choices, or is closed to the candidate")


def allocate(instance: Instance, policy: str, *, time_limit: int, progress: Progress) -> Allocation:
    """Solve, check and explain. `progress` hears what is being done and its share, 0 to 100. `time_limit` is in seconds.

    Raises NotVerifiedError when the independent check finds anything wrong: then there is no result at all.
    Raises InputError when the pins cannot all hold.
    """
    from matching.solve import solve  # the solver takes a second to load, which only the worker shall wait for

    progress("solve", 5)
    result = solve(instance, policy, time_limit, lambda now: progress("solve", _share(now)))
    progress("verify", 70)
    report = verify(instance, result)
    if not report.ok:
        raise NotVerifiedError(sorted({problem.rule for problem in report.problems}))
    progress("explain", 80)
    commitment, leaves = commit(instance, result)
    return Allocation(
        engine=result.engine,
        seconds=result.seconds,
        limit=result.limit or "",
        levels=[{"level": one.level, "value": one.value, "bound": one.bound, "proven": one.proven} for one in result.levels],
        notes=list(report.notes),
        rows=list(_rows(instance, result, leaves)),
        tandems=list(_tandems(instance, result)),
        file=_zipped(result_to_data(result)),
        leaves=_zipped(leaves_to_data(leaves)),
        root=commitment.root,
    )


def _zipped(data: Mapping[str, Any]) -> bytes:
    return gzip.compress(json.dumps(data, sort_keys=True).encode(), mtime=0)


def leaf_faults(leaf: Mapping[str, Any], root: str) -> list[str]:
    """What is wrong with an entry's leaf as it is stored, held against the run's root; empty when it holds."""
    return proof_faults(proof_from_data(dict(leaf)), root)


def commands_for(leaf: Mapping[str, Any]) -> str:
    """The commands by which somebody computes that root without this software."""
    return by_hand(proof_from_data(dict(leaf)))


def drawn_for(seed: int, entry: str, place: str) -> str:
    """What an entry draws for a place under the policy `optimal`: the three words of the lottery, 12 hexadecimal digits."""
    return "".join(f"{word:04x}" for word in lottery_words(seed, entry, place))


def _share(now: "Solving") -> int:
    """Solving is taken to be from 5 to 70 per cent of the work."""
    return 5 + int(65 * now.share)


def _rows(instance: Instance, result: Result, leaves: Leaves) -> Iterator[Row]:
    reasons = explain(instance, result)
    leaf = {proof.leaf.candidate: proof_to_data(proof) for proof in proofs(leaves)}
    places = {place.id: place for place in instance.places}
    for candidate in instance.candidates:
        place, kind = result.assignment.get(candidate.id, (None, ""))
        yield Row(
            entry=candidate.id,
            tags=candidate.tags,
            wishes=sum(map(len, candidate.choices)),
            place=place,
            kind=kind,
            rank=next((rank for rank, group in enumerate(candidate.choices, 1) if place in group), None),
            reasons=[reason_data(reason, eligible_kinds(candidate, places[reason.place])) for reason in reasons[candidate.id]],
            leaf=leaf[candidate.id],
        )


def reason_data(reason: Reason, own_kinds: Collection[str]) -> dict[str, Any]:
    """A reason as it is stored: what is the reader's own is whole, numbers of others under five are null, and whom the other
    kinds of seats accept is left out (it could tell which group someone comes from). `own_kinds` are those open to the reader."""
    fixed = {"code": reason.code, "place": reason.place, "rank": reason.rank, "capacity": reason.capacity}
    return fixed | {"asked": _blunt(reason.asked)} | _FACTS[reason.code](reason.facts, own_kinds)


def _blunt(count: int) -> int | None:
    return count if count >= SMALL else None


def _eligibility_facts(facts: Facts, _own: Collection[str]) -> dict[str, Any]:
    """Why not, and the papers that lack for the kind of seat that is nearest."""
    papers = [kind["missing"] for kind in facts["kinds"] if not kind["accepts"]]
    return {"excluded": facts["excluded"], "papers": [one.removeprefix("paper:") for one in min(papers, key=len, default=[])]}


def _tandem_facts(facts: Facts, own: Collection[str]) -> dict[str, Any]:
    return {"other_half": any(kind["wanted"] and kind["kind"] not in own for kind in facts["kinds"])}


def _cost_facts(facts: Facts, _own: Collection[str]) -> dict[str, Any]:
    counts = {name: _blunt(facts[name]) for name in ("moved", "up", "down", "lost", "gained")}
    return {name: facts[name] for name in ("level", "part", "amount", "exact")} | counts


def _order_facts(facts: Facts, _own: Collection[str]) -> dict[str, Any]:
    """Under `stable` and `queue`: by what those who are there come before, and how many by each."""
    before = {by: _blunt(count) for by, count in facts["before"].items() if count}
    return {"rule": facts.get("rule", "pool"), "before": before, "pinned": facts["pinned"] > 0}


_FACTS: dict[str, Callable[[Facts, Collection[str]], dict[str, Any]]] = {
    "not_eligible": _eligibility_facts,
    "tandem_missing": _tandem_facts,
    "cost": _cost_facts,
    "closed": lambda facts, _own: {"pool": bool(facts["pool"])},
    "impossible": lambda facts, _own: {"rule": facts["rule"]},
    "not_found": lambda facts, _own: {"rule": facts["rule"]},
    "full": _order_facts,
    "pool_full": _order_facts,
    "partner": lambda _facts, _own: {},
    "room_later": lambda _facts, _own: {},
    "blocking": lambda _facts, _own: {},
}


def _tandems(instance: Instance, result: Result) -> Iterator[Tandem]:
    """The places with several kinds that open together: filled whole, or in equal numbers."""
    asked = _applicants(instance)
    opened = set(result.open) & {place for place, _ in result.assignment.values()}
    for place in instance.places:
        needs = {seat.kind: seat.minimum or int(place.equal) for seat in place.seats}
        if len(needs) > 1 and all(needs.values()):
            missing = sum(asked[place.id, kind] < need for kind, need in needs.items())
            yield Tandem(place.id, place.id in opened, len(needs), missing)


def _applicants(instance: Instance) -> Counter[tuple[str, str]]:
    """How many may have each kind of seat they asked for."""
    places = {place.id: place for place in instance.places}
    asked: Counter[tuple[str, str]] = Counter()
    for candidate in instance.candidates:
        for group in candidate.choices:
            for place in group:
                asked.update((place, kind) for kind in eligible_kinds(candidate, places[place]))
    return asked
