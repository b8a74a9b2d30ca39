"""Signing in and out."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import activate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.actions import standing_link, use_link
from praksis.accounts.backends import enter


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """How one gets in: by a link, until OpenID Connect or mail is set up."""
    if request.user.is_authenticated:
        return redirect("web:my_page")
    return render(request, "accounts/sign_in.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a sign-in link. Its button signs in; opening it does not, since mail scanners open links."""
    if request.method != "POST":
        link = standing_link(token, first_run=False)
        return render(request, "accounts/follow_link.html", {"link": link}, status=200 if link else 410)
    link = use_link(token=token, first_run=False)
    if not link or not link.user:
        return render(request, "accounts/follow_link.html", {"link": None}, status=410)
    enter(request, link.user)
    activate(link.user.language)
    return redirect("web:my_page")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("web:front")
