"""Every page that someone can reach by following links, as everyone: it opens, is valid, can be used by all, fits a phone."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
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
VNU = ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"


def test_every_page_opens(walk: Walk) -> None:
    assert [(page.person, page.path, page.status) for page in walk.seen if page.status >= 400] == []


def test_everyone_has_more_than_a_front_page(walk: Walk) -> None:
    """A walk that reaches nothing would prove nothing."""
    routes = {key: {page.route for page in walk.seen if page.person == key and page.html} for key in PEOPLE}
    assert {key for key, found in routes.items() if len(found) < 8} == set()
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


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_axe_finds_nothing(walk: Walk, colors: Literal["light", "dark"]) -> None:
    script = AXE.read_text(encoding="utf-8")
    found = []
    for page, tab in _open_each(walk, width=1280, colors=colors):
        tab.evaluate(script)
        result = tab.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", AXE_RUN[colors])
        found += [(page, v["id"], [node["html"][:160] for node in v["nodes"]][:2]) for v in result["violations"]]
    assert found == []


def test_every_page_fits_a_phone_of_320_px(walk: Walk) -> None:
    wide = [
        (page, width)
        for page, tab in _open_each(walk, width=320)
        if (width := tab.evaluate("document.documentElement.scrollWidth")) > 320
    ]
    assert wide == []


def _open_each(walk: Walk, *, width: int, colors: Literal["light", "dark"] = "light") -> Iterator[tuple[str, Page]]:
    """Each kind of page in turn, open in its reader's browser; an error in its console fails."""
    for page in walk.one_of_each():
        if not page.html:
            continue
        problems: list[str] = []
        tab = walk.contexts[page.person].new_page()
        tab.on("pageerror", lambda error, into=problems: into.append(str(error)))
        tab.on("console", lambda message, into=problems: into.append(message.text) if message.type == "error" else None)
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=colors, reduced_motion="reduce")
        tab.goto(urljoin(walk.site, page.path))
        yield f"{page.person} {page.path}", tab
        tab.close()
        assert problems == [], page.path


def java() -> str:
    """The HTML checker runs on Java. As root Debian's is installed; otherwise the one command is said."""
    if not shutil.which("java") and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "-y", "install", "default-jre-headless"]):
            subprocess.run(command, capture_output=True, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    found = shutil.which("java")
    if not found:
        pytest.fail("The HTML checker needs Java. Run: apt-get install default-jre-headless", pytrace=False)
    return found
