"""Enhetsregisteret: who is looked up when a place is offered, and what each night's reading does to hosts and their places."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts.models import User
from praksis.base.dates import day
from praksis.base.identity import NOBODY, acting
from praksis.base.models import SearchRow
from praksis.catalogue import hosts
from praksis.catalogue.models import Place
from praksis.catalogue.tasks import follow_register_of_enterprises
from praksis.catalogue.tests.examples import (
    example_contact,
    example_coordinator,
    example_host,
    example_place,
    example_user,
)
from praksis.catalogue.tests.test_offer import offer, sent, words
from praksis.messages.models import Message
from praksis.organisations.choices import HostRole, MemberKind, Role
from praksis.organisations.models import FormerName, Host, HostContact, Member, Membership, RegisterRun
from praksis.organisations.register import Register, UnreachableError, readable
from praksis.organisations.tests.registers import OSLO, FakeFirms, running_register

pytestmark = pytest.mark.django_db

FIRM, HOUSE, WARD, CHAIN, GONE = "310000019", "310000027", "310000035", "310000043", "310000051"
"""Right check digits; those in use begin with 8 or 9."""


@pytest.fixture
def firms(tmp_path: Path) -> Iterator[FakeFirms]:
    with running_register(tmp_path) as made:
        made.enterprise(FIRM, "BERGGYLTLIA REGNSKAP AS", antallAnsatte=12)
        yield made


def unknown(**changes: Any) -> dict[str, Any]:
    """An offer that says no more of its host than the number."""
    return offer(host_name=None, municipality=None, field=None, **({"host": FIRM} | changes))


# ---------------------------------------------------------------- offering


def test_a_number_is_enough_for_a_new_host(client: Client, firms: FakeFirms) -> None:
    preview = words(sent(client, unknown(preview="host")))
    assert "Berggyltlia Regnskap AS" in preview
    assert "Fjøsangerveien 30, 5068 Bergen" in preview
    assert sent(client, unknown()).status_code == 302
    host = Place.objects.get().host
    assert (host.name, host.registered_name) == ("Berggyltlia Regnskap AS", "BERGGYLTLIA REGNSKAP AS")
    assert (host.municipality, host.field, host.employees) == ("4601", "economics", 12)
    assert (host.industry, host.industry_standard) == ("69.201", "SN2025")
    assert host.checked_at


def test_what_the_register_does_not_know_is_asked_for(client: Client, firms: FakeFirms) -> None:
    firms.enterprise(CHAIN, "TAREKOLLEN KJEDE AS", forretningsadresse=OSLO, naeringskode1={"kode": "99.999", "beskrivelse": "?"})
    answer = sent(client, unknown(host=CHAIN))
    page = words(answer)
    assert answer.status_code == 422
    assert "Velg kommunen dere holder til i." in page
    assert "Skriv navnet på virksomheten" not in page
    sent(client, unknown(host=CHAIN) | {"municipality": "4627", "field": "trade"})
    assert (Place.objects.get().host.name, Place.objects.get().host.municipality) == ("Tarekollen Kjede AS", "4627")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (HOUSE, f"Nummeret {HOUSE} står ikke i Enhetsregisteret."),
        (GONE, f"{GONE} er fjernet fra Enhetsregisteret."),
        (WARD, "Rognebakken Bygg AS er avsluttet i registeret (konkurs, 3. november 2026)."),
    ],
)
def test_who_is_not_there_or_is_no_more_cannot_offer(client: Client, firms: FakeFirms, number: str, sentence: str) -> None:
    firms.enterprise(GONE, "BORTE AS")
    firms.remove(GONE)
    firms.enterprise(WARD, "ROGNEBAKKEN BYGG AS", konkurs=True, konkursdato="2026-11-03")
    answer = sent(client, unknown(host=number))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "Regnskap fra bilag til kundemøte" in words(answer)
    assert not Host.objects.exists()


def test_a_place_lies_at_a_unit_and_the_contract_with_the_enterprise(client: Client, firms: FakeFirms) -> None:
    firms.unit(HOUSE, "BERGGYLTLIA REGNSKAP AVD SENTRUM", FIRM)
    firms.unit(WARD, "BERGGYLTLIA REGNSKAP AVD ÅSANE", FIRM)
    page = words(sent(client, unknown()))
    assert "Berggyltlia Regnskap AS har flere avdelinger. Velg den plassen ligger ved." in page
    assert "Berggyltlia Regnskap Avd Åsane" in page
    chosen = sent(client, unknown(choose=WARD))
    assert f'value="{WARD}"' in words(chosen)
    sent(client, unknown(host=WARD, chosen=WARD))
    host = Place.objects.get().host
    assert (host.number, host.above.number if host.above else "") == (WARD, FIRM)
    sent(client, unknown(host=FIRM, chosen=FIRM))
    assert {place.host.number for place in Place.objects.all()} == {WARD, FIRM}


def test_a_name_finds_those_of_the_register_in_the_region(client: Client, firms: FakeFirms) -> None:
    firms.enterprise(CHAIN, "BERGGYLTLIA KAFÉ AS")
    firms.enterprise(HOUSE, "BERGGYLTLIA I OSLO AS", forretningsadresse=OSLO)
    page = words(sent(client, unknown(host="berggyltlia")))
    assert "Flere heter noe slikt i Enhetsregisteret. Velg den riktige." in page
    assert ("Berggyltlia Kafé AS" in page, "Berggyltlia i Oslo AS" in page) == (True, False)
    assert sent(client, unknown(host="berggyltlia regnskap")).status_code == 302
    assert Place.objects.get().host.number == FIRM
    assert "Vi finner ingen i regionen som heter «Ukjent»." in words(sent(client, unknown(host="Ukjent")))


def test_a_silent_register_stops_nobody_and_is_asked_later(
    client: Client, firms: FakeFirms, monkeypatch: pytest.MonkeyPatch, as_worker: AsRole
) -> None:
    monkeypatch.setattr(settings, "REGISTER_ADDRESS", "http://127.0.0.1:1/api")
    page = words(sent(client, unknown(preview="host")))
    assert "Vi får ikke slått opp nummeret i Enhetsregisteret nå." in page
    assert sent(client, offer(host=FIRM)).status_code == 302
    assert Host.objects.get().checked_at is None
    monkeypatch.undo()
    cache.clear()
    night(as_worker)
    host = Host.objects.get()
    assert (host.name, host.employees) == ("Berggyltlia Regnskap AS", 12)
    assert FormerName.objects.get().name == "Nesttun Regnskap"


# ---------------------------------------------------------------- each night


def night(as_worker: AsRole) -> RegisterRun:
    """Read as the job does, as the worker, who sees what its purposes show."""
    with as_worker(), acting(NOBODY):
        follow_register_of_enterprises(0)
    return RegisterRun.objects.all()[0]


def known(number: str, name: str, **values: Any) -> Host:
    return example_host(number=number, name=name, registered_name=name.upper(), checked_at=timezone.now(), **values)


def titles() -> list[str]:
    return sorted(SearchRow.objects.filter(kind="place").values_list("title", flat=True))


def test_a_bankruptcy_takes_its_units_places_out_and_its_end_brings_them_back(firms: FakeFirms, as_worker: AsRole) -> None:
    firms.enterprise(CHAIN, "SILDVIKA AS")
    firms.unit(WARD, "SILDVIKA AVD NORD", CHAIN)
    firm = known(CHAIN, "Sildvika AS")
    ward = known(WARD, "Sildvika Avd Nord", above=firm)
    example_place(host=ward, title="Lager")
    example_place(host=known(FIRM, "Berggyltlia Regnskap AS"), title="Bilag")
    assert night(as_worker).hosts_closed == 0
    boss, _elsewhere = example_contact(firm), example_contact(Host.objects.get(number=FIRM), "Bo")
    HostContact.objects.filter(user=example_contact(firm, "Carl")).update(taken_back_at=timezone.now())
    example_contact(firm, "Dina", HostRole.SUPERVISOR)
    firms.change(CHAIN, konkurs=True, konkursdato="2026-11-20")
    run = night(as_worker)
    assert (run.hosts_read, run.hosts_closed, titles()) == (1, 1, ["Bilag"])
    ward.refresh_from_db()
    assert ward.closed_words == "virksomheten den hører til, er avsluttet, 20. november 2026"
    assert Host.objects.get(number=CHAIN).closed_words == "konkurs, 20. november 2026"
    assert [(one.user, one.subject) for one in Message.objects.all()] == [
        (boss, "Sildvika AS står som avsluttet i Enhetsregisteret")
    ]
    firms.change(WARD, antallAnsatte=7)
    night(as_worker)
    ward.refresh_from_db()
    assert (ward.employees, ward.closed_reason) == (7, "above")
    firms.change(CHAIN, konkurs=False)
    assert (night(as_worker).hosts_reopened, titles()) == (1, ["Bilag", "Lager"])
    ward.refresh_from_db()
    assert ward.closed_on is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"underAvvikling": True}, "winding_up"),
        ({"underTvangsavviklingEllerTvangsopplosning": True}, "forced"),
        ({"slettedato": "2026-11-25"}, "deleted"),
        (None, "removed"),
    ],
)
def test_whoever_is_no_more_is_closed_with_the_reason(
    firms: FakeFirms, as_worker: AsRole, change: dict[str, Any] | None, reason: str
) -> None:
    example_place(host=known(FIRM, "Berggyltlia Regnskap AS"), title="Bilag")
    night(as_worker)
    firms.change(FIRM, **change) if change else firms.remove(FIRM)
    night(as_worker)
    host = Host.objects.get()
    assert (host.closed_reason, titles()) == (reason, [])
    Host.objects.update(checked_at=None, closed_on=date(2026, 11, 1))
    night(as_worker)
    assert Host.objects.get().closed_on == date(2026, 11, 1), "the first day stands"


def test_a_new_name_is_taken_and_the_old_one_still_finds(client: Client, firms: FakeFirms, as_worker: AsRole) -> None:
    host = known(FIRM, "Berggyltlia Regnskap AS")
    example_place(host=host, title="Bilag")
    firms.change(FIRM, navn="LYRNESET RÅDGIVNING AS", naeringskode1={"kode": "70.200", "beskrivelse": "Bedriftsrådgivning"})
    assert night(as_worker).hosts_renamed == 1
    host.refresh_from_db()
    assert (host.name, host.industry) == ("Lyrneset Rådgivning AS", "70.200")
    assert [one.name for one in host.former_names.all()] == ["Berggyltlia Regnskap AS"]
    assert "lyrneset" in SearchRow.objects.get().text
    sent(client, unknown(host="Berggyltlia Regnskap"))
    assert {place.host for place in Place.objects.all()} == {host}
    assert night(as_worker).hosts_renamed == 0
    assert FormerName.objects.count() == 1


def test_a_run_that_stopped_goes_on_where_it_was(firms: FakeFirms, as_worker: AsRole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("praksis.organisations.register.PAGE_SIZE", 2)
    for number in (CHAIN, HOUSE, WARD):
        firms.enterprise(number, f"FIRMA {number} AS")
        known(number, f"Firma {number} AS")
    night(as_worker)
    for number in (CHAIN, HOUSE, WARD):
        firms.change(number, navn=f"NYTT {number} AS")
    read = Register.read
    asked: list[str] = []

    def falls_silent(register: Register, number: str) -> Any:
        asked.append(number)
        if len(asked) == 3:
            raise UnreachableError
        return read(register, number)

    monkeypatch.setattr(Register, "read", falls_silent)
    stopped = night(as_worker)
    assert (stopped.problem, stopped.hosts_renamed, stopped.changes_seen) == ("unreachable", 2, 2)
    again = night(as_worker)
    assert (again.problem, again.hosts_renamed, again.changes_seen) == ("", 1, 1)
    assert asked == [*sorted((CHAIN, HOUSE)), WARD, WARD]
    assert again.enterprises_seen == firms.next - 1


def test_an_answer_that_cannot_be_read_holds_up_nobody_else(firms: FakeFirms, as_worker: AsRole) -> None:
    known(FIRM, "Berggyltlia Regnskap AS")
    firms.enterprise(CHAIN, "SILDVIKA AS")
    known(CHAIN, "Sildvika AS")
    firms.change(FIRM, antallAnsatte="mange")
    firms.change(CHAIN, antallAnsatte=9)
    run = night(as_worker)
    assert (run.problem, run.hosts_read) == ("unreadable", 1)
    firms.change(FIRM, antallAnsatte=8)
    assert night(as_worker).problem == ""
    assert {host.number: host.employees for host in Host.objects.all()} == {FIRM: 8, CHAIN: 9}


def test_a_host_that_no_change_named_is_read_again_after_a_month(firms: FakeFirms, as_worker: AsRole) -> None:
    old = timezone.now() - hosts.READ_AGAIN_AFTER - timedelta(days=1)
    known(FIRM, "Berggyltlia Regnskap AS")
    night(as_worker)
    Host.objects.update(checked_at=old, employees=1)
    assert night(as_worker).hosts_read == 1
    assert Host.objects.get().employees == 12


def test_the_enterprise_of_a_unit_is_stored_with_it(firms: FakeFirms, as_worker: AsRole) -> None:
    firms.enterprise(CHAIN, "SILDVIKA AS", forretningsadresse=OSLO, konkurs=True, konkursdato="2026-11-20")
    firms.unit(WARD, "SILDVIKA AVD NORD", CHAIN)
    example_host(number=WARD, name="Sildvika avd nord")
    night(as_worker)
    ward = Host.objects.select_related("above").get(number=WARD)
    assert ward.above
    assert (ward.above.number, ward.above.where, ward.above.closed_reason) == (CHAIN, "Oslo", "bankrupt")
    assert ward.closed_reason == "above"


def test_without_a_register_nothing_is_read(as_worker: AsRole) -> None:
    with as_worker():
        follow_register_of_enterprises(0)
    assert not RegisterRun.objects.exists()


@pytest.mark.parametrize(
    ("capitals", "read"),
    [
        ("SKODDEHAUGEN SYKEHJEM OG BOFELLESSKAP AS", "Skoddehaugen Sykehjem og Bofellesskap AS"),
        ("I-TARE (NORD) AS", "I-Tare (Nord) AS"),
        ("Brosmevika Data AS", "Brosmevika Data AS"),
        ("", ""),
    ],
)
def test_capitals_are_read_as_names(capitals: str, read: str) -> None:
    assert readable(capitals) == read


# ---------------------------------------------------------------- who sees it


def operator() -> User:
    region = Member.objects.create(name="Regionen", short_name="Regionen", kind=MemberKind.REGION)
    user = example_user("Knut")
    Membership.objects.create(user=user, member=region, role=Role.OPERATOR)
    return user


def test_an_operator_has_it_read_now_and_sees_what_came_of_it(
    client: Client, firms: FakeFirms, run_jobs: Callable[[], int]
) -> None:
    known(FIRM, "Berggyltlia Regnskap AS")
    client.force_login(operator())
    assert "Den første lesingen skjer i natt" in words(client.get(reverse("catalogue:register")))
    for _click in range(2):
        client.post(reverse("catalogue:follow_register"))
    assert "Leser registeret" in words(client.get(reverse("catalogue:register")))
    firms.change(FIRM, navn="LYRNESET AS")
    assert run_jobs() == 1
    page = words(client.get(reverse("catalogue:register")))
    assert "fullført" in page
    assert '<td class="num" data-label="Nytt navn">1</td>' in page


def test_whoever_placed_people_there_sees_that_a_host_is_no_more(client: Client) -> None:
    today = timezone.localdate()
    host = known(FIRM, "Berggyltlia Regnskap AS", closed_on=today, closed_reason="bankrupt")
    example_place(host=host)
    client.force_login(example_coordinator())
    assert f"konkurs, {day(today)}" in words(client.get(reverse("web:my_page")))
    client.force_login(example_contact(host))
    told = "Dere står som avsluttet i Enhetsregisteret (konkurs"
    assert told in words(client.get(reverse("web:my_page")))
    assert told in words(client.get(reverse("catalogue:host_places", args=[host.pk])))
