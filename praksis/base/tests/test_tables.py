"""What somebody sends as a table: read by what is in it, guessed where it does not say, refused where it would swell."""

import io
import json
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from praksis.base.tables import FORMS, NotATableError, Table, column_letter, read_table, write_table, written_sentence

HEADER = ["Tittel", "Kode", "Merknad"]
ROWS = [["Praksis på sykehjem", "A-1", "æøå; «ja»"], ["=1+1", "", "to\nlinjer"], ["Siste", "+47", "'sitat'"]]


def cells(table: Table) -> list[list[str]]:
    return [line.cells for line in table.lines]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_again(form: str) -> None:
    table = read_table(write_table(form, HEADER, ROWS))
    assert (table.form, table.header, cells(table)) == (form, HEADER, ROWS)


def test_nothing_that_is_written_is_a_formula() -> None:
    assert b"\n'=1+1" in write_table("csv", HEADER, ROWS)
    for form in ("xlsx", "ods"):
        with zipfile.ZipFile(io.BytesIO(write_table(form, HEADER, ROWS))) as archive:
            written = b"".join(archive.read(name) for name in archive.namelist())
        assert b"<f>" not in written
        assert b":formula" not in written


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("Tittel;Kode\nPraksis på;1\n".encode("cp1252"), ("Windows-1252", ";")),
        ("Tittel,Kode\nPraksis på,1\n".encode("utf-8-sig"), ("UTF-8", ",")),
        ("Tittel\tKode\nPraksis på\t1\n".encode("utf-16"), ("UTF-16", "\t")),
        ("Tittel|Kode\nPraksis på|1\n".encode(), ("UTF-8", "|")),
        ('Tittel;Kode\n"Praksis på";1\n"a, b, c, d";2\n'.encode(), ("UTF-8", ";")),
    ],
)
def test_how_a_csv_file_is_written_is_guessed_and_told(raw: bytes, written: tuple[str, str]) -> None:
    table = read_table(raw)
    assert (table.header, table.lines[0].cells, table.written) == (["Tittel", "Kode"], ["Praksis på", "1"], written)
    assert written[0] in written_sentence(*written)


def test_rows_keep_their_numbers_and_a_title_above_the_header_is_passed_over() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Oversikt over praksis"], [], ["Tittel", "Kode", ""], ["A", 1, date(2027, 3, 1)], [], ["B", 2.5, True]):
        sheet.append(row)
    book.create_sheet("Andre").append(["X", "Y"])
    table = read_table(_saved(book))
    assert (table.header_at, table.header) == (3, ["Tittel", "Kode", "C"])
    assert [(line.number, line.cells) for line in table.lines] == [(4, ["A", "1", "2027-03-01"]), (6, ["B", "2.5", "ja"])]
    assert (table.sheet, table.sheets) == ("Sheet", ["Sheet", "Andre"])
    assert read_table(_saved(book), sheet="Andre").header == ["X", "Y"]


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_error_and_a_formula_without_a_result_are_not_read_as_empty() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Tittel", "Plasser"])
    sheet.append(["A", "=SUM(B3:B4)"])
    sheet.append(["B", "#REF!"])
    assert cells(read_table(_saved(book))) == [["A", "=SUM(B3:B4)"], ["B", "#REF!"]]


def test_columns_without_a_name_or_with_the_same_get_one_of_their_own() -> None:
    assert read_table(b"Navn;;Navn;Kode\na;b;c;d\n").header == ["Navn", "B", "Navn (C)", "Kode"]
    assert [column_letter(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_json_is_a_list_of_objects_wherever_it_lies() -> None:
    one = {"title": "A", "where": {"town": "Bergen"}, "fields": ["it", "food"], "paid": True, "n": 3}
    table = read_table(json.dumps({"count": 1, "items": [one, {"x": None}]}).encode())
    assert table.header == ["title", "where.town", "fields", "paid", "n", "x"]
    assert cells(table)[0] == ["A", "Bergen", "it, food", "ja", "3", ""]


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), part)
    return out.getvalue()


def _with(cell: str) -> bytes:
    """A workbook whose only row is something else."""
    good = write_table("xlsx", ["a", "b"], [["c", "d"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name).decode()
            new.writestr(name, part.replace("</sheetData>", f"{cell}</sheetData>") if "sheet1" in name else part)
    return out.getvalue()


REFUSED = {
    "nothing": b"  \n",
    "an old workbook": b"\xd0\xcf\x11\xe0 rest",
    "a program": b"\x7fELF\x02\x01" + b"\x00" * 50,
    "a page": b"\xef\xbb\xbf<!doctype html><script>alert(1)</script>",
    "a document": _zip(word__document_xml=b"<x/>"),
    "half a packed file": b"PK\x03\x04 and then nothing",
    "a workbook that holds none": _zip(xl__workbook_xml=b"<x/>"),
    "a cell at the far end": _with('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "what swells": _zip(xl__workbook_xml=b" " * 300_000_000),
    "a row too many": b"a;b\n" + b"1;2\n" * 20_001,
    "no json": b'[{"a": 1',
    "json in json": b"[" * 100_000,
    "json without objects": b'{"a": [1, 2]}',
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_table_or_would_swell_is_refused_with_a_sentence(what: str) -> None:
    with pytest.raises(NotATableError) as refused:
        read_table(REFUSED[what])
    assert str(refused.value).endswith(".")
