"""What went wrong, for programs and for those who write them (RFC 9457), in the reader's language."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.http import HttpResponse
from django.utils.translation import gettext as _

PROBLEM = "application/problem+json"


def problem(status: int, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> HttpResponse:
    """`title` is short and the same each time, `detail` says what to do, `errors` names each value that cannot be used."""
    titles = {
        400: _("Forespørselen kan ikke leses"),
        404: _("Finnes ikke"),
        422: _("En verdi kan ikke brukes"),
        429: _("For mange forespørsler"),
    }
    title = titles.get(status, HTTPStatus(status).phrase)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    text = json.dumps(body | ({"errors": list(errors)} if errors else {}), ensure_ascii=False)
    return HttpResponse(text, status=status, content_type=PROBLEM)
