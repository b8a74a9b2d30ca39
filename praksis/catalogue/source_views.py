"""Sources' pages: the list, one with its pages, adding and changing, the file, and what schemes name."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.models import User
from praksis.catalogue import source_queries, sources
from praksis.catalogue.actions import ChangedMeanwhileError
from praksis.catalogue.forms import sent_with
from praksis.catalogue.models import Citation, Source, SourceFile, SourcePage
from praksis.catalogue.rules import may_edit_source, members_coordinated
from praksis.catalogue.scheme_views import own_scheme
from praksis.catalogue.source_forms import CiteForm, SourceForm

WRONG = 422
PER_PAGE = 50
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
APART = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
"""A stranger's file is downloaded, and never opened as a page of ours."""


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All sources; for coordinators also what can be brought back."""
    members = members_coordinated(request.user)
    page = Paginator(source_queries.sources(), PER_PAGE).get_page(request.GET.get("page"))
    removed = list(source_queries.removed_of(members)[:PER_PAGE])
    return render(request, "catalogue/sources.html", {"page": page, "may_add": members.exists(), "removed": removed})


@require_safe
def source(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """One source; its pages where they may be shown, from the one that is asked for."""
    found = _seen(source_id)
    own = may_edit_source(request.user, found)
    shows = found.may_show or own
    pages = Paginator(source_queries.pages_of(found) if shows else SourcePage.objects.none(), source_queries.PAGES_SHOWN)
    asked = request.GET.get("side", "")
    at = (int(asked) - 1) // source_queries.PAGES_SHOWN + 1 if asked.isdecimal() and len(asked) < 6 and int(asked) else 1
    page = pages.get_page(request.GET.get("page", at))
    context = {
        "source": found,
        "page": page,
        "drawn": source_queries.drawn_of(found, [one.number for one in page]) if shows else set(),
        "schemes": source_queries.schemes_citing(found),
        "may_edit": own,
        "shows": shows,
        "added_by": source_queries.added_by(found) if own else None,
    }
    return render(request, "catalogue/source.html", context)


@require_safe
def file(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """The file as it was sent, to download."""
    found = _shown(request, source_id)
    held = get_object_or_404(SourceFile, source=found)
    headers = {"Content-Disposition": f'attachment; filename="kilde-{found.pk.hex[:8]}.{found.form}"'}
    return HttpResponse(bytes(held.content), content_type=TYPES[found.form], headers=headers | APART)


@require_safe
def picture(request: HttpRequest, source_id: UUID, number: int) -> HttpResponse:
    """How one page looks, drawn by the house."""
    found = _shown(request, source_id)
    page = get_object_or_404(SourcePage.objects.only("picture"), source=found, number=number, picture__isnull=False)
    return HttpResponse(bytes(page.picture or b""), content_type="image/webp", headers=APART)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Add a source by a file or an address."""
    members = members_coordinated(request.user)
    if not members:
        raise Http404
    if request.method != "POST":
        return _form_page(request, SourceForm(members=members))
    form = SourceForm(request.POST, request.FILES, members=members)
    if not form.is_valid():
        return _form_page(request, form, status=WRONG)
    made = sources.add_source(source=form.source(), content=form.content(), by=_user(request))
    return redirect(made)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Change what is said of a source; what someone else stored in between is not written over."""
    found = _own(request, source_id)
    members, seen = members_coordinated(request.user), found.version
    if request.method != "POST":
        return _form_page(request, SourceForm(instance=found, members=members, initial={"seen": seen}))
    form = SourceForm(request.POST, instance=found, members=members)
    if not form.is_valid():
        return _form_page(request, form, status=WRONG)
    try:
        sources.change_source(source=form.instance, seen=form.cleaned_data["seen"] or 0, by=_user(request))
    except ChangedMeanwhileError:
        form = SourceForm(sent_with(request.POST, seen=seen), instance=found, members=members)
        form.add_error(None, _("Noen andre endret kilden mens du skrev. Se over det som står her, og lagre på nytt."))
        return _form_page(request, form, status=WRONG)
    messages.success(request, _("Kilden er lagret."))
    return redirect("catalogue:source", source_id)


def _form_page(request: HttpRequest, form: SourceForm, *, status: int = 200) -> HttpResponse:
    return render(request, "catalogue/edit_source.html", {"form": form, "source": form.instance}, status=status)


@require_POST
@login_required
def read(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Fetch and read it once more."""
    sources.read_again(source_id=_own(request, source_id).pk, by=_user(request))
    return redirect("catalogue:source", source_id)


@require_POST
@login_required
def remove(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Away at once; it stands in the list of what can be brought back."""
    found = _own_even_removed(request, source_id)
    sources.remove_source(source_id=found.pk, by=_user(request))
    messages.success(request, _("«%s» er fjernet. Du kan hente den tilbake nederst på denne siden i 30 dager.") % found)
    return redirect("catalogue:sources")


@require_POST
@login_required
def restore(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Back again."""
    found = _own_even_removed(request, source_id)
    sources.restore_source(source_id=found.pk, by=_user(request))
    messages.success(request, _("«%s» er tilbake.") % found)
    return redirect("catalogue:source", source_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cite(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    """What a scheme leans on: name a source, or take one away."""
    scheme = own_scheme(request, scheme_id)
    form = CiteForm(request.POST or None, sources=source_queries.sources())
    if request.method == "POST" and form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("source", "page", "words")}
        sources.cite(scheme=scheme, by=_user(request), **chosen)
        messages.success(request, _("Kilden står nå på ordningens side."))
        return redirect("catalogue:cite", scheme.pk)
    context = {"scheme": scheme, "form": form, "cited": source_queries.cited_by(scheme)}
    return render(request, "catalogue/cite.html", context, status=WRONG if form.is_bound else 200)


@require_POST
@login_required
def stop_citing(request: HttpRequest, scheme_id: UUID, citation_id: UUID) -> HttpResponse:
    """The scheme names it no more."""
    scheme = own_scheme(request, scheme_id)
    found = Citation.objects.select_related("scheme__owner", "source").filter(pk=citation_id, scheme=scheme).first()
    if found:  # else it was taken away before
        sources.stop_citing(citation=found, by=_user(request))
    messages.success(request, _("Kilden står ikke lenger på ordningens side."))
    return redirect("catalogue:cite", scheme.pk)


def _seen(source_id: UUID) -> Source:
    """What stands; what was removed looks as if it were not there."""
    return get_object_or_404(source_queries.sources(), pk=source_id)


def _shown(request: HttpRequest, source_id: UUID) -> Source:
    found = _seen(source_id)
    if not found.may_show and not may_edit_source(request.user, found):
        raise Http404
    return found


def _own(request: HttpRequest, source_id: UUID) -> Source:
    found = _seen(source_id)
    if not may_edit_source(request.user, found):
        raise Http404
    return found


def _own_even_removed(request: HttpRequest, source_id: UUID) -> Source:
    found = get_object_or_404(Source, pk=source_id)
    if not may_edit_source(request.user, found):
        raise Http404
    return found


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
