"""What strangers send is read in a process of its own, with little memory, little time and nothing to write to.

A spreadsheet or a document may swell a million times, or keep a reader busy for ever; no list of checks knows every such file.
So the reader runs apart: what goes wrong there ends that process and nothing else. This file is both sides: it starts itself.
"""

import base64
import io
import json
import signal
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


MOST_UNPACKED = 200_000_000
"""Bytes that a packed document may say it unpacks to."""
PICTURE_WIDTH, MOST_PIXELS = 1000, 4_000_000


class UnreadableError(Exception):
    """The reader could not make anything of it, or had to be stopped. `code` is why: encrypted, old, too_big, too_slow or
    broken."""

    def __init__(self, code: str = "broken", told: str = "") -> None:
        super().__init__(told or code)
        self.code = code


def read_apart(reader: str, content: bytes, **options: Any) -> Any:
    """What `reader` (a key of READERS) makes of some bytes. Raises UnreadableError, whatever happened over there."""
    command = [sys.executable, "-I", __file__, reader, json.dumps(options)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=2 * SECONDS, check=False, env={})
        return json.loads(done.stdout) if done.returncode == 0 else _fail(done.returncode, done.stderr)
    except subprocess.TimeoutExpired as problem:
        raise UnreadableError("too_slow") from problem
    except ValueError as problem:
        raise UnreadableError from problem


def _fail(code: int, told: bytes) -> None:
    """Why it ended: killed for its time, out of memory, or as its last line says."""
    last = told.decode(errors="replace").strip().rpartition("\n")[2][-200:]
    named = next((name for name, words in _WHY.items() if any(word in last for word in words)), "broken")
    raise UnreadableError("too_slow" if code in _KILLED_FOR_TIME else named, last)


_KILLED_FOR_TIME = {-signal.SIGXCPU, -signal.SIGKILL}
_WHY = {
    "encrypted": ("encrypted", "FileNotDecryptedError"),
    "old": ("ValueError: old",),
    "too_big": ("MemoryError", "LimitReachedError", "too much", "DecompressionBomb", "bad_alloc"),
}
"""Words of the last line over there, by what they mean."""


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


def _pdf(content: bytes, *, first: int, count: int) -> dict[str, Any]:
    """The text of some of a PDF's pages, how many it has, and the title it says of itself."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("encrypted")
    total = min(len(reader.pages), MOST_PAGES)
    pages = [_readable(reader.pages[at].extract_text()) for at in range(first, min(first + count, total))]
    return {"pages": pages, "total": total, "title": _readable(str((reader.metadata and reader.metadata.title) or ""))}


def _docx(content: bytes, *, first: int, count: int) -> dict[str, Any]:
    """The text of a Word document, with its tables. It has no pages before somebody prints it, so all is one."""
    import zipfile

    from docx import Document

    if content.startswith(b"\xd0\xcf\x11\xe0"):  # what Office makes of a file with a password, or one of before 2007
        raise ValueError("encrypted" if b"E\0n\0c\0r\0y\0p\0t\0e\0d" in content else "old")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise ValueError("too much")
    document = Document(io.BytesIO(content))
    whole = _readable("\n".join(_blocks(document)))
    return {"pages": [whole][first : first + count], "total": 1, "title": _readable(document.core_properties.title or "")}


def _blocks(document: Any) -> Iterator[str]:
    """Paragraphs and tables in the order they stand."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            yield from (" ".join(dict.fromkeys(cell.text for cell in row.cells)) for row in block.rows)
        else:
            yield block.text


def _readable(text: str) -> str:
    """Without what a database cannot hold: the sign zero, and halves of signs."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def _picture(content: bytes, *, page: int) -> dict[str, Any]:
    """One page of a PDF as a picture, as wide as one reads it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    shown = document[page]
    width, height = shown.get_size()
    scale = min(PICTURE_WIDTH / max(width, 1), (MOST_PIXELS / max(width * height, 1)) ** 0.5)
    out = io.BytesIO()
    shown.render(scale=scale).to_pil().convert("RGB").save(out, "WEBP", quality=80)
    return {"picture": base64.b64encode(out.getvalue()).decode()}


READERS: dict[str, Callable[..., dict[str, Any]]] = {"sheet": _sheet, "pdf": _pdf, "docx": _docx, "picture": _picture}


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
