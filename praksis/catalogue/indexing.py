"""Rows of the search index: their words are learned, and what the words mean stands in the rows beside them.

The web writes rows without the dictionary, and a job adds what it knows soon after; worker and owner ask it at once.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import batched, chain
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection, transaction
from django.db.models import F, Func
from django.db.models.expressions import Combinable
from psycopg import sql

from praksis.base import dictionary, hunspell
from praksis.base.jobs import defer_job
from praksis.base.models import SearchRow, SearchWord
from praksis.catalogue.models import SourcePage
from praksis.catalogue.vocabulary import (
    TERMS,
    Sense,
    expressions_in,
    fold,
    possible_parts,
    sense,
    sense_without_dictionary,
    words_of,
)

BATCH = 2000
LONGEST_WORD = 100


@transaction.atomic
def write_rows(object_ids: Sequence[UUID], rows: Sequence[SearchRow]) -> None:
    """Put these rows in place of those of `object_ids`. Side effects: new words are learned, perhaps by a job."""
    senses = learn(chain.from_iterable(_words_of_row(row) for row in rows))
    for row in rows:
        row.vector = _meanings(row, senses)
    SearchRow.objects.filter(object_id__in=object_ids).delete()
    SearchRow.objects.bulk_create(rows, batch_size=BATCH)
    SearchRow.objects.filter(object_id__in=[row.object_id for row in rows]).update(vector=_vector())


@transaction.atomic
def write_pages(pages: Sequence[SourcePage]) -> None:
    """How these pages of a source are found: as rows of the index are, by their text. Side effect: new words are learned."""
    rows = [SearchRow(title="", text=page.text) for page in pages]
    senses = learn(chain.from_iterable(_words_of_row(row) for row in rows))
    for page, row in zip(pages, rows, strict=True):
        page.vector = _meanings(row, senses)
    SourcePage.objects.bulk_update(pages, ["vector"], batch_size=BATCH)
    bare = Func(F("text"), function="unaccent")
    text = SearchVector("text", weight="B", config="norwegian") + SearchVector(bare, weight="B", config="simple")
    vector = Func(text, F("vector"), template="%(expressions)s", arg_joiner=" || ")
    SourcePage.objects.filter(pk__in=[page.pk for page in pages]).update(vector=vector)


def _words_of_row(row: SearchRow) -> list[str]:
    return [word[:LONGEST_WORD] for word in words_of(f"{row.text} {row.labels}")]


def _vector() -> Combinable:
    """Norwegian stems, the bare words without accents for what the stemmer does not know and for beginnings, and the meanings,
    which stand in the column from before."""
    bare_title, bare_text = (Func(F(column), function="unaccent") for column in ("title", "text"))
    vector: Combinable = (
        SearchVector("title", weight="A", config="norwegian")
        + SearchVector(bare_title, weight="A", config="simple")
        + SearchVector("text", weight="B", config="norwegian")
        + SearchVector(bare_text, weight="B", config="simple")
    )
    return Func(vector, F("vector"), template="%(expressions)s", arg_joiner=" || ")


def _meanings(row: SearchRow, senses: Mapping[str, Sense]) -> str:
    """What the row's words mean, as a text search vector: a sign before them sets meanings apart from words."""
    weights: dict[str, str] = {}
    for text, of_whole, of_part in ((row.title, "A", "B"), (row.text, "B", "C"), (row.labels, "D", "D")):
        words = words_of(text)
        known = [senses[word[:LONGEST_WORD]] for word in words]
        whole = [*chain.from_iterable(one.meanings for one in known), *expressions_in(words)]
        for meaning in whole:
            weights[meaning] = min(of_whole, weights.get(meaning, of_whole))
        for meaning in chain.from_iterable(one.parts for one in known):
            weights[meaning] = min(of_part, weights.get(meaning, of_part))
    return " ".join(f"'={meaning}':1{weight}" for meaning, weight in weights.items())


def learn(words: Iterable[str]) -> Mapping[str, Sense]:
    """What each word means, as far as it is known. Side effect: new words are stored."""
    asked = set(words)
    known = _stored(asked)
    new = sorted(asked - set(known))
    if not new:
        return known
    studies = not _is_web() and dictionary.is_installed()
    senses = _study(new) if studies else {word: sense_without_dictionary(word) for word in new}
    _store(senses, studied=studies)
    if not studies and dictionary.is_installed():
        defer_job("catalogue.study_words")
    return {**known, **senses}


