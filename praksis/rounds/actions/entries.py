"""A member puts its people into a round."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.candidates.models import Conflict, HeldPaper, Need
from praksis.candidates.rules import may_place_for
from praksis.organisations.models import Member
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Entry, EntryLink, Round
from praksis.rounds.rules import entry_tags, priority_class

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Entered:
    """How many people came in, and how many of those who were there got new facts."""

    new: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Facts:
    tags: list[str]
    priority_class: int
    excluded_hosts: dict[str, str]


@transaction.atomic
def enter_candidates(*, round_: Round, member: Member, by: User) -> Entered:
    """Put the member's people with a need in the round's season into it; bring the facts of those who are there up to date.

    Copies pseudonym, tags and facts for eligibility into `Entry`; who it is stays in `EntryLink`. Somebody with several
    needs is one entry, with the union of the tags and the least class. Papers count when they are valid on the day papers
    are due. Wishes stay. Twice changes nothing.
    Raises PermissionDenied, or ValidationError when the round is over or the member is not in it.
    """
    if not may_place_for(by, member.pk):
        raise PermissionDenied
    if round_.state == RoundState.PUBLISHED:
        raise ValidationError(_("Runden er publisert. Ingen nye kan meldes inn."))
    if not round_.members.filter(pk=member.pk).exists():
        raise ValidationError(_("Dere er ikke med i denne runden. Be den som eier runden om å ta dere med."))
    needs = list(Need.objects.filter(member=member, season=round_.season).select_for_update().order_by("candidate_id", "id"))
    facts = _facts(needs, round_)
    changed = _update_entries(round_, member, facts)
    first_need = {need.candidate_id: need.pk for need in reversed(needs)}
    entered = EntryLink.objects.filter(round=round_, candidate__in=facts).values_list("candidate_id", flat=True)
    new = sorted(facts.keys() - set(entered))
    _create_entries(round_, member, {one: facts[one] for one in new}, first_need)
    return Entered(len(new), changed)


def _facts(needs: Iterable[Need], round_: Round) -> dict[UUID, _Facts]:
    by_candidate: dict[UUID, list[Need]] = defaultdict(list)
    for need in needs:
        by_candidate[need.candidate_id].append(need)
    papers = _papers(by_candidate, round_)
    conflicts: dict[UUID, dict[str, str]] = defaultdict(dict)
    for one, host, code in Conflict.objects.filter(candidate__in=by_candidate).values_list("candidate_id", "host_id", "code"):
        conflicts[one][str(host)] = code
    return {
        one: _Facts(
            tags=sorted({tag for need in own for tag in entry_tags(need, papers[one])}),
            priority_class=min(priority_class(need.target_group) for need in own),
            excluded_hosts=conflicts[one],
        )
        for one, own in by_candidate.items()
    }


def _papers(candidates: Iterable[UUID], round_: Round) -> dict[UUID, list[str]]:
    due = round_.papers_due_on
    valid = HeldPaper.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=due), candidate__in=candidates)
    found: dict[UUID, list[str]] = defaultdict(list)
    for one, paper in valid.values_list("candidate_id", "paper"):
        found[one].append(paper)
    return found


def _update_entries(round_: Round, member: Member, facts: dict[UUID, _Facts]) -> int:
    changed = []
    links = EntryLink.objects.filter(round=round_, member=member).select_related("entry").order_by("entry_id")
    for link in links:
        wanted = facts.get(link.candidate_id)
        entry = link.entry
        if wanted and _Facts(entry.tags, entry.priority_class, entry.excluded_hosts) != wanted:
            entry.tags, entry.priority_class, entry.excluded_hosts = wanted.tags, wanted.priority_class, wanted.excluded_hosts
            changed.append(entry)
    Entry.objects.bulk_update(changed, ["tags", "priority_class", "excluded_hosts"], batch_size=BATCH)
    return len(changed)


def _create_entries(round_: Round, member: Member, facts: dict[UUID, _Facts], first_need: dict[UUID, UUID]) -> None:
    made = {
        one: Entry(
            round=round_, member=member, tags=known.tags, priority_class=known.priority_class, excluded_hosts=known.excluded_hosts
        )
        for one, known in facts.items()
    }
    Entry.objects.bulk_create(made.values(), batch_size=BATCH)
    links = [
        EntryLink(entry=entry, round=round_, candidate_id=one, need_id=first_need[one], member=member)
        for one, entry in made.items()
    ]
    EntryLink.objects.bulk_create(links, batch_size=BATCH)
