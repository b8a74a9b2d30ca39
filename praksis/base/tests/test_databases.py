"""Where each role connects."""

import json
import os
from pathlib import Path

import pytest

from praksis.base.databases import SetupError, addresses, data_folder, database_settings, socket_folder, user_names


def test_without_addresses_every_role_goes_to_the_embedded_server(tmp_path: Path) -> None:
    (tmp_path / "passwords.json").write_text(json.dumps({"web": "s3cret", "owner": "other"}))
    web = database_settings("web", tmp_path, {})["default"]
    assert (web["USER"], web["PASSWORD"], web["HOST"]) == ("praksis_web", "s3cret", str(tmp_path / "pg" / "run"))
    assert database_settings("owner", tmp_path, {})["default"]["PASSWORD"] == "other"


def test_an_address_is_taken_apart_and_names_the_role(tmp_path: Path) -> None:
    environ = {
        "DATABASE_URL": "postgresql://boss:x@db.example/praksis",
        "DATABASE_URL_WEB": "postgresql://front:a%40b@db.example:5433/praksis?sslmode=require",
        "DATABASE_URL_TRAIL": "postgresql://diary@db.example/praksis",
    }
    web = database_settings("web", tmp_path, environ)["default"]
    assert (web["NAME"], web["USER"], web["PASSWORD"]) == ("praksis", "front", "a@b")
    assert (web["HOST"], web["PORT"], web["OPTIONS"]["sslmode"]) == ("db.example", "5433", "require")
    assert user_names(tmp_path, environ) == {"owner": "boss", "web": "front", "trail": "diary"}


def test_the_web_has_a_connection_to_the_trail_and_nobody_else_does(tmp_path: Path) -> None:
    assert database_settings("web", tmp_path, {})["trail"]["USER"] == "praksis_trail"
    assert set(database_settings("worker", tmp_path, {})) == set(database_settings("owner", tmp_path, {})) == {"default"}


def test_a_role_without_an_address_is_refused_with_the_name_of_the_variable(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="DATABASE_URL_WORKER"):
        database_settings("worker", tmp_path, {"DATABASE_URL": "postgresql://boss@db.example/praksis"})


def test_a_process_may_know_its_own_address_alone(tmp_path: Path) -> None:
    assert set(addresses(tmp_path, {"DATABASE_URL_WEB": "postgresql://front@db.example/praksis"})) == {"web"}


def test_the_pool_is_as_large_as_the_threads_and_the_owner_has_none(tmp_path: Path) -> None:
    pool = database_settings("web", tmp_path, {"PRAKSIS_THREADS": "7"})["default"]["OPTIONS"]["pool"]
    assert pool == {"min_size": 2, "max_size": 7, "timeout": 5}
    assert "pool" not in database_settings("owner", tmp_path, {})["default"]["OPTIONS"]


def test_a_socket_never_gets_a_path_too_long_for_it(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    assert socket_folder(tmp_path) == tmp_path / "pg" / "run"
    assert len(str(socket_folder(deep))) < 60
    assert socket_folder(deep) != socket_folder(tmp_path / ("e" * 100))


def test_root_keeps_data_where_the_server_can_reach_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    one, other = (data_folder(Path(f"/root/{name}"), "start") for name in ("one", "other"))
    assert one.is_relative_to("/var/lib/praksistorget")
    assert one != other
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert data_folder(Path("/home/kari/clone"), "start") == Path("/home/kari/clone/.data/start")