def _is_web() -> bool:
    return bool(connection.settings_dict["USER"] == settings.DATABASE_USERS["web"])


def _stored(words: Iterable[str]) -> dict[str, Sense]:
    rows = SearchWord.objects.filter(word__in=list(words)).values_list("word", "meanings", "parts")
    return {word: Sense(tuple(meanings), tuple(parts)) for word, meanings, parts in rows}


STORE = """
    insert into base_searchword (word, folded, stem, meanings, parts, studied)
    select word, folded, coalesce((ts_lexize('norwegian_stem', word))[1], ''),
        string_to_array(meanings, ' '), string_to_array(parts, ' '), %s
    from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as new(word, folded, meanings, parts)
    on conflict (word) do nothing
"""


def _store(senses: Mapping[str, Sense], *, studied: bool) -> None:
    columns = [
        list(senses),
        [fold(word) for word in senses],
        [" ".join(found.meanings) for found in senses.values()],
        [" ".join(found.parts) for found in senses.values()],
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE, [studied, *columns])


def _study(words: Iterable[str]) -> dict[str, Sense]:
    """Ask the dictionary. This reads it into the connection's memory."""
    asked = set(words)
    readings = dictionary.readings({*asked, *chain.from_iterable(map(possible_parts, asked))})
    return {word: sense(word, readings) for word in asked}


@transaction.atomic
def study_words() -> int:
    """Ask the dictionary about words that the web has stored, at most 2,000, and bring the rows that hold them up to date.

    Runs as worker or owner; answers how many words there were. Side effects: the words, and those rows of the index.
    """
    new = list(SearchWord.objects.filter(studied=False).select_for_update(skip_locked=True).order_by("word")[:BATCH])
    if new:
        senses = _study(word.word for word in new)
        for word in new:
            word.meanings, word.parts = list(senses[word.word].meanings), list(senses[word.word].parts)
            word.studied = True
        SearchWord.objects.bulk_update(new, ["meanings", "parts", "studied"])
        _rewrite_holding([word.word for word in new])
    return len(new)


class _AnyOf(SearchQuery):
    """Any of these words, as the vectors hold them."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = " ".join(words)
        super().__init__(self.words)

    def as_sql(self, *_args: Any, **_options: Any) -> tuple[str, tuple[str | int, ...]]:
        any_of = "select string_agg(quote_literal(lower(unaccent(word))), ' | ')::tsquery from string_to_table(%s, ' ') as word"
        return f"({any_of})", (self.words,)


def _rewrite_holding(words: list[str]) -> None:
    """Write the rows that hold these words again, from what stands in them."""
    rows = SearchRow.objects.filter(vector=_AnyOf(words))
    for some in batched(rows.order_by("pk").iterator(chunk_size=BATCH), BATCH):
        write_rows([row.object_id for row in some], some)


def bring_up_to_date(index_all: Callable[[], None]) -> int | None:
    """Where the dictionary or our list is another than the index was made with: learn all words and write all rows again,
    which `index_all` does.

    Runs as the owner, who keeps on the table of words what they were learned from. Answers how many rows there were, None where
    nothing was to be done. Side effects: the dictionary's configurations in the database, the words, the rows of the index.
    """
    with connection.cursor() as cursor:
        made_with = _made_with()
        if dictionary.is_installed() and made_with == _version(hunspell.version()):
            return None
        now = _version(hunspell.version() if hunspell.files() and dictionary.install() else WITHOUT)
        if now == made_with:
            return None
        with transaction.atomic():
            SearchWord.objects.all().delete()
            index_all()
            cursor.execute(sql.SQL("comment on table base_searchword is {}").format(sql.Literal(now)).as_string(None))
    return SearchRow.objects.count()


WITHOUT = "without"
SHAPE = 2
"""Goes up when rows get columns that they must be written anew for."""


def _version(of_dictionary: str) -> str:
    return f"{of_dictionary} {SHAPE} {hashlib.sha256(TERMS.read_bytes()).hexdigest()[:12]}"


def _made_with() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(obj_description('base_searchword'::regclass, 'pg_class'), '')")
        return str(cursor.fetchone()[0])
