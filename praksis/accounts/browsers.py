"""Which browser, and which network, a request comes from."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from praksis.accounts.marks import mark

COOKIE = "__Host-browser" if settings.SESSION_COOKIE_SECURE else "browser"
KEPT = timedelta(days=180)
_SALT = "praksis.browser"
_KNOWN = 8


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser by a secret of its own, which a signed cookie holds, and marks of the addresses that have signed in with it."""

    secret: str
    known: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What a link is bound to; the secret itself is kept in the browser alone."""
        return sha256(self.secret.encode()).hexdigest()

    def knows(self, email: str) -> bool:
        return mark("address", email) in self.known

    def with_address(self, email: str) -> "Browser":
        """The same browser, once somebody has signed in with it."""
        others = tuple(one for one in self.known if one != mark("address", email))
        return replace(self, known=(mark("address", email), *others)[:_KNOWN])


def browser_of(request: HttpRequest) -> Browser:
    """The browser of a request; a new one where the cookie is missing or not ours."""
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KEPT)
    except signing.BadSignature:
        return Browser(secrets.token_urlsafe(32))
    return Browser(found["secret"], tuple(found["known"]))


def keep_browser(response: HttpResponse, browser: Browser) -> None:
    """Let the browser keep its cookie."""
    value = signing.dumps({"secret": browser.secret, "known": browser.known}, salt=_SALT)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(COOKIE, value, max_age=KEPT, httponly=True, samesite="Lax", secure=secure)


def network_of(request: HttpRequest) -> str:
    """The address a request comes from; of IPv6 the /64, which one household or office has.

    Behind a proxy it is the last that the proxy wrote: what stands before that the sender may have made up.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    told = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(told)
    except ValueError:
        return "unknown"
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


_PROGRAMS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "Chrome": "Chrome", "CriOS": "Chrome"}
_SYSTEMS = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS": "Mac", "Linux": "Linux"}


def described(request: HttpRequest) -> str:
    """«Firefox, Windows»: enough for its owner to know it again, and no more. Empty where the browser does not say."""
    told = request.headers.get("User-Agent", "")
    program = next((name for word, name in _PROGRAMS.items() if f"{word}/" in told), "Safari" if "Safari/" in told else "")
    system = next((name for word, name in _SYSTEMS.items() if word in told), "")
    return ", ".join(filter(None, (program, system)))
