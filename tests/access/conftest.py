"""The walk through the house."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest

from praksis.web.context import Site
from tests.access.walk import Walk
from tests.access.world import world

AsRole = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals are what is asked for here."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def walk(
    db: None, as_owner: AsRole, as_worker: AsRole, database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Walk]:
    """The demo's bar is left out: it names made-up people on every page."""
    monkeypatch.setattr(Site, "demo", False)
    with psycopg.connect(database["owner"], autocommit=True, options="-c app.purpose=maintenance") as owner:
        yield Walk(world(as_owner, as_worker), lambda: owner.execute(TAKEN).fetchall())


TAKEN = """
    with taken as (delete from base_trailentry where kind not in ('change', 'sign_in') returning kind, person)
    select taken.kind, one.subject from taken left join base_pseudonym one on one.id = taken.person
"""
