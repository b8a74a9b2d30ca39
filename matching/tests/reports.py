"""The last reports of `make bench` and `make prove`, kept in docs/reports."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "docs" / "reports"


def write_report(name: str, lines: list[str], *, of: str = "matching") -> None:
    """Print the lines under a heading, and keep them as the last report of that name. `of` is the folder that they speak of."""
    text = "\n".join([heading(of), "", *lines, ""])
    sys.stdout.write(f"\n{text}")
    REPORTS.mkdir(exist_ok=True)
    (REPORTS / name).write_text(text)


def heading(of: str) -> str:
    """When, of which commit of that folder, on what machine."""
    command = ["git", "log", "-1", "--format=%h", "--", of]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return f"{datetime.now(UTC).date()}, commit {commit}, {machine}"
