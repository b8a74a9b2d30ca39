"""The house inspects itself: floors, doors, sizes, and what may never stand in a file."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "praksis"
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
"""From the top down, as import-linter holds them; a line may name several rooms that stand side by side."""
ROOMS = sorted(path.name for path in HOUSE.iterdir() if (path / "__init__.py").exists())
WITHOUT_FLOORS = {"base", "config", "demo"}
"""What all rooms stand on, what binds them together, and the made-up region: their modules have names of their own."""

FLOORS = ("choices", "models", "rules", "queries", "actions", "forms", "views", "urls")
"""From the ground up. A module imports of its own room only what stands as low as itself, or lower."""
BESIDE = {
    "tasks": "forms",
    "bridge": "queries",
    "candidates.imports": "queries",
    "intake.columns": "rules",
    "rounds.moves": "choices",
    "rounds.sentences": "rules",
    "rounds.figures": "queries",
    "catalogue.likeness": "queries",
    "catalogue.search": "queries",
    "catalogue.wording": "queries",
    "catalogue.suggestions": "queries",
    "catalogue.nearness": "queries",
    "catalogue.vocabulary": "queries",
    "catalogue.indexing": "actions",
    "catalogue.keeping": "actions",
    "catalogue.keeping_forms": "forms",
    "catalogue.keeping_views": "views",
    "catalogue.saved": "actions",
    "catalogue.saved_forms": "forms",
    "catalogue.saved_views": "views",
    "catalogue.sources": "actions",
    "catalogue.source_forms": "forms",
    "catalogue.source_queries": "queries",
    "catalogue.source_views": "views",
    "catalogue.scheme_queries": "queries",
    "catalogue.schemes": "actions",
    "catalogue.scheme_forms": "forms",
    "catalogue.scheme_views": "views",
    "catalogue.words": "choices",
    "catalogue.hosts": "actions",
    "catalogue.questions": "actions",
    "catalogue.resources": "queries",
    "catalogue.resource_forms": "forms",
    "catalogue.resource_views": "views",
    "catalogue.host_forms": "forms",
    "catalogue.host_views": "views",
    "organisations.register": "queries",
    "accounts.marks": "choices",
    "messages.links": "choices",
    "accounts.providers": "choices",
    "accounts.openid": "queries",
    "accounts.factors": "queries",
    "accounts.passkeys": "queries",
    "accounts.browsers": "queries",
    "accounts.sessions": "queries",
    "accounts.middleware": "views",
    "accounts.backends": "actions",
    "api.columns": "queries",
    "api.files": "queries",
    "api.feeds": "queries",
    "api.described": "queries",
    "catalogue.markup": "queries",
    "api.shapes": "forms",
    "api.middleware": "views",
    "web.context": "views",
    "web.middleware": "views",
    "web.components": "views",
    "web.known": "queries",
    "web.paper": "queries",
}
"""Modules with another name, and the floor they stand on. Think before you add one: a room has few."""
PLAIN = {"__init__", "access", "apps"}
FOLDERS = {"templates", "tests", "migrations", "static", "management", "templatetags", "data", "__pycache__"}

MODULE_LINES, TEMPLATE_LINES, FUNCTION_LINES, README_LINES = 700, 200, 60, 30


def _tracked(*endings: str) -> list[Path]:
    """Files that are, or are about to be, in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    files = [ROOT / name for name in sorted(set(listed)) if not endings or name.endswith(endings)]
    return [file for file in files if file.is_file()]


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


TEMPLATES = [path for path in _tracked(".html") if "templates" in path.parts]
MODULES = [path for path in _tracked(".py") if path.parts[len(ROOT.parts)] in ("praksis", "matching", "disclosure")]
CODE = [path for path in MODULES if not {"tests", "migrations"} & set(path.parts)]


# ---------------------------------------------------------------- rooms and floors


def _floor(room: str, module: str) -> int | None:
    """The floor's number, or None for a name that no floor has."""
    name = BESIDE.get(f"{room}.{module}") or BESIDE.get(module) or module
    return FLOORS.index(name) if name in FLOORS else None


