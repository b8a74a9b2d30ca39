"""Hunspell's words of bokmål and nynorsk, as files that PostgreSQL reads. The supervisor places them: no Django here.

They come from the npm packages dictionary-nb and dictionary-nn (GPL), which set-up installs; nothing of them lies in this
repository.
"""

import hashlib
from pathlib import Path

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
LANGUAGES = ("nb", "nn")
COMPOUNDS = "COMPOUNDFLAG z"
BINDING = r"""
ONLYINCOMPOUND @
SFX \ Y 1
SFX \ 0 s/z@ [^s]
"""
"""The flag for the s between two parts («sykehjemsplass»), which was lost when the packages were made."""
SCHEMA = "dictionary"
"""Where the configurations stand, apart from the data: a copy of those must go into a server that has no files."""


def files() -> dict[str, bytes]:
    """What PostgreSQL's folder `tsearch_data` must hold, by name. Empty when the packages are not installed."""
    found: dict[str, bytes] = {}
    for language in LANGUAGES:
        package = NODE_MODULES / f"dictionary-{language}"
        if not package.exists():
            return {}
        affixes = (package / "index.aff").read_text(encoding="utf-8").replace(COMPOUNDS, COMPOUNDS + BINDING, 1)
        _count, words = (package / "index.dic").read_bytes().split(b"\n", 1)
        found |= {f"praksis_{language}.affix": affixes.encode(), f"praksis_{language}.dict": words}
    return found


def place(folder: Path) -> None:
    """Put the files into a server's folder, where they are not there yet. Raises OSError where we may not."""
    for name, content in files().items():
        file = folder / name
        if not file.exists() or file.read_bytes() != content:
            half = file.with_suffix(f"{file.suffix}.half")
            half.write_bytes(content)
            half.chmod(0o644)
            half.replace(file)


def version() -> str:
    """A mark of the dictionary that set-up installed."""
    return hashlib.sha256(b"".join(files().values())).hexdigest()[:12]
