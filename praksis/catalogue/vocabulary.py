"""What words mean to the search: forms, compounds and languages brought together.

A meaning is a bokmål word that stands for all its others: sykepleier for sjukepleiar, nurse and sykepleiere. It comes from
our own list of terms (data/terms.txt), from the dictionary where that is installed, and from how nynorsk is spelled.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from praksis.base.dictionary import Readings
from praksis.catalogue.words import NYNORSK

TERMS = Path(__file__).parent / "data" / "terms.txt"
SHORTEST_PART = 4
SHORT_PARTS = frozenset(re.findall(r"\w+", "bil bok båt dyr fag hav hud kok lab mat nav rør sal sjø tog tre vei veg ung"))
"""Parts of compounds that are shorter and yet mean something; «ung» and «dom» do not make «ungdom»."""
SHORTEST_TERM = 3
"""A term this short is known in its own form only."""
ENDINGS = ("", "s", "e", "en", "et", "er", "ene", "ar", "ane", "a", "n", "t", "r", "ne")
SHORTEST_SPLIT = 8
"""Letters of a word that is worth taking apart where the dictionary does not."""
SAME_BEGINNING = 3
"""Letters that a word's base form shares with it: otherwise the dictionary has taken off a prefix (utplassere, plassere)."""
BINDING = ("", "s", "e")
FOLDS = str.maketrans("øöæäåüéèêëáàâíìîóòôõúùûýñç", "ooaaaueeeeaaaiiioooouuuync")
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Sense:
    """What a word means as a whole (any of these), and what its parts mean (all of them)."""

    meanings: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def words_of(text: str) -> list[str]:
    return WORD.findall(text.lower())


def fold(word: str) -> str:
    """A word as it is typed without æ, ø, å: «lærling», «laerling» and «larling» are the same, so are «våg», «vaag» and «vag»."""
    return word.replace("aa", "a").replace("ae", "a").replace("oe", "o").translate(FOLDS)


def plain(word: str) -> str:
    """A nynorsk word as bokmål spells it, where the difference is one that many words share; others as they are."""
    for pattern, bokmaal in NYNORSK:
        word = pattern.sub(bokmaal, word)
    return re.sub(r"(?<=.{4})j?ar$", "er", word)


@cache
def terms() -> Mapping[str, tuple[str, ...]]:
    """Each word or expression of our list, and its meanings."""
    found: dict[str, tuple[str, ...]] = {}
    for line in TERMS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            meaning, others = line.split(":", 1)
            for word in (meaning, *others.split()):
                spoken = " ".join(words_of(word.replace("_", " ")))
                found[spoken] = (*found.get(spoken, ()), "".join(words_of(meaning.replace("_", " "))))
    return found


@cache
def _expressions() -> re.Pattern[str]:
    several = sorted((term for term in terms() if " " in term), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(re.escape(term) for term in several)})(?:e?t|e?n|s)?\b")


def expression_spans(words: Sequence[str]) -> dict[int, tuple[int, tuple[str, ...]]]:
    """Where expressions of several words stand («work training»): the first word's number, how many words, and their meanings."""
    text = " ".join(words)
    found = _expressions().finditer(text)
    return {text[: one.start()].count(" "): (one[0].count(" ") + 1, own_meanings(one[0])) for one in found}


def expressions_in(words: Sequence[str]) -> list[str]:
    """The meanings of the expressions of several words in a text."""
    return list(dict.fromkeys(chain.from_iterable(own_meanings(one) for one in _expressions().findall(" ".join(words)))))


def own_meanings(word: str) -> tuple[str, ...]:
    """What our list says that a word or an expression means; nothing for what does not stand there."""
    known = terms()
    for spelled in (word, plain(word)):
        for ending in ENDINGS:
            form = spelled.removesuffix(ending)
            if form in known and (len(form) > SHORTEST_TERM or form == word):
                return known[form]
    return ()


def meanings_of(word: str) -> tuple[str, ...]:
    """What a word in its base form means: itself, when the list does not know it."""
    return own_meanings(word) or (plain(word),)


def sense_without_dictionary(word: str) -> Sense:
    """What a word means by our list and by how nynorsk is spelled."""
    own = own_meanings(word)
    parts = best_split(word, _term) if not own else ()
    return Sense(own or (plain(word),), (*parts, *_parts_of_terms([*own, *parts])))


def _parts_of_terms(meanings: Iterable[str]) -> tuple[str, ...]:
    """What terms of our list are put together from, where the parts are such terms too (barnehagelærer: barnehage, lærer)."""
    return tuple(chain.from_iterable(best_split(meaning, _term) for meaning in meanings))


def _term(part: str) -> str:
    return next(iter(own_meanings(part)), "")


def sense(word: str, readings: Mapping[str, Readings]) -> Sense:
    """What a word means by the dictionary's readings of it and of what it may be put together from (`possible_parts`)."""
    if own_meanings(word):
        return sense_without_dictionary(word)
    whole = _base_forms(word, readings[word])
    meanings = tuple(dict.fromkeys(chain.from_iterable(meanings_of(form) for form in whole)))
    if any(own_meanings(form) for form in whole):
        return Sense(meanings, _parts_of_terms(meanings))
    parts = [meanings_of(part)[0] for part in _compound(readings[word]) or _split(word, readings)]
    return Sense(meanings, tuple(dict.fromkeys([*parts, *_parts_of_terms(parts)])))


def _base_forms(word: str, readings: Readings) -> list[str]:
    """The terms of our list among a word's base forms; or else the shortest form it may be an inflection of; or else all."""
    whole = [reading[0] for reading in readings if len(reading) == 1 and reading[0][:SAME_BEGINNING] == word[:SAME_BEGINNING]]
    inflected = [form for form in whole if word.startswith(form) and word.removeprefix(form) in ENDINGS]
    return [form for form in whole if own_meanings(form)] or sorted(inflected, key=len)[:1] or whole


def _compound(readings: Readings) -> tuple[str, ...]:
    """The reading with the fewest parts, of those the one whose parts are longest."""
    several = [reading for reading in readings if len(reading) > 1 and all(map(_is_part, reading))]
    return min(several, key=lambda reading: (len(reading), -len("".join(reading))), default=())


def _is_part(part: str) -> bool:
    return len(part) >= SHORTEST_PART or part in SHORT_PARTS


def possible_parts(word: str) -> set[str]:
    """All that a long word may begin or end with, to ask the dictionary about."""
    return {part for split in _splits(word) for part in split}


def _splits(word: str) -> Iterable[tuple[str, str]]:
    if len(word) < SHORTEST_SPLIT or not word.isalpha():
        return
    for at in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        for binding in BINDING:
            if word[:at].endswith(binding) and at - len(binding) >= SHORTEST_PART:
                yield word[: at - len(binding)], word[at:]


def _split(word: str, readings: Mapping[str, Readings]) -> tuple[str, ...]:
    """Take a word apart that the dictionary knows only whole, or not at all («barnehagelærarutdanning»)."""

    def known(part: str) -> str:
        forms = _base_forms(part, readings[part])
        return part if own_meanings(part) else (forms[0] if forms else "")

    return best_split(word, known)


def best_split(word: str, known: Callable[[str], str]) -> tuple[str, ...]:
    """The two parts of a long word that are both known, those of our list first, then the most even ones."""
    found = {split: parts for split in _splits(word) if all(parts := tuple(known(part) for part in split))}
    if not found:
        return ()
    return found[max(found, key=lambda split: (sum(bool(own_meanings(part)) for part in split), min(map(len, split))))]
