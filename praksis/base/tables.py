"""Tables that somebody sends: Excel, OpenDocument, CSV and JSON, read into one plain shape by what is in them; and written back.

A CSV file does not say how it is written: encoding and separator are guessed, and the guess is told. Formulas are never run:
a spreadsheet's own result is read, and a cell without one keeps its formula as text.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from praksis.base.apart import UnreadableError, read_apart

MOST_BYTES = 20_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_IN_CELL = 32_767
"""What a cell of Excel holds at most."""
HEADER_WITHIN = 20
FORMS = ("xlsx", "ods", "csv", "json")
SEPARATORS = (";", ",", "\t", "|")
FORMULA = re.compile(r"^[=+\-@\t\r]")


class NotATableError(ValueError):
    """What was sent cannot be read as a table; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it stands: its number in the sheet, and its cells as text. As many cells as the table has columns."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """One sheet. `form` is how it came (FORMS), `sheets` what there was to choose from, `written` a CSV file's encoding and
    separator."""

    form: str
    header: list[str]
    lines: list[Line]
    header_at: int = 1
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    written: tuple[str, str] | None = None


def read_table(content: bytes, *, sheet: str = "", most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Table:
    """Read what somebody sent, whatever its name says. `sheet` chooses one of several. Raises NotATableError."""
    if len(content) > most_bytes:
        raise NotATableError(_("Filen er for stor. Den kan være høyst %d MB.") % (most_bytes // 1_000_000))
    if not content.strip():
        raise NotATableError(_("Filen er tom. Velg en fil med overskrifter og rader."))
    form = form_of(content)
    if form in ("xlsx", "ods"):
        return _workbook(content, form, sheet, most_rows)
    text, encoding = _decoded(content)
    if form == "json":
        return _json(text, most_rows)
    return _csv(text, encoding, most_rows)


def form_of(content: bytes) -> str:
    """How something is written, by what is in it. Raises NotATableError for what is no table."""
    start = content[:4096]
    if start.startswith(b"PK\x03\x04"):
        return _packed(content)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotATableError(
            _("Filen er av en gammel Excel eller har passord. Lagre den som Excel (.xlsx) uten passord, og prøv igjen.")
        )
    if start.startswith((b"%PDF", b"\x7fELF", b"MZ", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8", b"GIF8")) or _is_binary(start):
        raise NotATableError(_("Filen er ikke et regneark. Velg en fil fra Excel eller LibreOffice, eller CSV eller JSON."))
    begins = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if begins.startswith(b"<"):
        raise NotATableError(_("Filen er en nettside, ikke et regneark. Lagre regnearket som Excel eller CSV, og prøv igjen."))
    return "json" if begins.startswith((b"[{", b"{", b"[")) and not begins.startswith(b"[;") else "csv"


def _is_binary(start: bytes) -> bool:
    return b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff"))


def _packed(content: bytes) -> str:
    """Excel and OpenDocument are packed folders that say what they are."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            kind = archive.open("mimetype").read(100) if "mimetype" in names else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as problem:
        raise NotATableError(_("Filen er skadet. Åpne den i regnearket, lagre den på nytt, og prøv igjen.")) from problem
    if "xl/workbook.xml" in names:
        return "xlsx"
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    raise NotATableError(_("Filen er pakket, men er ikke et regneark. Pakk den ut, og velg selve regnearket."))


# ---------------------------------------------------------------- Excel and OpenDocument


def _workbook(content: bytes, form: str, sheet: str, most_rows: int) -> Table:
    try:
        read = read_apart("sheet", content, sheet=sheet, most_rows=most_rows + HEADER_WITHIN, most_columns=MOST_COLUMNS)
    except UnreadableError as problem:
        raise NotATableError(
            _("Regnearket kan ikke leses: det er skadet, eller mye større enn det ser ut til. Lagre det som CSV, og prøv igjen.")
        ) from problem
    if read["more"]:
        raise _too_many(most_rows)
    return _table(form, read["rows"], most_rows, sheet=read["sheet"], sheets=read["sheets"])


