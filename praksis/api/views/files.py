"""The page about open data, and the files."""

import hashlib

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from praksis.api.choices import VERSION, licence
from praksis.api.columns import TABLES
from praksis.api.files import FORMS, content_type, write_file
from praksis.api.views.answers import for_everyone, site_of

OPERATIONS = (
    ("api-v1:places", _("ledige plasser")),
    ("api-v1:schemes", _("ordninger")),
    ("api-v1:hosts", _("virksomheter")),
    ("api-v1:members", _("medlemmer")),
    ("api-v1:figures", _("tall som er publisert")),
    ("api-v1:codes", _("hva kodene betyr")),
)


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """What can be fetched, in which forms, under which licence, and what stands in it."""
    context = {"operations": OPERATIONS, "tables": TABLES.values(), "forms": FORMS, "licence": licence(), "version": VERSION}
    return render(request, "api/open_data.html", context)


@require_safe
def file(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """A whole table in one of the forms."""
    if name not in TABLES or form not in FORMS:
        raise Http404
    out = write_file(TABLES[name], form, site_of(request))
    etag = quote_etag(hashlib.file_digest(out, "sha256").hexdigest()[:32]) if form != "xlsx" else None  # it holds the time
    if etag and (known := get_conditional_response(request, etag)):
        out.close()
        return for_everyone(known, etag)
    out.seek(0)
    answer = FileResponse(out, as_attachment=form != "json", filename=f"{name}.{form}", content_type=content_type(form))
    return for_everyone(answer, etag)
