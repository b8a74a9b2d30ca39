"""What is new and what is due, for programs that look for it themselves: Atom (RFC 4287) and iCalendar (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from praksis.catalogue.models import Place, Scheme
from praksis.rounds.models import Round

MOST = 50
"""How many of the newest places a feed holds."""


def atom_of(places: Iterable[Place], *, title: str, page: str, feed: str, site: str) -> str:
    """The places, as a feed that tells of `page`; its own address is `feed`. An entry's id never changes."""
    made = Atom1Feed(title=title, link=page, description="", language=get_language(), feed_url=feed, feed_guid=feed)
    for place in places:
        link = site + place.get_absolute_url()
        made.add_item(
            title=f"{place.title} ({place.host.name})",
            link=link,
            description=_summary(place),
            unique_id=f"urn:uuid:{place.pk}",
            pubdate=place.out_since,
            updateddate=_confirmed(place),
            author_name=place.host.name,
            categories=[place.get_field_display()],
        )
    return str(made.writeString("utf-8"))


def _summary(place: Place) -> str:
    """When, where, how many, and that it is made up where it is."""
    parts = [place.period, place.host.where, _("%d ledige") % place.seats_free, place.tasks]
    return ". ".join([*([_("Oppdiktet plass i en demonstrasjon")] if place.made_up else []), *filter(None, parts)])


def _confirmed(place: Place) -> datetime:
    """The day it was last confirmed, and not before it came out."""
    at = timezone.make_aware(datetime.combine(place.confirmed_on, datetime.min.time()))
    return max(at, place.out_since)


def calendar_of(rounds: Iterable[Round], schemes: Iterable[Scheme], *, site: str) -> bytes:
    """The deadlines for wishes and for applying: when the one is over to the minute, the other on a day."""
    made = Calendar()
    made.add("prodid", "-//Praksistorget//NO")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("Frister for praksis"))
    for round_ in rounds:
        words = _("Frist for ønsker: %s") % round_.name
        made.add_component(_event(round_.pk, words, round_.closes_at, f"{site}/trekning/{round_.pk}/", round_.opens_at))
    for scheme in schemes:
        if scheme.apply_by:
            words = _("Søknadsfrist: %s") % f"{scheme.title} ({scheme.institution})"
            made.add_component(_event(scheme.pk, words, scheme.apply_by, site + scheme.get_absolute_url(), scheme.changed_at))
    return bytes(made.to_ical())


def _event(pk: UUID, words: str, at: date | datetime, address: str, since: datetime) -> Event:
    event = Event()
    event.add("uid", f"{pk}@praksistorget")
    event.add("dtstamp", since)
    event.add("summary", words)
    event.add("dtstart", at.astimezone(UTC) if isinstance(at, datetime) else at)
    if not isinstance(at, datetime):
        event.add("dtend", at + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("url", address)
    return event
