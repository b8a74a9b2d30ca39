"""What is done with sources: added, read by the worker, changed, removed and brought back, and named by schemes."""

from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.apart import UnreadableError, read_apart
from praksis.base.fetching import NotFetchedError, fetch
from praksis.base.jobs import defer_job
from praksis.base.models import SearchRow
from praksis.catalogue.actions import ChangedMeanwhileError, index_sources
from praksis.catalogue.choices import SOURCE_BUSY, SOURCE_KEPT, SourceProblem, SourceState
from praksis.catalogue.models import Citation, Scheme, SchemeChange, Source, SourceFile, SourcePage
from praksis.catalogue.rules import may_edit_scheme, may_edit_source, members_coordinated

MOST_BYTES = 30_000_000
PAGES_AT_ONCE = 25
"""Pages that are read between two looks at how far it has come."""
PDF, PACKED, OLD_OFFICE = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
COLUMNS = ("title", "publisher", "year", "language", "licence", "may_show", "address")


class NotADocumentError(Exception):
    """It is neither a PDF nor a Word document."""


@dataclass(frozen=True)
class _Read:
    """What a reader makes of some pages: their texts, and how many there are in all."""

    pages: list[str]
    total: int


def form_of(content: bytes) -> str:
    """What a file is, by its content: its name and what is said of it count for nothing. Raises NotADocumentError."""
    if PDF in content[:1024]:
        return "pdf"
    if content.startswith((PACKED, OLD_OFFICE)):
        return "docx"
    raise NotADocumentError


@transaction.atomic
def add_source(*, source: Source, content: bytes, by: User) -> Source:
    """Add a source for a member that the user answers for, with a file or without. The same id is the same source.

    Side effect: the job `catalogue.read_source`. Raises PermissionDenied and NotADocumentError.
    """
    if not members_coordinated(by).filter(pk=source.member_id).exists():
        raise PermissionDenied
    known = Source.objects.filter(pk=source.pk).first()
    if known:
        return known
    source.by = by
    source.form = form_of(content) if content else ""
    source.state = SourceState.WAITING
    source.save(force_insert=True)
    if content:
        _keep_file(source, content)
    defer_job("catalogue.read_source", source_id=str(source.pk))
    return source


def _keep_file(source: Source, content: bytes) -> None:
    SourceFile.objects.create(source=source, content=content)
    about = {"digest": sha256(content).hexdigest(), "size": len(content), "fetched_at": timezone.now()}
    Source.objects.filter(pk=source.pk).update(form=form_of(content), **about)


@transaction.atomic
def change_source(*, source: Source, seen: int, by: User) -> None:
    """Store what is said of a source; the file stays. `seen` is the version that was changed.

    Side effect: the job `catalogue.index_source`. Raises ChangedMeanwhileError when someone else was first.
    """
    stored = _own(source.pk, by)
    if stored.version != seen:
        raise ChangedMeanwhileError
    source.version = seen + 1
    source.save(update_fields=[*COLUMNS, "version"])
    defer_job("catalogue.index_source", source_id=str(source.pk))


@transaction.atomic
def read_again(*, source_id: UUID, by: User) -> None:
    """Have a source fetched and read once more, where it was not. Side effect: the job `catalogue.read_source`."""
    stored = _own(source_id, by)
    if stored.state == SourceState.REFUSED or (stored.state == SourceState.LINK and stored.address):
        Source.objects.filter(pk=source_id).update(state=SourceState.WAITING, problem="")
        defer_job("catalogue.read_source", source_id=str(source_id))


@transaction.atomic
def remove_source(*, source_id: UUID, by: User) -> None:
    """Take a source away from everyone; for a month it can be brought back. Twice is once. Side effect: the search index."""
    _own(source_id, by)
    Source.objects.filter(pk=source_id, removed_at__isnull=True).update(removed_at=timezone.now())
    SearchRow.objects.filter(object_id=source_id).delete()


@transaction.atomic
def restore_source(*, source_id: UUID, by: User) -> None:
    """Bring it back, with what names it. Side effect: the job `catalogue.index_source`."""
    _own(source_id, by)
    Source.objects.filter(pk=source_id).update(removed_at=None)
    defer_job("catalogue.index_source", source_id=str(source_id))


def _own(source_id: UUID, by: User) -> Source:
    stored = Source.objects.select_for_update(of=("self",)).get(pk=source_id)
    if not may_edit_source(by, stored):
        raise PermissionDenied
    return stored


# ---------------------------------------------------------------- schemes name sources


