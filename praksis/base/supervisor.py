"""`make demo` and `make start`: database, web and worker under one roof, from an empty folder to READY.

    python -m praksis.base.supervisor demo --size small --port 8000 --data DIR

Ctrl-C ends web, worker and database in that order. What dies is started again. Everything that lasts lies in the data folder.
"""

import argparse
import contextlib
import errno
import fcntl
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from praksis.base import embedded
from praksis.base.databases import VARIABLES, SetupError, data_folder
from praksis.base.processes import Child, tied

ROOT = Path(__file__).resolve().parent.parent.parent
LEAST_FREE_MB = 200
PATIENCE_SECONDS = 4
"""How long the port and the data may still be held by a predecessor that is ending."""
READY_SECONDS = 90
GRACE_SECONDS = 10


class Stopped(KeyboardInterrupt):
    """Someone asked for the end."""


@dataclass(frozen=True)
class Options:
    """What the command line says. `kind` is demo or start."""

    kind: str
    size: str
    port: int
    data: Path
    with_parent: bool

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_demo(self) -> bool:
        return self.kind == "demo"

    @property
    def is_embedded(self) -> bool:
        return not any(os.environ.get(variable) for variable in VARIABLES.values())


def main(arguments: list[str]) -> int:
    """The exit code. A problem is told in one sentence; Ctrl-C is a good end."""
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, _stop)
    try:
        run(_options(arguments))
    except Stopped:
        say("Stopped. Everything is kept.")
        return 0
    except SetupError as problem:
        return _fail(str(problem))
    except OSError as problem:
        return _fail(_in_words(problem))


def run(options: Options) -> NoReturn:
    """Bring everything up, and look after it until someone asks for the end (Stopped)."""
    with contextlib.ExitStack() as house:
        house.enter_context(_folder(options))
        _refuse_taken_port(options.port)
        if options.is_embedded:
            say("Starting PostgreSQL")
            house.enter_context(embedded.running(options.data, with_parent=True))
        _prepare(options)
        children = house.enter_context(_children(options))
        if not options.is_demo:
            _tell_first_run(options)
        with _allocation(options, children) if options.is_demo else contextlib.nullcontext():
            _wait_until_ready(options, children)
        say(f"READY {options.address}")
        _look_after(options, children)


def say(text: str) -> None:
    print(text, flush=True)


def _fail(sentence: str) -> int:
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    return 1


def _stop(*_: object) -> NoReturn:
    """A second Ctrl-C would cut the orderly end short."""
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, signal.SIG_IGN)
    raise Stopped


def _options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="praksis", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["demo", "start"])
    parser.add_argument("--size", choices=["tiny", "small", "full"], default="small")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", default="", help="the folder for everything that lasts")
    parser.add_argument("--with-parent", action="store_true", help="end when the program that started this one has ended")
    given = parser.parse_args(arguments)
    name = f"demo-{given.size}" if given.kind == "demo" else "start"
    data = Path(given.data).expanduser().resolve() if given.data else data_folder(ROOT, name)
    return Options(given.kind, given.size, given.port, data, given.with_parent)


def _in_words(problem: OSError) -> str:
    if problem.errno == errno.ENOSPC:
        return (
            f"The disk is full ({problem.filename or 'while writing'}). Free some space, or choose another folder with DATA=..."
        )
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"No permission to write {problem.filename}. Choose another folder with DATA=..."
    return f"{problem.filename or ''}: {problem.strerror or problem}".strip(": ")


# ---------------------------------------------------------------- before anything runs


@contextlib.contextmanager
def _folder(options: Options) -> Iterator[None]:
    """Hold the data folder: one house at a time, never a demo on real data, and secrets of its own."""
    options.data.mkdir(parents=True, exist_ok=True)
    with (options.data / "supervisor.lock").open("w") as lock:
        if not _soon(lambda: _locked(lock.fileno())):
            raise SetupError(f"The data in {options.data} are in use by another `make demo` or `make start`. Stop it first.")
        _refuse_full_disk(options.data)
        _refuse_other_kind(options)
        for name in ("secret_key", "identity_key"):
            _make_secret(options.data / name)
        yield


