"""What every page knows about the site and its reader: `site` in templates."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from praksis.messages.queries import unread_of
from praksis.organisations.models import Member
from praksis.organisations.queries import region
from praksis.web.queries import Reader, reader_of

COLOR_SCHEMES = ("auto", "light", "dark")
COLOR_COOKIE = "__Host-color-scheme" if settings.SESSION_COOKIE_SECURE else "color-scheme"


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class LanguageChoice:
    code: str
    name: str
    current: bool


class Site:
    """Asked by templates only for what they show, and at most once a request."""

    demo = settings.DEMO

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def name(self) -> str:
        return _("Praksistorget")

    @cached_property
    def region(self) -> Member | None:
        return region()

    @cached_property
    def reader(self) -> Reader:
        return reader_of(self.request.user)

    @cached_property
    def nav(self) -> list[NavItem]:
        return nav(self.request.path, self.reader)

    @cached_property
    def unread(self) -> int:
        """How many messages the reader has not read."""
        return unread_of(self.reader.user) if self.reader.user else 0

    @property
    def languages(self) -> list[LanguageChoice]:
        return [LanguageChoice(code, name, code == get_language()) for code, name in settings.LANGUAGES]

    @property
    def color_scheme(self) -> str:
        cookie = self.request.COOKIES.get(COLOR_COOKIE, "auto")
        return cookie if cookie in COLOR_SCHEMES else "auto"


def site(request: HttpRequest) -> dict[str, Site]:
    """The context processor."""
    return {"site": Site(request)}


def nav(path: str, reader: Reader) -> list[NavItem]:
    """The menu: what this reader does most, first."""
    items = [(_("Finn plass"), reverse("catalogue:find"))]
    if reader.ranks:
        items += [(_("Mine ønsker"), reverse("rounds:wishes")), (_("Mitt resultat"), reverse("rounds:result"))]
    if reader.host_id:
        items.append((_("Våre plasser"), reverse("catalogue:host_places", args=[reader.host_id])))
    if reader.coordinates:
        items.append((_("Våre ordninger"), reverse("catalogue:own_schemes")))
    if reader.places_people:
        items.append((_("Kandidater"), reverse("candidates:candidates")))
    if reader.sees_rounds:
        items.append((_("Runder"), reverse("rounds:rounds")))
    if not reader.ranks:
        items.append((_("Tilby plass"), reverse("catalogue:offer")))
    return [NavItem(label, url, path.startswith(url)) for label, url in items]
