"""The front page, the choices of language and colours, and a person's own page."""

import pytest
from django.test import Client
from django.urls import reverse

from praksis.accounts.models import User
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership

pytestmark = pytest.mark.django_db


def staff(role: Role) -> User:
    region, _made = Member.objects.get_or_create(kind=MemberKind.REGION, defaults={"name": "Regionen", "short_name": "R"})
    user = User.objects.create(email=f"{role}@example.no", name="Prøve Person")
    Membership.objects.create(user=user, member=region, role=role)
    return user


def menu(client: Client) -> list[str]:
    answer = client.get(reverse("web:privacy"))
    return [item.label for item in answer.context["site"].nav]


def test_the_front_page_of_an_empty_region_leads_three_people_on(client: Client) -> None:
    text = client.get("/").content.decode()
    for address in ("catalogue:find", "catalogue:offer", "web:coordinate"):
        assert f'href="{reverse(address)}"' in text


@pytest.mark.parametrize(("code", "word"), [("nb", "Personvern"), ("nn", "Personvern"), ("en", "Privacy")])
def test_the_language_is_chosen_and_remembered(client: Client, code: str, word: str) -> None:
    client.post(reverse("web:set_language"), {"language": code, "next": "/personvern/"})
    answer = client.get("/personvern/")
    assert f'<html lang="{code}"' in answer.content.decode()
    assert word in answer.content.decode()


def test_the_colours_are_chosen_and_remembered(client: Client) -> None:
    answer = client.post(reverse("web:choose_colors"), {"color_scheme": "dark", "next": "/personvern/"})
    assert answer.headers["Location"] == "/personvern/"
    assert 'data-color-scheme="dark"' in client.get("/personvern/").content.decode()


def test_a_wrong_colour_or_address_is_not_followed(client: Client) -> None:
    answer = client.post(reverse("web:choose_colors"), {"color_scheme": "pink", "next": "https://example.com/"})
    assert answer.headers["Location"] == "/"
    assert "color-scheme" not in answer.cookies


def test_my_page_asks_a_visitor_to_sign_in(client: Client) -> None:
    assert client.get(reverse("web:my_page")).headers["Location"] == reverse("accounts:sign_in")


@pytest.mark.parametrize("role", Role)
def test_my_page_opens_for_every_role(client: Client, role: Role) -> None:
    client.force_login(staff(role))
    assert client.get(reverse("web:my_page")).status_code == 200


def test_the_menu_follows_the_reader(client: Client) -> None:
    assert menu(client) == ["Finn plass", "Tilby plass"]
    client.force_login(staff(Role.COORDINATOR))
    assert menu(client) == ["Finn plass", "Våre ordninger", "Kandidater", "Runder", "Tilby plass"]


@pytest.mark.parametrize("name", ["privacy", "how_we_allocate", "accessibility", "coordinate"])
def test_the_plain_pages_open(client: Client, name: str) -> None:
    assert client.get(reverse(f"web:{name}")).status_code == 200
