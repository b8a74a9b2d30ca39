"""Stepping into one of the made-up people, and out again."""

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from praksis.accounts.backends import enter
from praksis.accounts.choices import Way
from praksis.accounts.models import User
from praksis.base.identity import Identity, acting
from praksis.demo.personas import persona


@require_POST
def become(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in as a persona. Whoever one was before is signed out, with everything in that session."""
    chosen = persona(key)
    if chosen is None:
        raise Http404
    with acting(Identity(purpose="sign-in", key=chosen.email)):
        user = get_object_or_404(User, email=chosen.email, is_active=True)
    logout(request)
    enter(request, user, way=Way.DEMO)
    return redirect("web:my_page")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Be a visitor again."""
    logout(request)
    return redirect("web:front")
