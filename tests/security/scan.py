"""Let wapiti, a scanner of the web, crawl and attack a made-up region on this machine, signed out and signed in: `make scan`.

Prints what was tried and found; ends with 1 when something was found that is not explained here, when a page failed inside, or
when somebody was signed out on the way (what stands behind signing in was then not tried). Nothing is asked of another machine.
"""

import json
import platform
import re
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import requests

ROOT = Path(__file__).resolve().parent.parent.parent
WAPITI = ROOT / ".build" / "wapiti" / "bin" / "wapiti"
VISITOR = "visitor"
WHO = (VISITOR, "student_mandatory", "university")
"""Nobody, a candidate, and a university's coordinator, who sees people and changes rounds."""
MODULES = (
    *("backup", "crlf", "csrf", "exec", "file", "htaccess", "ldap", "methods", "permanentxss", "redirect"),
    *("shellshock", "sql", "timesql", "upload", "xss"),
)
"""Left out: those that ask other machines or load lists from them (ssrf, xxe, log4shell, cms, nikto, wapp ...); ssl, which ends
before the house; and those that read cookies and headers, which test_answers.py and test_cookies.py do for every address."""
NOT_ASKED = ("static/*", "demo/*", "logg-ut/*", "innlogging/logg-ut-overalt/*")
"""Files; becoming somebody else; signing out."""
CRAWL_SECONDS, MODULE_SECONDS, ANSWER_SECONDS = 90, 45, 20
EXPLAINED: dict[str, str] = {}
"""By the name of a finding's kind, why it is none. Nothing needs it so far."""


class Found(NamedTuple):
    """A kind of finding, what wapiti says of it, and where."""

    kind: str
    says: str
    where: str

    @property
    def reason(self) -> str:
        return next((reason for kind, reason in EXPLAINED.items() if re.search(kind, self.kind)), "")


class Scan(NamedTuple):
    """What became of one of WHO."""

    who: str
    crawled: int
    found: list[Found]
    signed_in_still: bool


def main() -> int:
    """The exit code; the report goes to standard output."""
    with tempfile.TemporaryDirectory(prefix="praksis-scan-") as folder, (Path(folder) / "log").open("w+") as log:
        Path(folder).chmod(0o711)  # the database's user goes through it to its own
        with house(Path(folder) / "data", log) as address, ThreadPoolExecutor(len(WHO)) as pool:
            scans = list(pool.map(lambda who: scan(address, who, Path(folder)), WHO))
        log.seek(0)
        errors = [line.strip() for line in log if '"level": "ERROR"' in line or '"level": "CRITICAL"' in line]
    sys.stdout.write("\n".join((*report(scans, errors), "")))
    return int(bool(errors) or any(not one.signed_in_still or any(not found.reason for found in one.found) for one in scans))


@contextmanager
def house(data: Path, log: Any) -> Iterator[str]:
    """A demo of its own, as long as the block lasts: its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--data", str(data), "--size", "tiny"]
    command = [sys.executable, "-m", "praksis.base.supervisor", *options, "demo"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        if not any("READY" in line for line in running.stdout or ()):
            raise SystemExit(f"The demo did not start.\n{Path(log.name).read_text()}")
        yield f"http://127.0.0.1:{port}/"
    finally:
        running.terminate()
        running.wait(timeout=60)


def scan(address: str, who: str, folder: Path) -> Scan:
    """Crawl and attack as one of WHO."""
    browser = signed_in(address, who)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
    answer = folder / f"{who}.json"
    command: list[str | Path] = [WAPITI, "--url", address, "--scope", "folder", "--module", ",".join(MODULES), "--no-bugreport"]
    command += ["--max-links-per-page", "40", "--max-files-per-dir", "40", "--timeout", str(ANSWER_SECONDS)]
    command += ["--max-scan-time", str(CRAWL_SECONDS), "--max-attack-time", str(MODULE_SECONDS)]
    command += ["--store-session", folder / who, "--store-config", folder / f"{who}-config"]
    command += ["--format", "json", "--output", answer, *(["--cookie-value", cookies] if who != VISITOR else [])]
    command += [part for path in NOT_ASKED for part in ("--exclude", address + path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    told = json.loads(answer.read_text())
    kinds = {**told["vulnerabilities"], **told["anomalies"]}
    found = [Found(kind, one["info"], f"{one['method']} {one['path']}") for kind, ones in kinds.items() for one in ones]
    return Scan(who, int(told["infos"]["crawled_pages_nbr"]), found, who == VISITOR or is_in(browser, address))


def signed_in(address: str, who: str) -> requests.Session:
    """A browser in which the bar was used to become one of the made-up people."""
    browser = requests.Session()
    page = browser.get(address, timeout=ANSWER_SECONDS).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if who != VISITOR:
        sent = {"csrfmiddlewaretoken": token[1] if token else ""}
        browser.post(f"{address}demo/bli/{who}/", sent, timeout=ANSWER_SECONDS).raise_for_status()
        assert is_in(browser, address), who
    return browser


def is_in(browser: requests.Session, address: str) -> bool:
    answer = browser.get(f"{address}min-side/", timeout=ANSWER_SECONDS, allow_redirects=False)
    return answer.status_code == requests.codes.ok


def report(scans: list[Scan], errors: list[str]) -> Iterator[str]:
    """Lines: what was tried, and each kind of finding with its reason."""
    version = subprocess.run([WAPITI, "--version"], capture_output=True, text=True, check=False).stdout.split()[-1]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    yield f"make scan, {datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip()}"
    yield f"{platform.platform()}, Python {platform.python_version()}, wapiti {version}; a demo, SIZE=tiny, on loopback"
    yield f"Modules: {', '.join(MODULES)}"
    yield f"At most {CRAWL_SECONDS} s of crawling and {MODULE_SECONDS} s a module, for each of {', '.join(WHO)}"
    for one in scans:
        yield ""
        still = "" if one.who == VISITOR else ", signed in to the end" if one.signed_in_still else ", SIGNED OUT ON THE WAY"
        yield f"{one.who}: {one.crawled} addresses and forms{still}"
        yield from (lines_of(one.found) if one.found else ["  nothing found"])
    yield ""
    yield f"Failures inside the house: {len(errors)}"
    yield from errors[:20]


def lines_of(found: list[Found]) -> Iterator[str]:
    for kind, count in Counter(one.kind for one in found).items():
        ones = [one for one in found if one.kind == kind]
        yield f"  {kind}, {count}: {ones[0].reason or 'NOT EXPLAINED'}"
        if not ones[0].reason:
            yield from (f"    {one.where}: {one.says}" for one in ones)


if __name__ == "__main__":
    sys.exit(main())
