"""Every page that someone can reach by following links, as everyone: it opens, is valid, can be used by all, fits a phone."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page

from praksis.base.translations import ROOT
from tests.journeys.conftest import PEOPLE, Walk

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("region")]

AXE = ROOT / "node_modules/axe-core/axe.min.js"
AXE_RUN = {
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
"""Dark colours change nothing but contrast."""
DARK = 3
"""Every so manieth of a person's pages is looked at in the dark too: the colours come from one sheet."""
PHONE = 320  # px
VNU = ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"


def test_every_page_opens(walk: Walk) -> None:
    assert [(page.person, page.path, page.status) for page in walk.seen if page.status >= 400] == []


def test_everyone_has_more_than_a_front_page(walk: Walk) -> None:
    """A walk that reaches nothing would prove nothing."""
    routes = {key: {page.route for page in walk.seen if page.person == key and page.html} for key in PEOPLE}
    assert {key for key, found in routes.items() if len(found) < 4} == set()
    assert {"finn/", "plass/<uuid:place_id>/", "ordning/<uuid:scheme_id>/", "tilby/", "komponenter/"} <= routes["visitor"]
    assert {"onsker/", "resultat/"} <= routes["student_mandatory"]
    assert {"runder/", "kandidater/"} <= routes["coordinator"]


def test_html_has_no_error(walk: Walk, tmp_path: Path) -> None:
    pages = {}
    for number, page in enumerate(page for page in walk.one_of_each() if page.html):
        file = tmp_path / f"{number}.html"
        file.write_text(page.html, encoding="utf-8")
        pages[file.name] = f"{page.person} {page.path}"
    assert pages
    done = subprocess.run(
        [java(), "-jar", str(VNU), "--format", "json", "--errors-only", "--exit-zero-always", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    messages = json.loads(done.stderr)["messages"]
    assert [(pages[m["url"].rsplit("/", 1)[1]], m["message"], m.get("extract", "")) for m in messages] == []


@dataclass
class Looked:
    """What is wrong on pages that were opened in a browser, by what was looked at."""

    light: list[tuple[str, str, list[str]]] = field(default_factory=list)
    dark: list[tuple[str, str, list[str]]] = field(default_factory=list)
    wide: list[tuple[str, int]] = field(default_factory=list)
    moving: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def looked(walk: Walk) -> Looked:
    """Each kind of page opened once in its reader's browser: by daylight, some in the dark, and as wide as a phone."""
    found, script = Looked(), AXE.read_text(encoding="utf-8")
    pages = sorted((page for page in walk.one_of_each() if page.html), key=lambda page: page.person)
    for person, read in groupby(pages, key=lambda page: page.person):
        tab = walk.contexts[person].new_page()
        tab.on("pageerror", lambda error, tab=tab: found.problems.append((tab.url, str(error))))
        tab.on("console", lambda said, tab=tab: found.problems.append((tab.url, said.text)) if said.type == "error" else None)
        for number, page in enumerate(read):
            _look(tab, urljoin(walk.site, page.path), f"{person} {page.path}", script, found, dark=number % DARK == 0)
        tab.close()
    return found


def _look(tab: Page, address: str, name: str, script: str, found: Looked, *, dark: bool) -> None:
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    tab.goto(address)
    tab.evaluate(script)
    found.light += _violations(tab, name, "light")
    if dark:
        tab.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found.dark += _violations(tab, name, "dark")
    tab.set_viewport_size({"width": PHONE, "height": 800})
    width, moving = tab.evaluate("[document.documentElement.scrollWidth, getComputedStyle(document.body).transitionProperty]")
    found.wide += [(name, width)] if width > PHONE else []
    found.moving += [(name, moving)] if moving != "none" else []


def _violations(tab: Page, name: str, colors: str) -> list[tuple[str, str, list[str]]]:
    result = tab.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", AXE_RUN[colors])
    return [(name, found["id"], [node["html"][:160] for node in found["nodes"]][:2]) for found in result["violations"]]


def test_axe_finds_nothing(looked: Looked) -> None:
    assert looked.light == []
    assert looked.dark == []


def test_every_page_fits_a_phone(looked: Looked) -> None:
    assert looked.wide == []


def test_nothing_moves_for_who_asked_for_rest(looked: Looked) -> None:
    assert looked.moving == []


def test_no_page_has_an_error_in_its_console(looked: Looked) -> None:
    assert looked.problems == []


def java() -> str:
    """The HTML checker runs on Java. As root Debian's is installed; otherwise the one command is said."""
    if not shutil.which("java") and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "-y", "install", "default-jre-headless"]):
            subprocess.run(command, capture_output=True, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    found = shutil.which("java")
    if not found:
        pytest.fail("The HTML checker needs Java. Run: apt-get install default-jre-headless", pytrace=False)
    return found
