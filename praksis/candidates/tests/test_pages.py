"""A member's own people: added one by one or from a spreadsheet, and hidden from everybody else."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from praksis.accounts.models import User
from praksis.candidates.imports import template_file
from praksis.candidates.models import Candidate, HeldPaper, Need
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership

pytestmark = pytest.mark.django_db
HEADER = "referanse;fornavn;etternavn;fødselsår;e-post;målgruppe;fagfelt;halvår;bosted;papirer\r\n"


@pytest.fixture
def uib() -> Member:
    return Member.objects.create(name="Universitetet", short_name="UiB", kind=MemberKind.UNIVERSITY)


@pytest.fixture
def kari(uib: Member) -> Client:
    return staff(uib, "kari@example.no")


def staff(member: Member, email: str, role: Role = Role.COUNSELLOR) -> Client:
    user = User.objects.create(email=email, name="Kari")
    Membership.objects.create(user=user, member=member, role=role)
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def upload(client: Client, member: Member, content: bytes, name: str = "kandidater.csv") -> Any:
    address = reverse("candidates:from_spreadsheet", args=[member.pk])
    return client.post(address, {"file": SimpleUploadedFile(name, content)})


PERSON = {
    "first_name": "Ola",
    "last_name": "Nordmann",
    "birth_year": "2003",
    "email": "ola@example.no",
    "language": "nb",
    "papers": ["police"],
    "target_group": "student_elective",
    "field": "health",
    "municipality": "4601",
}


def form_for(member: Member, client: Client) -> dict[str, Any]:
    """A person with the first half-year that the form offers."""
    page = client.get(reverse("candidates:new_candidate", args=[member.pk])).content.decode()
    seasons = re.findall(r'<option value="(\d{4}-\w+)"', page)
    return PERSON | {"season": seasons[1]}


def test_one_is_added_by_form(kari: Client, uib: Member) -> None:
    form = form_for(uib, kari)
    assert kari.post(reverse("candidates:new_candidate", args=[uib.pk]), form).status_code == 302
    ola = Candidate.objects.get()
    assert (ola.digital, ola.member, ola.needs.get().field) == (True, uib, "health")
    assert ola.user
    assert ola.user.email == "ola@example.no"
    assert "Nordmann, Ola" in text_of(kari.get(reverse("candidates:candidates")))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"birth_year": "03"}, "fire sifre"),
        ({"reference": "01020312345"}, "ligner et fødselsnummer"),
        ({"first_name": ""}, "må rettes"),
        ({"target_group": "other"}, "må rettes"),
    ],
)
def test_wrong_input_is_told_and_what_was_written_is_kept(kari: Client, uib: Member, wrong: dict[str, str], words: str) -> None:
    response = kari.post(reverse("candidates:new_candidate", args=[uib.pk]), form_for(uib, kari) | wrong)
    assert response.status_code == 422
    assert words in text_of(response)
    assert 'value="Nordmann"' in response.content.decode()
    assert not Candidate.objects.exists()


def test_a_reference_is_one_persons(kari: Client, uib: Member) -> None:
    form = form_for(uib, kari) | {"reference": "A-1"}
    address = reverse("candidates:new_candidate", args=[uib.pk])
    kari.post(address, form)
    again = kari.post(address, form | {"first_name": "Eva", "email": ""})
    assert again.status_code == 422
    assert "har denne referansen" in text_of(again)


def test_a_person_is_changed_and_papers_are_what_was_ticked(kari: Client, uib: Member) -> None:
    form = form_for(uib, kari)
    kari.post(reverse("candidates:new_candidate", args=[uib.pk]), form)
    ola = Candidate.objects.get()
    address = reverse("candidates:candidate", args=[ola.pk])
    kari.post(address, form | {"papers": ["safety"], "email": "", "address_protected": "on"})
    ola.refresh_from_db()
    assert [held.paper for held in ola.papers.all()] == ["safety"]
    assert (ola.digital, ola.needs.get().municipality) == (False, "")
    kari.post(reverse("candidates:new_need", args=[ola.pk]), form | {"field": "trade"})
    kari.post(reverse("candidates:new_need", args=[ola.pk]), form | {"field": "trade"})
    assert ola.needs.count() == 2


def test_others_people_are_missing(kari: Client, uib: Member) -> None:
    ola = Candidate.objects.create(member=uib, first_name="Ola", last_name="Nordmann")
    nav = Member.objects.create(name="NAV Bergen", short_name="NAV", kind=MemberKind.NAV)
    other = staff(nav, "nils@example.no")
    for client in (other, staff(uib, "drift@example.no", Role.OPERATOR)):
        assert client.get(reverse("candidates:candidate", args=[ola.pk])).status_code == 404
        assert client.get(reverse("candidates:new_candidate", args=[uib.pk])).status_code == 404
        assert upload(client, uib, template_file()).status_code == 404
    assert "Nordmann" not in text_of(other.get(reverse("candidates:candidates")))
    assert staff(uib, "styre@example.no", Role.BOARD).get(reverse("candidates:candidates")).status_code == 404
    assert Client().get(reverse("candidates:candidates")).status_code == 302


def test_the_template_itself_can_be_taken_in_and_twice_changes_nothing(kari: Client, uib: Member) -> None:
    template = kari.get(reverse("candidates:template")).content
    assert "2 nye kandidater" in text_of(upload(kari, uib, template))
    rows = list(Candidate.objects.values_list()), list(Need.objects.values_list()), list(HeldPaper.objects.values_list())
    again = text_of(upload(kari, uib, template))
    assert "0 nye kandidater" in again
    assert "0 fikk noe endret. 2 rader var som før." in again
    assert rows == (
        list(Candidate.objects.values_list()),
        list(Need.objects.values_list()),
        list(HeldPaper.objects.values_list()),
    )


def test_good_rows_are_kept_and_faults_are_told_row_by_row(kari: Client, uib: Member) -> None:
    content = HEADER + "".join(
        [
            ";Åse;Ødegård;2004;;Praksisemne;Helse og sosial;Vår 2027;Bergen;politiattest, HMS-kurs\r\n",
            ";Per;;2004;;Praksisemne;Helse og sosial;Vår 2027;Bergen;\r\n",
            ";Eli;Vik;04;feil;Snekker;Helse og sosial;i morgen;Oslo;pass\r\n",
            "01020312345;Kim;Lie;;;Elev;Handel og service;Høst 2027;;\r\n",
            "\r\n",
        ]
    )
    page = text_of(upload(kari, uib, content.encode("cp1252")))
    assert "1 ny kandidat" in page
    assert "3 rader er ikke tatt med" in page
    for words in (
        "«04» er ikke et fødselsår",
        "«Snekker» er ikke kjent",
        "«i morgen» er ikke et halvår",
        "Ligner et fødselsnummer",
    ):
        assert words in page
    ase = Candidate.objects.get()
    assert (str(ase), ase.papers.count(), ase.needs.get().season) == ("Åse Ødegård", 2, "2027-spring")


def test_a_person_with_two_needs_is_one(kari: Client, uib: Member) -> None:
    rows = [
        "A-1;Ola;Berg;;;Praksisemne;Helse og sosial;Vår 2027;;\r\n",
        "A-1;Ola;Berg;;;Lærling;Handel og service;Vår 2027;;\r\n",
    ]
    upload(kari, uib, (HEADER + "".join(rows)).encode())
    assert (Candidate.objects.count(), Need.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "Filen er skadet"),
        (b"%PDF-1.7", "ikke et regneark"),
        (b"\x00\x01\x02", "ikke et regneark"),
        (b"   ", "Filen er tom"),
        (b"navn;alder\r\nOla;3\r\n", "mangler disse kolonnene"),
        (b"a" * (5 * 1024 * 1024 + 1), "for stor"),
    ],
)
def test_a_file_that_is_something_else_is_told(kari: Client, uib: Member, content: bytes, words: str) -> None:
    response = upload(kari, uib, content)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not Candidate.objects.exists()


def test_a_long_file_takes_as_few_queries_as_a_short_one(kari: Client, uib: Member) -> None:
    def queries(first: int, last: int) -> int:
        rows = "".join(
            f"A-{at};Ola;Berg{at};;o{at}@example.no;Praksisemne;Helse og sosial;Vår 2027;Bergen;politiattest\r\n"
            for at in range(first, last)
        )
        with CaptureQueriesContext(connection) as captured:
            upload(kari, uib, (HEADER + rows).encode())
        return len(captured)

    assert queries(0, 2) == queries(10, 40)


def test_the_list_is_searched_paged_and_sorted_in_as_many_queries(kari: Client, uib: Member) -> None:
    rows = "".join(
        f"A-{at:02};Ola;Berg{at:02};;;Praksisemne;Helse og sosial;Vår 2027;Bergen;politiattest\r\n" for at in range(60)
    )
    upload(kari, uib, (HEADER + rows).encode())
    address = reverse("candidates:candidates")

    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert kari.get(f"{address}?{query}").status_code == 200
        return len(captured)

    assert queries("q=berg07") == queries("sort=-name&page=2") == queries("group=student_elective")
    assert "Berg07" in text_of(kari.get(f"{address}?q=berg07+ola"))
    assert "Ingen treff" in text_of(kari.get(f"{address}?q=finnes+ikke"))
    assert "Berg59" in text_of(kari.get(f"{address}?sort=-name"))


def test_people_are_listed_in_norwegian_order(kari: Client, uib: Member) -> None:
    names = ["Zahl", "aas", "Ås", "Ødegård", "Ærlig", "Berg"]
    Candidate.objects.bulk_create(Candidate(member=uib, first_name="Ida", last_name=name) for name in names)
    page = text_of(kari.get(reverse("candidates:candidates")))
    assert re.findall(rf"({'|'.join(names)}), Ida", page) == ["aas", "Berg", "Zahl", "Ærlig", "Ødegård", "Ås"]
