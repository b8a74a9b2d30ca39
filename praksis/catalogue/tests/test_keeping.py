"""What has not been confirmed for long: who is asked, how it is answered; and what anyone may say is wrong."""

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts.models import User
from praksis.base.identity import NOBODY, acting
from praksis.catalogue import keeping
from praksis.catalogue.choices import SchemeStage
from praksis.catalogue.models import Place, Scheme, SchemeChange
from praksis.catalogue.tests.examples import (
    example_contact,
    example_coordinator,
    example_host,
    example_place,
    example_scheme,
    example_user,
)
from praksis.catalogue.tests.test_schemes import member_of, text
from praksis.messages.links import signed_path
from praksis.messages.models import Message
from praksis.organisations.choices import HostRole, MemberKind, Role
from praksis.organisations.models import HostContact, Member, Membership

pytestmark = pytest.mark.django_db
LONG_AGO = date(2024, 8, 15)


@pytest.fixture
def karin() -> User:
    return example_coordinator()


def night(as_worker: AsRole, *, later: int = 0) -> int:
    with as_worker(), acting(NOBODY):
        return keeping.ask_all(timezone.localdate() + timedelta(days=later))


def link(user: User, subject: Any, name: str = "catalogue:confirm_by_link") -> str:
    return signed_path(name, user_id=user.pk, subject_id=subject.pk)


def entries(page: Any) -> list[str]:
    return re.findall(r'name="entry" value="([\w-]+)"', page.content.decode())


# ---------------------------------------------------------------- asking


def test_coordinators_are_asked_once_about_all_that_is_old(karin: User, as_worker: AsRole) -> None:
    owner = member_of(karin)
    Membership.objects.create(user=example_user("Leif"), member=owner, role=Role.LEAD)
    Membership.objects.create(user=example_user("Veronika"), member=owner, role=Role.COUNSELLOR)
    for title, values in (
        ("Gammel", {"confirmed_on": LONG_AGO}),
        ("Aldri bekreftet", {}),
        ("Ny", {"confirmed_on": timezone.localdate()}),
        ("Avsluttet", {"stage": SchemeStage.ENDED}),
    ):
        example_scheme(title=title, owner=owner, **values)
    example_scheme(title="Ingens")
    assert night(as_worker) == 1
    (told,) = Message.objects.all()
    assert (told.user, told.subject) == (karin, "Stemmer 2 ordninger i katalogen fortsatt?")
    assert "– Aldri bekreftet\n– Gammel" in told.words()[1]
    assert (night(as_worker), night(as_worker, later=29), night(as_worker, later=30)) == (0, 0, 1)


def test_leads_are_asked_where_there_is_no_coordinator_and_nobody_where_there_is_none(as_worker: AsRole) -> None:
    leif = example_coordinator("Leif", Role.LEAD)
    alone = Member.objects.create(name="Alene", short_name="A", kind=MemberKind.SCHOOL)
    example_scheme(owner=member_of(leif), confirmed_on=LONG_AGO)
    waiting = example_scheme(title="Venter", owner=alone, confirmed_on=LONG_AGO)
    assert night(as_worker) == 1
    assert Message.objects.get().user == leif
    waiting.refresh_from_db()
    assert waiting.asked_on is None, "whoever comes there is asked then"


def test_those_who_decide_at_a_host_are_asked_about_its_open_places(as_worker: AsRole) -> None:
    host = example_host()
    alice = example_contact(host)
    example_contact(host, "Vilde", HostRole.SUPERVISOR)
    example_place(host=host, title="Gammel", confirmed_on=LONG_AGO)
    example_place(host=host, title="Over", confirmed_on=LONG_AGO, ends_on=LONG_AGO)
    example_place(host=host, title="Ny")
    assert night(as_worker) == 1
    (told,) = Message.objects.all()
    assert (told.user, told.subject) == (alice, "Stemmer 1 plass dere tilbyr, fortsatt?")


# ---------------------------------------------------------------- answering


def test_one_button_confirms_all_that_is_ticked_without_signing_in(karin: User, client: Client) -> None:
    owner = member_of(karin)
    old, wrong = (example_scheme(title=title, owner=owner, confirmed_on=LONG_AGO) for title in ("Gammel", "Feil"))
    address = link(karin, owner)
    shown = client.get(address)
    assert sorted(entries(shown)) == sorted(str(one.pk) for one in (old, wrong))
    assert Scheme.objects.filter(confirmed_on=LONG_AGO).count() == 2, "opening it does nothing"
    for _click in range(2):
        after = client.post(address, {"entry": [str(old.pk), "nonsense"]})
    assert entries(after) == [str(wrong.pk)]
    assert Scheme.objects.get(confirmed_on=timezone.localdate()).title == "Gammel"
    assert [change.member for change in SchemeChange.objects.all()] == [owner], "told once, by member"
    assert "Alt er bekreftet" in text(client.post(address, {"entry": [str(wrong.pk)]}))


def test_a_host_answers_alike(client: Client) -> None:
    host = example_host()
    alice = example_contact(host)
    place, elsewhere = example_place(host=host, confirmed_on=LONG_AGO), example_place(host=example_host(), confirmed_on=LONG_AGO)
    address = link(alice, host, "catalogue:confirm_places_by_link")
    client.post(address, {"entry": [str(place.pk), str(elsewhere.pk)]})
    assert [one.pk for one in Place.objects.filter(confirmed_on=timezone.localdate())] == [place.pk]


