"""Results: one's own with the reasons, and a member's own people."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from praksis.accounts.models import User
from praksis.base import trail
from praksis.base.codes import ReadKind, Shown
from praksis.rounds import queries
from praksis.rounds.models import EntryLink, Round
from praksis.rounds.queries.rounds import shown_run
from praksis.rounds.sentences import received
from praksis.rounds.views.rounds import current_user

PAGE = 50


@never_cache
@require_safe
@login_required
def result(request: HttpRequest) -> HttpResponse:
    """What I got, and why; the newest where there are several."""
    links = list(queries.published_links(current_user(request)))
    if not links:
        waiting = queries.links_to_rank(current_user(request)).first()
        return render(request, "rounds/no_result.html", {"link": waiting})
    return _page(request, links[0], links[1:])


@never_cache
@require_safe
@login_required
def result_of_entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One result: one's own, a ward's, or of somebody the reader places, once it is published."""
    return _page(request, seen_link(current_user(request), entry_id))


def seen_link(user: User, entry_id: UUID) -> EntryLink:
    """The entry, when it is the user's own, a ward's, or of somebody the user places; forbidden looks like missing."""
    mine = Q(pk__in=EntryLink.objects.owned_by(user)) | Q(pk__in=EntryLink.objects.placed_by(user))
    links = EntryLink.objects.filter(mine).select_related("round", "entry", "candidate", "member")
    return get_object_or_404(links, entry=entry_id)


def _page(request: HttpRequest, link: EntryLink, others: list[EntryLink] | None = None) -> HttpResponse:
    got = queries.result_of(link)
    if got is None:
        raise Http404
    trail.saw(request, Shown.RESULT, link.candidate, *(other.candidate for other in others or ()))
    own = link.candidate.user_id == current_user(request).pk
    name = "" if own else link.candidate.first_name
    context = {
        "got": got,
        "link": link,
        "round": link.round,
        "run": got.publication.run,
        "others": others or [],
        "own": own,
        "received": received(got.outcome.rank, name) if got.outcome and got.outcome.rank else "",
        "above": len(got.steps) - 1 if got.place else len(got.steps),
        "figures": got.publication.run.figures,
    }
    return render(request, "rounds/result.html", context)


@never_cache
@require_safe
@login_required
def own_people(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """The reader's own people in the round: who has sent a list, and for whom the reader ranks."""
    user = current_user(request)
    round_ = get_object_or_404(Round, pk=round_id)
    members = queries.members_placed_for(user, round_)
    if not members:
        raise Http404
    links = queries.own_people(round_, user, request.GET.get("sort", "name"))
    page = Paginator(links, PAGE).get_page(request.GET.get("page"))
    trail.saw(request, Shown.ENTERED, *(link.candidate for link in page), kind=ReadKind.LIST)
    return render(request, "rounds/own_people.html", {"round": round_, "page": page, "members": members})


@never_cache
@require_safe
@login_required
def own(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """What the reader's own people got in the run that counts; before publication too, so that a person can look at it first."""
    user = current_user(request)
    round_ = get_object_or_404(Round, pk=round_id)
    members = queries.members_placed_for(user, round_)
    run = shown_run(round_)
    if not members or run is None:
        raise Http404
    only = "without" if request.GET.get("only") == "without" else ""
    outcomes = queries.own_results(run, user, request.GET.get("sort", "name"), only)
    page = Paginator(outcomes, PAGE).get_page(request.GET.get("page"))
    trail.saw(request, Shown.RESULTS, *(outcome.entry.link.candidate for outcome in page), kind=ReadKind.LIST)
    published = set(round_.publications.values_list("member_id", flat=True))
    context = {"round": round_, "run": run, "page": page, "members": members, "published": published, "only": only}
    return render(request, "rounds/own_results.html", context)
