"""What the pages about the library show can be run as it stands."""

import re
import shlex
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from matching.cli import main
from matching.tests.reports import ROOT

PAGE = (ROOT / "docs" / "matching" / "README.md").read_text()


def test_the_lines_of_python_run() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    told = StringIO()
    with redirect_stdout(told):
        exec(code, {})  # noqa: S102 - the page is ours
    assert re.match(r"\d+ \['p", told.getvalue())


def test_the_commands_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^    python -m matching (.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 6
    with redirect_stdout(StringIO()):
        assert [main(shlex.split(command)) for command in commands] == [0] * 6
    assert {file.name for file in tmp_path.iterdir()} == {
        "round.json",
        "result.json",
        "why.json",
        "bottlenecks.json",
        "compare.json",
    }


def test_every_page_it_names_is_there() -> None:
    for name in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert (ROOT / "docs" / "matching" / name).is_file(), name