def _own_modules(room: str) -> Iterator[tuple[str, Path]]:
    """Each module of a room with the floor's name it belongs to: a floor may be a module or a package."""
    for path in (HOUSE / room).rglob("*.py"):
        inside = path.relative_to(HOUSE / room).parts
        name = inside[0].removesuffix(".py")
        if name not in FOLDERS | PLAIN:
            yield name, path


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in WITHOUT_FLOORS])
def test_a_room_has_only_floors_that_everyone_knows(room: str) -> None:
    entries = {path.name.removesuffix(".py") for path in (HOUSE / room).iterdir() if path.suffix != ".md"}
    unknown = {name for name in entries - FOLDERS - PLAIN if _floor(room, name) is None}
    assert unknown == set()


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in WITHOUT_FLOORS])
def test_inside_a_room_imports_go_down_the_stairs(room: str) -> None:
    climbing = []
    for name, path in _own_modules(room):
        for other in _imports_of_own_room(path, room):
            floor, below = _floor(room, name), _floor(room, other)
            if floor is not None and below is not None and below > floor:
                climbing.append(f"{_named(path)} imports {other}")
    assert climbing == []


def _imports_of_own_room(path: Path, room: str) -> set[str]:
    package, found = f"praksis.{room}", set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            found.add((node.module or "").split(".")[2])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[2] for alias in node.names if alias.name.startswith(f"{package}.")}
    return found


def test_foreign_keys_point_downwards() -> None:
    height = {room.strip(): -number for number, line in enumerate(LAYERS) for room in line.split("|")}
    upwards = []
    for model in apps.get_models():
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            target = field.related_model._meta.app_label if field.remote_field else model._meta.app_label
            if height.get(target, 0) > height.get(model._meta.app_label, 0) and target in height:
                upwards.append(f"{model.__name__}.{field.name} -> {target}")
    assert upwards == []


def test_every_room_stands_in_one_line_of_the_house() -> None:
    assert sorted(room.strip() for line in LAYERS for room in line.split("|")) == ROOMS


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "config"])
def test_a_room_says_on_one_page_what_it_is(room: str) -> None:
    lines = (HOUSE / room / "README.md").read_text().splitlines()
    assert 3 <= len(lines) <= README_LINES


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "config"])
def test_no_room_is_empty_or_untested(room: str) -> None:
    written = [path for _, path in _own_modules(room) if path.stat().st_size > 100]
    tests = [path for path in (HOUSE / room / "tests").glob("test_*.py") if "def test_" in path.read_text()]
    assert written
    assert tests


def test_no_module_is_a_drawer_for_anything() -> None:
    drawers = {"utils", "util", "helpers", "services", "managers", "common", "misc", "shared", "lib"}
    parts = {_named(path): {part.removesuffix(".py") for part in path.relative_to(ROOT).parts} for path in _tracked(".py")}
    assert [name for name, words in parts.items() if words & drawers] == []


# ---------------------------------------------------------------- sizes


def _too_long(paths: list[Path], limit: int) -> list[str]:
    lengths = {_named(path): len(path.read_text().splitlines()) for path in paths}
    return [f"{name}: {length} lines" for name, length in lengths.items() if length > limit]


def test_no_module_is_longer_than_can_be_read() -> None:
    assert _too_long(MODULES, MODULE_LINES) == []


def test_no_template_is_longer_than_can_be_read() -> None:
    assert _too_long(TEMPLATES, TEMPLATE_LINES) == []


