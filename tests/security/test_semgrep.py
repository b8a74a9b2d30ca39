"""The rules of our own for the source: each finds what is bad and passes what is good. `make lint` holds the house to them."""

import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

RULES = ROOT / "tests" / "security" / "semgrep"
SEMGREP = ROOT / ".build" / "semgrep" / "bin" / "semgrep"


def test_every_rule_finds_what_is_bad_and_passes_what_is_good() -> None:
    done = subprocess.run([SEMGREP, "test", RULES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rules", sorted(RULES.glob("*.yml")), ids=lambda file: file.stem)
def test_every_rule_has_examples_of_both(rules: Path) -> None:
    (examples,) = (file for file in RULES.glob(f"{rules.stem}.*") if file != rules)
    named = set(re.findall(r"^  - id: (\S+)", rules.read_text(), re.MULTILINE))
    told = examples.read_text()
    assert named
    assert set(re.findall(r"ruleid: (\S+)", told)) == set(re.findall(r" ok: (\S+)", told)) == named


def test_it_looks_where_people_are_shown(tmp_path: Path) -> None:
    """A rule that names its places holds in them, and not beside."""
    for name in ("praksis/rounds/views/results.py", "praksis/web/views.py", "praksis/web/queries.py"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Candidate.objects.all()\n")
    command = [
        SEMGREP,
        "scan",
        "--experimental",
        "--metrics=off",
        "--disable-version-check",
        "--no-git-ignore",
        "--quiet",
        "--json",
    ]
    done = subprocess.run([*command, "--config", RULES, tmp_path], capture_output=True, text=True, check=False)
    found = set(re.findall(r'"path":\s*"[^"]*?(praksis/[^"]+)"', done.stdout))
    assert found == {"praksis/rounds/views/results.py", "praksis/web/views.py"}
