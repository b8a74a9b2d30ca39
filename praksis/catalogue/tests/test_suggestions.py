"""Suggestions while typing."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from praksis.catalogue.choices import SchemeStage
from praksis.catalogue.suggestions import suggest
from praksis.catalogue.tests.examples import example_host, example_place, example_scheme

pytestmark = pytest.mark.django_db


def words(typed: str) -> list[str]:
    return [one.words for one in suggest(typed)]


def test_titles_codes_institutions_hosts_fields_and_places_that_begin_so() -> None:
    example_scheme(title="Kjøkkenpraksis", code="KJO113", institution="Kjøttbransjens skole")
    example_scheme(title="Kjøkken som var", code="KJO999", stage=SchemeStage.ENDED)
    example_place(title="Lunsj på kjøkkenet", host=example_host(name="Kjøkken AS"))
    assert words("kjø") == ["Kjøttbransjens skole", "Kjøkken AS", "Kjøkkenpraksis", "Lunsj på kjøkkenet"]
    assert words("kjo1") == ["KJO113"]
    assert words("vos") == ["Voss"]
    assert words("helse og") == ["Helse og sosial"]


@pytest.mark.parametrize("typed", ["", "k", "%", "_", "'", "a' | b", "\\", "  ", "100%", "x" * 100])
def test_odd_words_suggest_nothing_odd(typed: str) -> None:
    example_place(title="Kantine")
    assert words(typed) == []


def test_it_is_one_query_however_much_there_is(client: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("catalogue:suggest"), {"q": "bak"})
        return len(queries)

    example_place(title="Baker")
    few = asked()
    for number in range(12):
        example_place(title=f"Bakerlærling {number}")
    assert asked() == few
    assert len(words("bak")) == 8


def test_by_keyboard_and_without_javascript(live_server: LiveServer, page: Page, browser: Any) -> None:
    example_place(title="Bakerlærling")
    example_place(title="Rørlegger")
    page.goto(f"{live_server}{reverse('catalogue:find')}")
    field = page.get_by_role("combobox", name="Fag, sted eller virksomhet")
    field.press_sequentially("bak")
    expect(page.locator("#q-list li")).to_have_count(1)
    expect(page.locator("#q-status")).to_contain_text("1 forslag")
    field.press("ArrowDown")
    expect(page.locator("#q-list li")).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(page.locator("#treff")).to_have_text("1 treff")
    field.press_sequentially("x")
    field.press("Escape")
    expect(page.locator("#q-list")).to_be_hidden()
    context = browser.new_context(java_script_enabled=False, locale="nb-NO")
    plain = context.new_page()
    plain.goto(f"{live_server}{reverse('catalogue:find')}")
    plain.get_by_label("Fag, sted eller virksomhet").fill("bak")
    plain.get_by_role("button", name="Søk").click()
    assert plain.locator(".place-title").all_inner_texts() == ["Bakerlærling"]
    context.close()
