"""Which columns a spreadsheet of schemes may have, what they are called, and how a cell is read.

A cell that cannot be read is a `CellError` with a code and facts; `fault_sentence` says it in the reader's language. An empty
cell says nothing: it never empties what stands in the catalogue.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from praksis.base.codes import Field, Language, TargetGroup
from praksis.catalogue.choices import Arranger, SchemeKind, SchemeStage
from praksis.catalogue.models import Scheme

LANGUAGES = ("nb", "nn", "en")
NOTHING_SAID = {"unknown", "ukjent", "ukjend", "ikke oppgitt", "ikkje oppgitt", "n/a", "-", "–"}
YES = {"ja", "x", "1", "yes", "true", "j"}
NO = {"nei", "0", "no", "false", "n"}
YEARS = range(1990, 2100)
WEB_ADDRESS = URLValidator(schemes=["http", "https"])
ERROR = re.compile(r"^#[A-ZÆØÅ/0]+[!?]?$|^Err:\d+$")


class CellError(ValueError):
    """A cell that cannot be taken: a code, and the facts of the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Column:
    """A field of a scheme as a column: other names by which spreadsheets call it, and how its cells are read."""

    name: str
    names: tuple[str, ...]
    read: Callable[[str], Any]

    @property
    def label(self) -> str:
        """In the reader's language."""
        own = {"title_en": _("Tittel på engelsk, hvis den norske mangler"), "year": _("Deltakere i året som står i overskriften")}
        return own.get(self.name) or capfirst(str(getattr(Scheme._meta.get_field(self.name), "verbose_name", "")))


# ---------------------------------------------------------------- cells


def _words(name: str) -> Callable[[str], str]:
    most = getattr(Scheme._meta.get_field(name), "max_length", None) or 20_000

    def read(text: str) -> str:
        if len(text) > most:
            raise CellError("long", most=most)
        return text

    return read


@cache
def _named(choices: Any) -> Mapping[str, str]:
    """Every name of every choice, in three languages, and the code itself."""
    found = {str(code).casefold(): str(code) for code in choices.values}
    for language in LANGUAGES:
        with override(language):
            found |= {str(label).casefold(): str(code) for code, label in choices.choices}
    return found


def _code(choices: type[Any], **also: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        known = _named(cast("Hashable", choices))
        plain = " ".join(text.casefold().replace("_", " ").split())
        if plain in NOTHING_SAID:
            return ""
        if (found := also.get(plain, known.get(text.casefold(), known.get(plain)))) is None:
            raise CellError("choice", value=text[:60], choices=choices.__name__)
        return found

    return read


def _codes(choices: type[Any]) -> Callable[[str], list[str]]:
    """Several in one cell, with a sign between them; a name that holds a comma or «og» is read whole first."""
    one = _code(choices)

    def read(text: str) -> list[str]:
        if text.casefold() in _named(cast("Hashable", choices)):
            return [one(text)]
        found = {one(part.strip()) for part in re.split(r"[;,/|\n]", text) if part.strip()}
        return sorted(code for code in found if code)

    return read


def _yes_or_no(text: str) -> bool | None:
    plain = text.casefold()
    if plain in NOTHING_SAID:
        return None
    if plain not in YES | NO:
        raise CellError("yes_no", value=text[:60])
    return plain in YES


def _number(text: str) -> int:
    plain = re.sub(r"[\s.]|\u00a0", "", text) if re.fullmatch(r"\d{1,3}([\s.\u00a0]\d{3})+", text) else text
    plain = plain.removesuffix(".0").removesuffix(",0")
    if not plain.isascii() or not plain.isdigit() or int(plain) > 100_000:
        raise CellError("number", value=text[:60])
    return int(plain)


def _day(text: str) -> date:
    """2027-03-01, 1.3.2027 or 01/03/2027."""
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})( .*)?", text):
        year, month, day = (int(part) for part in found.groups()[:3])
    elif found := re.fullmatch(r"(\d{1,2})[./-] ?(\d{1,2})[./-] ?(\d{4})", text):
        day, month, year = (int(part) for part in found.groups())
    else:
        raise CellError("date", value=text[:60])
    try:
        return date(year, month, day)
    except ValueError as error:
        raise CellError("date", value=text[:60]) from error


def _address(text: str) -> str:
    try:
        WEB_ADDRESS(text)
    except ValidationError as error:
        raise CellError("address", value=text[:60]) from error
    return _words("source_url")(text)


OTHER_GROUP = {"other": "", "annet": "", "anna": "", "andre": "", "ingen": ""}
GROUP_WORDS = {"student": "student_elective", "studenter": "student_elective", "lærlinger": "apprentice", "elever": "pupil"}

