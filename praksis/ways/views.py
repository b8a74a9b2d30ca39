"""Pages for programmes without practice: what they can build on, what the region lacks, and what stood in the way of others."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.models import User
from praksis.base.barriers import BARRIERS
from praksis.catalogue.models import Scheme
from praksis.catalogue.rules import members_coordinated
from praksis.ways import queries
from praksis.ways.actions import close_gap, note_gap, start_scheme, take_back_hurdle, tell_hurdle
from praksis.ways.forms import GapForm, HurdleForm, WantedForm
from praksis.ways.models import Gap
from praksis.ways.rules import may_change_gap, may_tell_of

WRONG = 422
PER_PAGE = 50


@require_safe
def way_in(request: HttpRequest) -> HttpResponse:
    """Ask, and see what there is to build on: the same address gives the same question."""
    if "field" not in request.GET:
        return render(request, "ways/way_in.html", {"form": WantedForm()})
    form = WantedForm(request.GET)
    if not form.is_valid():
        return render(request, "ways/way_in.html", {"form": form}, status=WRONG)
    members = members_coordinated(request.user)
    context = {"form": form, "way": queries.way_in(form.wanted()), "members": members}
    return render(request, "ways/way_in.html", context)


@require_POST
@login_required
def note(request: HttpRequest) -> HttpResponse:
    """Note the need for a member of one's own; with «draft», go on to a draft of a first scheme."""
    members = members_coordinated(request.user)
    if not members:
        raise Http404
    form = GapForm(request.POST, members=members)
    if not form.is_valid():
        return render(request, "ways/way_in.html", {"form": form, "members": members}, status=WRONG)
    gap = note_gap(member=form.cleaned_data["member"], wanted=form.wanted(), by=_user(request))
    if "draft" in request.POST:
        return _drafted(request, gap)
    messages.success(request, _("Behovet er notert. Alle i regionen kan se det."))
    return redirect("ways:gaps")


@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """Programmes that look for a first scheme, by field, with what the region lacks for them."""
    page = Paginator(queries.open_gaps(), PER_PAGE).get_page(request.GET.get("page"))
    own = {member.pk for member in members_coordinated(request.user)}
    return render(request, "ways/gaps.html", {"page": page, "fields": queries.gaps_by_field(page), "own": own})


@require_POST
@login_required
def draft(request: HttpRequest, gap_id: UUID) -> HttpResponse:
    """A draft of a first scheme for a need that was noted."""
    return _drafted(request, _own_gap(request, gap_id))


@require_POST
@login_required
def close(request: HttpRequest, gap_id: UUID) -> HttpResponse:
    """The need is no longer there."""
    close_gap(gap=_own_gap(request, gap_id), by=_user(request))
    messages.success(request, _("Behovet står ikke lenger på listen."))
    return redirect("ways:gaps")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hurdles(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    """What stood in the way of a scheme of one's own, and what helped: told so that others need not find out again."""
    scheme = _own_scheme(request, scheme_id)
    form = HurdleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tell_hurdle(scheme=scheme, by=_user(request), **form.cleaned_data)
        messages.success(request, _("Takk. Nå kan andre lære av det."))
        return redirect("ways:hurdles", scheme_id)
    context = {"form": form, "scheme": scheme, "hurdles": scheme.hurdles.all()}
    return render(request, "ways/hurdles.html", context, status=WRONG if form.is_bound else 200)


@require_POST
@login_required
def take_back(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    """Take back what was told of one barrier."""
    scheme, code = _own_scheme(request, scheme_id), request.POST.get("code", "")
    if code in BARRIERS:
        take_back_hurdle(scheme=scheme, code=code, by=_user(request))
    messages.success(request, _("Hindringen er fjernet."))
    return redirect("ways:hurdles", scheme_id)


def _drafted(request: HttpRequest, gap: Gap) -> HttpResponse:
    scheme = start_scheme(gap=gap, by=_user(request))
    messages.success(request, _("Utkastet er laget. Fyll ut det du vet; resten kan vente."))
    return redirect(scheme)


def _own_gap(request: HttpRequest, gap_id: UUID) -> Gap:
    gap = get_object_or_404(Gap.objects.select_related("member"), pk=gap_id)
    if not may_change_gap(request.user, gap):
        raise Http404
    return gap


def _own_scheme(request: HttpRequest, scheme_id: UUID) -> Scheme:
    scheme = get_object_or_404(Scheme.objects.select_related("owner"), pk=scheme_id)
    if not may_tell_of(request.user, scheme):
        raise Http404
    return scheme


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
