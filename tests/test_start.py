"""The whole house, really started: an empty region on data of its own, killed and mended. The tests run in order."""

import contextlib
import errno
import http.client
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from praksis.base import supervisor
from praksis.base.databases import SYSTEM_FOLDER, SetupError, addresses
from praksis.base.processes import Child

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 150
READY_SECONDS_FULL = 900


class House:
    """A started house and what it said."""

    def __init__(self, data: Path, port: int, kind: str, options: Mapping[str, str]) -> None:
        self.data, self.port, self.kind, self.options = data, port, kind, options
        self.said: list[str] = []

    def command(self, kind: str = "", **other: Any) -> list[str]:
        given = {"port": self.port, "data": self.data} | self.options | other
        options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        return [sys.executable, "-m", "praksis.base.supervisor", kind or self.kind, *options]

    def start(self) -> None:
        """Start, and wait for READY."""
        self.said = []
        self.process = subprocess.Popen(
            self.command(), cwd=ROOT, env=_plain(), stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, args=[lines], daemon=True).start()
        give_up = time.monotonic() + (READY_SECONDS_FULL if self.options.get("size") == "full" else READY_SECONDS)
        while not any(line.startswith("READY") for line in self.said):
            with contextlib.suppress(queue.Empty):
                self.said.append(lines.get(timeout=0.2))
            assert self.process.poll() is None, self.said
            assert time.monotonic() < give_up, self.said

    def _listen(self, lines: "queue.Queue[str]") -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            for line in out:
                lines.put(line.rstrip())

    def processes(self) -> dict[str, int]:
        """The numbers of web, worker and database."""
        signs = {"gunicorn": "web", "procrastinate": "worker", "postgres": "database"}
        listed = subprocess.run(["ps", "-wweo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout.splitlines()[
            1:
        ]
        own = [(pid, args) for pid, parent, args in (line.split(None, 2) for line in listed) if int(parent) == self.process.pid]
        return {name: int(pid) for sign, name in signs.items() for pid, args in own if sign in args[:160]}

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as asked:
            asked.request("GET", path, headers=headers)
            with asked.getresponse() as answer:
                answer.body = answer.read().decode(errors="replace")  # type: ignore[attr-defined]
                return answer

    def health(self) -> tuple[int, dict[str, str]]:
        try:
            answer = self.get("/healthz")
        except OSError:
            return 0, {}
        return answer.status, json.loads(answer.body) if answer.status in (200, 503) else {}  # type: ignore[attr-defined]

    def owner(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(addresses(self.data, {})["owner"], autocommit=True, options="-c app.purpose=maintenance")

    def kill_everything(self) -> None:
        """As a power cut would: nobody gets to tidy up."""
        everyone = [self.process.pid, *self.processes().values()]
        for pid in everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def _plain() -> dict[str, str]:
    """The environment without the tests' own settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PRAKSIS_", "DATABASE_URL", "DJANGO_"))}


def _soon(holds: Callable[[], bool], seconds: float = 20) -> bool:
    give_up = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.1)
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def standing_house(kind: str = "start", **other: Any) -> Iterator[House]:
    """On data of its own, which are gone afterwards."""
    root = os.geteuid() == 0
    if root:
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="test-", dir=SYSTEM_FOLDER if root else None))
    folder.chmod(0o755)
    made = House(folder / "data", _free_port(), kind, other)
    made.start()
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.send_signal(signal.SIGINT)
            made.process.wait(40)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with standing_house() as made:
        yield made


def test_it_is_ready_and_well(house: House) -> None:
    assert house.said[-1] == f"READY http://127.0.0.1:{house.port}"
    assert house.health() == (200, {"database": "ok", "migrations": "ok", "jobs": "ok", "roles": "ok", "search": "ok"})


def test_the_first_run_link_is_printed_and_opens(house: House) -> None:
    link = next(line.strip() for line in house.said if f":{house.port}/start/" in line)
    assert house.get(link.partition(str(house.port))[2]).status == 200
    assert house.get("/start/guessed/").status in (404, 410)


def test_pages_are_safe_and_show_nothing_of_the_demo(house: House) -> None:
    answer = house.get("/", **{"X-Forwarded-Proto": "https"})
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert (answer.headers["X-Content-Type-Options"], answer.headers["X-Frame-Options"]) == ("nosniff", "DENY")
    cookies = house.get("/logg-inn/", **{"X-Forwarded-Proto": "https"}).headers.get_all("Set-Cookie", [])
    assert cookies
    assert all("Secure" in cookie and cookie.startswith("__Host-") for cookie in cookies)
    assert "/demo/" not in answer.body  # type: ignore[attr-defined]
    assert house.get("/demo/").status == 404


def test_static_files_are_served_compressed_and_for_long(house: House) -> None:
    page = house.get("/").body  # type: ignore[attr-defined]
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert sheet
    answer = house.get(sheet[1], **{"Accept-Encoding": "gzip"})
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in answer.headers["Cache-Control"]


def test_only_its_owner_reads_the_secret(house: House) -> None:
    assert (house.data / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len((house.data / "secret_key").read_text()) > 50


def test_a_migration_that_is_missing_makes_it_unwell(house: House) -> None:
    with house.owner() as owner:
        owner.execute("update django_migrations set name = 'gone' where app = 'catalogue' and name = '0001_initial'")
        try:
            assert house.health() == (
                503,
                {"database": "ok", "migrations": "missing", "jobs": "ok", "roles": "ok", "search": "ok"},
            )
        finally:
            owner.execute("update django_migrations set name = '0001_initial' where app = 'catalogue' and name = 'gone'")


@pytest.mark.parametrize("who", ["worker", "web"])
def test_who_dies_is_started_again(house: House, who: str) -> None:
    before = house.processes()[who]
    os.kill(before, signal.SIGKILL)
    assert _soon(lambda: house.processes().get(who, before) != before)
    assert _soon(lambda: house.health()[0] == 200)


def test_a_killed_database_comes_back_under_a_running_house(house: House) -> None:
    before = house.processes()["database"]
    os.kill(before, signal.SIGKILL)
    assert _soon(lambda: house.processes().get("database", before) != before)
    assert _soon(lambda: house.health()[0] == 200, 40)


def test_a_second_one_on_the_same_data_is_refused(house: House) -> None:
    done = subprocess.run(house.command(port=_free_port()), cwd=ROOT, env=_plain(), capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "are in use by another" in done.stderr


def test_killed_it_starts_again_with_every_committed_row(house: House) -> None:
    with house.owner() as owner:
        owner.execute(
            "insert into accounts_session (session_key, session_data, expire_date, way, client)"
            " select n::text, '', now(), '', '' from generate_series(1, 200) n"
        )
    house.kill_everything()
    house.start()
    with house.owner() as owner:
        assert owner.execute("select count(*) from accounts_session where session_data = ''").fetchone() == (200,)


def test_ctrl_c_ends_everything(house: House) -> None:
    left = house.processes()
    assert set(left) == {"web", "worker", "database"}
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(30) == 0
    assert [name for name, pid in left.items() if Path(f"/proc/{pid}").exists()] == []
    assert not (house.data / "pg" / "data" / "postmaster.pid").exists()


def test_the_demo_is_refused_on_real_data(house: House) -> None:
    done = subprocess.run(house.command("demo"), cwd=ROOT, env=_plain(), capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "were made by `make start`" in done.stderr


# ---------------------------------------------------------------- refusals, in one sentence


def _refusal(*words: str) -> str:
    command = [sys.executable, "-m", "praksis.base.supervisor", *words]
    done = subprocess.run(command, cwd=ROOT, env=_plain(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip().count("\n")) == (1, 0), done.stderr
    return done.stderr.strip()


def test_a_port_in_use_is_refused_with_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE_SECONDS", 0.3)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupError, match=rf"Port {port} is in use by another program.*PORT={port + 1}"):
            supervisor._refuse_taken_port(port)


def test_a_folder_that_cannot_be_made_is_told() -> None:
    assert "/dev/null/data" in _refusal("start", "--data", "/dev/null/data", "--port", str(_free_port()))


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    env = _plain() | {
        "DATABASE_URL": "postgresql://boss@127.0.0.1:1/praksis",
        "DATABASE_URL_WEB": "postgresql://web@127.0.0.1:1/praksis",
    }
    command = [sys.executable, "-m", "praksis.base.supervisor", "start", "--data", str(tmp_path), "--port", str(_free_port())]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "The database does not answer: connection failed" in done.stderr


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EACCES, "No permission to write /srv/data"),
        (errno.EROFS, "No permission to write"),
    ],
)
def test_errors_of_the_system_are_told_in_words(number: int, sentence: str) -> None:
    assert supervisor._in_words(OSError(number, os.strerror(number), "/srv/data")).startswith(sentence)


def test_a_disk_that_is_nearly_full_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor.shutil, "disk_usage", lambda _: SimpleNamespace(free=9_000_000))
    with pytest.raises(SetupError, match="has 9 MB free, and 200 MB are needed"):
        supervisor._refuse_full_disk(tmp_path)


def test_each_role_gets_its_own_address_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_URL_WEB", "DATABASE_URL_WORKER", "DATABASE_URL_BACKUP"):
        monkeypatch.setenv(name, f"postgresql://{name.lower()}@db.example/praksis")
    options = supervisor.Options("start", "small", 8000, tmp_path, with_parent=False)
    given = {name for name in supervisor._environment(options, "web") if name.startswith("DATABASE_URL")}
    assert given == {"DATABASE_URL_WEB"}


def test_who_keeps_dying_is_started_less_and_less_often() -> None:
    child = Child("short", [sys.executable, "-c", ""], os.environ)
    waits = []
    for _ in range(4):
        child.process.wait()
        assert "starting it again" in child.keep_alive()
        assert child.start_again_at is not None
        waits.append(round(child.start_again_at - time.monotonic()))
        child.start()
    child.stop(5)
    assert waits == [0, 1, 2, 4]