COLUMNS = (
    Column("title", ("navn", "namn", "name", "ordning", "emne", "emnenavn", "title nb or nn", "tiltak"), _words("title")),
    Column("title_en", ("title en", "engelsk tittel", "english title"), _words("title")),
    Column("language", ("språk i teksten", "language form", "målform"), _code(Language)),
    Column("kind", ("ordningstype", "type ordning", "praksistype"), _code(SchemeKind)),
    Column("kind_words", (), _words("kind_words")),
    Column("institution", ("lærested", "lærestad", "organisasjon", "eier", "eigar", "organisation"), _words("institution")),
    Column("unit", ("institutt", "avdeling", "fakultet", "department", "seksjon"), _words("unit")),
    Column("programme", ("program", "studie", "utdanning", "study programme"), _words("programme")),
    Column("code", ("kode", "scheme code", "course code"), _words("code")),
    Column("target_group", ("gruppe", "for hvem", "målgrupper"), _code(TargetGroup, **OTHER_GROUP, **GROUP_WORDS)),
    Column("field", ("fagområde", "subject", "disiplin"), _words("field")),
    Column("fields", ("fagfelter", "sektor", "bransje", "fields"), _codes(Field)),
    Column("level", ("studienivå", "grad"), _words("level")),
    Column("credits", ("sp", "stp", "ects", "poeng"), _words("credits")),
    Column("duration", ("omfang", "lengde", "duration text"), _words("duration")),
    Column("weeks", ("antall uker", "tal på veker", "veker"), _words("weeks")),
    Column("semester", ("halvår", "periode", "tidspunkt", "when"), _words("semester")),
    Column("paid", ("lønn", "betalt", "løna"), _yes_or_no),
    Column("mandatory", ("obligatorisk praksis", "plikt"), _yes_or_no),
    Column("location", ("sted", "stad", "where", "kommune", "place"), _words("location")),
    Column("entry", ("opptak", "krav", "forkunnskaper", "inngang", "admission"), _words("entry")),
    Column("apply_by", ("frist", "søknadsfrist", "deadline"), _day),
    Column("arranged_by", ("hvem skaffer plass", "formidling", "arranged by"), _code(Arranger)),
    Column("supervision", ("rettleiing", "veileder", "oppfølging"), _words("supervision")),
    Column("assessment", ("eksamen", "vurderingsform"), _words("assessment")),
    Column("capacity", ("kapasitet", "plasser", "plassar", "antall plasser", "places"), _number),
    Column("languages", ("språk", "arbeidsspråk"), _words("languages")),
    Column("partners", ("samarbeid", "bedrifter", "verter", "partner", "virksomheter"), _words("partners")),
    Column("summary", ("beskrivelse", "omtale", "om", "description", "kommentar"), _words("summary")),
    Column("source_url", ("lenke", "lenkje", "url", "nettside", "link", "nettadresse"), _address),
    Column("source_date", ("år", "source date or year", "kilde år", "årstall"), _words("source_date")),
    Column("stage", ("status", "fase"), _code(SchemeStage)),
    Column("stage_reason", ("grunn", "årsak", "begrunnelse"), _words("stage_reason")),
    Column("year", (), _number),
)
BY_NAME = {column.name: column for column in COLUMNS}
YEAR = "year"


# ---------------------------------------------------------------- headings


