"""The catalogue in a browser: what htmx swaps in is what a fresh page would show, and it works on a small screen too."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from praksis.catalogue.tests.examples import example_host, example_place, example_scheme, example_tandem

pytestmark = pytest.mark.django_db

WHAT_IS_SHOWN = """() => {
    const plain = (id) => {
        const part = document.getElementById(id).cloneNode(true);
        part.querySelectorAll("[checked]").forEach((box) => box.removeAttribute("checked"));
        part.querySelectorAll("[class]").forEach((one) => one.removeAttribute("class"));
        return part.innerHTML.replace(/\\s+/g, " ");
    };
    const ticked = [...document.querySelectorAll("#filters :checked")].map((box) => box.id).sort();
    return [plain("results"), plain("filters"), ticked, document.title, document.getElementById("q").value];
}"""


@pytest.fixture(autouse=True)
def catalogue() -> None:
    host = example_host()
    for number in range(24):
        example_place(host=host, title=f"Plass {number:02}", groups=["pupil"] if number % 2 else ["apprentice"])
    example_tandem(host=example_host(name="Voss omsorg", municipality="4621", latitude=60.6))
    example_scheme()


def same_as_fresh(page: Page) -> None:
    """What the swaps have left on the page is what the address alone gives."""
    page.wait_for_load_state("networkidle")
    swapped = page.evaluate(WHAT_IS_SHOWN)
    page.reload()
    page.wait_for_load_state("networkidle")
    assert swapped == page.evaluate(WHAT_IS_SHOWN)


def test_a_swap_leaves_what_a_fresh_page_shows(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/finn/")
    page.evaluate("window.same = true")
    page.get_by_label("Elev").check()
    expect(page.locator("#treff")).to_have_text("13 treff")
    expect(page).to_have_url(f"{live_server.url}/finn/?q=&near=&km=10&group=pupil")
    expect(page.get_by_label("Elev")).to_be_focused()
    page.get_by_label("Ledig plass").check()
    expect(page).to_have_url(f"{live_server.url}/finn/?q=&near=&km=10&type=place&group=pupil")
    page.get_by_label("Sorter").select_option("title")
    expect(page).to_have_url(f"{live_server.url}/finn/?type=place&group=pupil&sort=title")
    page.get_by_role("checkbox", name="Voss").check()
    expect(page.locator("#treff")).to_have_text("1 treff")
    assert page.evaluate("window.same")
    same_as_fresh(page)


def test_taking_away_a_filter_and_turning_the_page(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/finn/?type=place&group=apprentice&group=pupil")
    page.get_by_role("link", name="Fjern Ledig plass").click()
    expect(page).to_have_url(f"{live_server.url}/finn/?group=apprentice&group=pupil")
    expect(page.get_by_label("Ledig plass")).not_to_be_checked()
    page.get_by_role("link", name="Neste").click()
    expect(page.locator(".pages")).to_contain_text("Viser 21–25 av 25")
    same_as_fresh(page)


def test_the_map_follows_the_list(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/finn/")
    expect(page.locator(".map-pin")).to_have_count(2)
    page.get_by_label("Tandem").check()
    expect(page.locator("#treff")).to_have_text("1 treff")
    expect(page.locator(".map-pin")).to_have_count(1)
    expect(page.locator(".map-pin")).to_have_attribute("aria-label", re.compile("1.*Måltidsvenn"))


@pytest.mark.parametrize("width", [320, 375, 1440])
def test_no_page_scrolls_sideways(page: Page, live_server: LiveServer, width: int) -> None:
    tandem, scheme = example_tandem(), example_scheme()
    page.set_viewport_size({"width": width, "height": 800})
    for address in (
        "/finn/",
        tandem.get_absolute_url(),
        scheme.get_absolute_url(),
        tandem.host.get_absolute_url(),
        "/tilby/",
        "/data/",
    ):
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_the_offer_shows_how_it_will_look_without_leaving_the_page(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/tilby/")
    page.get_by_label("Hva skal plassen hete?").fill("Regnskap fra bilag")
    page.get_by_role("button", name="Se hvordan den blir").click()
    expect(page.locator("#offer-side")).to_contain_text("Regnskap fra bilag")
    expect(page.get_by_label("Hva skal plassen hete?")).to_have_value("Regnskap fra bilag")
    expect(page.get_by_role("button", name="Legg ut plassen")).to_be_enabled()


def test_a_municipality_on_the_map_leads_to_what_was_found_there(page: Page, live_server: LiveServer) -> None:
    example_place(title="Skriving", host=example_host(municipality="4627"), municipality="4627")
    page.goto(f"{live_server.url}/finn/?type=place")
    page.get_by_role("link", name="Askøy: 1").click()
    expect(page).to_have_url(re.compile(r"municipality=4627"))
    expect(page.locator("#treff")).to_have_text("1 treff")
    expect(page.get_by_role("checkbox", name="Askøy")).to_be_checked()
