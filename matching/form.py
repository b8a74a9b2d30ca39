"""Reading JSON files strictly: every fault is named with its path in the file."""

import gzip
import json
import os
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Container, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn, Self

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_GZIP_MAGIC = b"\x1f\x8b"
_ANY, _TIMES = 2**26, 100  # bytes that any gzip file may open to, and times its size that a larger one may; rounds are some 10


class InputError(ValueError):
    """Input that cannot be taken. `path` is where in the file, as in `candidates[3].choices[0][1]`; "" is the whole."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem


class _Object(dict[str, Any]):
    """A JSON object that remembers the first key written twice."""

    twice: str | None = None

    @classmethod
    def of(cls, pairs: list[tuple[str, Any]]) -> Self:
        read = cls(pairs)
        if len(read) < len(pairs):
            times = Counter(key for key, _ in pairs)
            read.twice = next(key for key in times if times[key] > 1)
        return read


def read_json(path: str | Path) -> Any:
    """The JSON in a file, plain or gzip. Raises InputError for what cannot be read."""
    try:
        raw = Path(path).read_bytes()
        text = (_opened(raw, path) if raw.startswith(_GZIP_MAGIC) else raw).decode("utf-8")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError("", f"{path} is a broken gzip file") from error
    except OSError as error:
        raise InputError("", f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError("", f"{path} is not JSON in UTF-8 (byte {error.start})") from error
    try:
        return json.loads(text, object_pairs_hook=_Object.of, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InputError("", f"{path} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise InputError("", f"{path} is nested too deeply") from error
    except InputError:
        raise
    except ValueError as error:  # json refuses integers of more digits than sys.get_int_max_str_digits()
        raise InputError("", f"{path} holds a number with too many digits") from error


def _opened(raw: bytes, path: str | Path) -> bytes:
    """What is in a gzip file; a small one that would fill the memory is refused before it does."""
    most = max(_ANY, _TIMES * len(raw))
    with gzip.GzipFile(fileobj=BytesIO(raw)) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise InputError("", f"{path} opens to more than {most >> 20} MiB, which no round of its size does")
    return found


def write_json(path: str | Path, data: Any) -> None:
    """Write data as one line of JSON; gzip when the name ends in .gz. Raises InputError where it cannot be written.

    A file is whole or as it was before: what is written stands beside it until it is all there.
    """
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    try:
        _put(Path(path), gzip.compress(raw, mtime=0) if str(path).endswith(".gz") else raw)
    except OSError as error:
        raise InputError("", f"cannot write {path}: {error.strerror}") from error


def _put(path: Path, raw: bytes) -> None:
    if path.exists() and not path.is_file():  # a pipe or a device takes what comes
        path.write_bytes(raw)
        return
    whole = path.resolve()  # a link goes on pointing to the same file
    part = whole.with_name(f"{whole.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.replace(whole)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def require_format(data: Any, wanted: str) -> None:
    """Refuse a file of another kind before its keys are looked at."""
    if "format" in mapping(data, "") and data["format"] != wanted:
        raise InputError("format", f"must be {json.dumps(wanted)}, not {_shown(data['format'])}")


def members(value: Any, path: str, required: Iterable[str], optional: Container[str] = ()) -> dict[str, Any]:
    """A JSON object that has all the required keys, and no others than those and the optional ones."""
    found = mapping(value, path)
    needed = tuple(required)
    for key in found:
        if key not in needed and key not in optional:
            raise InputError(join(path, key), "unknown key")
    for key in needed:
        if key not in found:
            raise InputError(join(path, key), "is missing")
    return found


def mapping(value: Any, path: str) -> dict[str, Any]:
    """A JSON object with no key twice."""
    if not isinstance(value, dict):
        _wrong(value, path, "an object")
    twice = getattr(value, "twice", None)
    if twice is not None:
        raise InputError(join(path, twice), "the key stands twice in one object")
    return value


def elements(value: Any, path: str, *, empty: bool = True) -> list[Any]:
    """A JSON list; not empty unless `empty`."""
    if not isinstance(value, list):
        _wrong(value, path, "a list")
    if not value and not empty:
        raise InputError(path, "must not be empty")
    return value


def text(value: Any, path: str) -> str:
    """Any text that can be written in UTF-8."""
    if not isinstance(value, str):
        _wrong(value, path, "a text")
    if _SURROGATE.search(value):
        raise InputError(path, "holds a lone surrogate")
    return value


def name(value: Any, path: str) -> str:
    """An id, tag, kind or host: non-empty NFC text without `/` and control characters."""
    read = text(value, path)
    if not read:
        raise InputError(path, "must not be empty")
    if "/" in read:
        raise InputError(path, f"{read!r} must not hold '/'")
    if _UNPRINTABLE.search(read):
        raise InputError(path, f"{read!r} must not hold control characters")
    if not unicodedata.is_normalized("NFC", read):
        raise InputError(path, f"{read!r} is not in Unicode normal form C (NFC)")
    return read


def names(value: Any, path: str, *, empty: bool = True) -> tuple[str, ...]:
    """A list of distinct names."""
    found = tuple(name(item, f"{path}[{at}]") for at, item in enumerate(elements(value, path, empty=empty)))
    refuse_twice(found, path)
    return found


def reference(value: Any, path: str, known: Container[str], noun: str) -> str:
    """The id of something that exists."""
    if not isinstance(value, str):
        _wrong(value, path, "a text")
    if value not in known:
        raise InputError(path, f"there is no {noun} {value!r}")
    return value


def references(value: Any, path: str, known: Container[str], noun: str, *, empty: bool = True) -> tuple[str, ...]:
    """A list of distinct ids of things that exist."""
    listed = elements(value, path, empty=empty)
    found = tuple(reference(item, f"{path}[{at}]", known, noun) for at, item in enumerate(listed))
    refuse_twice(found, path)
    return found


def natural(value: Any, path: str) -> int:
    """A JSON integer, not negative; 2.0 and true are none."""
    if type(value) is not int:
        _wrong(value, path, "an integer")
    if value < 0:
        raise InputError(path, "must not be negative")
    return value


def flag(value: Any, path: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        _wrong(value, path, "true or false")
    return value


def refuse_twice(found: tuple[str, ...], path: str) -> None:
    """Raise at the first element that stands in the list before."""
    if len(set(found)) == len(found):
        return
    at = next(at for at, item in enumerate(found) if item in found[:at])
    raise InputError(f"{path}[{at}]", f"{found[at]!r} stands twice")


def join(path: str, key: str) -> str:
    """The path of a key; a key that would blur the path is written as JSON."""
    if not key.isidentifier():
        return f"{path}[{json.dumps(key)}]"
    return f"{path}.{key}" if path else key


def _wrong(value: Any, path: str, wanted: str) -> NoReturn:
    raise InputError(path, f"must be {wanted}, not {_shown(value)}" if path else f"the file must hold {wanted}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    written = json.dumps(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return written if len(written) <= 40 else written[:37] + "..."


def _refuse_constant(constant: str) -> NoReturn:
    raise InputError("", f"the file holds {constant}, which is not JSON")
