"""Copies of the whole database, made by PostgreSQL's own programs: taken by the role `backup`, put back by the owner.

The passwords go to the programs through the environment, and to no command line that others could list.
"""

import os
import subprocess
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from praksis.base.databases import SetupError
from praksis.base.embedded import program
from praksis.base.hunspell import SCHEMA

_TABLES = "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"


def take(address: str, file: Path) -> None:
    """Write everything to a new file that only its owner may read. `address` is that of the role `backup`."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as problem:
        raise SetupError(f"{file} is there already. Choose another name, so that no older copy is lost.") from problem
    with os.fdopen(opened, "wb") as out:
        said = _run("pg_dump", address, ["--format=custom", f"--exclude-schema={SCHEMA}"], stdout=out)
    if said:
        file.unlink()
        raise SetupError(f"The copy could not be taken: {said}")


def put_back(address: str, file: Path) -> None:
    """Make what the file holds in an empty database, all or nothing. `address` is the owner's.

    Nobody else may read a table until `migrate` has put the rooms' policies and grants in place.
    """
    if not file.is_file():
        raise SetupError(f"{file} is not there.")
    with psycopg.connect(address) as owner:
        (tables,) = owner.execute(_TABLES).fetchone() or (0,)
    if tables:
        raise SetupError(
            "This database has tables already. A copy is put back into an empty one: choose another DATA or database."
        )
    said = _run("pg_restore", address, ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(file)])
    if said:
        raise SetupError(f"The copy could not be put back: {said}")


def _run(name: str, address: str, options: list[str], *, stdout: object = subprocess.DEVNULL) -> str:
    """What the program complained of; nothing when all went well."""
    parts = {key: str(value) for key, value in conninfo_to_dict(address).items()}
    env = {"PATH": os.environ.get("PATH", os.defpath), "PGPASSWORD": parts.pop("password", "")}
    command = [program(name), f"--dbname={make_conninfo(**parts)}", "--no-password", *options]
    done = subprocess.run(command, env=env, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)  # type: ignore[call-overload]
    return "" if done.returncode == 0 else str(done.stderr).strip()