def test_no_function_is_longer_than_can_be_read() -> None:
    long = []
    for path in CODE:
        functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
        lengths = {f"{_named(path)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1 for node in functions}
        long += [f"{name}: {length} lines" for name, length in lengths.items() if length > FUNCTION_LINES]
    assert long == []


# ---------------------------------------------------------------- what may never stand in a file


def _lines_with(pattern: str, paths: list[Path]) -> list[str]:
    found = []
    for path in paths:
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{_named(path)}:{number}" for number, line in enumerate(lines, 1) if re.search(pattern, line, re.IGNORECASE)]
    return found


def test_no_file_knows_where_packages_come_from() -> None:
    """A mirror must do as well; and an address in a lock file would bind everyone to one."""
    hosts = ("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npm", "registry" + r"\.yarn", "npmjs" + r"\.(org|com)")
    assert _lines_with("|".join(hosts), _tracked()) == []


def test_the_project_speaks_of_the_product_alone() -> None:
    tools = ("clau" + "de", "anthro" + "pic", "chat" + "gpt", "open" + r"ai\b", "co" + "pilot", "large language " + "model")
    assert _lines_with("|".join(tools), _tracked()) == []


def test_templates_carry_no_styles_and_no_scripts() -> None:
    """The content security policy refuses them; so the browser would show something else than the template says."""
    inline = r"""<[^>]*\s(style|on[a-z]+)\s*=\s*["']|<style\b|javascript:|<script(?![^>]*\b(src=|type="application/json"))"""
    guilty = [_named(path) for path in TEMPLATES if re.search(inline, _without_tags(path), re.IGNORECASE)]
    assert guilty == []


def test_no_template_lies_unused() -> None:
    sources = "\n".join(path.read_text() for path in [*CODE, *TEMPLATES])
    called_by_django = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
    names = {path: str(path).split("/templates/", 1)[1] for path in TEMPLATES}
    unused = [_named(path) for path, name in names.items() if name not in called_by_django and name not in sources]
    assert unused == []


SPOKEN = re.compile(r"""(?:aria-label|aria-description|title|alt|placeholder)\s*=\s*"([^"]*)\"""")
NO_LANGUAGE = {"Praksistorget", "csv", "json"}
SPEAKS_FOR_ITSELF = ("400.html", "500.html", "_component_")
"""The pages for a broken server and for what cannot be read say it in three languages at once; the page of
components is made up."""


def _without_tags(path: Path) -> str:
    """The template's own text: no comments, no tags, no variables."""
    patterns = (r"\{%\s*comment.*?endcomment\s*%\}", r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}")
    return re.sub("|".join((*patterns, r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}")), " ", path.read_text(), flags=re.DOTALL)


def test_templates_speak_through_gettext_alone() -> None:
    """What is read on the page or aloud goes through `translate`, so that three languages say it."""
    hard_coded = []
    for path in TEMPLATES:
        text = re.sub(r"<(script|svg|code)\b.*?</\1>|<!--.*?-->", " ", _without_tags(path), flags=re.DOTALL)
        silent = r'<[^>]*>|&\w+;|&#\d+;|\bdata-[\w-]+(="[^"]*")?'
        words = " ".join([*SPOKEN.findall(text), re.sub(silent, " ", text)])
        if not any(name in path.name for name in SPEAKS_FOR_ITSELF):
            hard_coded += [f"{_named(path)}: {word}" for word in re.findall(r"[^\W\d_]{2,}", words) if word not in NO_LANGUAGE]
    assert hard_coded == []


TAG = re.compile(r"\{% (?!translate |comment )(?P<inside>.*?)%\}|\{\{(?P<shown>.*?)\}\}", re.DOTALL)
LITERAL = re.compile(r"""(?P<spoken>_\()?(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")


def _unspoken(template: str) -> list[str]:
    """Strings in tags that are text and not a key, an address or a file: they have a space, a capital or æ, ø, å."""
    inside = " ".join(tag["inside"] or tag["shown"] or "" for tag in TAG.finditer(template))
    strings = [found["double"] or found["single"] or "" for found in LITERAL.finditer(inside) if not found["spoken"]]
    return [words for words in strings if re.search(r"[^\W\d_]", words) and re.search(r"[\sA-ZÆØÅæøå]", words)]


def test_tags_are_given_texts_through_gettext_alone() -> None:
    assert {_named(path): words for path in TEMPLATES if (words := _unspoken(path.read_text()))} == {}


def test_the_check_of_tags_can_fail() -> None:
    fine = '{% figure 3 _("Fikk plass") %}{% icon "add" %}{% translate "Fikk plass" %}{% url "rounds:new_round" %}'
    assert _unspoken(fine) == []
    assert _unspoken(fine + """{% figure 3 _("Fikk") unit="av 1 862" %}{{ name|default:'Ukjent' }}""") == ["av 1 862", "Ukjent"]


def test_migrations_import_no_code_of_ours() -> None:
    """They tell what was; the code of today is something else."""
    migrations = [path for path in MODULES if "migrations" in path.parts]
    assert _lines_with(r"^\s*from praksis\.\w+\.(?!models import new_)", migrations) == []


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
