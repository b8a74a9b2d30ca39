"""How long the catalogue's pages take with many asking at once, in the whole made-up region and with ten times its places."""

import contextlib
import http.client
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from time import perf_counter, sleep
from typing import Any
from urllib.parse import quote_plus

import psycopg
import pytest
from psycopg import sql

from matching.tests.reports import write_report
from praksis.catalogue.tests.judged import judged
from tests.test_start import House, standing_house

AT_ONCE, ASKED, TIMES = 20, 400, 10
WITHOUT_SEARCH = "/personvern/"
FILTERS = ("", "", "&type=place", "&municipality=4601", "&group=apprentice", "&sort=title")
COPIED = {"catalogue_place": "id", "catalogue_seat": "place_id", "base_searchrow": "object_id"}
"""Tables, with the column that says of which place a row is."""
OWN = {"id", "place_id", "object_id", "click_key"}


@pytest.fixture(scope="module")
def region() -> Iterator[House]:
    with standing_house("demo", size="full") as house:
        yield house


def _multiply(owner: "psycopg.Connection[Any]") -> None:
    """Every open place nine times more, each with its seats and its row of the index."""
    for table, of_place in COPIED.items():
        query = "select column_name from information_schema.columns where table_name = %s"
        columns = [name for (name,) in owner.execute(query, [table])]
        copy = sql.SQL(
            "insert into {table} ({columns}) select {values} from {table} old where {of_place} in (select id from first)"
        )
        for turn in range(1, TIMES):
            values = [_moved(name, turn) if name in OWN else sql.Identifier("old", name) for name in columns]
            owner.execute(
                copy.format(
                    table=sql.Identifier(table),
                    columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                    values=sql.SQL(", ").join(values),
                    of_place=sql.Identifier("old", of_place),
                )
            )
        owner.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(table)))


def _moved(name: str, turn: int) -> sql.Composed:
    return sql.SQL("md5({} || {}::text)::uuid").format(sql.Literal(str(turn)), sql.Identifier("old", name))


def _questions(seed: int) -> list[str]:
    """Addresses that people could have sent: judged questions, some narrowed by a filter; none comes twice."""
    draw = random.Random(seed)
    words = [one.words for one in judged()]
    found = {f"/finn/?q={quote_plus(draw.choice(words))}{draw.choice(FILTERS)}" for _ in range(3 * ASKED)}
    return draw.sample(sorted(found), min(ASKED, len(found)))


def _popular(seed: int) -> list[str]:
    """The same, as many people ask: the first question every other time, the second every third time …"""
    draw, kept = random.Random(seed), ["/finn/", *_questions(seed)[:60]]
    return draw.choices(kept, weights=[1 / rank for rank in range(1, len(kept) + 1)], k=ASKED)


def _ask(house: House, path: str, begins: float = 0) -> float:
    """Milliseconds from when it should have begun to the last byte."""
    sleep(max(0, begins - perf_counter()))
    began = begins or perf_counter()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)) as asked:
        asked.request("GET", path, headers={"Accept-Language": "nb"})
        with asked.getresponse() as answer:
            answer.read()
            assert answer.status == 200, path
    return (perf_counter() - began) * 1000


def _at_once(house: House, paths: list[str]) -> list[float]:
    """Twenty at a time, each asking again as soon as it has its answer."""
    with ThreadPoolExecutor(AT_ONCE) as everyone:
        return list(everyone.map(lambda path: _ask(house, path), paths))


def _steadily(house: House, paths: list[str], each_second: int) -> list[float]:
    """So many each second, whether or not the earlier ones have their answer."""
    began = perf_counter() + 0.1
    with ThreadPoolExecutor(4 * AT_ONCE) as everyone:
        return list(everyone.map(lambda at: _ask(house, at[1], began + at[0] / each_second), enumerate(paths)))


def _line(what: str, times: list[float]) -> str:
    cut = quantiles(times, n=20)
    return f"  {what:<58} {cut[9]:>7.0f} {cut[18]:>7.0f}"


@pytest.mark.bench
def test_how_long_the_catalogue_takes(region: House) -> None:
    lines = [f"{ASKED} requests each; milliseconds", "", f"  {'':<58} {'p50':>7} {'p95':>7}"]
    with region.owner() as owner:
        owner.execute("create temporary table first as select object_id as id from base_searchrow where kind = 'place'")
        for times in sorted({1, TIMES}):
            if times > 1:
                _multiply(owner)
            (rows,) = owner.execute("select count(*) from base_searchrow").fetchone() or (0,)
            lines.append(f"{rows} places and schemes")
            for path in (WITHOUT_SEARCH, "/finn/", *_questions(0)[:AT_ONCE]):  # so that no process is new to it
                _at_once(region, [path] * 4)
            lines += [
                _line("alone: a page without search", [_ask(region, WITHOUT_SEARCH) for _ in range(40)]),
                _line("alone: a question that nobody has asked", [_ask(region, path) for path in _questions(1)[:40]]),
                _line(f"{AT_ONCE} at once: a page without search", _at_once(region, [WITHOUT_SEARCH] * ASKED)),
                _line(f"{AT_ONCE} at once: as many people ask", _at_once(region, _popular(2))),
                _line(f"{AT_ONCE} at once: questions that nobody has asked", _at_once(region, _questions(3))),
                _line(f"{AT_ONCE} each second: a page without search", _steadily(region, [WITHOUT_SEARCH] * ASKED, AT_ONCE)),
                _line(f"{AT_ONCE} each second: questions that nobody has asked", _steadily(region, _questions(4), AT_ONCE)),
            ]
    write_report("bench-catalogue.txt", lines, of="praksis")
