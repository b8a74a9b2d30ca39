"""A host's page and what the host says of itself: who may see it, who may change it, and that nothing is written over."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.catalogue.actions import ChangedMeanwhileError
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.hosts import describe_host
from praksis.catalogue.tests.examples import (
    example_contact,
    example_coordinator,
    example_host,
    example_place,
    example_user,
)
from praksis.catalogue.tests.test_offer import words
from praksis.organisations.choices import HostRole, SeenBy
from praksis.organisations.models import FormerName, Host

pytestmark = pytest.mark.django_db


def page(client: Client, host: Host) -> str:
    return words(client.get(host.get_absolute_url()))


def said(**changes: Any) -> dict[str, Any]:
    usual = {"about": "Vi fører regnskap.", "experience": "bad", "experience_words": "Ingen hadde tid.", "seen": 1}
    return usual | {"experience_seen_by": "members", "asks_welcome": "on"} | changes


def test_the_page_tells_what_the_register_said_and_when(client: Client, as_owner: AsRole) -> None:
    above = example_host(name="Sildvika AS", checked_at=timezone.now())
    host = example_host(
        name="Sildvika Avd Nord",
        above=above,
        address="Oppdiktveien 3, Sandviken",
        industry="69.200",
        industry_standard="SN2025",
        industry_words="Regnskap",
        checked_at=timezone.now(),
    )
    with as_owner():
        FormerName.objects.create(host=host, name="Sildvika Nord", until="2026-10-24")
    example_place(host=host)
    shown = page(client, host)
    for sentence in ("Oppdiktveien 3, Sandviken", "69.200 (SN2025)", "Sildvika Nord (til 24. oktober 2026)", "Sildvika AS"):
        assert sentence in shown
    assert "Data under norsk lisens for offentlige data (NLOD)." in shown
    assert above.get_absolute_url() not in shown, "nobody has checked the enterprise"
    Host.objects.filter(pk=above.pk).update(agreement_signed_on=timezone.localdate())
    assert above.get_absolute_url() in page(client, host)
    assert host.get_absolute_url() in page(client, above)


def test_a_host_says_what_it_wants_known(client: Client) -> None:
    host = example_host()
    client.force_login(example_contact(host))
    address = reverse("catalogue:edit_host", args=[host.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, said()).headers["Location"] == host.get_absolute_url()
    assert "Ingen hadde tid." in page(client, host)
    client.logout()
    shown = page(client, host)
    assert "vil ha spørsmål om praksis" in shown, "«ask us» makes it known"
    assert ("Ingen hadde tid." in shown, "Vi fører regnskap." in shown) == (False, True)
    client.force_login(example_coordinator())
    assert "Dette ser koordinatorene i regionen." in page(client, host)


@pytest.mark.parametrize(
    ("seen_by", "who"), [("all", {"all", "member", "own"}), ("members", {"member", "own"}), ("host", {"own"})]
)
def test_experience_goes_as_far_as_the_host_says(client: Client, seen_by: SeenBy, who: set[str]) -> None:
    host = example_host(experience="bad", experience_words="Ingen hadde tid.", experience_seen_by=seen_by)
    example_place(host=host)
    readers = {"all": None, "member": example_coordinator(), "own": example_contact(host)}
    told = set()
    for name, reader in readers.items():
        client.logout()
        if reader:
            client.force_login(reader)
        told |= {name} if "Ingen hadde tid." in page(client, host) else set()
    assert told == who


def test_what_was_before_is_shown_when_the_host_agrees(client: Client) -> None:
    host = example_host(shows_past=True)
    example_place(host=host, title="Ute nå")
    example_place(host=host, title="Hadde noen", stage=PlaceStage.CLOSED, taken=1, season="2026-spring")
    example_place(host=host, title="Ingen kom", stage=PlaceStage.CLOSED)
    example_place(host=host, title="Venter", stage=PlaceStage.OFFERED)
    shown = page(client, host)
    assert "Har hatt før" in shown
    assert [title in shown for title in ("Ute nå", "Hadde noen", "Ingen kom", "Venter")] == [True, True, False, False]
    Host.objects.update(shows_past=False)
    assert "Hadde noen" not in page(client, host)


def test_a_colleagues_words_are_not_written_over(client: Client) -> None:
    host = example_host()
    client.force_login(example_contact(host))
    address = reverse("catalogue:edit_host", args=[host.pk])
    client.post(address, said(about="Først"))
    late = client.post(address, said(about="Sist"))
    assert late.status_code == 422
    assert "Noen andre endret dette mens du skrev." in words(late)
    assert "Sist</textarea>" in words(late)
    assert Host.objects.get().about == "Først"
    assert client.post(address, said(about="Sist", seen=2)).status_code == 302
    wrong = client.post(address, said(about="x" * 2001, seen=3))
    assert wrong.status_code == 422
    assert "x" * 2001 in words(wrong)


def test_only_those_who_decide_at_the_host_speak_for_it(client: Client) -> None:
    host = example_host()
    others = [example_contact(host, "Sture", HostRole.SUPERVISOR), example_coordinator(), example_user("Nora")]
    for one in others:
        client.force_login(one)
        assert client.get(reverse("catalogue:edit_host", args=[host.pk])).status_code == 404
        assert client.post(reverse("catalogue:edit_host", args=[host.pk]), said()).status_code == 404
        with pytest.raises(PermissionDenied):
            describe_host(host=host, seen=1, by=one)
    with pytest.raises(ChangedMeanwhileError):
        describe_host(host=host, seen=7, by=example_contact(host))


def test_the_page_asks_as_much_for_three_as_for_one(client: Client, as_owner: AsRole) -> None:
    def asked(number: int) -> int:
        host = example_host(shows_past=True, agreement_signed_on=timezone.localdate())
        for one in range(number):
            example_place(host=example_host(above=host))
            example_place(host=host)
            example_place(host=host, stage=PlaceStage.CLOSED, taken=1)
            with as_owner():
                FormerName.objects.create(host=host, name=f"Het {one}")
        with CaptureQueriesContext(connection) as queries:
            client.get(host.get_absolute_url())
        return len(queries)

    assert asked(1) == asked(3)
