"""Through whose eyes: everyone who can sign in, and every way in with every key, right and wrong."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

from praksis.base.identity import NOBODY, Identity
from praksis.base.locks import declared_policies, tables_of_persons
from praksis.web.middleware import identity_of
from tests.locks.model import Region
from tests.locks.raw import Look
from tests.locks.region import users

_ASKED = re.compile(r"current_setting\('app\.purpose', true\)\)? (?:in \(|= )([^)]*)")
KEYS = {
    "accounts_session": ("session_key",),
    "accounts_user": ("id", "email"),
    "accounts_signinlink": ("digest", "user_id"),
    "accounts_outsideidentity": ("mark",),
    "accounts_linkrequest": ("id", "pair", "near", "network"),
    "candidates_guardian": ("user_id",),
    "candidates_consent": ("given_by_id",),
    "rounds_entry": ("round_id",),
    "candidates_candidate": ("id",),
    "base_pseudonym": ("subject",),
    "organisations_membership": ("role", "user_id", "member_id"),
    "organisations_hostcontact": ("user_id", "host_id"),
    "accounts_factor": ("user_id",),
    "messages_message": ("id", "user_id"),
    "messages_muted": ("user_id",),
    "catalogue_savedsearch": ("id", "user_id"),
    "rounds_auditor": ("user_id",),
    "intake_intakefile": ("intake_id",),
    "organisations_invitation": ("id", "digest", "invited_by_id"),
}
"""Columns that a policy compares with a key."""


def purposes() -> list[str]:
    """Every purpose that a policy asks for."""
    listed = [listed for policy in declared_policies().values() for listed in _ASKED.findall(policy.using)]
    return sorted({purpose for one in listed for purpose in re.findall(r"'([\w-]+)'", one)})


def roles() -> list[str]:
    """Every role that a policy is for."""
    return sorted({policy.role for policy in declared_policies().values()})


def people() -> list[Identity]:
    """Nobody, and everyone as a request acts for them, first by their name alone, while it finds out what is theirs."""
    return [NOBODY, *(Identity(user=str(one.pk)) for one in users()), *(identity_of(one) for one in users())]


def ways_in(region: Region, by_people: list[Identity], *, each: int) -> list[Identity]:
    """Every purpose with every key: `each` values of every column that is one, two addresses at once, something that fits
    nothing, and nothing. Without a purpose too: a key alone opens nothing."""
    keys = [key for table, columns in KEYS.items() for column in columns for key in _values(region, table, column)[:each]]
    keys += [",".join(_values(region, "accounts_user", "email")[:2]), "first-run", str(uuid.UUID(int=1)), ""]
    return [
        *_invited(region),
        *_inviting(region, by_people),
        *(Identity(purpose=purpose, key=key) for purpose in ["", *purposes()] for key in keys),
    ]


def _invited(region: Region) -> list[Identity]:
    """Whoever is invited, and somebody else, with the token of each invitation."""
    rows = region.rows["accounts_user"].values()
    invitations = list(region.rows["organisations_invitation"].values())
    asked = {one["email"] for one in invitations}
    some = [one for one in rows if one["email"] in asked] + [one for one in rows if one["email"] not in asked][:1]
    return [Identity(user=str(who["id"]), purpose="invitation", key=str(one["digest"])) for who in some for one in invitations]


def _inviting(region: Region, by_people: list[Identity]) -> list[Identity]:
    """Whoever says who works there, and sees the invitations, with the tokens of these, but not come by one."""
    rows = region.rows["organisations_invitation"].values()
    return [
        replace(by, key=str(one["digest"]))
        for by in by_people
        for one in rows
        if {one["member_id"], one["host_id"]} & {*by.appoints}
    ]


def _values(region: Region, table: str, column: str) -> list[str]:
    return sorted({str(row[column]) for row in region.rows[table].values() if row[column]})


def looks(by_people: list[Identity], by_ways_in: list[Identity]) -> Iterator[Look]:
    """Everyone at every table; the ways in at the tables whose policies ask for a key, and the owner for its purpose."""
    keyed = _keyed()
    for table in tables_of_persons():
        yield from (Look("owner", by, table) for by in (NOBODY, by_people[-1], Identity(purpose="maintenance")))
        for role in roles():
            yield from (Look(role, by, table) for by in by_people if role != "owner")
            yield from (Look(role, by, table) for by in by_ways_in if (table, role) in keyed)


def _keyed() -> set[tuple[str, str]]:
    """Tables, by role, whose policies ask for a key, or ask a table whose policies do."""
    asked = [(table, policy.role, policy.using) for (table, _name), policy in declared_policies().items()]
    found = {(table, role) for table, role, using in asked if "app.key" in using}
    return found | {(table, role) for table, role, using in asked for name, by in found if by == role and f" {name} " in using}