def _too_many(most_rows: int) -> NotATableError:
    return NotATableError(_("Filen har for mange rader. Del den i flere filer med høyst %s rader hver.") % most_rows)


def _table(form: str, rows: Iterable[list[str]], most_rows: int, **told: Any) -> Table:
    """A table of all rows: the header is the first row that is filled nearly as far as any."""
    numbered = [(number, [_cell(cell) for cell in cells]) for number, cells in enumerate(rows, 1)]
    filled = [(number, cells) for number, cells in numbered if any(cells)]
    if not filled:
        raise NotATableError(_("Filen er tom. Velg en fil med overskrifter og rader."))
    width = max(_width(cells) for _number, cells in filled[:HEADER_WITHIN])
    at = next(number for number, cells in filled if _count(cells) >= 0.6 * width)
    header = dict(filled)[at]
    wide = max(_width(cells) for number, cells in filled if number >= at)
    lines = [Line(number, _padded(cells, wide)) for number, cells in filled if number > at]
    if len(lines) > most_rows:
        raise _too_many(most_rows)
    return Table(form, _names(_padded(header, wide)), lines, at, **told)


def _cell(text: str) -> str:
    """Without what cannot be seen; an apostrophe that only says «this is text» goes."""
    clean = "".join(sign for sign in text.strip() if sign >= " " or sign in "\n\t") if not text.isprintable() else text.strip()
    return clean[1:] if clean[:1] == "'" and FORMULA.match(clean[1:]) else clean


def _count(cells: list[str]) -> int:
    return sum(bool(cell) for cell in cells)


def _width(cells: list[str]) -> int:
    return max((at for at, cell in enumerate(cells, 1) if cell), default=0)


