"""What has been told to whoever is signed in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from praksis.accounts.models import User
from praksis.messages import queries
from praksis.messages.actions import choose_mail, mark_read
from praksis.messages.forms import MailForm

PER_PAGE = 20


@never_cache
@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """The reader's own messages, and what they want e-mail about."""
    user = _user(request)
    page = Paginator(queries.messages_of(user), PER_PAGE).get_page(request.GET.get("page"))
    form = MailForm(initial={"topics": queries.mailed_topics(user)})
    return render(request, "messages/inbox.html", {"page": page, "form": form, "unread": queries.unread_of(user)})


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Everything is read."""
    mark_read(user=_user(request))
    return redirect("messages:inbox")


@require_POST
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """What to send e-mail about."""
    form = MailForm(request.POST)
    if form.is_valid():
        choose_mail(user=_user(request), topics=form.cleaned_data["topics"])
        messages.success(request, _("Valget er lagret."))
    return redirect("messages:inbox")


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