@transaction.atomic
def cite(*, scheme: Scheme, source: Source, page: int | None, words: str, by: User) -> None:
    """Let a scheme name a source, on a page where that is known. Twice is once. Side effects: the change is told; the job
    `catalogue.draw_page`, where the page may be shown."""
    if not may_edit_scheme(by, scheme) or source.removed_at:
        raise PermissionDenied
    _cited, is_new = Citation.objects.get_or_create(scheme=scheme, source=source, page=page, defaults={"words": words})
    if not is_new:
        return
    _tell(scheme, ["", _named(source, page)])
    if page and source.form == "pdf" and source.may_show:
        defer_job("catalogue.draw_page", source_id=str(source.pk), number=page)


@transaction.atomic
def stop_citing(*, citation: Citation, by: User) -> None:
    """The scheme names it no more. Side effect: the change is told."""
    if not may_edit_scheme(by, citation.scheme):
        raise PermissionDenied
    gone, _by_model = Citation.objects.filter(pk=citation.pk).delete()
    if gone:
        _tell(citation.scheme, [_named(citation.source, citation.page), ""])


def _named(source: Source, page: int | None) -> str:
    return f"{source.title}, {page}" if page else source.title


def _tell(scheme: Scheme, pair: list[str]) -> None:
    SchemeChange.objects.create(scheme=scheme, member=scheme.owner, what={"sources": pair})


# ---------------------------------------------------------------- the worker


def read_source(source_id: UUID) -> None:
    """Fetch a source's file where it has only an address, read it page by page, and index it.

    Runs as the worker, in short transactions, so that the page shows how far it is. Started again after a crash it begins anew.
    """
    with transaction.atomic():
        source = Source.objects.filter(pk=source_id, state__in=SOURCE_BUSY).first()
        if source is None:
            return
        Source.objects.filter(pk=source_id).update(state=SourceState.READING, pages_done=0, pages_total=0, problem="")
        SourcePage.objects.filter(source=source_id).delete()
        file = SourceFile.objects.filter(source=source_id).first()
    state, problem = SourceState.LINK, ""
    content = bytes(file.content) if file else None
    try:
        content = content or _fetched(source)
        if content:
            problem = _read_pages(source_id, content)
            state = SourceState.READ
    except NotFetchedError:
        state, problem = SourceState.REFUSED, SourceProblem.NOT_FETCHED
    except NotADocumentError:
        problem = SourceProblem.NOT_DOCUMENT
    except UnreadableError as found:
        state, problem = SourceState.REFUSED, found.code
    with transaction.atomic():
        Source.objects.filter(pk=source_id).update(state=state, problem=problem)
    index_source(source_id)
    if state == SourceState.READ and content:
        draw_page(source_id, 1)


def _fetched(source: Source) -> bytes | None:
    """What lies at the address, kept. Raises NotFetchedError and NotADocumentError."""
    if not source.address:
        return None
    content = fetch(source.address, most_bytes=MOST_BYTES)
    form_of(content)
    with transaction.atomic():
        _keep_file(source, content)
    return content


def _read_pages(source_id: UUID, content: bytes) -> str:
    """Store the text of every page; answers what is missing all the same. Raises UnreadableError."""
    form, done, letters = form_of(content), 0, 0
    while True:
        read = _Read(**_some_pages(form, content, done))
        rows = [SourcePage(source_id=source_id, number=done + at, text=text) for at, text in enumerate(read.pages, 1)]
        done += len(rows)
        letters += sum(len(row.text.strip()) for row in rows)
        with transaction.atomic():
            SourcePage.objects.bulk_create(rows, ignore_conflicts=True)
            Source.objects.filter(pk=source_id).update(pages_done=done, pages_total=read.total)
        if not rows or done >= read.total:
            return "" if letters else SourceProblem.NO_TEXT


def _some_pages(form: str, content: bytes, first: int) -> dict[str, Any]:
    read = read_apart(form, content, first=first, count=PAGES_AT_ONCE)
    return {"pages": read["pages"], "total": read["total"]}


@transaction.atomic
def index_source(source_id: UUID) -> None:
    """Put one source into the search as it now stands. Runs as the worker."""
    source = Source.objects.filter(pk=source_id).first()
    if source:
        index_sources([source])


def draw_page(source_id: UUID, number: int) -> None:
    """Draw one page, if it is not drawn. Runs as the worker. A page that cannot be drawn has its text alone."""
    with transaction.atomic():
        page = SourcePage.objects.defer("vector").filter(source=source_id, number=number, picture__isnull=True).first()
        file = SourceFile.objects.filter(source=source_id, source__form="pdf").first() if page else None
    if page is None or file is None:
        return
    try:
        drawn = read_apart("picture", bytes(file.content), page=number - 1)
    except UnreadableError:
        return
    with transaction.atomic():
        SourcePage.objects.filter(pk=page.pk).update(picture=b64decode(drawn["picture"]))


@transaction.atomic
def forget_removed() -> int:
    """Delete for good what was removed a month ago; how many. Runs as the worker."""
    gone, _by_model = Source.objects.filter(removed_at__lt=timezone.now() - SOURCE_KEPT).delete()
    return gone
