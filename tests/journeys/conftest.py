"""A whole made-up region, tiny and really started: database, web, worker, a round that is solved and published."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext

from praksis.base.translations import ROOT

START_SECONDS = 120
PAGES_PER_PERSON = 60
PEOPLE = (
    "visitor",
    "student_elective",
    "student_mandatory",
    "apprentice",
    "work_training",
    "language_practice",
    "pupil",
    "guardian",
    "employer",
    "university",
    "nav",
    "municipality",
    "county",
    "school",
    "coordinator",
    "lead",
    "board",
    "operator",
)


KINDS = {
    "student_elective": "candidate",
    "guardian": "guardian",
    "employer": "host",
    "nav": "staff",
    "board": "board",
    "operator": "operator",
}


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo of the smallest size. Ends with the tests."""
    folder = Path("/tmp") / f"praksistorget-journeys-{os.getpid()}"  # noqa: S108  (a path that the database's user reaches too)
    folder.mkdir(mode=0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "log"
    command = [
        sys.executable,
        "-m",
        "praksis.base.supervisor",
        "--with-parent",
        "--port",
        str(port),
        "--data",
        str(folder / "data"),
    ]
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PRAKSIS_", "DATABASE_URL", "DJANGO_"))}
    with log.open("w") as out:
        house = subprocess.Popen(
            [*command, "--size", "tiny", "demo"], cwd=ROOT, env=environ, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield _ready(house, log)
    finally:
        house.terminate()
        house.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _ready(house: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and house.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith("READY "):
                return line.removeprefix("READY ")
        time.sleep(0.2)
    pytest.fail(f"The demo did not get ready:\n{log.read_text()[-3000:]}", pytrace=False)


@dataclass(frozen=True)
class Seen:
    """A page as one person got it; `route` is its pattern in the code."""

    person: str
    path: str
    route: str
    status: int
    html: str


@dataclass(frozen=True)
class Walk:
    """What each person saw who followed every link, one page of each kind."""

    site: str
    contexts: dict[str, BrowserContext]
    seen: list[Seen]

    def one_of_each(self) -> list[Seen]:
        """Each kind of page once; one's own page once for each kind of reader, since it is another page for each."""
        first: dict[tuple[str, str], Seen] = {}
        for page in self.seen:
            own = KINDS.get(page.person, "") if page.route == "min-side/" else ""
            first.setdefault((page.route, own), page)
        return list(first.values())


@pytest.fixture(scope="session")
def walk(browser: Browser, region: str) -> Iterator[Walk]:
    """Step into everyone and follow the links. Public pages are the same for everyone of a kind: one of each kind opens them."""
    contexts = {key: step_in(browser, region, key) for key in PEOPLE}
    seen: list[Seen] = []
    for key in PEOPLE:
        alike = key not in KINDS and key != "visitor"
        known = {page.route for page in seen if page.person == "visitor"} if alike else set[str]()
        seen += _follow(contexts[key], region, key, known)
    yield Walk(region, contexts, seen)
    for context in contexts.values():
        context.close()


def step_in(browser: Browser, site: str, key: str) -> BrowserContext:
    """A browser in which one is somebody; the visitor is nobody."""
    context = browser.new_context(locale="nb-NO", timezone_id="Europe/Oslo")
    if key != "visitor":
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', context.request.get(site).text())
        assert token
        form, origin = {"csrfmiddlewaretoken": token[1]}, {"Origin": site.rstrip("/"), "Referer": site}
        answer = context.request.post(urljoin(site, f"/demo/bli/{key}/"), form=form, headers=origin)
        assert urlsplit(answer.url).path == "/min-side/"
    return context


def _follow(context: BrowserContext, site: str, key: str, known: set[str]) -> Iterator[Seen]:
    """The pages that are reached from the front page and one's own, one of each route that is not known."""
    waiting, routes = ["/", "/min-side/"] if key != "visitor" else ["/"], set(known)
    while waiting and len(routes) < PAGES_PER_PERSON:
        path = waiting.pop(0)
        try:
            route = resolve(urlsplit(path).path).route
        except Resolver404:
            route = path
        if route in routes:
            continue
        routes.add(route)
        answer = context.request.get(urljoin(site, path), max_redirects=0)
        page = Seen(key, path, route, answer.status, answer.text() if "html" in answer.headers.get("content-type", "") else "")
        yield page
        waiting += [urljoin(path, link) for link in _links(page.html)]


def _links(html: str) -> list[str]:
    found = re.findall(r'<a\s[^>]*?href="([^"]+)"', html)
    return [link.replace("&amp;", "&").partition("#")[0] for link in found if link.startswith(("/", "?"))]
