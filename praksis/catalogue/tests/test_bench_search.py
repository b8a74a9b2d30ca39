"""How well the search answers judged questions, beside plain full text and plain trigrams."""

from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean
from time import perf_counter
from uuid import UUID

import pytest
from django.db import connection

from conftest import AsRole
from matching.tests.reports import write_report
from praksis.base import dictionary
from praksis.catalogue.actions import index_all
from praksis.catalogue.indexing import bring_up_to_date
from praksis.catalogue.search import PER_PAGE, Search, find
from praksis.catalogue.tests.judged import Judged, collection, gain, judged, recall
from praksis.catalogue.wording import read

pytestmark = [pytest.mark.django_db, pytest.mark.bench]

type Engine = Callable[[str], list[UUID]]

TEXT = "text || ' ' || labels"
PLAIN = f"""
    select object_id from base_searchrow,
        websearch_to_tsquery('norwegian', %(q)s) as query,
        lateral (select setweight(to_tsvector('norwegian', title), 'A')
            || setweight(to_tsvector('norwegian', {TEXT}), 'B') as plain)
    where plain @@ query order by ts_rank(plain, query) desc, title, id limit 20
"""  # noqa: S608 - names of columns
TRIGRAMS = f"""
    select object_id from base_searchrow, lateral (select word_similarity(lower(%(q)s), {TEXT}) as alike)
    where alike > 0.3 order by word_similarity(lower(%(q)s), lower(title)) + alike desc, title, id limit 20
"""  # noqa: S608 - the same
"""How alike at least: PostgreSQL's own threshold for words is 0.6, which finds less."""
MEASURES = (gain, recall)
LANGUAGES = ("nb", "nn", "en")
HALVES = ("tune", "held out")
OURS = "ours, with the dictionary"


def _ours(q: str) -> list[UUID]:
    assert PER_PAGE == 20
    return [row.object_id for row in find(Search(q=q, sort="best")).page]


def _by_sql(sql: str) -> Engine:
    def ask(q: str) -> list[UUID]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"q": q})
            return [found for (found,) in cursor.fetchall()]

    return ask


ENGINES = {
    "plain full text, `norwegian`": _by_sql(PLAIN),
    "plain trigrams": _by_sql(TRIGRAMS),
    "ours, without the dictionary": _ours,
}


def test_judged_questions(as_owner: AsRole) -> None:
    names, questions = collection(), judged()
    halves = {half: [one for one in questions if one.held_out == (half == "held out")] for half in HALVES}
    assert min(len(of) for of in halves.values()) >= 75
    lines = [
        f"{len(questions)} questions judged by reading, asked of {len(names)} texts: real schemes and the demo's places.",
        "Tuned on one half alone; the other was first asked for this report. Who judged also wrote our list of terms.",
        "",
        f"{'':<36}{'':<10}{'nDCG@10':>30}{'recall@20':>30}",
        f"{'':<36}{'':<10}{''.join(f'{language:>7}' for _measure in MEASURES for language in ('  all', *LANGUAGES))}",
    ]
    engines = {
        "plain full text, `norwegian`": _by_sql(PLAIN),
        "plain trigrams": _by_sql(TRIGRAMS),
        "ours, without the dictionary": _ours,
    }
    lines += _table(engines, halves, names)
    with as_owner():
        bring_up_to_date(index_all)
    lines += _table({OURS: _ours}, halves, names)
    with as_owner():
        lines += ["", *_cost()]
        dictionary.remove()
        connection.cursor().execute("comment on table base_searchword is null")
    write_report("bench-search.txt", lines, of="praksis")


def _table(engines: Mapping[str, Engine], halves: Mapping[str, list[Judged]], names: Mapping[UUID, str]) -> list[str]:
    lines = []
    for engine, ask in engines.items():
        for half, asked in halves.items():
            answers = [(one, [names[found] for found in ask(one.words)]) for one in asked]
            means = [
                mean(measure(found, one.grades) for one, found in answers if language in ("", one.language))
                for measure in MEASURES
                for language in ("", *LANGUAGES)
            ]
            lines.append(f"{engine:<36}{half:<10}{''.join(f'{one:>7.3f}' for one in means)}")
    return lines


def _cost() -> list[str]:
    """What a connection pays that asks the dictionary itself, and what a question costs that does not."""
    before, seconds = _memory(), _seconds(lambda: dictionary.readings(["sykehjemsplass"]))
    first = f"A connection that asks the dictionary: {seconds:.2f} s at first, {_memory() - before:.0f} MB from then on."
    questions = judged()
    each = 1000 * _seconds(lambda: [read(one.words) for one in questions]) / len(questions)
    return [first, f"The words of a question, from the table of words alone: {each:.1f} ms."]


def _memory() -> float:
    """MB of the server's process, which is on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        status = Path(f"/proc/{cursor.fetchone()[0]}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1000


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
