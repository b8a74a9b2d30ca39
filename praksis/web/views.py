"""Pages that combine rooms."""

from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from praksis.accounts.models import User
from praksis.base import trail
from praksis.base.codes import Shown
from praksis.base.dates import moment
from praksis.base.retention import KINDS
from praksis.candidates.actions import ask_for_correction, give_consent, withdraw_consent
from praksis.candidates.choices import ConsentKind
from praksis.candidates.forms import CorrectionForm
from praksis.candidates.models import Candidate
from praksis.rounds.queries import public_draws
from praksis.web.context import COLOR_COOKIE, COLOR_SCHEMES
from praksis.web.known import as_data, consents_of, people_known
from praksis.web.known import known as all_known
from praksis.web.paper import as_pdf
from praksis.web.queries import front_page, reader_of, work_of

LONGEST_NAME = 200
SHOWN_DRAWS = 10
WRONG = 422
YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What this is, three ways in, and what is free today."""
    return render(request, "web/front.html", {"page": front_page()})


@require_safe
def my_page(request: HttpRequest) -> HttpResponse:
    """What waits for me: by what I am, never more than one page."""
    if not request.user.is_authenticated:
        return redirect("accounts:sign_in")
    work = work_of(reader_of(request.user))
    trail.saw(request, Shown.OWN, *(wish.candidate for wish in work.wishes))
    return render(request, "web/my_page.html", {"work": work})


@never_cache
@require_safe
@login_required
def known(request: HttpRequest) -> HttpResponse:
    """Everything that is held about the reader and the reader's wards, who saw it, and what can be done about it."""
    return _known(request)


def _known(request: HttpRequest, tried: Candidate | None = None, form: CorrectionForm | None = None) -> HttpResponse:
    user, people = _user(request), people_known(_user(request))
    trail.saw(request, Shown.FACTS, *people)
    asking = [(one, form if form and one == tried else _correction_form(one)) for one in people]
    context = {"sections": all_known(user, people), "consents": consents_of(user, people), "asking": asking}
    return render(request, "web/known.html", context, status=WRONG if form else 200)


def _correction_form(one: Candidate, data: QueryDict | None = None) -> CorrectionForm:
    return CorrectionForm(data, auto_id=f"%s_{one.pk}", initial={"click_key": uuid4()})


@never_cache
@require_safe
@login_required
def known_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same to keep: `json` for a machine, `pdf` for people. No name stands in the file's own."""
    if kind not in ("json", "pdf"):
        raise Http404
    user, people = _user(request), people_known(_user(request))
    trail.saw(request, Shown.FACTS, *people)
    sections = all_known(user, people)
    headers = {"Content-Disposition": f'attachment; filename="opplysninger.{kind}"'}
    if kind == "json":
        return JsonResponse({"made": timezone.now(), "known": as_data(sections)}, headers=headers)
    intro = _("Alt som er lagret om deg i Praksistorget, hentet %s.") % moment(timezone.now())
    paper = as_pdf(sections, title=_("Hva som er lagret om deg"), intro=intro, language=get_language() or "nb")
    return HttpResponse(paper, content_type="application/pdf", headers=headers)


@require_POST
@login_required
def rename_me(request: HttpRequest) -> HttpResponse:
    """Correct one's own name."""
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())
    if not 0 < len(name) <= LONGEST_NAME:
        messages.error(request, _("Skriv navnet ditt, med høyst 200 tegn."))
        return redirect("web:known")
    user = _user(request)
    user.name = name
    user.save(update_fields=["name"])
    messages.success(request, _("Navnet er rettet."))
    return redirect("web:known")


@require_POST
@login_required
def consent(request: HttpRequest, candidate_id: UUID, kind: str) -> HttpResponse:
    """Give a consent for oneself or a ward, or take it back: it holds at once."""
    user = _user(request)
    one = next((one for one in people_known(user) if one.pk == candidate_id), None)
    if one is None or kind not in ConsentKind.values:
        raise Http404
    try:
        if request.POST.get("do") == "give":
            give_consent(candidate=one, kind=kind, by=user)
            messages.success(request, _("Samtykket er gitt. Du kan ta det tilbake når som helst."))
        else:
            withdraw_consent(candidate=one, kind=kind, by=user)
            messages.success(request, _("Samtykket er tatt tilbake og gjelder ikke lenger."))
    except PermissionDenied:
        messages.error(request, _("En foresatt må samtykke for den som er under 18 år."))
    return redirect("web:known")


@never_cache
@require_POST
@login_required
def ask_correction(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    """Ask the member to correct something about oneself or a ward."""
    user = _user(request)
    one = next((one for one in people_known(user) if one.pk == candidate_id), None)
    if one is None:
        raise Http404
    form = _correction_form(one, request.POST)
    if not form.is_valid():
        return _known(request, one, form)
    ask_for_correction(candidate=one, by=user, **form.cleaned_data)
    messages.success(request, _("%s har fått det du skrev. Svaret kommer på denne siden.") % one.member.name)
    return redirect("web:known")


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@require_safe
def coordinate(request: HttpRequest) -> HttpResponse:
    """What an office gets from this on its first day, alone, with its own spreadsheet."""
    return render(request, "web/coordinate.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Who sees what, in plain words."""
    return render(request, "web/privacy.html", {"kinds": KINDS})


@require_safe
def how_we_allocate(request: HttpRequest) -> HttpResponse:
    """The rules of the allocation, in plain words, and the draws that everyone can see."""
    return render(request, "web/how_we_allocate.html", {"draws": public_draws()[:SHOWN_DRAWS]})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What has been tried, and what has not."""
    return render(request, "web/accessibility.html")


@require_POST
def choose_colors(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or what the device says."""
    after = request.POST.get("next", "")
    safe = after.startswith("/") and url_has_allowed_host_and_scheme(after, None)
    response = HttpResponseRedirect(after if safe else reverse("web:front"))
    if (choice := request.POST.get("color_scheme")) in COLOR_SCHEMES:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COLOR_COOKIE, choice, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=secure)
    return response
