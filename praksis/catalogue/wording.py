"""What the words of a question ask of the index, as text search queries.

A word is asked for in its form, as a beginning, inside other words, in what it means and in the parts it is put together from.
Typing errors are put right by the words of the index itself. Four queries, one more where a word is like nothing that is known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from django.db import connection
from django.db.models import F, Func, Q

from praksis.base.models import SearchWord
from praksis.catalogue.vocabulary import Sense, best_split, expression_spans, fold, own_meanings, plain, possible_parts, words_of

SHORTEST_INSIDE = 4
"""Characters a word must have to be looked for inside others: shorter ones are inside everything."""
SHORTEST_BEGINNING = 3
MOST_INSIDE = 200
CODE = re.compile(r"^([^\W\d_]+)(\d+)$")


@dataclass(frozen=True)
class Wording:
    """A text search query for each word or expression: what finds it, and what counts for the order. `alike` says that a word
    was replaced by one that looks like it."""

    found_by: Sequence[str] = ()
    counts: Sequence[str] = ()
    alike: bool = False

    @property
    def all(self) -> str:
        return " & ".join(f"({query})" for query in self.found_by)

    @property
    def any(self) -> str:
        return " | ".join(f"({query})" for query in self.found_by)


@dataclass(frozen=True)
class Known:
    """A word of the index. `bare` is how it stands there without accents."""

    word: str
    folded: str
    bare: str
    stem: str
    sense: Sense


@dataclass(frozen=True)
class Asked:
    """A word of the question as the index writes it. An empty word (`i`, `og`, `the`) asks for nothing."""

    number: int
    word: str
    bare: str
    stem: str
    empty: bool


def read(q: str) -> Wording:
    """What the question asks for; nothing for one without words."""
    words = words_of(q)
    if not words:
        return Wording()
    spans = expression_spans(words)
    asked = _asked(words, spans)
    known = _known(asked)
    in_expressions = {number for first, (length, _of) in spans.items() for number in range(first, first + length)}
    strange = [one for one in asked if one.number not in in_expressions and not known.holds(one)]
    corrected = _most_alike([one.word for one in strange])
    if corrected:
        again = read(" ".join(corrected.get(one.word, one.word) for one in asked))
        return Wording(again.found_by, again.counts, alike=True)
    return _put_together(asked, known, spans)


type Spans = Mapping[int, tuple[int, tuple[str, ...]]]
"""Expressions of several words in a question: by the number of the first, how many, and what they mean."""

FORMS = """
    select number - 1, word, unaccent(word), coalesce((ts_lexize('norwegian_stem', word))[1], ''),
        ts_lexize('norwegian_stem', word) = '{}' or ts_lexize('english_stem', word) = '{}'
    from unnest(%s::text[]) with ordinality as asked(word, number) order by number
"""


def _asked(words: list[str], spans: Spans) -> list[Asked]:
    with connection.cursor() as cursor:
        cursor.execute(FORMS, [words])
        found = [Asked(*row) for row in cursor.fetchall()]
    return [one for one in found if not one.empty or own_meanings(one.word) or one.number in spans] or found


class Lookup:
    """What the index knows of the words of a question."""

    def __init__(self, known: Iterable[Known], inside: Iterable[Known], meant: Iterable[str]) -> None:
        self.known = list(known)
        self.inside_others = list(inside)
        self.meant = set(meant)
        self.by_fold: dict[str, list[Known]] = {}
        for one in self.known:
            self.by_fold.setdefault(one.folded, []).append(one)

    def same(self, asked: Asked) -> list[Known]:
        """The word itself; or else how it is written with æ, ø, å; or else its other forms."""
        alike = self.by_fold.get(fold(asked.word), [])
        itself = [one for one in alike if one.word == asked.word]
        return itself or alike or [one for one in self.known if asked.stem and one.stem == asked.stem]

    def around(self, asked: Asked) -> list[Known]:
        return [one for one in self.inside_others if len(asked.word) >= SHORTEST_INSIDE and fold(asked.word) in one.folded]

    def meanings(self, asked: Asked) -> list[str]:
        """What other words of the index mean and this one is a form of."""
        return [form for form in _forms(asked) if form in self.meant]

    def parts(self, asked: Asked) -> tuple[str, ...]:
        """What a word that the index does not know is put together from."""
        return best_split(asked.word, self._part)

    def _part(self, part: str) -> str:
        """What a part means; nothing for one that no row holds."""
        if own := own_meanings(part):
            return own[0]
        for one in self.by_fold.get(fold(part), []):
            return one.sense.meanings[0] if one.sense.meanings else plain(part)
        return ""

    def holds(self, asked: Asked) -> bool:
        return bool(
            len(asked.word) < SHORTEST_BEGINNING
            or own_meanings(asked.word)
            or self.same(asked)
            or self.around(asked)
            or self.meanings(asked)
            or CODE.match(asked.word)
            or self.parts(asked)
        )


def _known(asked: Sequence[Asked]) -> Lookup:
    folds = {fold(one.word) for one in asked} | {fold(part) for one in asked for part in possible_parts(one.word)}
    stems = {one.stem for one in asked if one.stem}
    known = _words(Q(folded__in=folds) | Q(stem__in=stems))
    patterns = [fold(one.word) for one in asked if len(one.word) >= SHORTEST_INSIDE]
    around = _words(Q.create([Q(folded__contains=word) for word in patterns], connector=Q.OR)) if patterns else []
    return Lookup(known, around, _meant([form for one in asked for form in _forms(one)]))


def _forms(asked: Asked) -> list[str]:
    return [asked.word, plain(asked.word), asked.stem, plain(asked.stem)]


MEANT = """
    select distinct meaning from base_searchword, unnest(meanings || parts) as meaning
    where (meanings && %(forms)s::varchar[] or parts && %(forms)s::varchar[]) and meaning = any(%(forms)s)
