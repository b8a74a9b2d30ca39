"""Eligibility, apart from allocation: who may have which seat, and every reason why not. And who may do what with a round.

A lack that can be mended (a paper) does not stop a wish; what cannot be mended does. The engine sees only tags:
a candidate may have a seat when its tags meet `accepts` in at least one and hold all of `requires` (engine.md, «Meaning»).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from praksis.accounts.models import User
from praksis.base.codes import TargetGroup
from praksis.candidates.models import Need
from praksis.catalogue.models import Place, Seat
from praksis.organisations.choices import Role
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Round

Status = Literal["ok", "lacks_paper", "never"]


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether an entry may have a place. `code` says why not (`group`, `worked_there`, `relation`, `training_approval`);
    `papers` are those that are missing; `kinds` the seat kinds that would take the entry when the papers are there."""

    status: Status
    kinds: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    code: str = ""


def entry_tags(need: Need, papers: Iterable[str]) -> list[str]:
    """The tags of a need: its group, its group within its field, dimensions for counting, and the papers shown."""
    tags = {need.target_group, f"{need.target_group}.{need.field}", f"field:{need.field}", f"period:{need.season}"}
    if need.municipality:
        tags.add(f"zone:{need.municipality}")
    if need.programme_id:
        tags.add(f"programme:{need.programme_id}")
    return sorted(tags | {f"paper:{paper}" for paper in papers})


def priority_class(group: str) -> int:
    """0 for those who must have practice to pass (mandatory practice), 1 for all others."""
    return 0 if group == TargetGroup.STUDENT_MANDATORY else 1


def seat_accepts(seat: Seat) -> list[str]:
    """The engine's `accepts` of a seat: its groups, each within the seat's fields where it names any."""
    if not seat.fields:
        return sorted(seat.groups)
    return sorted(f"{group}.{field}" for group in seat.groups for field in seat.fields)


def seat_requires(seat: Seat) -> list[str]:
    """The engine's `requires` of a seat."""
    return sorted(f"paper:{paper}" for paper in seat.requires)


def exclusion(tags: Iterable[str], excluded_hosts: Mapping[str, str], place: Place, on: date) -> str:
    """Why a place is closed to an entry whatever its seats accept: a conflict with the host, or a host that may not train.

    An apprentice needs a host approved as a training company (opplæringslova § 7-5, § 7-6). Empty when nothing stops it.
    """
    if code := excluded_hosts.get(str(place.host_id)):
        return code
    if TargetGroup.APPRENTICE in tags and not place.host.may_train_apprentices(on):
        return "training_approval"
    return ""


def fit(tags: Iterable[str], excluded_hosts: Mapping[str, str], place: Place, on: date) -> Fit:
    """Whether an entry with these tags may have `place` (with `seats` and `host` loaded) on the day `on`."""
    held = frozenset(tags)
    if code := exclusion(held, excluded_hosts, place, on):
        return Fit("never", code=code)
    lacking = {
        seat.kind: tuple(tag.removeprefix("paper:") for tag in seat_requires(seat) if tag not in held)
        for seat in place.seats.all()
        if held & set(seat_accepts(seat))
    }
    if not lacking:
        return Fit("never", code="group")
    fewest = min(lacking.values(), key=len)
    return Fit("lacks_paper" if fewest else "ok", tuple(sorted(lacking)), fewest)


def may_coordinate(user: User, round_: Round) -> bool:
    """Order runs, see figures, change the round: coordinators and leads of the member that owns it."""
    return _holds(user, round_.owner_id, {Role.COORDINATOR, Role.LEAD})


def may_publish_for(user: User, member_id: object) -> bool:
    """Publish a member's own part of a run: that member's coordinators and leads."""
    return _holds(user, member_id, {Role.COORDINATOR, Role.LEAD})


def may_see_round(user: User, round_: Round) -> bool:
    """The round's page with its figures: staff of the members in it, and of the region (board, lead, operator not)."""
    members = set(round_.members.values_list("pk", flat=True)) | {round_.owner_id}
    return user.is_authenticated and user.memberships.current().filter(member__in=members).exclude(role=Role.OPERATOR).exists()


def may_rank(round_: Round) -> bool:
    """Wishes may be changed while the round takes them."""
    return round_.state == RoundState.RANKING and round_.takes_wishes()


def _holds(user: User, member_id: object, roles: set[Role]) -> bool:
    return user.is_authenticated and user.memberships.current().filter(member=member_id, role__in=roles).exists()
