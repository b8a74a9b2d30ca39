"""Where each database role connects: by `DATABASE_URL` and its siblings, or else to the embedded server.

No Django here: settings.py reads this module, and so does the supervisor before there is a database.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

VARIABLES = {
    "owner": "DATABASE_URL",
    "web": "DATABASE_URL_WEB",
    "worker": "DATABASE_URL_WORKER",
    "trail": "DATABASE_URL_TRAIL",
    "backup": "DATABASE_URL_BACKUP",
}
RUNTIME = ("web", "worker", "trail")
"""The roles that serve people. None of them may pass by row-level security (docs/decisions, design: two locks)."""
DATABASE = "praksis"
SYSTEM_FOLDER = Path("/var/lib/praksistorget")
TRAIL_OPTIONS = "-c statement_timeout=10s -c idle_in_transaction_session_timeout=10s"
"""An entry is there within seconds of its moment or not at all, so that a time that was chained gets no more entries."""
SOCKET_PATH_LIMIT = 100
"""Bytes. `sun_path` holds 108 on Linux and 104 on macOS."""


class SetupError(Exception):
    """Something the person at the terminal has to put right. The text is the whole message: one clear sentence or two."""


def user_name(role: str) -> str:
    """The name of a role on the server, unless an address says otherwise."""
    return f"praksis_{role}"


def data_folder(root: Path, name: str) -> Path:
    """Where the data of this clone lie by default.

    PostgreSQL does not run as root, and the user it then runs as cannot enter root's home, so root's data go to /var/lib.
    """
    if os.geteuid() == 0:
        return SYSTEM_FOLDER / hashlib.sha256(os.fsencode(root)).hexdigest()[:12] / name
    return root / ".data" / name


def socket_folder(data: Path) -> Path:
    """The folder of the embedded server's socket: in `data`, or in /tmp where the path would be too long for a socket."""
    folder = data / "pg" / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return folder
    name = f"praksis-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    return Path("/tmp") / name  # nosec B108 # noqa: S108 - its owner is checked


def embedded_address(data: Path, user: str, password: str, database: str = DATABASE) -> str:
    return f"postgresql://{quote(user)}:{quote(password)}@/{quote(database)}?host={quote(str(socket_folder(data)), safe='')}"


def passwords(data: Path) -> dict[str, str]:
    """The embedded server's passwords by role, `superuser` among them; empty before the server is made."""
    file = data / "passwords.json"
    found: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return found


def addresses(data: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The address of each role: those in the environment if there is one at all, else the embedded server's."""
    given = {role: environ[variable] for role, variable in VARIABLES.items() if environ.get(variable)}
    return given or {role: embedded_address(data, user_name(role), passwords(data).get(role, "")) for role in VARIABLES}


def user_names(data: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Each role's name on the server, as its address says."""
    return {role: str(conninfo_to_dict(address)["user"]) for role, address in addresses(data, environ).items()}


def database_settings(role: str, data: Path, environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for a process that runs as `role`.

    Web and worker keep a pool as large as their threads: a smaller one makes requests wait, a larger one is never used. The web
    has a second one for the read trail, so that an entry stands whatever becomes of the page; it is taken after the page's own,
    always in that order. The owner's connections are for maintenance: migrations, and the demo's generator.
    """
    found = addresses(data, environ)
    settings = {"default": _connection(role, found, "praksis.base.locked")}
    if role == "owner":
        settings["default"]["OPTIONS"]["options"] = "-c app.purpose=maintenance"
        return settings
    if role == "web":
        settings["trail"] = _connection("trail", found, "django.db.backends.postgresql")
        settings["trail"]["OPTIONS"]["options"] = TRAIL_OPTIONS
    threads = int(environ.get("PRAKSIS_THREADS", "4"))
    for connection in settings.values():
        connection["OPTIONS"]["pool"] = {"min_size": min(2, threads), "max_size": threads, "timeout": 5}
    return settings


def _connection(role: str, found: Mapping[str, str], engine: str) -> dict[str, Any]:
    if role not in found:
        raise SetupError(f"DATABASE_URL is set, but {VARIABLES[role]} is not. Every role has an address: see `make roles-sql`.")
    options: dict[str, Any] = conninfo_to_dict(found[role])
    return {
        "ENGINE": engine,
        "NAME": options.pop("dbname", DATABASE),
        "USER": options.pop("user"),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
