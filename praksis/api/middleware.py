"""What every request to the API goes through: the limit of its network, and answers that any program can use."""

import math
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from praksis.accounts.browsers import network_of
from praksis.accounts.marks import mark
from praksis.api.actions import Share, count_asking
from praksis.api.choices import WINDOW
from praksis.api.views.answers import for_everyone, once
from praksis.api.views.problems import problem

PREFIX = "/api/"
TOO_MANY = 429


class ApiMiddleware:
    """Counts what a network asks of the API, before the request's own transaction, which may not write when it only reads.

    Everyone behind one network shares its limit, so it is generous, counts for a minute at a time, and touches the API alone:
    the pages and the files stay open. HEAD is answered as GET without its body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        share = count_asking(network=mark("api", network_of(request)))
        answer = _too_many(share) if share.over else once(request, self._read(request))
        _tell(answer, share)
        return for_everyone(answer)

    def _read(self, request: HttpRequest) -> HttpResponse:
        asked, request.method = request.method, "GET" if request.method == "HEAD" else request.method
        answer = self.get_response(request)
        request.method = asked
        if answer.status_code == 404 and not answer.headers["Content-Type"].startswith("application/problem"):
            return problem(404, _("Det er ingenting på denne adressen. Se oversikten på /data/."))
        return answer


def _too_many(share: Share) -> HttpResponse:
    words = _("Nettet ditt har spurt svært mye det siste minuttet. Spør igjen om %d sekunder.") % share.seconds
    answer = problem(TOO_MANY, words)
    answer.headers["Retry-After"] = str(share.seconds)
    return answer


def _tell(answer: HttpResponse, share: Share) -> None:
    """What is left (IETF draft «RateLimit header fields for HTTP»)."""
    window = math.ceil(WINDOW.total_seconds())
    answer.headers["RateLimit-Policy"] = f'"network";q={settings.API_PER_MINUTE};w={window}'
    answer.headers["RateLimit"] = f'"network";r={share.left};t={share.seconds}'