def _locked(file: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _refuse_full_disk(data: Path) -> None:
    free = shutil.disk_usage(data).free // 1_000_000
    if free < LEAST_FREE_MB:
        raise SetupError(
            f"The disk that holds {data} has {free} MB free, and {LEAST_FREE_MB} MB are needed. "
            "Free some space, or choose another folder with DATA=..."
        )


def _refuse_other_kind(options: Options) -> None:
    """The demo lets anyone become anyone: it must never open on a real region's data."""
    mark = options.data / "kind"
    made_by = mark.read_text().strip() if mark.exists() else ""
    if made_by not in ("", options.kind):
        raise SetupError(f"The data in {options.data} were made by `make {made_by}`. Choose another folder with DATA=...")
    mark.write_text(options.kind)


def _make_secret(file: Path) -> None:
    """A key that settings.py reads (of what signs sessions, of what knows people again), readable for its owner alone."""
    if file.exists():
        return
    half = file.with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(secrets.token_urlsafe(50))
    half.rename(file)


def _refuse_taken_port(port: int) -> None:
    if not _soon(lambda: _can_bind(port)):
        raise SetupError(f"Port {port} is in use by another program. Stop it, or choose another port: PORT={port + 1}")


def _can_bind(port: int) -> bool:
    with contextlib.suppress(OSError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def _soon(holds: Callable[[], bool]) -> bool:
    """Whether it holds now, or as soon as a predecessor has ended."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.1)
    return True


# ---------------------------------------------------------------- the database is there


def _environment(options: Options, role: str) -> dict[str, str]:
    """A child's environment: of the database addresses only its own role's, save for the owner, who grants to all."""
    others = {variable for name, variable in VARIABLES.items() if name != role} if role != "owner" else set()
    env = {name: value for name, value in os.environ.items() if name not in others}
    env |= {"PRAKSIS_DATA": str(options.data), "PRAKSIS_ROLE": role, "PRAKSIS_DEMO": "1" if options.is_demo else "0"}
    return env | {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "praksis.config.settings"}


def _manage(*command: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *command]


def _prepare(options: Options) -> None:
    """Migrate, and make the demo's region where there is none. What is half done at a kill is done at the next start."""
    command = _manage("prepare", *(["--size", options.size] if options.is_demo else []))
    process = subprocess.Popen(tied(command, "TERM"), env=_environment(options, "owner"), start_new_session=True)
    try:
        if process.wait():
            raise SetupError("The database could not be made ready: see above.")
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _children(options: Options) -> Iterator[list[Child]]:
    """Web and worker, ended in that order; the demo's fake register last."""
    say("Starting web and worker")
    fakes, register = _fake_register(options)
    children = [
        Child("web", tied(_web(options), "QUIT"), _environment(options, "web") | register),
        Child("worker", tied(_worker(), "TERM"), _environment(options, "worker") | register),
        *fakes,
    ]
    try:
        yield children
    finally:
        for child in children:
            child.stop(GRACE_SECONDS + 2)


def _fake_register(options: Options) -> tuple[list[Child], dict[str, str]]:
    """The demo's own register of enterprises, made up, on a free port of the loopback; and where the others find it."""
    file = options.data / "fake_register.json"
    if not options.is_demo or not file.exists() or "PRAKSIS_REGISTER" in os.environ:
        return [], {}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "praksis.demo.fake_register", "--port", str(port), "--file", str(file)]
    child = Child("fake register", tied(command, "TERM"), _environment(options, "web"))
    return [child], {"PRAKSIS_REGISTER": f"http://127.0.0.1:{port}/enhetsregisteret/api"}


def _web(options: Options) -> list[str]:
    size = ["--workers", "2", "--worker-class", "gthread", "--threads", os.environ.get("PRAKSIS_THREADS", "4"), "--preload"]
    quiet = ["--no-control-socket", "--log-level", "warning", "--graceful-timeout", str(GRACE_SECONDS)]
    bind = ["--bind", f"127.0.0.1:{options.port}", "--chdir", str(ROOT)]
    return [sys.executable, "-m", "gunicorn", "praksis.config.wsgi", *bind, *size, *quiet]


def _worker() -> list[str]:
    grace = ["--shutdown-graceful-timeout", str(GRACE_SECONDS)]
    return _manage("procrastinate", "--skip-checks", "worker", "--concurrency", "2", "--delete-jobs", "successful", *grace)


def _tell_first_run(options: Options) -> None:
    """Print the one-time link while nobody has founded the region."""
    command = _manage("first_run_link", "--skip-checks", options.address)
    done = subprocess.run(command, env=_environment(options, "web"), stdout=subprocess.PIPE, text=True, check=False)
    if link := done.stdout.strip():
        say(f"This region is empty. Open this link, once, to name it and make the first operator:\n  {link}")


# ---------------------------------------------------------------- everything runs


def _wait_until_ready(options: Options, children: list[Child]) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while _healthz(options.port) != 200:
        if time.monotonic() > give_up:
            raise SetupError(f"The pages did not open within {READY_SECONDS} seconds. See above, and {options.address}/healthz")
        _tick(options, children)


def _healthz(port: int) -> int:
    """The status of /healthz, or 0 when nobody answers."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        asked.close()


@contextlib.contextmanager
def _allocation(options: Options, children: list[Child]) -> Iterator[None]:
    """The demo's closed round is solved by the worker and published as its people would: who opens the pages sees results.

    It starts while web and worker do, and is done when the block is left.
    """
    command, environ = tied(_manage("allocate_region"), "TERM"), _environment(options, "owner")
    process = subprocess.Popen(command, env=environ, start_new_session=True)
    try:
        yield
        while process.poll() is None:
            _tick(options, children)
        if process.returncode:
            raise SetupError("The demo's round could not be allocated: see above.")
    finally:
        process.terminate()
        process.wait()


def _look_after(options: Options, children: list[Child]) -> NoReturn:
    parent = os.getppid()
    while True:
        _tick(options, children)
        if options.with_parent and os.getppid() != parent:
            raise Stopped


def _tick(options: Options, children: list[Child]) -> None:
    time.sleep(0.3)
    if options.is_embedded:
        embedded.revive(options.data)
    for child in children:
        if news := child.keep_alive():
            say(news)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
