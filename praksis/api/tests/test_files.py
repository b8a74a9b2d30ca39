"""The files: what stands in them, in each form, and what never does."""

import csv
import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from praksis.catalogue.choices import PlaceStage, SchemeStage
from praksis.catalogue.models import Citation, Place, Source
from praksis.catalogue.tests.examples import example_host, example_place, example_scheme, example_tandem
from praksis.organisations.models import Member

pytestmark = pytest.mark.django_db


def fetched(client: Client, address: str, **headers: str) -> bytes:
    answer: Any = client.get(address, headers=headers)
    assert answer.status_code == 200
    content = bytes(answer.getvalue())
    answer.close()
    return content


def lines(client: Client, name: str) -> list[dict[str, str]]:
    text = fetched(client, f"/data/{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_csv_has_the_readers_words(client: Client) -> None:
    place = example_place(groups=["apprentice", "pupil"], made_up=True)
    raw = fetched(client, "/data/plasser.csv")
    assert raw.startswith("\ufeffNummer;Tittel;".encode())
    (row,) = lines(client, "plasser")
    assert row["Kommune"] == "Bergen"
    assert row["Målgrupper"] == "Lærling, Elev"
    assert row["Oppdiktet"] == "ja"
    assert row["Adresse"] == f"http://testserver{place.get_absolute_url()}"
    assert ";Apprentice," in fetched(client, "/data/plasser.csv", accept_language="en").decode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_becomes_a_formula(client: Client, start: str) -> None:
    example_place(title=f'{start}HYPERLINK("x")')
    (row,) = lines(client, "plasser")
    assert row["Tittel"].startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(fetched(client, "/data/plasser.xlsx")))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} & {"f", "e"} == set()


def test_json_holds_codes_and_says_what_it_is(client: Client) -> None:
    place = example_tandem(made_up=True)
    whole = json.loads(fetched(client, "/data/plasser.json"))
    assert whole["version"] == "1.0"
    assert whole["licence"].startswith("https://creativecommons.org/licenses/by/4.0/")
    (row,) = whole["plasser"]
    assert (row["municipality"], row["kinds"], row["seats"], row["free"]) == ("4601", 2, 2, 2)
    assert row["groups"] == place.groups
    assert row["id"] == str(place.pk)
    assert "contact" not in row


def test_all_of_a_scheme_is_in_the_files(client: Client) -> None:
    scheme = example_scheme(
        kind="elective", fields=["humanities"], apply_by="2027-05-01", capacity=12, entry="Søk.", partners="NAV"
    )
    (row,) = json.loads(fetched(client, "/data/ordninger.json"))["ordninger"]
    assert (row["kind"], row["fields"], row["apply_by"], row["capacity"]) == ("elective", ["humanities"], "2027-05-01", 12)
    (line,) = lines(client, "ordninger")
    assert line["Kilde"] == scheme.source_url
    assert line["Fagfelt"] == "Humaniora og samfunn"
    assert line["Type"] == "praksisemne"


def test_the_workbook_has_cells_of_their_own_kind(client: Client) -> None:
    """Read by another program than the one that wrote it."""
    example_place(title="\x07 Skole", starts_on="2027-01-11", capacity=3)
    content = fetched(client, "/data/plasser.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Ledige plasser", "Om dataene"]
    heading, row = book.get_sheet_by_index(0).to_python()
    cells = dict(zip(heading, row, strict=True))
    assert cells["Fra"] == date(2027, 1, 11)
    assert cells["Plasser"] == 3
    assert cells["Tittel"] == " Skole"
    assert cells["Oppdiktet"] is False


def test_only_what_is_public_is_in_the_files(client: Client) -> None:
    for stage in (PlaceStage.CLOSED, PlaceStage.OFFERED):
        example_place(stage=stage)
    example_place(host=example_host(closed_on="2026-01-01"))
    example_scheme(stage=SchemeStage.ENDED)
    assert json.loads(fetched(client, "/data/plasser.json"))["plasser"] == []
    assert json.loads(fetched(client, "/data/ordninger.json"))["ordninger"] == []
    assert Place.objects.count() == 3


@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
def test_a_file_is_one_question_however_many_rows(client: Client, form: str) -> None:
    counts = []
    for _number in range(2):
        example_tandem()
        example_place(scheme=example_scheme())
        with CaptureQueriesContext(connection) as queries:
            fetched(client, f"/data/plasser.{form}")
        counts.append(len(queries))
    assert counts[0] == counts[1], "the rows come through one cursor of the server's"


def test_who_has_the_file_is_told_so(client: Client) -> None:
    example_place()
    answer: Any = client.get("/data/plasser.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get("/data/plasser.json", headers={"if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304
    answer.close()
    example_place()
    assert b"licence" in fetched(client, "/data/plasser.json", if_none_match=answer.headers["ETag"])


def test_the_page_leads_to_files_and_api(client: Client) -> None:
    page = client.get(reverse("api:open_data")).content.decode()
    for address in ("/data/plasser.csv", "/data/ordninger.xlsx", "/api/v1/openapi.json", "/api/v1/places"):
        assert f'href="{address}"' in page
    assert client.get("/data/ordninger.exe").status_code == client.get("/data/annet.csv").status_code == 404


def test_sources_are_told_with_what_names_them_and_removed_ones_are_not(client: Client) -> None:
    member = Member.objects.create(name="Høgskulen", short_name="HVL", kind="university")
    said = {"member": member, "publisher": "Utgiveren", "address": "https://a.example/r.pdf"}
    source = Source.objects.create(title="Praksis i disiplinfag", year=2024, may_show=True, **said)
    Source.objects.create(title="Borte", removed_at=timezone.now(), **said)
    scheme = example_scheme()
    for page in (1, 2):
        Citation.objects.create(scheme=scheme, source=source, page=page)
    (row,) = json.loads(fetched(client, "/data/kilder.json"))["kilder"]
    assert (row["title"], row["year"], row["added_by"], row["schemes"]) == (source.title, 2024, "Høgskulen", [str(scheme.pk)])
    assert row["url"].endswith(source.get_absolute_url())
    (line,) = lines(client, "kilder")
    assert line["Utgiver"] == "Utgiveren"
