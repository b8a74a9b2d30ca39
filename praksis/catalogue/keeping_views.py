"""What the letters that ask to confirm open, and the page on which anyone suggests a change."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from praksis.accounts.browsers import network_of
from praksis.catalogue import keeping
from praksis.catalogue.keeping_forms import SuggestionForm
from praksis.catalogue.models import Place, Scheme
from praksis.catalogue.questions import TooManyQuestionsError
from praksis.catalogue.rules import may_offer_for
from praksis.messages.links import Held, read_link
from praksis.organisations.models import Host, Member

WRONG, TOO_MANY, GONE = 422, 429, 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A member's schemes that should be confirmed, and one button. Opening it does nothing."""
    return _confirm(request, "catalogue:confirm_by_link", token, keeping.member_held)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_places_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same for a host's places."""
    return _confirm(request, "catalogue:confirm_places_by_link", token, keeping.host_held)


def _confirm(request: HttpRequest, name: str, token: str, of: Callable[[Held], Member | Host | None]) -> HttpResponse:
    held = read_link(name, token)
    whom = of(held) if held else None
    if whom is None:
        return render(request, "catalogue/confirm_by_link.html", {"whom": None}, status=GONE)
    done = keeping.confirm_some(whom, _ids(request)) if request.method == "POST" else 0
    stale = _stale(whom)
    entries = list(stale[: keeping.SHOWN])
    more = stale.count() - len(entries)
    context = {"whom": whom, "of_member": isinstance(whom, Member), "done": done, "entries": entries, "more": more}
    return render(request, "catalogue/confirm_by_link.html", context)


def _stale(whom: Member | Host) -> QuerySet[Scheme] | QuerySet[Place]:
    today = timezone.localdate()
    return keeping.stale_schemes(whom, today) if isinstance(whom, Member) else keeping.stale_places(whom, today)


def _ids(request: HttpRequest) -> list[UUID]:
    """Those that are ticked; what is no id is passed by."""
    found = []
    for text in request.POST.getlist("entry"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@require_POST
@login_required
def confirm_places(request: HttpRequest, host_id: UUID) -> HttpResponse:
    """«All of it still holds», said by whoever decides at a host."""
    host = get_object_or_404(Host, pk=host_id)
    if not may_offer_for(request.user, host):
        raise Http404
    done = keeping.confirm_some(host, [place.pk for place in keeping.stale_places(host, timezone.localdate())])
    words = ngettext("Takk. %d plass er bekreftet i dag.", "Takk. %d plasser er bekreftet i dag.", done) % done
    messages.success(request, words if done else _("Plassene var bekreftet alt."))
    return redirect("catalogue:host_places", host.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    """Say what is wrong or missing. It goes to those who answer for the scheme."""
    scheme = get_object_or_404(Scheme.objects.select_related("owner"), pk=scheme_id, merged_into__isnull=True)
    if request.method != "POST":
        return _suggest_page(request, scheme, SuggestionForm())
    form = SuggestionForm(request.POST)
    if not form.is_valid():
        return _suggest_page(request, scheme, form, status=WRONG)
    try:
        keeping.suggest_change(scheme=scheme, network=network_of(request), **form.cleaned_data)
    except TooManyQuestionsError:
        form.add_error(None, _("Det er sendt mange forslag den siste timen. Vent en time, og send på nytt."))
        return _suggest_page(request, scheme, form, status=TOO_MANY)
    messages.success(request, _("Takk. Forslaget er sendt til %s.") % (keeping.who_hears_of(scheme) or scheme.institution))
    return redirect(scheme)


def _suggest_page(request: HttpRequest, scheme: Scheme, form: SuggestionForm, *, status: int = 200) -> HttpResponse:
    context = {"scheme": scheme, "form": form, "whom": keeping.who_hears_of(scheme)}
    return render(request, "catalogue/suggest.html", context, status=status)
