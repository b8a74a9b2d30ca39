"""What comes in is data, whatever it looks like: each field of each form and each parameter of each address, filled with what
harms those who take it for something else."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from praksis.base.identity import Identity, acting
from praksis.candidates.models import Candidate
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place
from praksis.web.context import Site
from tests.access.people import Actor
from tests.access.table import PAGE, Row, rows
from tests.access.walk import LAST, Walk, body_of
from tests.access.world import world

AsRole = Callable[[], AbstractContextManager[None]]
ROWS = [row for row in rows(PAGE.read_text()) if row.name not in (*LAST, "healthz") and not row.name.startswith("demo:")]
HOSTILE = {
    "text": (
        "\"'><svg onload=alert(7331)><!-- javascript:alert(7331) '; drop table accounts_user; -- "
        "{{ 7331|add:1 }}{% debug %}${7331+1}{0.__class__}%(x)s%s%n\r\nSet-Cookie: canary=7331\r\n\r\n "
        "../../../../etc/passwd (a+)+$[%_\\ =1+1"
    ),
    "nul": "a\x00b",
    "link": "javascript:alert(7331)",
    "number": "9" * 40,
    "negative": "-1",
    "long": "x" * 50_000,
    "twin": ["1", "2"],
}
HARM = {
    "is shown as markup": r"<svg onload",
    "becomes a link that runs": r"""(href|src|action)=["']?\s*javascript:""",
    "is reckoned out": r"7332|&lt;class",
    "tells of a file": r"root:x:0",
}
KINDS = [pytest.param(("text", "nul"), id="sample"), pytest.param(tuple(HOSTILE), id="all", marks=pytest.mark.prove)]
FIELDS = ("q", "page", "side", "sort", "next", "kommune", "group", "id", "format", "key")
"""Parameters that any page may be asked with, its own or not."""


class _Fields(HTMLParser):
    """The names of what a page's forms send."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("name")
        if tag in ("input", "select", "textarea", "button") and name and name != "csrfmiddlewaretoken":
            self.names.add(name)


def fields_of(answer: Any) -> set[str]:
    page = _Fields()
    page.feed(body_of(answer))
    return page.names


@pytest.fixture
def walk(db: None, as_owner: AsRole, as_worker: AsRole, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    """The small region of the access tests, with the log silent."""
    monkeypatch.setattr(Site, "demo", False)
    logging.disable(logging.ERROR)
    yield Walk(world(as_owner, as_worker))
    logging.disable(logging.NOTSET)


def wrong_with(answer: Any) -> str | None:
    """What such a value did that it must not do."""
    body = body_of(answer)
    if answer.status_code >= 500:
        return f"answers {answer.status_code}"
    found = next((name for name, pattern in HARM.items() if re.search(pattern, body)), None)
    torn = "canary" in answer.cookies or any(re.search(r"[\r\n]", value) for value in answer.headers.values())
    return "becomes a header" if torn else found


def asked(walk: Walk, row: Row) -> Iterator[tuple[Any, Any]]:
    """Somebody who may, and the thing."""
    for one in walk.of(row):
        found = next((actor for actor in walk.actors(row) if walk.allowed(row, actor, one)), None)
        if found:
            yield found, one
            return


def followed(actor: Actor, answer: Any) -> Iterator[Any]:
    """The answer, and the page it leads to, where what was stored is shown."""
    yield answer
    if answer.status_code == 302:
        yield actor.client.get(answer.headers["Location"])


@pytest.mark.slow
@pytest.mark.parametrize("kinds", KINDS)
def test_no_parameter_of_an_address_does_harm(walk: Walk, kinds: tuple[str, ...]) -> None:
    wrong, seen = [], 0
    for row in ROWS:
        for actor, one in asked(walk, row) if row.method == "GET" else ():
            address = reverse(row.name, args=one.args)
            names = {*FIELDS, *fields_of(actor.client.get(address + one.query))}
            for kind in kinds:
                answer = actor.client.get(address, dict.fromkeys(names, HOSTILE[kind]))
                seen += 1
                wrong += [f"{row} {kind}: {found}"] if (found := wrong_with(answer)) else []
    assert seen > 50
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("kinds", KINDS)
def test_no_field_of_a_form_does_harm(walk: Walk, kinds: tuple[str, ...]) -> None:
    """Each value in every field at once, and in each text field alone beside what is right, so that it is stored and shown."""
    wrong, seen = [], 0
    for row in ROWS:
        for actor, one in asked(walk, row) if row.method == "POST" else ():
            address = reverse(row.name, args=one.args)
            right = {name: value for name, value in one.sent().items() if not isinstance(value, UploadedFile)}
            names = {*right, *fields_of(actor.client.get(address))} or {"next"}
            for kind in kinds:
                for sent in (dict.fromkeys(names, HOSTILE[kind]), right | dict.fromkeys(_texts(right), HOSTILE[kind])):
                    answers = list(followed(actor, actor.client.post(address, sent)))
                    seen += len(answers)
                    wrong += [f"{row} {kind}: {found}" for answer in answers if (found := wrong_with(answer))]
    assert seen > 50
    assert not wrong, "\n".join(wrong)


def _texts(right: dict[str, Any]) -> list[str]:
    return [
        name
        for name, value in right.items()
        if isinstance(value, str) and re.search(r"[a-zæøå]{3} |@|^[A-ZÆØÅ][a-zæøå]+$", value)
    ]


@pytest.mark.parametrize("query", ["q=%ff%fe", "q=%ED%A0%80", "q=%", "q[]=1&q[a]=2", "q=1&q=2", "&&&=;", "page=%00", "page=1e9"])
def test_an_address_that_is_no_text_gets_a_page(client: Client, db: None, query: str) -> None:
    assert client.get(f"{reverse('catalogue:find')}?{query}").status_code in (200, 404)


@pytest.mark.slow
def test_a_form_stores_what_it_asks_for_and_nothing_beside(walk: Walk, as_owner: AsRole) -> None:
    """Whoever sends more than the form has (that an offer is open, that a person is another member's) changes none of it."""
    staff = next(actor for actor in walk.world.cast.actors.values() if actor.role == "coordinator" and actor.at == "uib")
    people, places = walk.world.candidates, walk.world.places
    other = people["participant"]
    more = {"stage": "open", "made_up": "on", "id": str(other.pk), "member": str(other.member_id), "user": str(other.user_id)}
    for row in ROWS:
        if row.name in ("catalogue:offer", "candidates:candidate") and row.method == "POST":
            one = next(one for one in walk.of(row) if walk.allowed(row, staff, one))
            asks = Client() if row.name == "catalogue:offer" else staff.client
            assert asks.post(reverse(row.name, args=one.args), {**one.sent(), **more}).status_code == 302
    with as_owner(), acting(Identity(purpose="maintenance")), transaction.atomic():
        assert Place.objects.exclude(pk__in=[place.pk for place in places.values()]).get().stage == PlaceStage.OFFERED
        for name, before in people.items():
            after = Candidate.objects.get(pk=before.pk)
            assert (after.member_id, after.user_id) == (before.member_id, before.user_id), name
