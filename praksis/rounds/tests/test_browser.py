"""Wishes in a browser: dragging saves, and without JavaScript the buttons do the same."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from praksis.rounds.models import Entry
from praksis.rounds.queries import ranking_of
from praksis.rounds.tests.world import candidate, opened, place, seat, who, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Entry:
    region = world()
    ola = candidate(region.uib)
    places = [place(title, seat()) for title in ("Ergoterapi", "Kontor", "Skole")]
    opened(region).enter()
    return region.rank(ola, *places, send=False)


def _cookie(entry: Entry, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(who(entry.link.candidate))
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": url}


@pytest.fixture
def signed_in(page: Page, entry: Entry, live_server: object) -> Page:
    page.context.add_cookies([_cookie(entry, str(live_server))])  # type: ignore[list-item]
    page.goto(f"{live_server}{reverse('rounds:wishes')}")
    return page


def _titles(page: Page) -> list[str]:
    return page.locator(".wish-title").all_inner_texts()


def test_dragging_saves(signed_in: Page, entry: Entry) -> None:
    third = ranking_of(entry)[2]
    handle, first = signed_in.locator(".wish-handle").nth(2).bounding_box(), signed_in.locator(".wish").first.bounding_box()
    assert handle
    assert first
    signed_in.mouse.move(handle["x"] + 10, handle["y"] + 10)
    signed_in.mouse.down()
    signed_in.mouse.move(first["x"] + 40, first["y"] + 5, steps=4)
    signed_in.mouse.up()
    expect(signed_in.locator("input[name=version]").first).to_have_value("2")
    assert ranking_of(entry)[0] == third
    assert _titles(signed_in) == ["Skole", "Ergoterapi", "Kontor"]


def test_a_button_saves_keeps_the_focus_and_shows_the_number(signed_in: Page, entry: Entry) -> None:
    second = ranking_of(entry)[1][0]
    signed_in.locator(f"#up-{second}").focus()
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator("input[name=version]").first).to_have_value("2")
    assert signed_in.evaluate("document.activeElement.closest('.wish')?.id ?? ''") == f"onske-{second}"
    assert ranking_of(entry)[0] == [second]


def test_without_javascript(browser: Browser, entry: Entry, live_server: object) -> None:
    context = browser.new_context(java_script_enabled=False, locale="nb-NO")
    context.add_cookies([_cookie(entry, str(live_server))])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{live_server}{reverse('rounds:wishes')}")
    page.get_by_role("button", name="Flytt «Ergoterapi» ned").click()
    assert _titles(page) == ["Kontor", "Ergoterapi", "Skole"]
    page.get_by_role("button", name="Send inn 3 ønsker").click()
    assert "Sendt inn" in page.inner_text("main")
    context.close()
