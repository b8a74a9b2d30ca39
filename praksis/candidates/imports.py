"""A member's own spreadsheet: what each row says, and what is wrong with those that cannot be taken."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from praksis.base.codes import MUNICIPALITIES, Field, Language, Paper, Season, TargetGroup
from praksis.base.tables import NotATableError, read_table
from praksis.candidates.choices import birth_years
from praksis.candidates.models import IDENTITY_NUMBER

MOST_BYTES = 5_000_000
COLUMNS = {
    "referanse": False,
    "fornavn": True,
    "etternavn": True,
    "fødselsår": False,
    "e-post": False,
    "målgruppe": True,
    "fagfelt": True,
    "halvår": True,
    "bosted": False,
    "papirer": False,
    "språk": False,
    "skjermet": False,
}
"""The columns of the template, and whether each row must have something in them. Others are left alone."""
EXAMPLE = """\
A-1;Ola;Nordmann;2003;ola@example.no;Praksisemne;Helse og sosial;Vår 2027;Bergen;;nb;nei
A-2;Eva;Berg;;;Språkpraksis;Handel og service;Vår 2027;Askøy;politiattest;nb;nei
"""
YES, NO = {"ja", "x", "1", "yes", "true"}, {"", "nei", "0", "no", "false"}


@dataclass(frozen=True, slots=True)
class Row:
    """A person with one need, as a row says it. `line` is the row's number in the spreadsheet."""

    line: int
    reference: str
    first_name: str
    last_name: str
    birth_year: int | None
    email: str
    target_group: str
    field: str
    season: str
    municipality: str
    papers: tuple[str, ...]
    language: str
    address_protected: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row, and what to write instead."""

    line: int
    column: str
    text: str


def template_file() -> bytes:
    """The spreadsheet to fill in: the columns and two examples, as Excel opens it."""
    lines = [";".join(COLUMNS), *EXAMPLE.splitlines(), ""]
    return "\r\n".join(lines).encode("utf-8-sig")


def read_rows(content: bytes) -> tuple[list[Row], list[Fault]]:
    """The rows that can be taken, and the faults of the others. Raises NotATableError for a file that is something else."""
    table = read_table(content, most_bytes=MOST_BYTES)
    header = [name.lower() for name in table.header]
    missing = [column for column, needed in COLUMNS.items() if needed and column not in header]
    if missing:
        raise NotATableError(
            _("Filen mangler disse kolonnene i første rad: %s. Last ned malen, og bruk overskriftene i den.") % ", ".join(missing)
        )
    rows: list[Row] = []
    faults: list[Fault] = []
    for line in table.lines:
        found = _row(line.number, dict(zip(header, line.cells, strict=True)))
        rows += [found] if isinstance(found, Row) else []
        faults += [] if isinstance(found, Row) else found
    return rows, faults


class _CellError(ValueError):
    """A cell that cannot be taken."""


def _row(line: int, cells: Mapping[str, str]) -> Row | list[Fault]:
    faults: list[Fault] = []

    def read[T](column: str, reading: Callable[[str], T], otherwise: T) -> T:
        try:
            return reading(_cell(cells.get(column, ""), needed=COLUMNS[column]))
        except _CellError as error:
            faults.append(Fault(line, column, str(error)))
            return otherwise

    row = Row(
        line=line,
        reference=read("referanse", str, ""),
        first_name=read("fornavn", str, ""),
        last_name=read("etternavn", str, ""),
        birth_year=read("fødselsår", _birth_year, None),
        email=read("e-post", _email, ""),
        target_group=read("målgruppe", lambda text: _coded(text, TargetGroup.choices), ""),
        field=read("fagfelt", lambda text: _coded(text, Field.choices), ""),
        season=read("halvår", _season, ""),
        municipality=read("bosted", lambda text: _coded(text, MUNICIPALITIES.items()), ""),
        papers=read("papirer", _papers, ()),
        language=read("språk", lambda text: _coded(text or Language.NB, Language.choices), ""),
        address_protected=read("skjermet", _yes_or_no, otherwise=False),
    )
    return faults or row


def _cell(text: str, *, needed: bool) -> str:
    if re.match(IDENTITY_NUMBER, text):
        raise _CellError(_("Ligner et fødselsnummer. Det skal aldri stå her. Bruk deres eget nummer."))
    if needed and not text:
        raise _CellError(_("Mangler. Fyll ut cellen."))
    if len(text) > 100:
        raise _CellError(_("For langt. Skriv høyst 100 tegn."))
    return text


def _birth_year(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{4}", text) or int(text) not in birth_years():
        raise _CellError(_("«%s» er ikke et fødselsår. Skriv fire sifre, for eksempel 2004.") % text)
    return int(text)


def _email(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError as error:
        raise _CellError(_("«%s» er ikke en e-postadresse.") % text) from error
    return text.lower()


def _coded(text: str, choices: Iterable[tuple[str, object]]) -> str:
    """The code of what is written: the code itself, or its name in any of the three languages."""
    if not text:
        return ""
    listed = list(choices)
    for language in ("nb", "nn", "en"):
        with override(language):
            names = {str(name).casefold(): code for code, name in listed}
        if found := names.get(text.casefold()):
            return str(found)
    if text in dict(listed):
        return text
    known = ", ".join(str(name) for _code, name in listed)
    raise _CellError(_("«%(text)s» er ikke kjent. Skriv en av disse: %(known)s.") % {"text": text, "known": known})


def _season(text: str) -> str:
    """«Vår 2027», «2027 vår» or 2027-spring."""
    words = {"vår": "spring", "var": "spring", "v": "spring", "høst": "autumn", "haust": "autumn", "h": "autumn"}
    year, half = re.search(r"\d{4}", text), re.search(r"[^\W\d_]+", text)
    code = f"{year[0]}-{words.get(half[0].lower(), half[0].lower())}" if year and half else ""
    try:
        return Season.parse(code).code
    except ValueError as error:
        raise _CellError(_("«%s» er ikke et halvår. Skriv for eksempel «Vår 2027».") % text) from error


def _papers(text: str) -> tuple[str, ...]:
    return tuple(sorted({_coded(part.strip(), Paper.choices) for part in re.split(r"[,|/+]", text) if part.strip()}))


def _yes_or_no(text: str) -> bool:
    if text.lower() in YES | NO:
        return text.lower() in YES
    raise _CellError(_("Skriv ja eller nei."))