def _padded(cells: list[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _names(header: list[str]) -> list[str]:
    """Every column has a name of its own: its letter where it has none, a number where two are alike."""
    names: list[str] = []
    for at, name in enumerate(header):
        plain = " ".join(name.split())[:200] or column_letter(at)
        names.append(plain if plain not in names else f"{plain} ({column_letter(at)})")
    return names


def column_letter(at: int) -> str:
    """A, B, …, Z, AA: what the spreadsheet calls its columns; the first is 0."""
    return column_letter(at // 26 - 1) + chr(65 + at % 26) if at > 25 else chr(65 + at)


# ---------------------------------------------------------------- CSV


def _decoded(content: bytes) -> tuple[str, str]:
    """UTF-8, UTF-16 where it says so, or what Excel in Norway writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _csv(text: str, encoding: str, most_rows: int) -> Table:
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = list(islice(reader, most_rows + HEADER_WITHIN + 1))
    except csv.Error as problem:
        raise NotATableError(_("Filen er ikke en CSV-fil. Lagre regnearket som CSV, og prøv igjen.")) from problem
    if len(rows) > most_rows + HEADER_WITHIN:
        raise _too_many(most_rows)
    return _table("csv", [row[:MOST_COLUMNS] for row in rows], most_rows, written=(encoding, separator))


def written_sentence(encoding: str, separator: str) -> str:
    """How a CSV file was understood, for whoever wonders why a letter looks odd."""
    name = {";": _("semikolon"), ",": _("komma"), "\t": _("tabulator"), "|": _("loddrett strek")}[separator]
    return _("Filen er lest som %(encoding)s med %(separator)s mellom kolonnene.") % {"encoding": encoding, "separator": name}


def _separator(text: str) -> str:
    """The sign that divides the first lines into most columns, and into as many each time."""
    sample = "\n".join(text[:20_000].splitlines()[:20])

    def columns(separator: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row]
        except csv.Error:
            return 0, 0
        most = max(widths, default=0)
        return (most if most > 1 else 0) * widths.count(most), most

    return max(SEPARATORS, key=columns)


# ---------------------------------------------------------------- JSON


def _json(text: str, most_rows: int) -> Table:
    """A list of objects, or an object that holds one. What lies inside an object gets a name with a point."""
    try:
        found = _objects(json.loads(text))
    except (ValueError, RecursionError) as problem:
        raise NotATableError(_("Filen er ikke gyldig JSON. Be den som lager den, om å rette den.")) from problem
    if not found:
        raise NotATableError(_("JSON-filen har ingen liste med objekter. Hver rad skal være et objekt med navn og verdier."))
    if len(found) > most_rows:
        raise _too_many(most_rows)
    flat = [dict(_flat(one)) for one in found]
    header = list(dict.fromkeys(name for one in flat for name in one))[:MOST_COLUMNS]
    lines = [Line(number, [_cell(one.get(name, "")) for name in header]) for number, one in enumerate(flat, 1)]
    return Table("json", header, lines, header_at=0)


def _objects(read: Any) -> list[dict[str, Any]]:
    if isinstance(read, dict):
        return max((_objects(value) for value in read.values() if isinstance(value, list)), key=len, default=[])
    return [one for one in read if isinstance(one, dict)] if isinstance(read, list) else []


def _flat(one: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in one.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, list):
            yield f"{before}{name}", ", ".join(str(part) for part in value if not isinstance(part, dict | list))
        else:
            yield f"{before}{name}", {None: "", True: "ja", False: "nei"}.get(value, str(value)) if _plain(value) else str(value)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, bool)


# ---------------------------------------------------------------- written back

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def write_table(form: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A file of the same form as one that was read (FORMS). All cells are text, so that none is run as a formula."""
    return {"xlsx": _as_xlsx, "ods": _as_ods, "csv": _as_csv, "json": _as_json}[form](header, rows)


def safe_cell(text: str) -> str:
    """For CSV, where a spreadsheet would run what looks like a formula (OWASP, «CSV Injection»)."""
    return f"'{text}" if FORMULA.match(text) else text


def _as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([safe_cell(cell) for cell in row] for row in (header, *rows))
    return out.getvalue().encode("utf-8-sig")


def _as_json(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return json.dumps([dict(zip(header, row, strict=False)) for row in rows], ensure_ascii=False, indent=1).encode()


XLSX_PARTS = {
    "[Content_Types].xml": """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{types}sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}worksheet+xml"/></Types>""",
    "_rels/.rels": """<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/officeDocument"
 Target="xl/workbook.xml"/></Relationships>""",
    "xl/_rels/workbook.xml.rels": """<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/worksheet"
 Target="worksheets/sheet1.xml"/></Relationships>""",
    "xl/workbook.xml": """<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Ark1" sheetId="1" r:id="r1"/></sheets>
</workbook>""",
    "xl/worksheets/sheet1.xml": """<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>""",
}
XLSX_NAMES = {
    "types": "application/vnd.openxmlformats-officedocument.spreadsheetml.",
    "package": "http://schemas.openxmlformats.org/package/2006/relationships",
    "office": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "main": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
}
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _as_xlsx(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet with nothing but text (ECMA-376, part 1)."""
    cell = '<c t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>'
    made = ("".join(cell.format(escape(_storable(text))) for text in row) for row in (header, *rows))
    written = {"rows": "".join(f"<row>{cells}</row>" for cells in made)}
    return _zipped({name: XML + part.format(**XLSX_NAMES, **written) for name, part in XLSX_PARTS.items()})


def _zipped(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def _storable(text: str) -> str:
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")[:MOST_IN_CELL]


ODS_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""
ODS_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.3"><office:body><office:spreadsheet><table:table table:name="Ark1">{}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def _as_ods(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A file of one sheet with nothing but text (OASIS, OpenDocument 1.3, part 3)."""

    def row_of(cells: Sequence[str]) -> str:
        made = (ODS_CELL.format(escape(_storable(cell)).replace("\n", "</text:p><text:p>")) for cell in cells)
        return f"<table:table-row>{''.join(made)}</table:table-row>"

    content = ODS_CONTENT.format("".join(row_of(row) for row in (header, *rows)))
    # the kind comes first and unpacked, as the standard asks
    return _zipped({"mimetype": TYPES["ods"], "META-INF/manifest.xml": ODS_MANIFEST, "content.xml": content})
