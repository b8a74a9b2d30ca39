"""The dictionary of the search: Hunspell's words of bokmål and nynorsk, for PostgreSQL, which then knows forms and compounds.

PostgreSQL reads them (`hunspell`) from a folder of its own, where only who runs the server may put files: the embedded server
gets them when it starts. Where they are not there, the search does without, and /healthz says so.

A connection that asks the dictionary reads it into its memory (see docs/reports/bench-search.txt). So the web never
does: what each word means is kept in the table of words (`SearchWord`), and the dictionary is asked for new words only, by worker
and owner.
"""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from praksis.base.hunspell import LANGUAGES, SCHEMA

TOKENS = "asciiword, word, hword, hword_part, hword_asciipart, asciihword"

type Readings = list[tuple[str, ...]]


def install() -> bool:
    """Make the configurations `praksis_nb` and `praksis_nn` anew, as the owner; False where the server has no files."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            remove()
            cursor.execute(f"create schema {SCHEMA}")
            users = [sql.Identifier(settings.DATABASE_USERS["worker"])]
            cursor.execute(sql.SQL(f"grant usage on schema {SCHEMA} to {{}}").format(*users).as_string(None))
            for language in LANGUAGES:
                file, name = f"praksis_{language}", f"{SCHEMA}.praksis_{language}"
                options = f"template = pg_catalog.ispell, dictfile = {file}, afffile = {file}"
                cursor.execute(f"create text search dictionary {name} ({options})")
                cursor.execute(f"create text search configuration {name} (copy = pg_catalog.simple)")
                cursor.execute(f"alter text search configuration {name} alter mapping for {TOKENS} with {name}")
    except DatabaseError:
        return False
    return True


def remove() -> None:
    """Take the configurations away again, as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(f"drop schema if exists {SCHEMA} cascade")


def is_installed() -> bool:
    with connection.cursor() as cursor:
        of_ours = "select count(*) = %s from pg_ts_config where cfgnamespace = to_regnamespace(%s)"
        cursor.execute(of_ours, [len(LANGUAGES), SCHEMA])
        (installed,) = cursor.fetchone()
    return bool(installed)


def readings(words: Iterable[str]) -> Mapping[str, Readings]:
    """How the dictionary reads each word: its base forms, and the parts it may be put together from.

    «sykehjemsplassen»: ("sykehjemsplass",) and ("sykehjem", "plass"). No reading for a word that it does not know. Words hold
    letters and digits alone.
    """
    columns = ", ".join(f"to_tsquery('{SCHEMA}.praksis_{language}', word)::text" for language in LANGUAGES)
    with connection.cursor() as cursor:
        cursor.execute(f"select word, {columns} from unnest(%s::text[]) as word", [sorted(words)])  # noqa: S608 - fixed names
        return {word: _read(said) for word, *said in cursor.fetchall()}


def _read(said: Iterable[str]) -> Readings:
    found = dict.fromkeys(
        tuple(part.strip(" '") for part in reading.split("&")) for query in said for reading in query.split("|") if query
    )
    return list(found)
