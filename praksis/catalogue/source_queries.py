"""Reads of sources: the list, one with its pages, what schemes name, a member's own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.base.sorting import norwegian
from praksis.catalogue.models import Citation, Scheme, Source, SourcePage, paragraphs
from praksis.organisations.models import Member

PAGES_SHOWN = 10
"""Pages whose text one page of ours shows."""


def sources() -> QuerySet[Source]:
    """All that stand, by title."""
    return Source.objects.standing().select_related("member").order_by(norwegian("title"), "id")


def removed_of(members: Iterable[Member]) -> QuerySet[Source]:
    """What these members have removed and can still bring back, the last first."""
    return Source.objects.filter(member__in=members, removed_at__isnull=False).order_by("-removed_at", "id")


def pages_of(source: Source) -> QuerySet[SourcePage]:
    """A source's pages, without what they are found by."""
    return SourcePage.objects.filter(source=source).defer("vector", "picture").order_by("number")


def drawn_of(source: Source, numbers: Iterable[int]) -> set[int]:
    """Which of these pages there are pictures of."""
    drawn = SourcePage.objects.filter(source=source, number__in=list(numbers), picture__isnull=False)
    return set(drawn.order_by().values_list("number", flat=True))


@dataclass(frozen=True)
class Cited:
    """What a scheme names: the source, and its page as text and as a picture where those may be shown."""

    citation: Citation
    text: str
    has_picture: bool

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.text)

    @property
    def where(self) -> str:
        """«side 12» of what has pages."""
        page = self.citation.page
        return _("side %d") % page if page and self.citation.source.form != "docx" else ""

    @property
    def address(self) -> str:
        page = self.citation.page
        return self.citation.source.get_absolute_url() + (f"?side={page}#side-{page}" if page else "")


def cited_by(scheme: Scheme) -> list[Cited]:
    """Two queries, however many there are."""
    citations = Citation.objects.filter(scheme=scheme, source__removed_at__isnull=True).select_related("source")
    listed = list(citations.order_by("source__title", "page", "id"))
    wanted = Q.create([Q(source=one.source, number=one.page) for one in listed if one.page and one.source.may_show], Q.OR)
    pages = SourcePage.objects.filter(wanted) if wanted else SourcePage.objects.none()
    told = pages.annotate(drawn=Q(picture__isnull=False)).order_by().values_list("source", "number", "text", "drawn")
    found = {(source, number): (text, drawn) for source, number, text, drawn in told}
    return [Cited(one, *found.get((one.source_id, one.page or 0), ("", False))) for one in listed]


def schemes_citing(source: Source) -> list[Scheme]:
    """Which schemes name a source, by title."""
    return list(Scheme.objects.filter(citations__source=source).distinct().order_by(norwegian("title"), "id"))


def added_by(source: Source) -> User | None:
    """Whoever added it, where the reader may know."""
    return User.objects.filter(pk=source.by_id).first() if source.by_id else None
