"""The language of policies: what row-level security may ask of a row. Equalities and arrays on indexed columns, no more.

A setting that is empty or missing is null, and null shows nothing. Each is asked once a statement (`select`), not once a row.
"""

from typing import NamedTuple

USER = "(select nullif(current_setting('app.user', true), '')::uuid)"


def _listed(setting: str) -> str:
    return f"any ((select string_to_array(nullif(current_setting('app.{setting}', true), ''), ',')::uuid[])::uuid[])"


MEMBERS, UNITS, LED, APPOINTS, PEOPLE = map(_listed, ("members", "units", "led", "appoints", "people"))
MAINTENANCE = "(select current_setting('app.purpose', true)) = 'maintenance'"


def key(*purposes: str) -> str:
    """The key of a way in, as text; null unless the transaction acts for one of the purposes."""
    named = ", ".join(f"'{purpose}'" for purpose in purposes)
    given = "nullif(current_setting('app.key', true), '')"
    return f"(select case when current_setting('app.purpose', true) in ({named}) then {given} end)"


def keys(purpose: str) -> str:
    """The same where the key is a list."""
    return f"any ((select string_to_array({key(purpose)}, ','))::text[])"


class Policy(NamedTuple):
    """What a role may do with rows for which `using` holds. `command` is select, insert, update, delete or all."""

    role: str
    command: str
    using: str

    def clause(self) -> str:
        """What rows must be like before, and after."""
        using = f"using ({self.using})" if self.command != "insert" else ""
        check = f"with check ({self.using})" if self.command in {"insert", "update", "all"} else ""
        return f"{using} {check}".strip()


OVERDUE = f"{key('overdue')} is not null"
"""Each night the worker looks for what has been kept long enough. What it may remove then is older than `base.retention` says."""


def forgotten(column: str, *commands: str) -> list[Policy]:
    """What the worker may do with the rows of the one person who is being erased."""
    return [Policy("worker", command, f"{column} = {key('retention')}::uuid") for command in commands]


def overdue(older: str, *commands: str) -> list[Policy]:
    """What it may do with whatever is old enough: `older` says of a row that it is."""
    return [Policy("worker", command, f"{OVERDUE} and {older}") for command in commands or ("select", "delete")]
