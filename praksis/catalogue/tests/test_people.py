"""Resource persons: named by their workplace, seen when they have said yes, found, and asked through the house."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts.models import User
from praksis.base.identity import Identity, acting
from praksis.catalogue.models import OfferFrom
from praksis.catalogue.questions import LIMITS
from praksis.catalogue.tests.examples import (
    example_contact,
    example_coordinator,
    example_host,
    example_place,
    example_scheme,
    example_user,
)
from praksis.catalogue.tests.test_offer import words
from praksis.messages.models import Message
from praksis.organisations import actions
from praksis.organisations.choices import RESOURCE, Role
from praksis.organisations.models import Member, Membership, ResourcePerson

pytestmark = pytest.mark.django_db


def guide(name: str = "Ingrid Lie", *, agreed: bool = True, user: User | None = None, **values: Any) -> ResourcePerson:
    """A resource person, at the university where nothing else is said."""
    if "host" not in values:
        values.setdefault("member", Member.objects.get_or_create(name="Høgskulen", short_name="HVL", kind="university")[0])
    usual = {"knows": "Hvordan vi fikk praksis inn i studieplanen.", "agreed_at": timezone.now() if agreed else None}
    return ResourcePerson.objects.create(user=user or example_user(name.split(maxsplit=1)[0]), name=name, **usual | values)


def found(client: Client, address: str = "") -> list[str]:
    page = client.get(reverse("catalogue:people") + address)
    return [one.name for one in page.context["found"].page]


def question(**changes: Any) -> dict[str, Any]:
    usual = {"name": "Nora", "email": "nora@example.no", "question": "Hva hjalp?", "shares": "on", "click_key": str(uuid.uuid4())}
    return usual | changes


def asked(client: Client, person: ResourcePerson, **changes: Any) -> Any:
    return client.post(reverse("catalogue:ask_person", args=[person.pk]), question(**changes))


# ---------------------------------------------------------------- named, and seen


def test_somebody_invited_is_seen_only_after_saying_yes(client: Client) -> None:
    lead = example_coordinator(role=Role.LEAD)
    member = Member.objects.get()
    client.force_login(lead)
    page = reverse("organisations:invite", args=[member.pk])
    assert "Ressursperson" in words(client.get(f"{page}?rolle=resource"))
    sent = {"email": "ingrid@example.org", "role": RESOURCE, "starts_on": timezone.localdate().isoformat()}
    link = next(word for word in words(client.post(page, sent)).split('"') if "/invitasjon/" in word)
    guest = Client()
    assert "Ingen ser deg før du har sagt ja der" in words(guest.get(link))
    there = guest.post(link, {"name": "Ingrid Lie"}).headers["Location"]
    person = ResourcePerson.objects.get()
    assert there == reverse("catalogue:my_resource", args=[person.pk])
    assert not Membership.objects.filter(user=person.user).exists(), "it gives no role"
    assert found(Client()) == []
    assert Client().get(reverse("catalogue:ask_person", args=[person.pk])).status_code == 404
    told = {"name": "Ingrid Lie", "knows": "", "groups": ["pupil"], "languages": ["nb", "nn"], "agrees": "on"}
    wrong = guest.post(there, told)
    assert wrong.status_code == 422
    assert "Skriv en setning om hva du kan spørres om" in words(wrong)
    guest.post(there, told | {"knows": "Det meste"})
    assert found(Client()) == ["Ingrid Lie"]
    assert "Ingrid Lie" in words(guest.get(reverse("web:known")))
    guest.post(reverse("catalogue:hide_resource", args=[person.pk]))
    assert found(Client()) == []
    assert "Det meste" in words(guest.get(there)), "what was written stays theirs"
    assert "Har ikke sagt ja ennå" in words(client.get(reverse("organisations:staff", args=[member.pk])))


def test_the_workplace_takes_a_name_away_and_never_puts_one_out(client: Client) -> None:
    host = example_host()
    contact = example_contact(host)
    person = guide(host=host, agreed=False)
    with pytest.raises(PermissionDenied):
        actions.name_oneself(person=person, agrees=True, by=contact)
    with acting(Identity(user=str(contact.pk))), transaction.atomic():
        assert ResourcePerson.objects.filter(pk=person.pk).update(agreed_at=timezone.now()) == 0, "the database holds it too"
    client.force_login(contact)
    client.post(reverse("organisations:remove_resource", args=[host.pk, person.pk]))
    assert not ResourcePerson.objects.exists()


def test_nobody_names_themselves_without_an_invitation() -> None:
    user = example_user("Nora")
    member = Member.objects.create(name="Høgskulen", short_name="HVL", kind="university")
    with pytest.raises(ProgrammingError, match="row-level security"), acting(Identity(user=str(user.pk))), transaction.atomic():
        ResourcePerson.objects.create(user=user, member=member, name="Nora")


def test_an_address_is_on_no_page(client: Client) -> None:
    host = example_host(agreement_signed_on=timezone.localdate())
    person = guide(host=host)
    scheme = example_scheme()
    for address in (
        reverse("catalogue:people"),
        reverse("catalogue:ask_person", args=[person.pk]),
        host.get_absolute_url(),
        scheme.get_absolute_url(),
    ):
        assert person.user.email not in words(client.get(address))


# ---------------------------------------------------------------- found


def test_the_directory_narrows(client: Client) -> None:
    guide("Ingrid Lie", fields=["it"], groups=["pupil"], kinds=["elective"], experience="good", languages=["nb"])
    guide("Åse Dal", fields=["health"], experience="bad", languages=["nn"], host=example_host(name="Sildvika AS"))
    guide("Per Moe", agreed=False, fields=["it"])
    assert found(client) == ["Ingrid Lie", "Åse Dal"]
    assert found(client, "?field=it") == ["Ingrid Lie"]
    assert found(client, "?group=apprentice") == ["Åse Dal"], "who names no group answers for all"
    assert found(client, "?kind=elective") == ["Ingrid Lie", "Åse Dal"]
    assert found(client, "?experience=bad&at=host") == ["Åse Dal"]
    assert found(client, "?language=nb") == ["Ingrid Lie"]
    assert found(client, "?q=sildvika") == ["Åse Dal"]
    assert found(client, "?field=nonsense&q=%00") == ["Ingrid Lie", "Åse Dal"]
    assert "Ingen passer til alt dette" in words(client.get(reverse("catalogue:people") + "?q=zzz"))


def test_a_scheme_and_a_host_show_whom_to_ask(client: Client) -> None:
    owner = Member.objects.create(name="Universitetet", short_name="UiB", kind="university")
    guide("Ukjent Helt", fields=["food"], groups=["apprentice"])
    guide("Fjern Venn", groups=["pupil"], fields=["it"])
    guide("Egen Eier", member=owner)
    scheme = example_scheme(owner=owner, target_group="pupil", fields=["it"], kind="pupil")
    page = words(client.get(scheme.get_absolute_url()))
    assert "Hvem kan du spørre?" in page
    assert page.index("Egen Eier") < page.index("Fjern Venn")
    assert "Ukjent Helt" not in page
    host = example_host()
    example_place(host=host)
    assert "Hvem kan du spørre?" not in words(client.get(host.get_absolute_url()))
    guide("Hos Oss", host=host)
    assert "Hos Oss" in words(client.get(host.get_absolute_url()))


def test_the_directory_asks_as_much_for_three_as_for_one(client: Client) -> None:
    def queries(number: int) -> int:
        for one in range(number):
            guide(f"Person{uuid.uuid4().hex[:8]} {one}", host=example_host())
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("catalogue:people"))
        return len(captured)

    assert queries(1) == queries(3)


# ---------------------------------------------------------------- asked


def test_a_question_reaches_the_person_once(client: Client) -> None:
    person = guide()
    key = str(uuid.uuid4())
    for _click in range(2):
        assert asked(client, person, click_key=key).headers["Location"] == reverse("catalogue:people")
    client.force_login(person.user)
    inbox = words(client.get(reverse("messages:inbox")))
    assert inbox.count("Hva hjalp?") == 1
    assert "Svar direkte til nora@example.no." in inbox
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "nora@"}, "Skriv hele adressen"),
        ({"question": " "}, "Skriv spørsmålet ditt."),
        ({"shares": ""}, "Ellers kan ingen svare deg."),
        ({"name": ""}, "Skriv hvem du er"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(client: Client, changes: dict[str, str], sentence: str) -> None:
    answer = asked(client, guide(), **{"question": "Hva hjalp dere?"} | changes)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert changes.get("question", "Hva hjalp dere?").strip() in words(answer)
    assert not Message.objects.exists()


@pytest.mark.parametrize("kind", ["ask-by", "ask-whom", "ask"])
def test_nobody_is_flooded(client: Client, as_owner: AsRole, kind: str) -> None:
    persons = [guide(f"Person{number} X") for number in range(2)]
    for number in range(LIMITS[kind]):
        email = "nora@example.no" if kind == "ask-by" else f"nora{number}@example.no"
        person = persons[0] if kind == "ask-whom" else persons[number % 2]
        assert asked(client, person, email=email).status_code == 302
    stopped = asked(client, persons[0], email="nora@example.no")
    assert stopped.status_code == 429
    assert "Vent en time, og send på nytt." in words(stopped)
    assert Message.objects.count() == LIMITS[kind]
    with as_owner():
        OfferFrom.objects.update(at=timezone.now() - timedelta(hours=2))
    assert asked(client, persons[0], email="nora@example.no").status_code == 302
