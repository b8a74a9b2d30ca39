"""What all answers of the room have in common: any site may read them, and whoever has one asks only whether it is new."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import parse_http_date_safe, quote_etag

READABLE_HEADERS = "ETag, Last-Modified, Link, RateLimit, RateLimit-Policy, Retry-After, Content-Language, Deprecation, Sunset"


def site_of(request: HttpRequest) -> str:
    """What stands before addresses: «https://example.org»."""
    return f"{request.scheme}://{request.get_host()}"


def for_everyone[A: HttpResponseBase](answer: A, etag: str | None = None) -> A:
    """Pages of other sites may read it (CORS: without cookies), and keep it as long as they ask each time whether it is new."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = READABLE_HEADERS
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if etag:
        answer.headers["ETag"] = etag
    patch_cache_control(answer, no_cache=True)
    return answer


def once(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer, or 304 where the reader has it already: by its text, and by `Last-Modified` where that is told."""
    if answer.status_code != 200:
        return answer
    etag = quote_etag(hashlib.sha256(answer.content).hexdigest()[:32])
    answer.headers["ETag"] = etag
    changed = parse_http_date_safe(answer.headers.get("Last-Modified", ""))
    return get_conditional_response(request, etag, changed, response=answer) or answer
