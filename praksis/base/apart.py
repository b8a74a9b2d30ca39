"""What strangers send is read in a process of its own, with little memory, little time and nothing to write to.

A spreadsheet or a document may swell a million times, or keep a reader busy for ever; no list of checks knows every such file.
So the reader runs apart: what goes wrong there ends that process and nothing else. This file is both sides: it starts itself.
"""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

SECONDS = 60
MEMORY = 1_500_000_000
"""Bytes of address space; libraries that are loaded count."""
MOST_TEXT = 30_000_000
"""Characters that come back."""
MOST_PAGES = 1000


class UnreadableError(Exception):
    """The reader could not make anything of it, or had to be stopped."""


def read_apart(reader: str, content: bytes, **options: Any) -> Any:
    """What `reader` (a key of READERS) makes of some bytes. Raises UnreadableError, whatever happened over there."""
    command = [sys.executable, "-I", __file__, reader, json.dumps(options)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=2 * SECONDS, check=False, env={})
        return json.loads(done.stdout) if done.returncode == 0 else _fail(done.stderr)
    except (subprocess.TimeoutExpired, ValueError) as problem:
        raise UnreadableError from problem


def _fail(told: bytes) -> None:
    raise UnreadableError(told[-200:].decode(errors="replace"))


# ---------------------------------------------------------------- over there


def _sheet(content: bytes, *, sheet: str = "", most_rows: int, most_columns: int) -> dict[str, Any]:
    """The names of a workbook's sheets and the cells of one, as text: the one named, or the first that holds something."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    names = [one.name for one in book.sheets_metadata if "Visible" in str(one.visible)]
    wanted = [sheet] if sheet in names else names
    for name in wanted:
        page = book.get_sheet_by_name(name)
        rows = page.to_python(skip_empty_area=False, nrows=most_rows)
        if rows:
            cells = [[_text(cell) for cell in row[:most_columns]] for row in rows]
            for at, column, told in _uncounted(content, name, most_rows, most_columns):
                if at < len(cells) and column < len(cells[at]):
                    cells[at][column] = told
            return {"sheets": names, "sheet": name, "rows": cells, "more": page.total_height > most_rows}
    return {"sheets": names, "sheet": "", "rows": [], "more": False}


def _uncounted(content: bytes, name: str, most_rows: int, most_columns: int) -> Iterator[tuple[int, int, str]]:
    """Cells of an Excel sheet that hold an error, or a formula that nobody has counted: read as empty they would be lost."""
    import zipfile

    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [part for part in archive.namelist() if part.startswith("xl/worksheets/")]
        if not any(b"<f" in (text := archive.read(part)) or b't="e"' in text for part in parts):
            return
    shown, written = (load_workbook(io.BytesIO(content), read_only=True, data_only=counted)[name] for counted in (True, False))
    limits = {"max_row": most_rows, "max_col": most_columns}
    for at, (values, formulas) in enumerate(zip(shown.iter_rows(**limits), written.iter_rows(**limits), strict=False)):
        for column, (value, formula) in enumerate(zip(values, formulas, strict=False)):
            if value.data_type == "e":
                yield at, column, str(value.value)
            elif formula.data_type == "f" and value.value is None:
                yield at, column, str(formula.value)


def _text(cell: Any) -> str:
    """A cell as somebody would write it: dates as 2027-01-31, whole numbers without a point."""
    match cell:
        case bool():
            return "ja" if cell else "nei"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
        case date() | time() | timedelta():
            return str(cell)
        case _:
            return str(cell)


def _pdf(content: bytes) -> dict[str, Any]:
    """The text of each page of a PDF, and the title it says of itself."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("encrypted")
    pages = [page.extract_text() for page in reader.pages[:MOST_PAGES]]
    return {"pages": pages, "title": str((reader.metadata and reader.metadata.title) or "")}


def _docx(content: bytes) -> dict[str, Any]:
    """The text of a Word document, with its tables. It has no pages before somebody prints it, so all is one."""
    from docx import Document

    document = Document(io.BytesIO(content))
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [" ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return {"pages": ["\n".join(parts)], "title": document.core_properties.title or ""}


READERS: dict[str, Callable[..., dict[str, Any]]] = {"sheet": _sheet, "pdf": _pdf, "docx": _docx}


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> None:
    reader, options = sys.argv[1:]
    _limit()
    told = json.dumps(READERS[reader](sys.stdin.buffer.read(), **json.loads(options)))
    if len(told) > MOST_TEXT:
        raise ValueError("too much text")
    sys.stdout.write(told)


if __name__ == "__main__":
    _main()