def test_whoever_answers_for_it_no_more_is_told_so_and_changes_nothing(karin: User, client: Client) -> None:
    owner, host = member_of(karin), example_host()
    alice = example_contact(host)
    scheme, place = example_scheme(owner=owner, confirmed_on=LONG_AGO), example_place(host=host, confirmed_on=LONG_AGO)
    Membership.objects.update(taken_back_at=timezone.now())
    HostContact.objects.update(role=HostRole.SUPERVISOR)
    for address, entry in (
        (link(karin, owner), scheme),
        (link(alice, host, "catalogue:confirm_places_by_link"), place),
        (link(example_user("Annen"), owner), scheme),
        (link(karin, owner) + "x/", scheme),
        (link(karin, host, "catalogue:confirm_places_by_link"), place),
    ):
        for answer in (client.get(address), client.post(address, {"entry": [str(entry.pk)]})):
            assert (answer.status_code, "Lenken virker ikke lenger" in text(answer)) == (410, True) or answer.status_code == 404
    assert Scheme.objects.get().confirmed_on == Place.objects.get().confirmed_on == LONG_AGO


def test_whoever_decides_at_a_host_confirms_in_the_system(client: Client) -> None:
    host = example_host()
    place = example_place(host=host, confirmed_on=LONG_AGO)
    client.force_login(example_contact(host, "Vilde", HostRole.SUPERVISOR))
    assert client.post(reverse("catalogue:confirm_places", args=[host.pk])).status_code == 404
    client.force_login(example_contact(host))
    assert "1 plass er ikke bekreftet på lenge" in text(client.get(reverse("catalogue:host_places", args=[host.pk])))
    page = client.post(reverse("catalogue:confirm_places", args=[host.pk]), follow=True)
    assert "1 plass er bekreftet i dag" in text(page)
    assert "ikke bekreftet på lenge" not in text(page)
    place.refresh_from_db()
    assert place.confirmed_on == timezone.localdate()


# ---------------------------------------------------------------- suggesting


def suggestion(**more: Any) -> dict[str, Any]:
    return {"text": "Fristen er 1. mars.", "click_key": str(uuid.uuid4())} | more


def suggested(client: Client, scheme: Scheme, **more: Any) -> Any:
    return client.post(reverse("catalogue:suggest_change", args=[scheme.pk]), suggestion(**more))


def test_what_anyone_says_is_wrong_goes_to_those_who_answer_for_it(karin: User, client: Client) -> None:
    scheme, key = example_scheme(owner=member_of(karin)), str(uuid.uuid4())
    assert "Foreslå en endring" in text(client.get(scheme.get_absolute_url()))
    for _click in range(2):
        answer = suggested(client, scheme, name="Nora", email="nora@example.no", click_key=key)
    assert answer.headers["Location"] == scheme.get_absolute_url()
    (told,) = Message.objects.all()
    assert (told.user, told.subject) == (karin, f"Forslag til endring i «{scheme.title}»")
    assert told.words()[1].split("\n") == ["Nora skriver:", "Fristen er 1. mars.", "Svar til nora@example.no."]


def test_without_a_name_nothing_is_said_of_who_wrote_and_of_nobodys_the_region_hears(client: Client) -> None:
    region = Member.objects.create(name="Bergensregionen", short_name="B", kind=MemberKind.REGION)
    rita = example_user("Rita")
    Membership.objects.create(user=rita, member=region, role=Role.LEAD)
    assert suggested(client, example_scheme()).status_code == 302
    (told,) = Message.objects.all()
    assert told.user == rita
    assert told.words()[1].startswith("Noen skriver:")


def test_what_is_missing_is_told_and_nothing_is_lost(karin: User, client: Client) -> None:
    answer = suggested(client, example_scheme(owner=member_of(karin)), text="", name="Nora", email="nora")
    assert answer.status_code == 422
    assert "Skriv hva som er feil eller mangler." in text(answer)
    assert 'value="Nora"' in text(answer)
    assert not Message.objects.exists()


def test_one_network_cannot_bury_an_office(karin: User, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keeping.SUGGEST_LIMITS, "suggest", 2)
    scheme = example_scheme(owner=member_of(karin))
    assert [suggested(client, scheme).status_code for _more in range(3)] == [302, 302, 429]
    assert Message.objects.count() == 2


def test_a_place_that_is_over_is_not_asked_about_on_the_hosts_page_either(client: Client) -> None:
    host = example_host()
    example_place(host=host, title="Over", confirmed_on=LONG_AGO, ends_on=LONG_AGO)
    client.force_login(example_contact(host))
    assert "ikke bekreftet på lenge" not in text(client.get(reverse("catalogue:host_places", args=[host.pk])))


def test_whoever_took_in_thousands_confirms_them_some_at_a_time(karin: User, client: Client) -> None:
    owner = member_of(karin)
    Scheme.objects.bulk_create(Scheme(title=f"Ordning {number}", institution="H", owner=owner) for number in range(1100))
    address = link(karin, owner)
    first = client.get(address)
    assert len(entries(first)) == keeping.SHOWN
    assert f"og {1100 - keeping.SHOWN} til" in text(first)
    after = client.post(address, {"entry": entries(first)})
    assert after.status_code == 200
    assert Scheme.objects.filter(confirmed_on=timezone.localdate()).count() == keeping.SHOWN
    assert not set(entries(after)) & set(entries(first))