"""


def _meant(forms: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(MEANT, {"forms": forms})
        return [meaning for (meaning,) in cursor.fetchall()]


def _words(condition: Q) -> list[Known]:
    rows = SearchWord.objects.filter(condition).annotate(bare=Func(F("word"), function="unaccent")).order_by("word")
    columns = rows.values_list("word", "folded", "bare", "stem", "meanings", "parts")[:MOST_INSIDE]
    return [
        Known(word, folded, bare.lower(), stem, Sense(tuple(meanings), tuple(parts)))
        for word, folded, bare, stem, meanings, parts in columns
    ]


ALIKE = """
    select distinct on (asked) asked, word
    from unnest(%s::text[]) as asked join base_searchword on folded %% translate(asked, 'æøå', 'aoa')
    order by asked, similarity(folded, translate(asked, 'æøå', 'aoa')) desc, word
"""


def _most_alike(words: Sequence[str]) -> Mapping[str, str]:
    """For each word the one of the index that looks most like it, for typing errors."""
    if not words:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, [list(words)])
        return {asked: word for asked, word in cursor.fetchall() if asked != word}


def _put_together(asked: Sequence[Asked], known: Lookup, spans: Spans) -> Wording:
    """Words of an expression («work training») are asked for together or as what the expression means."""
    found_by, counts, at = [], [], 0
    while at < len(asked):
        first = asked[at].number
        length, meanings = spans.get(first, (1, ()))
        code = [] if meanings else _code([one.bare for one in asked[at : at + 2]])
        together = asked[at : at + 2] if code else [one for one in asked[at:] if one.number < first + length]
        several = [_of_word(one, known) for one in together]
        whole = [*map(_meaning, meanings), *code]
        found_by.append(_or([_and([_or([*own, *other]) for own, other in several]), *whole]))
        counts.append(_or([*chain.from_iterable(own for own, _other in several), *whole]))
        at += len(together)
    return Wording(found_by, counts)


def _code(words: Sequence[str]) -> list[str]:
    """A course's code that is written apart («SAMPOL 113»)."""
    apart = len(words) == 2 and words[0].isalpha() and words[1].isdigit() and len(words[1]) > 1
    return [_beginning("".join(words))] if apart else []


def _of_word(asked: Asked, known: Lookup) -> tuple[list[str], list[str]]:
    """What asks for the word itself and counts for the order; and what else finds it: its stem, and the words that hold it."""
    same = known.same(asked)
    senses = [Sense(own_meanings(asked.word)), *(one.sense for one in same)]
    own = [_beginning(asked.bare) if len(asked.word) >= SHORTEST_BEGINNING else _lexeme(asked.bare)]
    own += [_lexeme(one.bare) for one in same if one.folded == fold(asked.word) and one.bare != asked.bare]
    own += [_meaning(meaning) for sense in senses for meaning in sense.meanings] or map(_meaning, known.meanings(asked))
    parts = [sense.parts for sense in senses if sense.parts] or ([] if same else [known.parts(asked)])
    own += [_and([_meaning(part) for part in some]) for some in parts if some]
    if code := CODE.match(asked.bare):
        own.append(_and([_lexeme(code[1]), _lexeme(code[2])]))
    other = [_lexeme(one.bare) for one in known.around(asked)] + ([_lexeme(asked.stem)] if asked.stem else [])
    return list(dict.fromkeys(own)), other


def _lexeme(word: str) -> str:
    return f"'{word}'"


def _beginning(word: str) -> str:
    return f"'{word}':*"


def _meaning(meaning: str) -> str:
    return f"'={meaning}'"


def _or(queries: Iterable[str]) -> str:
    return f"({' | '.join(dict.fromkeys(queries))})"


def _and(queries: Iterable[str]) -> str:
    return f"({' & '.join(dict.fromkeys(queries))})"
