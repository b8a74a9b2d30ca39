"""Eligibility, apart from allocation: who may have which seat, and every reason why not. And who may do what with a round.

A lack that can be mended (a paper) does not stop a wish; what cannot be mended does. The engine sees only tags:
a candidate may have a seat when its tags meet `accepts` in at least one and hold all of `requires` (engine.md, «Meaning»).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from praksis.accounts.models import User
from praksis.base.codes import TargetGroup
from praksis.candidates.models import Need
from praksis.candidates.rules import may_place_in
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place, Seat
from praksis.organisations.choices import Role
from praksis.rounds.models import EntryLink, Round

Status = Literal["ok", "lacks_paper", "never"]
TRAINING_APPROVAL = "training_approval"
DECIDING_ROLES = frozenset({Role.COORDINATOR, Role.LEAD})


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether an entry may have a place. `code` says why not (`group`, or see `exclusion`);
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


def seat_accepts(seat: Seat, *, trains: bool = True) -> list[str]:
    """The engine's `accepts` of a seat: its groups, each within the seat's fields where it names any.

    An apprentice needs a host approved as a training company (opplæringslova § 7-5, § 7-6): `trains` says whether it is.
    A seat that nobody may have for want of it accepts a tag that nobody holds.
    """
    groups = [group for group in seat.groups if trains or group != TargetGroup.APPRENTICE]
    if not groups:
        return [TRAINING_APPROVAL]
    if not seat.fields:
        return sorted(groups)
    return sorted(f"{group}.{field}" for group in groups for field in seat.fields)


def seat_requires(seat: Seat) -> list[str]:
    """The engine's `requires` of a seat."""
    return sorted(f"paper:{paper}" for paper in seat.requires)


def place_is_closed(place: Place) -> bool:
    """Whether nobody can have the place any more: it is not open, or its host is gone."""
    return place.stage != PlaceStage.OPEN or place.host.closed_on is not None


def exclusion(tags: Collection[str], excluded_hosts: Mapping[str, str], place: Place, on: date) -> str:
    """Why a place is closed to an entry whatever its seats accept; empty when nothing stops it.

    The codes: `place_closed`, those of `Conflict`, and `training_approval` for whoever is an apprentice and nothing else.
    """
    if place_is_closed(place):
        return "place_closed"
    if excluded_hosts and (code := excluded_hosts.get(str(place.host_id))):
        return code
    if TargetGroup.APPRENTICE in tags and not place.host.may_train_apprentices(on) and _is_apprentice_only(tags):
        return TRAINING_APPROVAL
    return ""


def _is_apprentice_only(tags: Collection[str]) -> bool:
    return not any(group in tags for group in TargetGroup if group != TargetGroup.APPRENTICE)


def fit(tags: Iterable[str], excluded_hosts: Mapping[str, str], place: Place, on: date) -> Fit:
    """Whether an entry with these tags may have `place` (with `seats` and `host` loaded) on the day `on`."""
    held = frozenset(tags)
    if code := exclusion(held, excluded_hosts, place, on):
        return Fit("never", code=code)
    trains = place.host.may_train_apprentices(on)
    lacking = {
        seat.kind: tuple(tag.removeprefix("paper:") for tag in seat_requires(seat) if tag not in held)
        for seat in place.seats.all()
        if held & set(seat_accepts(seat, trains=trains))
    }
    if not lacking:
        return Fit("never", code="group")
    fewest = min(lacking.values(), key=len)
    return Fit("lacks_paper" if fewest else "ok", tuple(sorted(lacking)), fewest)


def may_coordinate(user: User, round_: Round) -> bool:
    """Order runs, change the round: coordinators and leads of the member that owns it."""
    return _holds(user, round_.owner_id, DECIDING_ROLES)


def may_publish_for(user: User, member_id: UUID) -> bool:
    """Publish a member's own part of a run: that member's coordinators and leads."""
    return _holds(user, member_id, DECIDING_ROLES)


def may_rank_for(user: User, link: EntryLink) -> bool:
    """Change a list: the candidate, a guardian, and the member's staff for whoever cannot sign in."""
    candidate = link.candidate
    if candidate.user_id == user.pk or candidate.guardians.filter(user=user).exists():
        return True
    return not candidate.digital and may_place_in(user, candidate.member_id, candidate.unit_id)


def may_name_auditor(user: User, round_: Round, member_id: UUID) -> bool:
    """Name an auditor of a round for a member: that member's leads, where it takes part."""
    return _holds(user, member_id, {Role.LEAD}) and round_.members.filter(pk=member_id).exists()


def may_end_auditor(user: User, round_: Round) -> bool:
    """End an auditor of a round: the leads of all members that take part, since all their people stand in the files."""
    return user.memberships.current().filter(role=Role.LEAD, member__in=round_.members.all()).exists()


def may_audit(user: User, round_: Round) -> bool:
    """Check a round whole: its auditors, whom nothing else stops (`RoundQuerySet.audited_by`)."""
    return Round.objects.audited_by(user).filter(pk=round_.pk).exists()


def _holds(user: User, member_id: UUID, roles: Collection[Role]) -> bool:
    return user.is_authenticated and user.memberships.current().filter(member=member_id, role__in=roles).exists()
