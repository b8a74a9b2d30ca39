"""Telling somebody something: in the system, by e-mail in their language, and nobody else reads it."""

import smtplib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.template import engines
from django.test import Client
from django.urls import reverse

from praksis.accounts.models import User
from praksis.accounts.tests.postbox import Postbox, postbox
from praksis.base.identity import Identity, acting
from praksis.base.mailing import mailers
from praksis.messages.actions import choose_mail, tell
from praksis.messages.choices import Topic
from praksis.messages.links import read_link, signed_path
from praksis.messages.models import Message

pytestmark = pytest.mark.django_db
RunJobs = Callable[[], int]
WORDS = """{% load i18n %}{% translate "Finn plass" %}: {{ title }}

{{ title }} & co."""


@pytest.fixture(scope="module")
def mail_server() -> Iterator[tuple[Postbox, str]]:
    with postbox() as opened:
        yield opened


@pytest.fixture
def box(mail_server: tuple[Postbox, str], settings: Any) -> Postbox:
    box, url = mail_server
    box.letters.clear()
    box.is_shut = False
    settings.MAILERS = mailers({"EMAIL_URL": url})
    settings.CSRF_TRUSTED_ORIGINS = ["https://praksis.example.no"]
    return box


@pytest.fixture(autouse=True)
def words(tmp_path: Path) -> Iterator[None]:
    """A text as a room above has one."""
    (tmp_path / "told.txt").write_text(WORDS)
    engine: Any = engines["django"]
    engine.engine.dirs.append(tmp_path)
    yield
    engine.engine.dirs.remove(tmp_path)


@pytest.fixture
def kari() -> User:
    return User.objects.create(name="Kari", email="kari@example.no", language="nn")


def told(*users: User, **more: Any) -> None:
    """Somebody else tells them."""
    with acting(Identity()):
        tell(
            user_ids=[user.pk for user in users],
            topic=Topic.HOST,
            template="told.txt",
            facts={"title": "A & B"},
            path="/x/",
            **more,
        )


def test_it_stands_in_the_system_and_comes_by_mail_in_the_readers_language(kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    told(kari, kari)
    assert run_jobs() == 1
    run_jobs()
    (letter,) = box.letters
    assert (letter["To"], letter["Subject"]) == ("kari@example.no", "Finn plass: A & B")
    assert " ".join(box.text().split()).startswith(
        "A & B & co. https://praksis.example.no/x/ Du kan slå av e-post om dette på sida Meldingar"
    )
    client = Client()
    client.force_login(kari)
    page = client.get(reverse("messages:inbox"), headers={"accept-language": "nn"}).content.decode()
    assert '<a href="/x/">Finn plass: A &amp; B</a>' in page
    assert "<b>(1)</b>" in page
    client.post(reverse("messages:read"))
    assert "(1)" not in client.get(reverse("messages:inbox")).content.decode()


def test_whoever_turns_a_topic_off_gets_no_letter_but_the_message(kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    client = Client()
    client.force_login(kari)
    client.post(reverse("messages:choose"), {"topics": [topic for topic in Topic.values if topic != Topic.HOST]})
    told(kari)
    run_jobs()
    assert box.letters == []
    assert Message.objects.get().mailed_at is not None
    choose_mail(user=kari, topics=Topic.values)
    told(kari)
    run_jobs()
    assert len(box.letters) == 1


def test_where_no_mail_can_be_sent_it_stands_in_the_system_alone(kari: User, run_jobs: RunJobs) -> None:
    told(kari)
    assert run_jobs() == 0
    assert Message.objects.get().mailed_at is None


def test_a_letter_that_did_not_go_out_is_not_marked_as_sent(kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    box.is_shut = True
    told(kari)
    with pytest.raises(smtplib.SMTPException):
        run_jobs()
    assert Message.objects.get().mailed_at is None


def test_nobody_reads_what_is_told_to_another(kari: User) -> None:
    told(kari)
    ola = User.objects.create(name="Ola", email="ola@example.no")
    client = Client()
    client.force_login(ola)
    assert "A &amp; B" not in client.get(reverse("messages:inbox")).content.decode()
    client.post(reverse("messages:read"))
    assert Message.objects.get().read_at is None


def test_a_letters_link_opens_one_address_for_one_reader(kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    subject = Message.objects.create(user=kari, topic=Topic.HOST, template="told.txt").pk
    path = signed_path("accounts:follow_link", user_id=kari.pk, subject_id=subject)
    token = path.rstrip("/").rsplit("/", 1)[1]
    assert read_link("accounts:follow_link", token) == (kari.pk, subject)
    for name, other in (("web:front", token), ("accounts:follow_link", token[:-1]), ("accounts:follow_link", "")):
        assert read_link(name, other) is None
    assert read_link("accounts:follow_link", signing.dumps("x", salt="accounts:follow_link")) is None
    told(kari, link_name="accounts:follow_link", subject_id=subject)
    run_jobs()
    assert read_link("accounts:follow_link", box.link().rstrip("/").rsplit("/", 1)[1]) == (kari.pk, subject)
