"""What the code may reach for, and where: each dangerous thing has a short list of places, with a reason, and is nowhere else."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = [file for room in ("praksis", "matching", "bin") for file in sorted(ROOT.joinpath(room).rglob("*.py"))]
CODE = [file for file in CODE if "/tests/" not in str(file)]
SCRIPTS = sorted(ROOT.glob("praksis/*/static/**/*.js"))
TEMPLATES = sorted(ROOT.glob("praksis/*/templates/**/*.html"))

PLACES: Mapping[str, tuple[str, ...]] = {
    # Runs text as code, or makes objects from it.
    r"(builtins\.)?(eval|exec|compile|__import__)": (),
    r"(pickle|cPickle|marshal|shelve|dill|jsonpickle|yaml)(\..*)?": (),
    r"(xml|lxml|defusedxml)(\..*)?": (),
    # Starts programs: the house itself and a measured solver, with lists of arguments and never through a shell.
    r"subprocess(\..*)?": (
        *("base/embedded.py", "base/processes.py", "base/supervisor.py", "base/once.py", "base/backup.py"),
        "base/apart.py",  # what strangers send is read in a process of its own
        *("bin/install.py", "matching/bench.py"),
    ),
    r"os\.(system|popen|exec\w+|spawn\w+)": (),
    # Speaks to others: the database, the house asking itself whether it is well, the OpenID providers that are set up, and
    # Enhetsregisteret.
    r"(urllib\.request|requests|httpx2?|brreg|aiohttp|smtplib|ftplib|telnetlib)(\..*)?": (
        "accounts/openid.py",
        "organisations/register.py",
    ),
    r"http\.client(\..*)?": ("base/supervisor.py", "base/fetching.py"),
    # SQL that is not made by the framework: the search's rank and distance, texts that stand in the code, with parameters.
    r"(.*\.)?(RawSQL|raw|extra)": (),
    # Text that is taken for markup: the marks and charts that the house draws itself.
    r"(.*\.)?(mark_safe|SafeString|format_html\w*|html_safe)": (
        "base/svg.py",
        "base/charts.py",
        "base/templatetags/components.py",
    ),
    # Weak sums, and chance that can be foretold: the demo, the draws and the samples that anyone must be able to repeat.
    r"(hashlib\.)?(md5|sha1)": (),
    r"random(\..*)?": (
        "demo/draw.py",
        *(f"matching/{name}.py" for name in ("generate", "compare", "value", "stable", "proposals")),
    ),
    # Takes away a lock.
    r"(.*\.)?csrf_exempt": (),
    r"(.*\.)?xframe_options_exempt": ("api/views/embedded.py",),  # the list that others put into their pages
}


def _names(file: Path) -> Iterator[str]:
    """Every dotted name that is imported or called."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            yield ast.unparse(node.func)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


@pytest.fixture(scope="module")
def named() -> dict[str, set[str]]:
    """By name, the files that use it."""
    found: dict[str, set[str]] = {}
    for file in CODE:
        for name in _names(file):
            found.setdefault(name, set()).add(str(file.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("pattern", PLACES)
def test_what_is_dangerous_stands_only_where_it_is_listed(named: dict[str, set[str]], pattern: str) -> None:
    used = {file for name, files in named.items() if re.fullmatch(pattern, name) for file in files}
    assert {file for file in used if not file.endswith(PLACES[pattern] or ("\n",))} == set()


@pytest.mark.parametrize("pattern", [pattern for pattern in PLACES if PLACES[pattern]])
def test_no_place_is_listed_that_needs_it_no_more(named: dict[str, set[str]], pattern: str) -> None:
    used = {file for name, files in named.items() if re.fullmatch(pattern, name) for file in files}
    assert [place for place in PLACES[pattern] if not any(file.endswith(place) for file in used)] == []


def test_no_program_is_started_through_a_shell() -> None:
    shells = [
        str(file)
        for file in CODE
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert shells == []


def test_statements_are_never_put_together_with_values() -> None:
    """What is sent to `execute` is a text that stands in the code, or made by `psycopg.sql`, which quotes."""
    glued = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in CODE
        if file.name != "dictionary.py"  # names of the dictionary's own schema and languages, all constants of the module
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("execute", "executemany")
        and node.args
        and _has_values(node.args[0])
    ]
    assert glued == []


def _has_values(statement: ast.expr) -> bool:
    if isinstance(statement, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in statement.values)
    return isinstance(statement, ast.BinOp)


def test_scripts_write_text_and_run_nothing() -> None:
    """The one place that takes markup takes it from the page itself, where no text of a person stands."""
    words = (
        r"\beval\(|new Function|document\.write|outerHTML\s*=|insertAdjacentHTML|setTimeout\(\s*[\"']|__proto__|\.constructor\b"
    )
    assert [file.name for file in SCRIPTS if re.search(words, file.read_text())] == []
    markup = [line.strip() for file in SCRIPTS for line in file.read_text().splitlines() if "innerHTML" in line]
    assert [line for line in markup if "map-tandem" not in line] == []


def test_templates_escape_everything() -> None:
    """`safe` and `autoescape off` stand nowhere; an address in a link comes from the house's own list of addresses."""
    loose = r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off|mark_safe"
    assert [str(file.relative_to(ROOT)) for file in TEMPLATES if re.search(loose, file.read_text())] == []


def test_nobody_is_there_from_the_start() -> None:
    """No user, key or password lies in the code; made-up people are made by the demo alone."""
    words = r"""(password|secret_key|token|api_key)\s*=\s*["'][^"']{6,}["']"""
    assert [str(file) for file in CODE if re.search(words, file.read_text(), re.IGNORECASE)] == []
