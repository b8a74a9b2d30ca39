"""The tests' database and browser.

Tests connect as the runtime role `web` and really commit; afterwards the owner empties what they filled. A test wrapped in one
transaction, or run as a superuser, would make every lock on the data look right.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections, transaction
from django.template import engines
from django.template.backends.django import DjangoTemplates
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pytest_django.plugin import DjangoDbBlocker

from praksis.base import embedded
from praksis.base.databases import VARIABLES, addresses, database_settings
from praksis.base.locked.base import DatabaseWrapper
from praksis.base.locks import tables_of_persons
from praksis.base.roles import entry_statements

ROOT = Path(__file__).resolve().parent
AsRole = Callable[[], contextlib.AbstractContextManager[None]]


# ---------------------------------------------------------------- database


@pytest.fixture(scope="session")
def server() -> Iterator[dict[str, str]]:
    """A PostgreSQL for as long as the tests last, and each role's address on it: DATABASE_URL's, or the embedded one."""
    held = contextlib.nullcontext() if os.environ.get("DATABASE_URL") else embedded.running(settings.DATA)
    with held:
        yield addresses(settings.DATA, os.environ)


@pytest.fixture(scope="session")
def database(server: dict[str, str]) -> Iterator[dict[str, str]]:
    """A migrated database of this process's own, cloned from a template that is kept between runs: its addresses by role."""
    name = f"praksis_run_{os.getpid()}"
    settings.DATA.mkdir(parents=True, exist_ok=True)
    with psycopg.connect(_named(server["owner"], "postgres"), autocommit=True) as owner:
        with (settings.DATA / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            template = _template(owner, server)
            _drop_abandoned(owner)
            owner.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
            for statement in entry_statements(settings.DATABASE_USERS, name):  # a template does not hand them on
                owner.execute(statement)
        try:
            yield {role: _named(address, name) for role, address in server.items()}
        finally:
            _drop(owner, name)


def _template(owner: psycopg.Connection[Any], server: dict[str, str]) -> str:
    """The name of a migrated, empty database that fits the migrations and lists of access of this work tree."""
    name = f"praksis_template_{_fingerprint()}"
    if owner.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        return name
    half, whole = sql.Identifier(f"{name}_half_made"), sql.Identifier(name)
    owner.execute(sql.SQL("drop database if exists {}").format(half))
    owner.execute(sql.SQL("create database {}").format(half))
    environ = {VARIABLES[role]: _named(address, f"{name}_half_made") for role, address in server.items()}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environ | {"PRAKSIS_ROLE": "owner"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"The tests' database could not be migrated:\n{done.stderr}", pytrace=False)
    lend_a_hand(_named(server["owner"], f"{name}_half_made"))
    owner.execute(sql.SQL("alter database {} rename to {}").format(half, whole))
    return name


HAND = "hand_of_the_tests"
"""The policy by which a test's own code sees and makes rows: for the purpose `test`, which only tests' connections have.
Requests and jobs say for whom they act, so what they see is what the real policies show."""


def lend_a_hand(owner_address: str) -> None:
    """Make that policy on every table of persons; a migration takes it away."""
    with psycopg.connect(owner_address) as owner:
        for table in tables_of_persons():
            names = {"hand": sql.Identifier(HAND), "table": sql.Identifier(table)}
            owner.execute(sql.SQL("drop policy if exists {hand} on {table}").format(**names))
            user = sql.Identifier(settings.DATABASE_USERS["web"])
            made = "create policy {hand} on {table} to {user} using (current_setting('app.purpose', true) = 'test')"
            owner.execute(sql.SQL(made).format(user=user, **names))


def _fingerprint() -> str:
    files = [*ROOT.glob("praksis/*/migrations/*.py"), *ROOT.glob("praksis/*/access.py"), ROOT / "requirements.txt"]
    files += [ROOT / name for name in ("conftest.py", "praksis/config/settings.py")]
    files += [ROOT / "praksis/base" / name for name in ("grants.py", "locks.py", "policies.py", "history.py")]
    return hashlib.sha256(b"".join(bytes(file) + file.read_bytes() for file in sorted(files))).hexdigest()[:12]


def _drop_abandoned(owner: psycopg.Connection[Any]) -> None:
    """Remove databases of test runs that were killed, templates half made, and older ones but the three last."""
    names = [name for (name,) in owner.execute("select datname from pg_database order by oid").fetchall()]
    templates = [name for name in names if re.fullmatch(r"praksis_template_\w{12}", name)]
    runs = [name for name in names if re.fullmatch(r"praksis_run_\d+", name) and not Path("/proc", name.split("_")[2]).exists()]
    half_made = [name for name in names if name.endswith("_half_made")]
    for name in [*runs, *half_made, *templates[:-3]]:
        _drop(owner, name)


def _drop(owner: psycopg.Connection[Any], name: str) -> None:
    """What is still in use (the server waits five seconds for it) is left to a later run."""
    with contextlib.suppress(psycopg.errors.ObjectInUse):
        owner.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))


