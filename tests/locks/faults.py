"""Many organisations over few connections, while things go wrong at every stage of a request.

Requests come through the WSGI application in several threads, as in the server, with Django's own pool between them and the
database. What each request may show is known by canaries; what each connection remembers is asked whenever it is checked out.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, close_old_connections, connection, connections
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.template import Template
from django.test import Client

from praksis.accounts.models import User
from praksis.base.identity import NOBODY
from praksis.base.locked.base import DatabaseWrapper
from praksis.candidates import views
from praksis.candidates.models import Candidate, Need
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership

STAGES = ("before BEGIN", "after the identity", "in the view", "out of the view", "in the template", "at COMMIT", "killed")
NEED = {"target_group": "pupil", "field": "trade", "season": "2027-spring"}
CONNECTIONS, THREADS, PEOPLE = 2, 4, 3
_ASK = "select " + " || ".join(f"coalesce(current_setting('{name}', true), '')" for name in NOBODY.settings())


@dataclass
class Office:
    """An organisation: its session, its people's ids, and the word that stands in all their names."""

    by: User
    canary: str
    people: list[str]
    session: str = ""


class GoneError(BaseException):
    """What no `except Exception` catches: the server tells a worker to stop, the reader goes away."""


ERRORS = {"in the view": RuntimeError, "out of the view": GoneError, "in the template": RuntimeError}
"""By stage; otherwise the database's own."""


@dataclass
class Storm:
    """The fault that each thread's request is to meet, and what was found wrong."""

    offices: list[Office]
    web: str
    wrong: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    checked_out: Counter[str] = field(default_factory=Counter)
    here: threading.local = field(default_factory=threading.local)
    application: Any = field(default_factory=get_wsgi_application)

    def strike(self, stage: str) -> None:
        """Once a request, at the chosen visit to its stage."""
        if not stage or getattr(self.here, "stage", "") != stage:
            return
        self.here.visits -= 1
        if self.here.visits > 0:
            return
        self.here.stage = ""
        self.met[stage] += 1
        if stage == "killed":
            self._kill()
        else:
            raise ERRORS.get(stage, OperationalError)(stage)

    def _kill(self) -> None:
        with psycopg.connect(self.web, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 2000)", [connection.connection.info.backend_pid])

    # ------------------------------------------------------------ requests

    def ask(self, number: int) -> None:
        """One request, of one office, with or without a fault."""
        rng = random.Random(number)
        office = self.offices[number % len(self.offices)]
        self.here.stage = rng.choice(STAGES) if rng.random() < 0.5 else ""
        self.here.visits = rng.randint(1, 3) if self.here.stage in ("before BEGIN", "after the identity", "at COMMIT") else 1
        fault = self.here.stage
        own, other = rng.choice(office.people), rng.choice(self.offices[(number + 1) % len(self.offices)].people)
        asked = [("/kandidater/", None, PEOPLE), (f"/kandidater/{own}/", None, 1), (f"/kandidater/{other}/", None, 0)]
        path, data, seen = rng.choice([*asked, (f"/kandidater/{own}/behov/", NEED, 0)])
        status, body = self._answer(office, path, data)
        struck = fault and not self.here.stage
        self.here.stage = ""
        named = {other.canary for other in self.offices if other is not office and other.canary in body}
        if named:
            self.wrong.append(f"{number}: {path} of {office.canary} names {named} after a fault {fault}")
        if not struck and (status >= 500 or (status == 200 and body.count(office.canary) < seen)):
            self.wrong.append(f"{number}: {path} answered {status} with too little, without a fault")

    def _answer(self, office: Office, path: str, data: dict[str, str] | None) -> tuple[int, str]:
        token = "t" * CSRF_SECRET_LENGTH
        sent = urlencode(data | {"csrfmiddlewaretoken": token}).encode() if data else b""
        cookies = f"{settings.SESSION_COOKIE_NAME}={office.session}; {settings.CSRF_COOKIE_NAME}={token}"
        environ = Client()._base_environ(PATH_INFO=path, HTTP_COOKIE=cookies, REQUEST_METHOD="POST" if data else "GET")
        environ |= {"CONTENT_LENGTH": str(len(sent)), "wsgi.input": BytesIO(sent), "HTTP_ACCEPT_ENCODING": "identity"}
        environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded"} if data else {}
        told: list[int] = []
        try:
            answer = self.application(environ, lambda status, *_rest: told.append(int(status[:3])))
            body = b"".join(answer).decode()
            answer.close()
        except (GoneError, OperationalError, RuntimeError):
            close_old_connections()
            return 599, ""
        return told[0], body


# ---------------------------------------------------------------- where faults are thrown


@contextmanager
def blowing(storm: Storm) -> Iterator[None]:
    """Put the storm between the house and its database."""
    sound: list[tuple[Any, str, Any]] = []

    def around(owner: Any, name: str, *, before: str = "", after: str = "") -> None:
        function = getattr(owner, name)
        sound.append((owner, name, function))

        def struck(*args: Any, **named: Any) -> Any:
            storm.strike(before)
            answer = function(*args, **named)
            storm.strike(after)
            return answer

        setattr(owner, name, struck)

    around(DatabaseWrapper, "_set_autocommit", before="before BEGIN")
    around(DatabaseWrapper, "tell_identity", after="after the identity")
    around(DatabaseWrapper, "_commit", before="at COMMIT")
    around(views, "_user", before="killed", after="in the view")
    around(views, "render", before="out of the view")
    around(Template, "render", after="in the template")
    try:
        yield
    finally:
        for owner, name, function in sound:
            setattr(owner, name, function)


@contextmanager
def few_connections(storm: Storm) -> Iterator[None]:
    """A pool of two, without the purpose that tests have otherwise. What a connection remembers is asked at every check-out."""
    wrapper = cast("DatabaseWrapper", connections["default"])
    options = wrapper.settings_dict["OPTIONS"]
    kept = dict(options)

    def look(connection: psycopg.Connection[Any]) -> None:
        connection.autocommit = True
        (remembered,) = connection.execute(_ASK).fetchone() or ("",)
        storm.checked_out[remembered] += 1

    wrapper.close()
    wrapper.close_pool()
    options.pop("options")
    options["pool"] = {"min_size": CONNECTIONS, "max_size": CONNECTIONS, "timeout": 60, "check": look}
    try:
        yield
    finally:
        wrapper.close_pool()
        options.clear()
        options.update(kept)


def offices(count: int) -> list[Office]:
    """Made by the owner, but for their sessions."""
    return [_office(number) for number in range(count)]


def _office(number: int) -> Office:
    canary = f"Zq{number:03d}x"
    member = Member.objects.create(name=canary, short_name=f"K{number}", kind=MemberKind.SCHOOL)
    by = User.objects.create(name=f"Veileder {canary}", email=f"{number}@example.no")
    Membership.objects.create(user=by, member=member, role=Role.COUNSELLOR)
    people = [Candidate.objects.create(member=member, first_name="Ola", last_name=canary) for _ in range(PEOPLE)]
    for one in people:
        Need.objects.create(candidate=one, member=member, **NEED)
    return Office(by, canary, [str(one.pk) for one in people])


def sign_in(office: Office) -> None:
    client = Client()
    client.force_login(office.by)
    office.session = client.cookies[settings.SESSION_COOKIE_NAME].value


def blow(storm: Storm, requests: int) -> None:
    """All requests, in several threads."""
    with few_connections(storm), blowing(storm), ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(storm.ask, range(requests)))
