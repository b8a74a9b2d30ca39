"""docs/privacy.md against the code: each kind of data, where it lies and how long it is kept."""

import re
from pathlib import Path

from praksis.base.retention import KINDS

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "privacy.md").read_text()


def test_every_kind_stands_there_with_its_tables_and_its_days() -> None:
    lines = re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \| ([^|]*) \|", PAGE, re.MULTILINE)
    told = {key: (set(re.findall(r"`(\w+)`", tables)), int((re.findall(r"\d+", long) or [0])[0])) for key, tables, long in lines}
    assert told == {kind.key: (set(kind.tables), kind.days or 0) for kind in KINDS}