def guess(header: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> dict[str, str]:
    """Heading to field, for headings that say what they are; each field once, years as often as there are some.

    Whether «Fagfelt» is one of the house's or words of one's own is seen from the sample's cells.
    """
    found: dict[str, str] = {}
    names = _all_names()
    for at, heading in enumerate(header):
        cells = [row[at] for row in sample if at < len(row) and row[at]]
        name = YEAR if _tells_a_year(heading) else names.get(_bare(heading), "")
        name = "field" if name == "fields" and not _fits(name, cells) else name
        if name and (name == YEAR or name not in found.values()):
            found[heading] = name
    return found


def _tells_a_year(heading: str) -> bool:
    plain = _bare(heading)
    return year_of(heading) is not None and (plain.isdigit() or bool(re.search(r"delt|antall|student|tok|tal|took", plain)))


def _fits(name: str, cells: Sequence[str]) -> bool:
    def readable(text: str) -> bool:
        try:
            BY_NAME[name].read(text)
        except CellError:
            return False
        return True

    return sum(readable(cell) for cell in cells) >= len(cells) / 2


@cache
def _all_names() -> Mapping[str, str]:
    """Every name that a column goes by. What is said first counts: `field` before `fields`."""
    found = {_bare(column.name): column.name for column in COLUMNS}
    for language in LANGUAGES:
        with override(language):
            for column in COLUMNS:
                found.setdefault(_bare(column.label), column.name)
    for column in COLUMNS:
        for name in column.names:
            found.setdefault(_bare(name), column.name)
    return found


def _bare(heading: str) -> str:
    return " ".join(re.findall(r"[0-9a-zæøåäöü]+", heading.casefold().replace("_", " ")))


def year_of(heading: str) -> int | None:
    """The year that a heading names: «Deltakere 2024»."""
    years = [int(found) for found in re.findall(r"(?<!\d)(\d{4})(?!\d)", heading)]
    return years[0] if len(years) == 1 and years[0] in YEARS else None


# ---------------------------------------------------------------- rows


@dataclass(frozen=True)
class Read:
    """What a row says: field to value (as JSON; `year:2024` for a year), and the faults as [heading, code, facts]."""

    values: dict[str, Any]
    faults: list[list[Any]]


def read_row(cells: Mapping[str, str], columns: Mapping[str, str], institution: str) -> Read:
    """Read one row's cells by heading. `institution` is whose it is where the row does not say."""
    values: dict[str, Any] = {}
    faults: list[list[Any]] = []
    for heading, name in columns.items():
        text = cells.get(heading, "")
        if not text:
            continue
        try:
            values[_key(name, heading)] = _json(_read(text, name))
        except CellError as error:
            faults.append([heading, error.code, error.facts])
    english = values.pop("title_en", "")
    values.setdefault("title", english)
    values.setdefault("institution", institution)
    if not values["title"]:
        named = next((heading for heading, name in columns.items() if name == "title"), "")
        faults += [] if any(fault[0] == named for fault in faults) and named else [[named, "missing", {}]]
    return Read(values, faults)


def _read(text: str, name: str) -> Any:
    if ERROR.match(text):
        raise CellError("error", value=text[:20])
    if text.startswith("="):
        raise CellError("formula")
    return BY_NAME[name].read(text)


def _key(name: str, heading: str) -> str:
    return f"year:{year_of(heading)}" if name == YEAR else name


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def as_stored(name: str, value: Any) -> Any:
    """A value from JSON as the scheme holds it."""
    return date.fromisoformat(value) if name == "apply_by" and value else value


def as_told(scheme: Scheme, name: str) -> Any:
    """What a scheme holds, as JSON."""
    return _json(getattr(scheme, name))


# ---------------------------------------------------------------- words


CODED = {"kind": SchemeKind, "stage": SchemeStage, "arranged_by": Arranger, "target_group": TargetGroup, "language": Language}
CHOICES = {one.__name__: one for one in (Field, Language, TargetGroup, SchemeKind, SchemeStage, Arranger)}


def fault_sentence(code: str, facts: Mapping[str, Any]) -> str:
    """What is wrong with a cell and what to write instead, in the reader's language."""
    if code == "choice":
        known = ", ".join(str(label) for label in CHOICES[facts["choices"]].labels)
        return _("«%(value)s» er ikke kjent. Skriv en av disse: %(known)s.") % {"value": facts["value"], "known": known}
    return {
        "missing": _("Mangler. Fyll ut cellen."),
        "long": _("For langt. Skriv høyst %(most)s tegn."),
        "yes_no": _("«%(value)s» er ikke ja eller nei. Skriv ja, nei, eller la cellen stå tom."),
        "number": _("«%(value)s» er ikke et helt tall. Skriv for eksempel 12."),
        "date": _("«%(value)s» er ikke en dato. Skriv for eksempel 15.10.2027."),
        "address": _("«%(value)s» er ikke en nettadresse. Den skal begynne med https://."),
        "error": _("Regnearket viser en feil her (%(value)s). Rett formelen, eller skriv verdien."),
        "formula": _("Her står en formel som ikke er regnet ut. Åpne filen i regnearket, lagre den, og send den på nytt."),
        "same_key": _("Samme nøkkel som rad %(row)s. Hver rad må ha sin egen."),
        "twice": _("Raden er lik rad %(row)s. Slett en av dem."),
        "no_key": _("Nøkkelen mangler. Hver rad må ha en, så den kan kjennes igjen."),
    }[code] % facts


def value_told(name: str, value: Any) -> str:
    """A field's value as a page shows it: the name of a code, yes or no."""
    if value in (None, "", []):
        return "–"
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    if name == "fields":
        return ", ".join(str(Field(code).label) for code in value)
    return str(CODED[name](value).label) if name in CODED else str(value)


def field_label(key: str) -> str:
    """What a field is called: «Plasser i året», «Deltakere 2024»."""
    if key.startswith("year:"):
        return _("Deltakere %(year)s") % {"year": key.removeprefix("year:")}
    return BY_NAME[key].label
