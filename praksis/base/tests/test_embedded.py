"""The embedded server, with servers of the tests' own: made, shared, killed, moved."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from praksis.base import embedded
from praksis.base.databases import SYSTEM_FOLDER, VARIABLES, SetupError, addresses, passwords, socket_folder, user_name
from praksis.base.roles import as_text, database_statements, role_statements


def _folder() -> str:
    """A temporary folder that the server's user can reach: pytest's own is closed to others."""
    if os.geteuid() == 0:
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    made = tempfile.mkdtemp(prefix="test-", dir=SYSTEM_FOLDER if os.geteuid() == 0 else None)
    Path(made).chmod(0o755)
    return made


@pytest.fixture
def fresh() -> Iterator[Path]:
    """An empty folder."""
    folder = Path(_folder())
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """The folder of one server, that the tests start and stop."""
    folder = Path(_folder())
    yield folder / "data"
    shutil.rmtree(folder)


def _as(role: str, data: Path) -> psycopg.Connection[Any]:
    return psycopg.connect(addresses(data, {})[role], autocommit=True)


def _postmaster(data: Path) -> int:
    return int((data / "pg" / "data" / "postmaster.pid").read_text().split()[0])


def _alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state) and not state.startswith("Z")


def test_an_empty_folder_becomes_a_server_with_held_roles(data: Path) -> None:
    with embedded.running(data), _as("owner", data) as owner:
        rows = owner.execute(
            "select rolname, rolsuper, rolbypassrls from pg_roles where rolname like 'praksis%' order by rolname"
        ).fetchall()
        assert rows == [
            ("praksis_backup", False, True),
            ("praksis_owner", False, False),
            ("praksis_trail", False, False),
            ("praksis_web", False, False),
            ("praksis_worker", False, False),
        ]
        assert owner.execute("show listen_addresses").fetchone() == ("",)
        assert owner.execute("show data_checksums").fetchone() == ("on",)
        owner.execute("create table closed (n int)")
        with _as("web", data) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("select * from closed")


def test_only_the_password_opens_and_only_its_owner_reads_it(data: Path) -> None:
    with embedded.running(data):
        wrong = addresses(data, {})["owner"].replace(passwords(data)["owner"], "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
    assert stat.S_IMODE((data / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(socket_folder(data).stat().st_mode) == 0o700


def test_the_last_one_out_stops_the_server(data: Path) -> None:
    with embedded.running(data):
        pid = _postmaster(data)
        with embedded.running(data):
            assert _postmaster(data) == pid
        assert embedded.answers(data)
    assert not embedded.answers(data)
    assert not _alive(pid)


def test_a_killed_server_comes_back_with_every_committed_row(data: Path) -> None:
    with embedded.running(data, with_parent=True):
        with _as("owner", data) as owner:
            owner.execute("create table kept (n int)")
            owner.execute("insert into kept select generate_series(1, 200)")
        os.kill(_postmaster(data), signal.SIGKILL)
        embedded.revive(data)
        with _as("owner", data) as owner:
            assert owner.execute("select count(*) from kept").fetchone() == (200,)


def test_the_servers_log_holds_no_value_of_a_statement(data: Path) -> None:
    with embedded.running(data), _as("owner", data) as owner:
        owner.execute("create table named (name text unique)")
        owner.execute("insert into named values ('Kari')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("insert into named values ('Kari')")
    said = (data / "postgres.log").read_text()
    assert "duplicate key" in said
    assert "Kari" not in said


def test_the_server_ends_when_its_killed_keeper_does(data: Path) -> None:
    if not shutil.which("setpriv"):
        pytest.fail("This test needs setpriv (util-linux).")
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom praksis.base import embedded\n"
        "with embedded.running(Path(sys.argv[1]), with_parent=True): print('up', flush=True); time.sleep(60)"
    )
    keeper = subprocess.Popen([sys.executable, "-c", script, str(data)], stdout=subprocess.PIPE, cwd=Path.cwd())
    assert keeper.stdout is not None
    with keeper.stdout:
        assert keeper.stdout.readline() == b"up\n"
    pid = _postmaster(data)
    keeper.kill()
    keeper.wait()
    give_up = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not _alive(pid)


def test_a_deep_folder_works_although_its_path_is_too_long_for_a_socket(fresh: Path) -> None:
    deep = fresh / ("d" * 60) / ("e" * 60)
    with embedded.running(deep), _as("web", deep) as web:
        assert web.execute("select current_user").fetchone() == ("praksis_web",)
    shutil.rmtree(socket_folder(deep))


def test_a_socket_folder_of_someone_else_is_refused(fresh: Path) -> None:
    deep = fresh / ("d" * 60) / ("f" * 60)
    if os.geteuid() == 0:
        socket_folder(deep).mkdir()
    else:
        socket_folder(deep).symlink_to("/")
    try:
        with pytest.raises(SetupError, match="belongs to another user"), embedded.running(deep):
            pass
    finally:
        socket_folder(deep).rmdir() if os.geteuid() == 0 else socket_folder(deep).unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as someone else")
def test_root_is_told_which_folder_the_server_cannot_enter(fresh: Path) -> None:
    fresh.mkdir()
    (fresh / "mine").mkdir(mode=0o700)
    with pytest.raises(SetupError, match=f"cannot enter {fresh}/mine"), embedded.running(fresh / "mine" / "deep"):
        pass


def test_data_of_another_version_are_left_alone_and_told(data: Path) -> None:
    with embedded.running(data):
        pass
    mark = data / "pg" / "data" / "PG_VERSION"
    right = mark.read_text()
    mark.write_text("14\n")
    with pytest.raises(SetupError, match="made by PostgreSQL 14"), embedded.running(data):
        pass
    mark.write_text(right)


def test_the_printed_sql_makes_the_same_roles_on_a_server_of_ones_own(data: Path) -> None:
    users = {role: f"own_{role}" for role in VARIABLES}
    secrets = dict.fromkeys(VARIABLES, "it's")
    roles, whole = role_statements(users, secrets), [*role_statements(users, secrets), *database_statements(users, "own")]
    with embedded.running(data):
        address = addresses(data, {})["owner"].replace("praksis_owner", "postgres")
        address = address.replace(passwords(data)["owner"], passwords(data)["superuser"])
        psql = [embedded.program("psql"), "-v", "ON_ERROR_STOP=1", "-q", "-d", address.replace("/praksis?", "/postgres?")]
        for statements in (roles, whole):
            done = subprocess.run(psql, input=as_text(statements), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        own = address.replace("postgres:", "own_web:", 1).replace(passwords(data)["superuser"], "it's")
        with psycopg.connect(own.replace("/praksis?", "/own?")) as web:
            assert web.execute("select current_user").fetchone() == ("own_web",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute("create table public.mine (n int)")


def test_the_names_on_the_server_are_the_roles() -> None:
    assert user_name("web") == "praksis_web"
