"""A copy of everything, put back elsewhere: locked as before, and without those who were erased since."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from conftest import ROOT
from praksis.base.databases import VARIABLES
from praksis.base.roles import entry_statements
from tests.locks import raw
from tests.locks.conftest import Bench


@pytest.fixture
def elsewhere(database: dict[str, str]) -> Iterator[dict[str, str]]:
    """An empty database beside the tests' own: its addresses by role."""
    name = f"praksis_run_{os.getpid()}_again"
    with psycopg.connect(make_conninfo(database["owner"], dbname="postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
        owner.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        for statement in entry_statements(settings.DATABASE_USERS, name):
            owner.execute(statement)
        yield {role: make_conninfo(address, dbname=name) for role, address in database.items()}
        owner.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _manage(addresses: dict[str, str], *command: str, role: str = "web") -> subprocess.CompletedProcess[str]:
    env = os.environ | {VARIABLES[name]: address for name, address in addresses.items()} | {"PRAKSIS_ROLE": role}
    return subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.prove
def test_a_copy_put_back_elsewhere_passes_the_same_comparison(
    bench: Bench, database: dict[str, str], elsewhere: dict[str, str], tmp_path: Path
) -> None:
    copy, erased = tmp_path / "copy.dump", tmp_path / "erased.txt"
    erased.write_text("")
    taken = _manage(database, "backup", str(copy))
    assert taken.returncode == 0, taken.stderr
    assert copy.stat().st_mode & 0o077 == 0
    assert _manage(database, "backup", str(copy)).returncode == 1, "an older copy is lost"
    without = _manage(elsewhere, "restore", str(copy), "--erased", str(tmp_path / "none"), role="owner")
    assert "is not there" in without.stderr
    back = _manage(elsewhere, "restore", str(copy), "--erased", str(erased), role="owner")
    assert back.returncode == 0, back.stderr
    again = _manage(elsewhere, "restore", str(copy), "--erased", str(erased), role="owner")
    assert "has tables already" in again.stderr
    with ExitStack() as held:
        owner = held.enter_context(psycopg.connect(elsewhere["owner"], autocommit=True, options="-c app.purpose=maintenance"))
        roles = {role: held.enter_context(psycopg.connect(elsewhere[role], autocommit=True)) for role in bench.roles}
        there = replace(bench, owner=owner, roles=roles, tables={}, told={})
        assert raw.read_region(owner) == bench.region
        assert [look for look in there.looks(each=2) if there.differs(look)] == []
