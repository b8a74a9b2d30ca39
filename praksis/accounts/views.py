"""Signing in and out."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import activate, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.actions import ask_for_link, standing_link, use_link
from praksis.accounts.backends import enter
from praksis.accounts.browsers import browser_of, keep_browser, network_of
from praksis.accounts.forms import AddressForm

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
    enter(request, link.user)
    activate(link.user.language)
    response = redirect("web:my_page")
    keep_browser(response, browser.with_address(link.user.email))
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("web:front")
