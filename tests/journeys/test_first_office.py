"""The first office, alone with its own spreadsheet: the walk of docs/how/first-office.md, step by step in a browser."""

from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from praksis.accounts.actions import make_link
from praksis.base.translations import ROOT
from praksis.catalogue.models import Scheme

HEADER = ("Emne", "Kode", "Målgruppe", "Når", "Nettside", "Søknadsfrist")
ROWS = (
    ("Praksis i arkeologi", "ARK250", "Praksisemne", "hver vår", "https://example.no/ark250", "15.10.2026"),
    ("Feltkurs i botanikk", "BOT210", "Praksisemne", "høst", "https://example.no/bot210", ""),
    ("Sykepleierpraksis i hjemmetjenesten", "SPL300", "Profesjonspraksis", "vår", "", ""),
    ("", "FEIL100", "Praksisemne", "vår", "", ""),
)
"""Made up. The last one has no title, and cannot be taken in."""


def test_an_office_alone_has_a_catalogue_of_its_own(
    page: Page, live_server: LiveServer, run_jobs: Callable[[], int], tmp_path: Path
) -> None:
    site = live_server.url
    page.goto(f"{site}/start/{make_link(user=None)}/")
    page.get_by_label("Hva heter regionen eller kontoret?").fill("Praksiskontoret")
    page.get_by_label("Navnet ditt").fill("Kari Prøve")
    page.get_by_label("E-posten din").fill("kari@example.no")
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("heading", name="Min side")).to_be_visible()

    page.get_by_role("link", name="Ta inn ordninger").click()
    page.get_by_label("Navn på en ny kilde").fill("Kontorets regneark")
    page.get_by_label("Regneark").set_input_files(_spreadsheet(tmp_path))
    page.get_by_role("button", name="Send og se").click()
    page.get_by_role("button", name="Se hva som skjer").click()
    run_jobs()
    page.reload()
    expect(page.get_by_role("link", name="Last ned radene som må rettes")).to_be_visible()
    assert not Scheme.objects.exists()  # nothing is stored before the office has seen it
    page.get_by_role("button", name="Lagre 3 ordninger").click()
    run_jobs()

    page.goto(f"{site}/finn/?q=sykepleier")
    page.get_by_role("link", name="Sykepleierpraksis i hjemmetjenesten").click()
    page.get_by_role("button", name="Stemmer fortsatt").click()
    expect(page.get_by_text("Ikke bekreftet av eieren")).to_have_count(0)

    page.get_by_role("link", name="Endre", exact=True).click()
    page.get_by_label("Slik kommer en inn").fill("Søk hos studieadministrasjonen.")
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Søk hos studieadministrasjonen.").first).to_be_visible()
    assert Scheme.objects.count() == 3


def _spreadsheet(folder: Path) -> Path:
    book, path = Workbook(), folder / "ordninger.xlsx"
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, *ROWS):
        sheet.append(row)
    book.save(path)
    return path


def test_the_page_names_what_the_buttons_are_called() -> None:
    """The walk in words and the walk in the browser do not part ways."""
    told = (ROOT / "docs" / "how" / "first-office.md").read_text()
    for name in (
        "Ta inn ordninger",
        "Send og se",
        "Se hva som skjer",
        "Last ned radene som må rettes",
        "Stemmer fortsatt",
        "Endre",
    ):
        assert f"«{name}»" in told, name
