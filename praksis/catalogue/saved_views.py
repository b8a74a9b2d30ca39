"""One's own saved searches, and what the links in their letters open."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.models import User
from praksis.catalogue import saved
from praksis.catalogue.actions import ChangedMeanwhileError
from praksis.catalogue.choices import MOST_SEARCHES, Told
from praksis.catalogue.forms import sent_with
from praksis.catalogue.models import SavedSearch
from praksis.catalogue.saved_forms import SavedSearchForm
from praksis.catalogue.search import Search, ids_meeting, in_words
from praksis.messages.choices import Topic
from praksis.messages.links import read_link
from praksis.messages.queries import mailed_topics, site_origin

WRONG, GONE = 422, 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def save(request: HttpRequest) -> HttpResponse:
    """Save the search whose address this is, under a name, and say how one wants to be told."""
    search = Search.read(request.GET)
    if request.method != "POST":
        named = (in_words(search) or _("Alt som er nytt"))[:100]
        return _save_page(request, search, SavedSearchForm(initial={"name": named, "told": Told.WEEKLY}))
    form = SavedSearchForm(request.POST)
    if not form.is_valid():
        return _save_page(request, search, form, status=WRONG)
    key, name, told = (form.cleaned_data[field] for field in ("click_key", "name", "told"))
    try:
        saved.save_search(key=key or uuid4(), user=_user(request), search=search, name=name, told=told)
    except saved.TooLongError:
        form.add_error(None, _("Søket har flere filtre enn vi kan lagre. Ta bort noen, og lagre på nytt."))
    except saved.SavedBeforeError:
        form.add_error(None, _("Du har alt lagret dette søket. Du finner det under «Lagrede søk»."))
    except saved.TooManySearchesError:
        sentence = _("Du har %d lagrede søk, og flere er det ikke plass til. Slett ett du ikke trenger, og lagre så dette.")
        form.add_error(None, sentence % MOST_SEARCHES)
    else:
        messages.success(request, _("Søket er lagret."))
        return redirect("catalogue:saved_searches")
    return _save_page(request, search, form, status=WRONG)


def _save_page(request: HttpRequest, search: Search, form: SavedSearchForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "search": search, "words": in_words(search), "found": ids_meeting(search).count()}
    return render(request, "catalogue/save_search.html", context | _mail(request), status=status)


def _mail(request: HttpRequest) -> dict[str, bool]:
    """Whether letters can be sent from here, and whether the reader has turned those about searches off."""
    return {
        "can_mail": bool(site_origin()),
        "muted": Topic.SAVED_SEARCH.value not in mailed_topics(_user(request)),
    }


@never_cache
@require_safe
@login_required
def searches(request: HttpRequest) -> HttpResponse:
    """One's own, the newest first."""
    listed = [(one, in_words(saved.question_of(one))) for one in saved.searches_of(_user(request))]
    return render(request, "catalogue/saved_searches.html", {"searches": listed, "most": MOST_SEARCHES} | _mail(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """Another name, and to be told otherwise; what another window stored in between is not written over."""
    found = _own(request, search_id)
    if request.method != "POST":
        as_it_is = {"name": found.name, "told": found.told, "seen": found.version}
        return _change_page(request, found, SavedSearchForm(initial=as_it_is))
    form = SavedSearchForm(request.POST)
    if not form.is_valid():
        return _change_page(request, found, form, status=WRONG)
    name, told, seen = (form.cleaned_data[field] for field in ("name", "told", "seen"))
    try:
        saved.change_search(saved=found, name=name, told=told, seen=seen or 0)
    except ChangedMeanwhileError:
        form = SavedSearchForm(sent_with(request.POST, seen=found.version))
        form.add_error(None, _("Søket ble endret et annet sted mens du skrev. Se over det som står her, og lagre på nytt."))
        return _change_page(request, found, form, status=WRONG)
    messages.success(request, _("Søket er lagret."))
    return redirect("catalogue:saved_searches")


def _change_page(request: HttpRequest, found: SavedSearch, form: SavedSearchForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "search": found, "words": in_words(saved.question_of(found))}
    return render(request, "catalogue/change_search.html", context | _mail(request), status=status)


@require_POST
@login_required
def stop(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """No more messages."""
    found = _own(request, search_id)
    saved.stop_search(saved=found)
    messages.success(request, _("Du får ikke flere meldinger om «%s».") % found)
    return redirect("catalogue:saved_searches")


@require_POST
@login_required
def keep(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """It is still wanted."""
    found = _own(request, search_id)
    saved.keep_search(saved=found)
    messages.success(request, _("«%s» blir stående.") % found)
    return redirect("catalogue:saved_searches")


@require_POST
@login_required
def delete(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """Gone at once. Leads to the same question, so that whoever did not mean it saves it again."""
    found = _own(request, search_id)
    saved.delete_search(saved=found)
    messages.success(request, _("«%s» er slettet. Angrer du, velg «Lagre søket» over treffene.") % found)
    return redirect(found.path)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A letter's link: one button that stops the messages. Opening it does nothing, since programs open links too."""
    found = _linked("catalogue:stop_by_link", token)
    if found and request.method == "POST":
        with saved.by_link(found.pk):
            saved.stop_search(saved=found)
    return _linked_page(request, "catalogue/stop_by_link.html", found)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A letter's link: one button that says that the search is still wanted."""
    found = _linked("catalogue:keep_by_link", token)
    if found and request.method == "POST":
        with saved.by_link(found.pk):
            saved.keep_search(saved=found)
    return _linked_page(request, "catalogue/keep_by_link.html", found)


def _linked(name: str, token: str) -> SavedSearch | None:
    held = read_link(name, token)
    return saved.held_by_link(held.subject_id, held.user_id) if held else None


def _linked_page(request: HttpRequest, template: str, found: SavedSearch | None) -> HttpResponse:
    context = {"search": found, "done": request.method == "POST"}
    return render(request, template, context, status=200 if found else GONE)


def _own(request: HttpRequest, search_id: UUID) -> SavedSearch:
    return get_object_or_404(saved.searches_of(_user(request)), pk=search_id)


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
