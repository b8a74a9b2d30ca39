"""The tables as files: JSON with codes that do not change, CSV and Excel with words in the reader's language.

CSV has semicolons and a byte order mark, which is what Excel needs to open it right in a Norwegian setting. A row is written when
it is read, into a file that lies on the disk when it is large, so that memory does not grow with the catalogue.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from praksis.api.choices import VERSION, licence
from praksis.api.columns import Column, Row, Table
from praksis.base.tables import MOST_IN_CELL, TYPES, safe_cell

IN_MEMORY = 2_000_000
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Signs that no workbook may hold."""

type Out = SpooledTemporaryFile[bytes]


def write_file(table: Table, form: str, site: str) -> Out:
    """The whole table in one form (FORMS), ready to be read from its beginning."""
    out: Out = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it when it is sent
    FORMS[form](out, table, site)
    out.seek(0)
    return out


def content_type(form: str) -> str:
    return TYPES[form]


def _as_json(out: Out, table: Table, site: str) -> None:
    """An object: `version`, `licence`, and the rows under the table's name."""
    names = [column.name for column in table.columns]
    text = json.dumps({"version": VERSION, "licence": licence().address})
    out.write(f'{text[:-1]}, "{table.name}": ['.encode())
    for number, row in enumerate(table.rows(site)):
        one = json.dumps({name: row[name] for name in names}, ensure_ascii=False, cls=DjangoJSONEncoder)
        out.write(f"{',' if number else ''}\n{one}".encode())
    out.write(b"\n]}\n")


def _as_csv(out: Out, table: Table, site: str) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";")
    writer.writerow([safe_cell(str(column.label)) for column in table.columns])
    words = _Words(table.columns)
    for row in table.rows(site):
        writer.writerow([safe_cell(_text(words.told(column, row))) for column in table.columns])
    text.flush()
    text.detach()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return "" if value is None else str(value)


class _Words:
    """What codes are called, each looked up once: a file may have 25,000 rows."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._known: dict[str, dict[str, str]] = {column.name: {} for column in columns if column.words}

    def told(self, column: Column, row: Row) -> Any:
        """The value, with words for codes; several in one text."""
        value = row[column.name]
        if isinstance(value, list):
            return ", ".join(self._word(column, code) for code in value)
        return self._word(column, value) if column.words and isinstance(value, str) else value

    def _word(self, column: Column, code: str) -> str:
        known = self._known.get(column.name)
        if known is None:
            return code
        if code not in known:
            known[code] = column.text_of(code)
        return known[code]


def _as_xlsx(out: Out, table: Table, site: str) -> None:
    """A sheet with the rows, where dates are dates and numbers are numbers, and one that says what it is."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(table.label))
    sheet.freeze_panes = "B2"
    for at, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = max(12, min(40, len(str(column.label)) + 4))
    sheet.append([_heading(sheet, str(column.label)) for column in table.columns])
    words = _Words(table.columns)
    for row in table.rows(site):
        sheet.append([_cell(sheet, words.told(column, row)) for column in table.columns])
    about = book.create_sheet(_("Om dataene"))
    for line in ((_("Versjon"), VERSION), (_("Lisens"), licence().name), (_("Lisensens adresse"), licence().address)):
        about.append(list(line))
    about.append([_("Laget"), timezone.localdate()])
    book.save(out)


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """What is text is told to be text, so that nothing is run as a formula."""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if not isinstance(value, str):
        return value
    text = UNSEEN.sub("", value)[:MOST_IN_CELL]
    if not text.startswith("="):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


FORMS: dict[str, Callable[[Out, Table, str], None]] = {"json": _as_json, "csv": _as_csv, "xlsx": _as_xlsx}
