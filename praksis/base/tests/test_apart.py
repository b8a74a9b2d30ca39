"""Documents that strangers send, read in a process of its own: real files of another program's, and files made to harm.

`data/` holds what LibreOffice made of a text and of a picture: PDF, Word, and Word as it was before 2007. All made up.
"""

import io
import zipfile
import zlib
from base64 import b64decode
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter

from praksis.base import apart
from praksis.base.apart import UnreadableError, read_apart

DATA = Path(__file__).parent / "data"
ALL = {"first": 0, "count": 50}


def data(name: str) -> bytes:
    return (DATA / name).read_bytes()


def refused(reader: str, content: bytes, **options: int) -> str:
    with pytest.raises(UnreadableError) as problem:
        read_apart(reader, content, **(options or ALL))
    return problem.value.code


def encrypted(password: str) -> bytes:
    writer, out = PdfWriter(clone_from=io.BytesIO(data("rapport.pdf"))), io.BytesIO()
    writer.encrypt(password, owner_password="another", algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def swollen_pdf(megabytes: int) -> bytes:
    """One page whose packed content is a thousandth of what it unpacks to."""
    packed = zlib.compress(b"BT /F1 12 Tf (a) Tj ET\n" * (megabytes * 1_000_000 // 23), 9)
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + table + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body)


def swollen_docx(megabytes: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data("rapport.docx"))) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in whole.namelist():
            text = whole.read(name)
            made.writestr(name, b" " * (megabytes * 1_000_000) + text if name == "word/document.xml" else text)
    return out.getvalue()


# ---------------------------------------------------------------- what is whole


def test_a_pdf_is_read_page_by_page() -> None:
    read = read_apart("pdf", data("rapport.pdf"), **ALL)
    assert (read["total"], read["title"]) == (3, "Praksis i disiplinfag")
    assert read["pages"][0].endswith("Studentene møter regnskap på sykehjemmet.")
    assert read["pages"][1] == "Side to handler om veiledning. Æ, ø og å står riktig."
    assert read_apart("pdf", data("rapport.pdf"), first=1, count=1)["pages"] == [read["pages"][1]]
    assert read_apart("pdf", data("rapport.pdf"), first=3, count=9)["pages"] == []


def test_a_word_document_is_read_with_its_tables_in_their_place() -> None:
    read = read_apart("docx", data("rapport.docx"), **ALL)
    (text,) = read["pages"]
    assert read["total"] == 1
    assert text.index("Side tre") < text.index("Verter 41")
    assert "Æ, ø og å står riktig." in text


def test_a_page_is_drawn_as_wide_as_one_reads_it() -> None:
    picture = Image.open(io.BytesIO(b64decode(read_apart("picture", data("rapport.pdf"), page=1)["picture"])))
    assert picture.format == "WEBP"
    assert picture.width in (1000, 1001)
    assert 1380 < picture.height < 1430, "A4"
    assert len(picture.getcolors(1 << 20) or []) > 1, "something stands on it"


def test_a_scanned_page_has_no_text_and_can_be_drawn() -> None:
    assert read_apart("pdf", data("bilde.pdf"), **ALL)["pages"] == [""]
    assert read_apart("picture", data("bilde.pdf"), page=0)["picture"]


def test_a_pdf_that_opens_without_a_password_is_read() -> None:
    assert read_apart("pdf", encrypted(""), **ALL)["total"] == 3


# ---------------------------------------------------------------- what is not


@pytest.mark.parametrize(
    ("reader", "content", "code"),
    [
        ("pdf", encrypted("hemmelig"), "encrypted"),
        ("pdf", data("rapport.pdf")[:400], "broken"),
        ("pdf", b"%PDF-1.7\n" + b"x" * 2000, "broken"),
        ("pdf", b"", "broken"),
        ("pdf", data("rapport.docx"), "broken"),
        ("docx", data("rapport.docx")[:2000], "broken"),
        ("docx", b"PK\x03\x04", "broken"),
        ("docx", data("rapport.pdf"), "broken"),
        ("docx", data("rapport.doc"), "old"),
        ("docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("docx", swollen_docx(300), "too_big"),
    ],
)
def test_what_cannot_be_read_says_why(reader: str, content: bytes, code: str) -> None:
    assert refused(reader, content) == code


@pytest.mark.slow
def test_what_swells_ends_that_process_and_no_other() -> None:
    bomb = swollen_pdf(400)
    assert len(bomb) < 2_000_000
    assert refused("pdf", bomb) in {"too_big", "too_slow", "broken"}


def test_a_reader_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.005)
    assert refused("pdf", data("rapport.pdf")) == "too_slow"


def test_pages_that_are_not_there_are_not_drawn() -> None:
    assert refused("picture", data("rapport.pdf"), page=9) == "broken"
    assert refused("picture", encrypted("hemmelig"), page=0) in {"broken", "encrypted"}
