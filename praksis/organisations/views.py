"""The first run."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from praksis.accounts.actions import standing_link, use_link
from praksis.accounts.backends import enter
from praksis.accounts.choices import Way
from praksis.organisations.actions import found_region
from praksis.organisations.forms import RegionForm
from praksis.organisations.queries import region


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest, token: str) -> HttpResponse:
    """Open an empty region: only with the token that the terminal printed, and only while there is no region."""
    if region() or not standing_link(token, first_run=True):
        raise Http404
    form = RegionForm(request.POST or None)
    if not form.is_valid():
        return render(request, "organisations/first_run.html", {"form": form}, status=422 if form.is_bound else 200)
    if not use_link(token=token, first_run=True):
        raise Http404
    operator = found_region(**form.cleaned_data)
    enter(request, operator, way=Way.FIRST_RUN)
    return redirect("web:my_page")
