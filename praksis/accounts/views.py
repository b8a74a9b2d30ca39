"""Signing in and out."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import activate, gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.actions import ask_for_link, end_sessions, standing_link, use_link
from praksis.accounts.backends import enter
from praksis.accounts.browsers import browser_of, keep_browser, network_of
from praksis.accounts.choices import Way
from praksis.accounts.forms import AddressForm
from praksis.accounts.models import Session, User

TOO_MANY, WRONG_BROWSER = 429, 403


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The ways in. Whoever gives an address is answered alike, whether or not it is anybody's."""
    if request.user.is_authenticated:
        return redirect("web:my_page")
    form = AddressForm(request.POST if request.method == "POST" else None) if settings.MAILERS else None
    if form is None or not form.is_valid():
        return render(request, "accounts/sign_in.html", {"form": form}, status=422 if form and form.is_bound else 200)
    browser = browser_of(request)
    origin = f"{request.scheme}://{request.get_host()}"
    response: HttpResponse = redirect("accounts:link_sent")
    if not ask_for_link(email=form.cleaned_data["email"], origin=origin, browser=browser, network=network_of(request)):
        form.add_error(None, gettext("Det er bedt om mange lenker herfra på kort tid. Vent et kvarter, og prøv igjen."))
        response = render(request, "accounts/sign_in.html", {"form": form}, status=TOO_MANY)
    keep_browser(response, browser)
    return response


@require_safe
def link_sent(request: HttpRequest) -> HttpResponse:
    """What to do now, the same for every address."""
    return render(request, "accounts/link_sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a sign-in link. Its button signs in; opening it does not, since mail scanners open links."""
    browser = browser_of(request)
    link = standing_link(token, first_run=False)
    if link and link.browser not in ("", browser.digest):
        return render(request, "accounts/other_browser.html", status=WRONG_BROWSER)
    if request.method != "POST":
        return render(request, "accounts/follow_link.html", {"link": link}, status=200 if link else 410)
    link = use_link(token=token, first_run=False, browser=browser.digest)
    if not link or not link.user:
        return render(request, "accounts/follow_link.html", {"link": None}, status=410)
    enter(request, link.user, way=Way.MAIL if link.browser else Way.TERMINAL)
    activate(link.user.language)
    response = redirect("web:my_page")
    keep_browser(response, browser.with_address(link.user.email))
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("web:front")


@login_required
@require_safe
def my_sign_ins(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    sessions = Session.objects.filter(user=_user(request), expire_date__gt=timezone.now()).order_by("-started_at")
    shown = [_shown(one, request.session.session_key) for one in sessions]
    return render(request, "accounts/my_sign_ins.html", {"sessions": shown, "idle_minutes": settings.SESSION_IDLE.seconds // 60})


def _shown(session: Session, this: str | None) -> dict[str, object]:
    way = Way(session.way).label if session.way in Way else ""
    return {"session": session, "way": way, "is_this": session.session_key == this}


@login_required
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    ended = end_sessions(user=_user(request))
    logout(request)
    said = ngettext("Du er logget ut i %(count)d nettleser.", "Du er logget ut i %(count)d nettlesere.", ended)
    messages.success(request, said % {"count": ended})
    return redirect("web:front")


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
