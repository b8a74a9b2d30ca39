"""Schemes that their owners make, change and stand for: what is asked, what is told, and that nothing is lost."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.models import SearchRow
from praksis.catalogue.choices import SchemeStage
from praksis.catalogue.models import Scheme, SchemeChange
from praksis.catalogue.scheme_forms import last_years
from praksis.catalogue.schemes import change_scheme, confirm_schemes
from praksis.catalogue.tests.examples import example_coordinator, example_scheme
from praksis.organisations.models import Member

pytestmark = pytest.mark.django_db
THIS_YEAR = last_years()[0]


@pytest.fixture
def karin() -> User:
    return example_coordinator()


@pytest.fixture
def signed_in(karin: User, client: Client) -> Client:
    client.force_login(karin)
    return client


def member_of(user: User) -> Member:
    return user.memberships.get().member


def sent(owner: Member, **more: Any) -> dict[str, Any]:
    usual = {"key": str(uuid.uuid4()), "title": "Praksis i arkeologi", "owner": owner.pk, "stage": "running", "kind": "elective"}
    return usual | {"fields_of_work": ["humanities"], f"year_{THIS_YEAR}": "12", f"year_{THIS_YEAR - 1}": "3"} | more


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_coordinator_registers_one_and_everyone_finds_it(signed_in: Client, karin: User) -> None:
    data = sent(member_of(karin), summary="Et halvt år på et museum.", entry="Søk innen 1. april.", apply_by="2027-04-01")
    for _click in range(2):
        answer = signed_in.post(reverse("catalogue:new_scheme"), data)
    scheme = Scheme.objects.get()
    assert answer.headers["Location"] == scheme.get_absolute_url()
    assert (scheme.institution, scheme.fields, scheme.confirmed_on) == ("Høgskulen", ["humanities"], timezone.localdate())
    page = text(Client().get(scheme.get_absolute_url()))
    for words in (
        "Praksisemne",
        "Et halvt år på et museum.",
        "Søk innen 1. april.",
        "1. april 2027",
        f"{THIS_YEAR}: 12",
        "færre enn fem",
    ):
        assert words in page, words
    assert f"{THIS_YEAR - 1}: 3" not in page
    assert SearchRow.objects.filter(object_id=scheme.pk).exists()


def test_what_is_like_it_is_shown_before_it_is_stored_and_nothing_is_lost(signed_in: Client, karin: User) -> None:
    other = example_scheme(
        title="Praksis i arkeologi", code="ARK250", stage=SchemeStage.IDEA, institution="Universitetet i Bergen"
    )
    data = sent(member_of(karin), code="ARK250", summary="Vår egen.")
    page = text(signed_in.post(reverse("catalogue:new_scheme"), data))
    assert other.get_absolute_url() in page
    assert "Universitetet i Bergen" in page
    assert "Vår egen." in page
    assert Scheme.objects.count() == 1
    signed_in.post(reverse("catalogue:new_scheme"), data | {"different": "1"})
    assert Scheme.objects.count() == 2


@pytest.mark.parametrize(("wrong", "says"), [
    ({"title": ""}, "Gi ordningen en tittel."),
    ({"owner": ""}, "Velg hvem av dere som eier ordningen."),
    ({f"year_{THIS_YEAR}": "mange"}, "Skriv et tall, for eksempel 24"),
    ({"stage": "ended"}, "ended"),
])  # fmt: skip
def test_what_is_wrong_is_told_and_the_rest_is_kept(signed_in: Client, karin: User, wrong: dict[str, str], says: str) -> None:
    answer = signed_in.post(reverse("catalogue:new_scheme"), sent(member_of(karin), summary="Behold meg") | wrong)
    assert answer.status_code == 422
    assert says in text(answer)
    assert "Behold meg" in text(answer)
    assert not Scheme.objects.exists()


def test_what_was_changed_is_told_by_member_and_never_by_name(signed_in: Client, karin: User) -> None:
    scheme = example_scheme(owner=member_of(karin), stage=SchemeStage.RUNNING, fields=["health"], source_url="")
    address = reverse("catalogue:edit_scheme", args=[scheme.pk])
    page = text(signed_in.get(address))
    assert f'name="seen" value="{scheme.version}"' in page
    data = sent(member_of(karin), seen=1, key=str(scheme.pk), stage="paused", apply_by="2027-03-01", target_group="pupil")
    missing = signed_in.post(address, data)
    assert "Skriv hvorfor den er stanset" in text(missing)
    signed_in.post(address, data | {"stage_reason": "Ingen lærer i vår."})
    page = text(Client().get(scheme.get_absolute_url()))
    for words in (
        "Satt på pause",
        "Ingen lærer i vår.",
        "<del>i drift</del> <ins>satt på pause</ins>",
        "<ins>1. mars 2027</ins>",
        "HVL",
    ):
        assert words in page, words
    assert "<del>Helse og sosial</del> <ins>Humaniora og samfunn</ins>" in page
    assert karin.name not in page


def test_two_at_once_do_not_write_over_each_other(signed_in: Client, karin: User) -> None:
    scheme = example_scheme(owner=member_of(karin), stage=SchemeStage.RUNNING)
    address = reverse("catalogue:edit_scheme", args=[scheme.pk])
    first = sent(member_of(karin), seen=1, key=str(scheme.pk), summary="Den første.")
    assert signed_in.post(address, first).status_code == 302
    second = signed_in.post(address, first | {"summary": "Den andre."})
    assert second.status_code == 422
    assert "Nå i katalogen: Den første." in text(second)
    assert "Du skrev: Den andre." in text(second)
    assert Scheme.objects.get().summary == "Den første."
    assert signed_in.post(address, first | {"summary": "Den andre.", "seen": 2}).status_code == 302
    assert Scheme.objects.get().summary == "Den andre."


def test_one_that_nobody_owns_is_taken_over(signed_in: Client, karin: User) -> None:
    scheme = example_scheme()
    assert "Overta ordningen" in text(signed_in.get(scheme.get_absolute_url()))
    assert signed_in.post(reverse("catalogue:confirm_scheme", args=[scheme.pk])).status_code == 302
    data = sent(member_of(karin), seen=1, key=str(scheme.pk), title=scheme.title)
    signed_in.post(reverse("catalogue:edit_scheme", args=[scheme.pk]), data)
    scheme.refresh_from_db()
    assert (scheme.owner, scheme.institution) == (member_of(karin), "Universitetet i Bergen")
    assert "<ins>Høgskulen</ins>" in text(signed_in.get(scheme.get_absolute_url()))


def test_nobody_changes_what_another_member_owns(signed_in: Client, karin: User) -> None:
    nla = Member.objects.create(name="NLA", short_name="NLA", kind="university")
    scheme = example_scheme(owner=nla)
    for name in ("edit_scheme", "confirm_scheme"):
        assert signed_in.post(reverse(f"catalogue:{name}", args=[scheme.pk]), sent(nla)).status_code == 404
    assert signed_in.post(reverse("catalogue:new_scheme"), sent(nla)).status_code == 422
    own = example_scheme(title="Vår", owner=member_of(karin))
    own.owner = nla
    with pytest.raises(PermissionDenied):
        change_scheme(scheme=own, years={}, seen=1, by=karin)


def test_it_is_confirmed_once_a_day_and_what_is_old_says_so(signed_in: Client, karin: User) -> None:
    long_ago = timezone.localdate() - timedelta(days=400)
    scheme = example_scheme(owner=member_of(karin), confirmed_on=long_ago, stage=SchemeStage.UNKNOWN, source_url="")
    example_scheme(title="Alt i orden", owner=member_of(karin), confirmed_on=timezone.localdate())
    assert "Ordningen kan være endret siden det." in text(Client().get(scheme.get_absolute_url()))
    listed = text(signed_in.get(reverse("catalogue:own_schemes")))
    assert listed.index(scheme.title) < listed.index("Alt i orden")
    assert listed.count("Stemmer fortsatt") == 1
    for _click in range(2):
        confirm_schemes(Scheme.objects.filter(pk=scheme.pk), member=member_of(karin))
    scheme.refresh_from_db()
    assert (scheme.confirmed_on, scheme.stage) == (timezone.localdate(), SchemeStage.RUNNING)
    assert SchemeChange.objects.count() == 1


def test_a_schemes_page_asks_the_same_number_of_queries_however_much_was_changed(client: Client, karin: User) -> None:
    scheme = example_scheme(owner=member_of(karin))

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(scheme.get_absolute_url())
        return len(captured)

    SchemeChange.objects.create(scheme=scheme, member=member_of(karin), what={"owner": ["", "HVL"]})
    asked()
    with_one = asked()
    for _number in range(3):
        SchemeChange.objects.create(scheme=scheme, what={"owner": ["HVL", ""], "title": ["a", "b"]})
    assert asked() == with_one


# ---------------------------------------------------------------- from idea to running


def steps_sent(scheme: Scheme, **more: Any) -> dict[str, Any]:
    return {"seen": scheme.version, "goal": "done", "goal_note": "I studieplanen fra høsten.", "papers": "not_needed"} | more


def test_an_owner_says_how_far_an_idea_has_come_and_everyone_sees_it(signed_in: Client, karin: User) -> None:
    scheme = example_scheme(owner=member_of(karin), stage=SchemeStage.IDEA)
    address = reverse("catalogue:scheme_steps", args=[scheme.pk])
    assert "Mål og plass i planen for faget" in text(signed_in.get(address))
    assert signed_in.post(address, steps_sent(scheme)).headers["Location"] == scheme.get_absolute_url()
    page = text(Client().get(scheme.get_absolute_url()))
    for words in ("Fra idé til drift", "I studieplanen fra høsten.", "trengs ikke her", "<ins>2/6</ins>"):
        assert words in page, words
    assert 'aria-current="step"' in page
    late = signed_in.post(address, steps_sent(scheme, goal_note="Et annet vindu."))
    assert late.status_code == 422
    assert "Et annet vindu." in text(late)
    scheme.refresh_from_db()
    assert signed_in.post(address, steps_sent(scheme, runs="1")).status_code == 302
    scheme.refresh_from_db()
    assert (scheme.stage, scheme.confirmed_on, scheme.steps_taken) == (SchemeStage.RUNNING, timezone.localdate(), 2)
    assert "Fra idé til drift" not in text(Client().get(scheme.get_absolute_url()))
    assert signed_in.get(address).headers["Location"] == scheme.get_absolute_url(), "there are no steps any more"


def test_the_day_of_a_step_stays_while_it_does(signed_in: Client, karin: User) -> None:
    scheme = example_scheme(owner=member_of(karin), stage=SchemeStage.IDEA, steps={"goal": ["done", "2026-03-02", ""]})
    signed_in.post(reverse("catalogue:scheme_steps", args=[scheme.pk]), steps_sent(scheme))
    scheme.refresh_from_db()
    assert scheme.steps["goal"] == ["done", "2026-03-02", "I studieplanen fra høsten."]
    assert scheme.steps["papers"][1] == str(timezone.localdate())
