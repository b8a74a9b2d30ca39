"""Texts in three languages: msgids are bokmål, `locale/nn` and `locale/en` translate them.

Babel reads and writes the files, so that no gettext binary is needed. `manage.py translations collect` brings the catalogues up
to date with the code, `compile` makes the .mo files that Django reads, `check` names what is missing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT / "praksis"
LOCALE = ROOT / "locale"
LANGUAGES = ("nn", "en")

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
TEMPLATE_CALL = re.compile(r"""(?<![\w.])(_|n?p?gettext)\(((?:u?"(?:\\.|[^"\\])*"|u?'(?:\\.|[^'\\])*'|[\s,]|count)*)\)""")

type Text = tuple[str, str | tuple[str, str], str | None]
"""Place in the code, msgid or (singular, plural), context."""


def texts() -> Iterator[Text]:
    """Every text in the code and the templates of the house."""
    for path in sorted(SOURCES.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            yield from _python_texts(path)
    for path in sorted([*SOURCES.rglob("*.html"), *SOURCES.rglob("*.txt")]):
        if "templates" in path.parts:
            yield from _template_texts(path)


def _python_texts(path: Path) -> Iterator[Text]:
    for _line, message, _comments, context in extract_from_file("python", path, keywords=KEYWORDS):
        yield _where(path), message if isinstance(message, str) else (message[0], message[1]), context


def _template_texts(path: Path) -> Iterator[Text]:
    for match in TEMPLATE_CALL.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        arguments = ast.literal_eval(f"({re.sub(r',\s*count\s*$', '', match[2])},)")
        name = match[1]
        context = arguments[0] if name in {"pgettext", "npgettext"} else None
        words = arguments[1:] if context else arguments
        yield _where(path), (words[0], words[1]) if name.startswith("n") else words[0], context


def _where(path: Path) -> str:
    return str(path.relative_to(ROOT))


def catalogue_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalog:
    """The translations of a language, empty where there are none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def collect() -> None:
    """Write the catalogues anew: every text of the code, with the translation it has, and no text that is gone."""
    found = list(texts())
    for language in LANGUAGES:
        old = read_catalogue(language)
        new = _empty_catalogue(language, old)
        for _place, message, context in found:
            key = message if isinstance(message, str) else message[0]
            known = old.get(key, context)
            # a text may have got a plural since it was translated
            string = known.string if known and isinstance(known.id, str) == isinstance(message, str) else None
            new.add(message, string, context=context, flags=["python-format"] if "%(" in key else [])
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, new, width=120, sort_output=True, omit_header=False)


def _empty_catalogue(language: str, old: Catalog) -> Catalog:
    """A catalogue with the old one's dates, so that collecting twice changes nothing."""
    return Catalog(
        locale=language,
        fuzzy=False,
        header_comment=f"# Praksistorget, {language}.",
        project="Praksistorget",
        version="1",
        msgid_bugs_address="",
        last_translator="Praksistorget",
        language_team=language,
        creation_date=old.creation_date,
        revision_date=old.creation_date,
    )


def compile_all() -> None:
    """Make the .mo files."""
    for language in LANGUAGES:
        with catalogue_path(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, read_catalogue(language))


def missing(language: str) -> list[str]:
    """The texts that have no translation into `language`, with the place of each."""
    catalogue = read_catalogue(language)
    return [
        f"{place}: {message!r}"
        for place, message, context in texts()
        if not _translated(catalogue.get(message if isinstance(message, str) else message[0], context))
    ]


def _translated(message: Message | None) -> bool:
    if message is None:
        return False
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(forms)