def _named(address: str, database: str) -> str:
    return make_conninfo(address, dbname=database)


@pytest.fixture(scope="session")
def django_db_setup(database: dict[str, str], django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Point Django at the database, as `web`."""
    environ = {VARIABLES[role]: address for role, address in database.items()}
    for alias, options in database_settings("web", settings.DATA, environ).items():
        settings.DATABASES[alias].update(options)
    settings.DATABASES["default"]["OPTIONS"]["options"] = "-c app.purpose=test"
    yield
    with django_db_blocker.unblock():
        for alias in connections:
            wrapper = cast("DatabaseWrapper", connections[alias])
            wrapper.close()
            wrapper.close_pool()


@pytest.fixture(scope="session")
def empty_after(database: dict[str, str]) -> Iterator[Callable[[], None]]:
    """Empties, as the owner, the tables that migrations left empty."""
    with psycopg.connect(database["owner"], options="-c app.purpose=maintenance -c lock_timeout=10s") as owner:
        seeded = _filled(owner, _tables_children_first(owner))
        tables = [table for table in _tables_children_first(owner) if table not in seeded]
        owner.commit()

        def empty() -> None:
            owner.execute("set constraints all deferred")
            for table in _filled(owner, tables):
                owner.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
            owner.commit()

        yield empty


def _filled(owner: psycopg.Connection[Any], tables: list[str]) -> list[str]:
    parts = [sql.SQL("select {} where exists (select from {})").format(sql.Literal(t), sql.Identifier(t)) for t in tables]
    filled = {table for (table,) in owner.execute(sql.SQL(" union all ").join(parts)).fetchall()}
    return [table for table in tables if table in filled]


def _tables_children_first(owner: psycopg.Connection[Any]) -> list[str]:
    """Tables so ordered that foreign keys which cannot be deferred (the queue's) are no hindrance."""
    found = owner.execute("select tablename from pg_tables where schemaname = 'public' order by 1").fetchall()
    parents = owner.execute(
        "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f' and not condeferrable"
    ).fetchall()
    return sorted((table for (table,) in found), key=lambda table: sum(parent == table for _, parent in parents))


@pytest.fixture
def _django_db_helper(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, empty_after: Callable[[], None]
) -> Iterator[None]:
    """In place of pytest-django's own: every way to the database (`db`, `live_server`, the marker) commits for real."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            connections.close_all()
            empty_after()


@contextlib.contextmanager
def _as(database: dict[str, str], role: str, *, by_hand: bool = True) -> Iterator[None]:
    environ = {VARIABLES[name]: address for name, address in database.items()}
    options = database_settings(role, settings.DATA, environ)["default"]
    options["OPTIONS"].pop("pool", None)
    if by_hand and role != "owner":
        options["OPTIONS"]["options"] = "-c app.purpose=test"
    own = connections["default"]
    connections["default"] = DatabaseWrapper({**own.settings_dict, **options}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = own


@pytest.fixture
def as_owner(db: None, database: dict[str, str]) -> AsRole:
    """`with as_owner():` runs the block on the owner's connection (this thread's default one)."""
    return lambda: _as(database, "owner")


@pytest.fixture
def as_worker(db: None, database: dict[str, str]) -> AsRole:
    """`with as_worker():` runs the block on the worker's connection."""
    return lambda: _as(database, "worker")


@pytest.fixture
def run_jobs(db: None, database: dict[str, str]) -> Callable[[], int]:
    """Runs what waits in the queue, here and now, as the worker, who sees what the job's purpose shows; returns how many.

    An error in a job is the test's error.
    """

    def run() -> int:
        from procrastinate.contrib.django import app

        done = 0
        with _as(database, "worker", by_hand=False):
            while job := _next_job():
                app.tasks[job.name].func(**job.arguments)
                _mark_done(job)
                done += 1
        return done

    return run


@pytest.fixture
def in_thread(db: None) -> Callable[[Callable[[], None]], None]:
    """Runs something that needs an event loop of its own (an async task) in a thread; its error is the test's."""

    def run(work: Callable[[], None]) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    return run


class _Job(NamedTuple):
    number: int
    name: str
    arguments: dict[str, Any]


def _mark_done(job: _Job) -> None:
    with transaction.atomic(), connections["default"].cursor() as queue:
        queue.execute("update procrastinate_jobs set status = 'succeeded' where id = %s", [job.number])


def _next_job() -> _Job | None:
    with transaction.atomic(), connections["default"].cursor() as queue:
        queue.execute(
            "update procrastinate_jobs set status = 'doing' where id = ("
            "  select id from procrastinate_jobs where status = 'todo' order by id limit 1"
            ") returning id, task_name, args"
        )
        found = queue.fetchone()
    return _Job(found[0], found[1], json.loads(found[2]) if isinstance(found[2], str) else found[2]) if found else None


# ---------------------------------------------------------------- templates


class _Undefined(str):
    """Django puts this in place of a variable that nobody defined, and asks it for the text to show."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, name: object) -> str:
        pytest.fail(f"Undefined template variable: {name}")


@pytest.fixture(autouse=True)
def undefined_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that asks for what its view did not give fails the test, instead of showing nothing."""
    monkeypatch.setattr(cast("DjangoTemplates", engines["django"]).engine, "string_if_invalid", _Undefined("undefined: %s"))


@pytest.fixture(autouse=True)
def answers_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer of an earlier test is given again."""
    monkeypatch.setattr(settings, "ANSWERS_KEPT", 0)


# ---------------------------------------------------------------- browser

CHROMIUM_NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop open in this thread
    with sync_playwright() as playwright:
        path = _chromium(playwright.chromium.executable_path)
        opened = playwright.chromium.launch(executable_path=path, headless=True, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


def _chromium(of_playwright: str) -> str:
    """The path of a Chromium that starts; where there is none and we may, Debian's is installed. Never a silent skip."""
    found = _find_chromium(of_playwright)
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        with (ROOT / ".build" / "chromium.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for command in (
                ["apt-get", "-qq", "update"],
                ["apt-get", "-qq", "-y", "install", "--no-install-recommends", "chromium"],
            ):
                subprocess.run(command, capture_output=True, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        found = _find_chromium(of_playwright)
    if not found:
        pytest.fail("No Chromium starts here. Run: .venv/bin/python -m playwright install --with-deps chromium", pytrace=False)
    return found


def _find_chromium(of_playwright: str) -> str:
    for name in (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES, of_playwright):
        path = shutil.which(name) if name else None
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return path
    return ""


@pytest.fixture
def page_problems() -> list[str]:
    """What went wrong in the browser: script errors, refused content, requests to others. Must be empty when the test ends."""
    return []


@pytest.fixture
def page(browser: Browser, page_problems: list[str]) -> Iterator[Page]:
    """A fresh, Norwegian browser window."""
    context = browser.new_context(locale="nb-NO", timezone_id="Europe/Oslo")
    opened = context.new_page()
    opened.on("pageerror", lambda error: page_problems.append(str(error)))
    opened.on("console", lambda message: page_problems.append(message.text) if message.type == "error" else None)
    opened.on("request", lambda request: page_problems.extend(_foreign(request.url)))
    yield opened
    context.close()
    assert page_problems == []


def _foreign(url: str) -> list[str]:
    parts = urlsplit(url)
    return [] if parts.scheme in ("data", "blob", "about") or parts.hostname in ("localhost", "127.0.0.1") else [f"asked {url}"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever opens a browser or starts the whole house is slow. Files with such tests come first, so that none is left alone at
    the end while the other processes have nothing to do."""
    for item in items:
        if {"live_server", "page", "house"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
