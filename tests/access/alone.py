"""The first lock alone: the walk with row-level security off, in which nothing that is asked for stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import psycopg
from django.db import transaction
from psycopg import sql

from praksis.base.locks import tables_of_persons
from tests.access import direct
from tests.access.broken import Mutant, noting, standing
from tests.access.people import Actor
from tests.access.table import Row
from tests.access.things import Thing
from tests.access.walk import LAST, Walk, one_of_each_role

NEAR = (
    "visitor",
    "nobody",
    "former",
    "navboard",
    "navcoordinator",
    "uibcounsellor",
    "uibcoordinator",
    "uibunit",
    "uiblead",
    "skolelead",
    "student",
    "pupil",
    "guardian",
    "auditor",
    "contact",
    "signer",
    "supervisor",
    "regionoperator",
)
"""Those who are nobody, were something until yesterday, or are something else, or somewhere else."""
MOST_ROWS = 8


class Caught(Exception):  # noqa: N818 - no error: what was looked for
    """Something was wrong."""


@contextmanager
def second_lock_off(owner_address: str) -> Iterator[None]:
    """Every table of persons shows every row to whoever may read the table at all."""
    with psycopg.connect(owner_address, autocommit=True) as owner:
        _set(owner, "disable row level security, no force row level security")
        try:
            yield
        finally:
            _set(owner, "enable row level security, force row level security")


def _set(owner: psycopg.Connection[Any], what: str) -> None:
    for table in tables_of_persons():
        owner.execute(sql.SQL("alter table {} {}").format(sql.Identifier(table), sql.SQL(what)))


@dataclass
class Alone(Walk):
    """Which functions each row runs; and whether a walk over the rows of a broken one shows the fault."""

    stops: bool = False
    calls: dict[str, set[FunctionType]] = field(default_factory=dict)

    def ask(self, actor: Actor, row: Row, one: Thing, sent: Any = None) -> Any:
        if row.method == "GET":
            return super().ask(actor, row, one, sent)
        ours = transaction.atomic()
        ours._from_testcase = True  # so that the request's own transaction, which must be the outermost, may lie in it
        kept = actor.client.cookies.copy()
        with ours:
            answer = super().ask(actor, row, one, sent)
            transaction.set_rollback(True)
        actor.client.cookies = kept
        return answer

    def walk_both(self, row: Row) -> None:
        """As those who may not, then as those who may."""
        self.walk([row], allowed=False)
        self.walk([row], allowed=True)

    def compare(self, row: Row, actor: Actor, one: Thing, answer: Any, *, may: bool) -> None:
        super().compare(row, actor, one, answer, may=may)
        if self.stops and self.wrong:
            raise Caught

    def walk_noting(self, rows: list[Row], functions: set[FunctionType]) -> None:
        """Ask for every row as one who may and as one who may not, and remember which functions each of them runs."""
        for row in rows:
            self.calls[str(row)] = set()
            with noting(functions, self.calls[str(row)]):
                self.walk_near(row, each=1)

    def catches(self, mutant: Mutant, rows: list[Row]) -> bool:
        """Whether its fault shows: directly, or in the answers of the rows that run the function."""
        near = [row for row in rows if mutant.function in self.calls[str(row)]]
        near.sort(key=lambda row: (row.method, len(self.calls[str(row)])))
        module = mutant.function.__module__
        of_a_page = ".views" in module or ".queries" in module
        self.wrong, self.stops, self.turn = [], True, 0
        self.missing.clear()
        try:
            with standing(mutant):
                if not of_a_page and direct.shows(self.world, of_an_action=".actions" in module):
                    return True
                for row in near[:MOST_ROWS]:
                    self.walk_near(row)
                return of_a_page and direct.shows(self.world)
        except Caught:
            return True
        finally:
            self.wrong, self.stops = [], False
            self.missing.clear()

    def walk_near(self, row: Row, *, each: int = len(NEAR)) -> None:
        """As those who would see a thing were one condition less, and as one of each role who may see it; `each` at most."""
        for one in self.of(row):
            actors = self.actors(row)
            may = [actor for actor in actors if self.allowed(row, actor, one)]
            refused = [actor for actor in actors if actor not in may and actor.key in NEAR]
            asking = [(actor, False) for actor in refused[-each:]]
            asking += [(actor, True) for actor in one_of_each_role(may, self.turn)[:each]]
            sent = one.sent() if row.method == "POST" else None
            for actor, is_allowed in asking:
                self.compare(row, actor, one, self.ask(actor, row, one, None if is_allowed else sent), may=is_allowed)


def without_last(rows: list[Row]) -> list[Row]:
    """Without those after which one is somebody else."""
    return [row for row in rows if row.name not in LAST]
