"""Three languages, complete, and nynorsk is nynorsk. `test_house` looks for texts that stand outside the catalogues."""

import gc
import re
import warnings
from functools import cache

import pytest
from babel.messages.catalog import Catalog
from spylls.hunspell import Dictionary

from praksis.base.translations import LANGUAGES, ROOT, missing, read_catalogue, texts

NOT_NYNORSK = re.compile(
    r"\b(ikke|jeg|noen|noe|hvem|hva|hvor|hvordan|hvilken|hvilke|hvis|fra|mye|kun|dere|dem|hun|deres|enn[aå]|gjøre|være|"
    r"å gi|velg|uke|uken|uker|begge to|\w*plasser|\w*virksomheter?|\w*runder|\w*kandidater|\w*ordninger|\w*elever)\b",
    re.IGNORECASE,
)
"""Frequent bokmål forms that a dictionary lets through, since a nynorsk word is spelled the same."""

NYNORSK_TOO = {
    "arbeidstrening", "bilag", "http", "innlogging", "insentiv", "konfidensialitet", "lærebedrift", "merittering",
    "måltidsvenn", "måltidsvert", "planleggingshorisont", "praksiskoordinator", "reiseveg", "studentbedrift", "tandemplass",
    "tandemplassen", "tekstfil", "utf", "éi", "ønskefrist", "ønskefristen",
}  # fmt: skip
"""Correct nynorsk, mostly compounds, that only the bokmål dictionary knows."""

NAMES = {"Fagskulen", "Google", "Høgskulen", "Vestland", "Praksistorget"}
WORD = re.compile(r"[A-Za-zÆØÅæøåéèêòôóü]{2,}")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]+>|https?://\S+|\S+@\S+")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    assert missing(language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    wrong = [m.id for m in read_catalogue(language) if m.id and m.string and _placeholders(m.id) != _placeholders(m.string)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_no_text_that_is_gone(language: str) -> None:
    current = {(message if isinstance(message, str) else message[0], context) for _place, message, context in texts()}
    assert [m.id for m in read_catalogue(language) if m.id and (_first(m.id), m.context) not in current] == []


@pytest.mark.slow
def test_nynorsk_is_nynorsk() -> None:
    """A word that the bokmål dictionary knows and the nynorsk one does not is bokmål."""
    wrong = {
        f"{word}: {text}"
        for text in _strings(read_catalogue("nn"))
        for word in _words(text)
        if NOT_NYNORSK.fullmatch(word) or bokmal(word)
    }
    assert sorted(wrong) == []


def test_the_check_of_nynorsk_can_fail() -> None:
    assert [
        word
        for word in ("virksomhet", "ikke", "plasser", "veileder", "verksemd", "ikkje", "plassar")
        if bokmal(word) or NOT_NYNORSK.fullmatch(word)
    ] == [
        "virksomhet",
        "ikke",
        "plasser",
        "veileder",
    ]


def bokmal(word: str) -> bool:
    known = word in NAMES or word.lower() in NYNORSK_TOO
    return not known and not _dictionary("nn").lookup(word) and _dictionary("nb").lookup(word)


@cache
def _dictionary(language: str) -> Dictionary:
    """The reader leaves the two files to the garbage collector; so they are collected here, where the warning is known."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"unclosed file .*dictionary-", ResourceWarning)
        dictionary = Dictionary.from_files(str(ROOT / "node_modules" / f"dictionary-{language}" / "index"))
        gc.collect()
    return dictionary


def _strings(catalogue: Catalog) -> list[str]:
    strings = [message.string for message in catalogue if message.id]
    return [text for string in strings for text in (string if isinstance(string, (list, tuple)) else [string])]


def _words(text: str) -> set[str]:
    return set(WORD.findall(PLACEHOLDER.sub(" ", text)))


def _first(message: object) -> str:
    return message[0] if isinstance(message, (list, tuple)) else str(message)


def _placeholders(message: object) -> set[str]:
    parts = message if isinstance(message, (list, tuple)) else [message]
    return {found for part in parts for found in re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", str(part))}
