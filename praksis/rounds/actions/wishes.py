"""A list of wishes: saved as a whole, guarded by a version, so that two windows never undo each other in silence."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from praksis.accounts.models import User
from praksis.catalogue.models import Place
from praksis.rounds.models import Choice, Entry, EntryLink
from praksis.rounds.queries import ranking_of
from praksis.rounds.rules import fit, may_rank_for
from praksis.rounds.sentences import fit_sentence

type Groups = Sequence[Sequence[UUID]]


class OutOfDateError(ValidationError):
    """The list was changed somewhere else since the reader saw it."""


@transaction.atomic
def save_ranking(*, entry: Entry, groups: Groups, version: int, by: User) -> Entry:
    """Make `groups` (tie groups of place ids, best first) the entry's list. `version` is the one the reader saw.

    What stands on the list may stay though it does not fit any more; a new place must be in the round and one that this entry
    may have, but for papers, which can come later. Saving what is there already changes nothing, whatever the version.
    Raises OutOfDateError, PermissionDenied, or ValidationError with what to do.
    """
    locked = _locked(entry, by)
    wanted = [list(group) for group in groups if group]
    before = ranking_of(locked)
    if wanted == before:
        return locked
    if version != locked.version:
        raise OutOfDateError(_("Listen er endret et annet sted siden du åpnet den. Velg hvilken som skal gjelde."))
    _check(locked, wanted, {place for group in before for place in group})
    Choice.objects.filter(entry=locked).delete()
    Choice.objects.bulk_create(
        Choice(entry=locked, place_id=place, rank=rank) for rank, group in enumerate(wanted, 1) for place in group
    )
    return _saved(locked)


@transaction.atomic
def add_choice(*, entry: Entry, place: Place, by: User) -> Entry:
    """Put a place last on the list; one that is there already stays where it is. Raises as `save_ranking`."""
    locked = _locked(entry, by)
    groups = ranking_of(locked)
    if any(place.pk in group for group in groups):
        return locked
    return save_ranking(entry=locked, groups=[*groups, [place.pk]], version=locked.version, by=by)


@transaction.atomic
def send_ranking(*, entry: Entry, version: int, by: User) -> Entry:
    """Send the list in: from now on it counts, with the changes that are saved later, and the member's staff can see it.

    Twice is once. Raises OutOfDateError when the reader has not seen the list as it is, ValidationError when it is empty.
    """
    locked = _locked(entry, by)
    if locked.sent_at:
        return locked
    if version != locked.version:
        raise OutOfDateError(_("Listen er endret et annet sted siden du åpnet den. Se over den, og send den inn på nytt."))
    if not locked.choices.exists():
        raise ValidationError(_("Listen er tom. Legg til minst én plass før du sender den inn."))
    locked.sent_at = timezone.now()
    locked.arrived = int((locked.sent_at - locked.round.opens_at).total_seconds())
    locked.save(update_fields=["sent_at", "arrived"])
    return locked


def _locked(entry: Entry, by: User) -> Entry:
    """The entry as it stands, held against others, if `by` may change its list now."""
    locked = Entry.objects.select_for_update(of=("self",)).select_related("round").get(pk=entry.pk)
    link = EntryLink.objects.select_related("candidate").get(entry=locked)
    if not may_rank_for(by, link):
        raise PermissionDenied
    if not locked.round.takes_wishes():
        raise ValidationError(_("Runden tar ikke imot ønsker nå. Listen er som den var."))
    return locked


def _saved(entry: Entry) -> Entry:
    entry.version += 1
    entry.saved_at = timezone.now()
    entry.save(update_fields=["version", "saved_at"])
    return entry


def _check(entry: Entry, groups: Groups, known: set[UUID]) -> None:
    places = [place for group in groups for place in group]
    if len(set(places)) < len(places):
        raise ValidationError(_("Samme plass står to ganger på listen. Ta bort den ene."))
    most = entry.round.max_choices
    if len(places) > most:
        raise ValidationError(
            ngettext("Listen kan ha høyst %d ønske.", "Listen kan ha høyst %d ønsker. Ta bort ett først.", most) % most
        )
    _check_new(entry, [place for place in places if place not in known])


def _check_new(entry: Entry, new: Iterable[UUID]) -> None:
    wanted = set(new)
    today = timezone.localdate()
    found = entry.round.places.filter(pk__in=wanted).select_related("host").prefetch_related("seats")
    for place in found:
        wanted.discard(place.pk)
        fits = fit(entry.tags, entry.excluded_hosts, place, today)
        if fits.status == "never":
            raise ValidationError(fit_sentence(fits, entry.round))
    if wanted:
        raise ValidationError(_("Plassen er ikke med i runden din. Velg en av dem du finner under Finn plass."))
