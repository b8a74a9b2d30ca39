"""The last reports of `make bench` and `make prove`, kept in docs/reports."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "docs" / "reports"


def write_report(name: str, lines: list[str]) -> None:
    """Print the lines under a heading, and keep them as the last report of that name."""
    text = "\n".join([_heading(), "", *lines, ""])
    sys.stdout.write(f"\n{text}")
    REPORTS.mkdir(exist_ok=True)
    (REPORTS / name).write_text(text)


def _heading() -> str:
    """When, of which commit of the engine, on what."""
    command = ["git", "log", "-1", "--format=%h", "--", "matching"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return f"{datetime.now(UTC).date()}, commit {commit}, {machine}"
