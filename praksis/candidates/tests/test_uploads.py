"""Files that are not what they say, or that would swell: refused by what is in them, before anything of them is kept."""

import io
import tracemalloc
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from praksis.base.tables import MOST_ROWS, NotATableError, write_table
from praksis.candidates.forms import UploadForm
from praksis.candidates.imports import MOST_BYTES, read_rows

HEADER = "fornavn;etternavn;målgruppe;fagfelt;halvår\r\n"
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + step)} "{f"&{chr(97 + step)};" * 10}">' for step in range(8)
)


def _zip(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


BOMBS = {
    "a spreadsheet that swells a thousand times": _zip("xl/worksheets/sheet1.xml", b"0" * 20_000_000),
    "a spreadsheet whose entities swell": _zip("xl/sharedStrings.xml", f"{ENTITIES}]><x>&i;</x>".encode()),
    "entities without a spreadsheet": f'<?xml version="1.0"?>{ENTITIES}]><x>&i;</x>'.encode(),
    "an old Excel file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512,
    "a program": b"\x7fELF\x02\x01\x01" + b"\x00" * 100,
    "a page": b"<!doctype html><script>alert(1)</script>",
    "one endless cell": (HEADER + "a" * 200_000).encode(),
    "one endless cell in quotes": (HEADER + '"' + "\r\n" * 200_000).encode(),
    "more rows than are taken": (HEADER + "\r\n" * (MOST_BYTES // 2 - 100)).encode(),
    "more than is read": (HEADER + "a;b;c;d;e\r\n" * (MOST_BYTES // 8)).encode(),
}


@pytest.mark.parametrize("what", BOMBS)
def test_what_would_swell_is_refused_with_a_sentence_and_little_memory(what: str) -> None:
    content = BOMBS[what]
    tracemalloc.start()
    try:
        with pytest.raises(NotATableError) as refused:
            read_rows(content)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert str(refused.value).endswith(".")
    assert peak < 12 * MOST_BYTES


def test_as_many_rows_as_are_taken_are_read() -> None:
    rows, faults = read_rows((HEADER + "Ola;Berg;Elev;IT;Vår 2027\r\n" * MOST_ROWS).encode())
    assert (len(rows), faults) == (MOST_ROWS, [])


@pytest.mark.parametrize("form", ["xlsx", "ods", "csv"])
def test_a_spreadsheet_is_read_as_it_is(form: str) -> None:
    people = [["Ola", "Berg", "Elev", "IT", "Vår 2027"], ["Eva", "", "Elev", "IT", "Vår 2027"]]
    rows, faults = read_rows(write_table(form, HEADER.strip().split(";"), people))
    assert [row.first_name for row in rows] == ["Ola"]
    assert [(fault.line, fault.column) for fault in faults] == [(3, "etternavn")]


def test_a_form_refuses_a_file_by_its_size() -> None:
    sent = SimpleUploadedFile("kandidater.csv", b"a" * (MOST_BYTES + 1))
    form = UploadForm({}, MultiValueDict({"file": [sent]}))
    assert not form.is_valid()
    assert "5 MB" in str(form.errors)
