"""Every policy, broken in every way: each must show in the comparison with the model."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from django.conf import settings
from psycopg import sql

from praksis.base.grants import declared
from praksis.base.locks import Named, declared_policies
from praksis.base.policies import MEMBERS, PEOPLE, Policy

_SETTING = re.compile(r"nullif\(current_setting\('app\.(\w+)', true\), ''\)")
_PURPOSES = re.compile(r"current_setting\('app\.purpose', true\) in \(([^)]*)\)")
_COMMANDS = ("select", "insert", "update", "delete")

SURVIVORS = {
    "accounts_user.web_select_13: without «one.host_id = any ((select string_to_array(null...»": (
        "the policies of the contacts show no other contact; oneself one sees already"
    ),
    "rounds_entry.web_select_1: without «link.candidate_id = any ((select string_to_arra...»": (
        "the policies of the links show no other link; the member's staff see the entry already"
    ),
    "rounds_entry.web_select_4: without «one.unit_id = any ((select string_to_array(null...»": (
        "the policies of the links show no other link; of these, the person and the member's staff see the entry already"
    ),
    "rounds_choice.worker_delete_3: for select too": "the list goes with the entry, which the worker sees by the same words",
    "rounds_auditor.web_insert_4: for select, update too": "whom a lead may name in a round the lead sees and ends already",
}
"""Faults that change nothing anyone could see, each with its reason."""


class Mutant(NamedTuple):
    """A policy with a fault; without a policy it is gone."""

    named: Named
    fault: str
    policy: Policy | None

    def __str__(self) -> str:
        return f"{self.named.table}.{self.named.name}: {self.fault}"


def mutants() -> list[Mutant]:
    """All, in the order of the registry."""
    return [Mutant(named, *one) for named, policy in declared_policies().items() for one in _broken(named, policy)]


def _broken(named: Named, policy: Policy) -> Iterator[tuple[str, Policy | None]]:
    using = policy.using
    yield "dropped", None
    if using != "true":
        yield "widened to true", policy._replace(using="true")
    yield "negated", policy._replace(using=f"({using}) is not true")
    yield from ((f"an empty {name} let in", policy._replace(using=text)) for name, text in _empty_let_in(using))
    yield from ((f"without «{_short(part)}»", policy._replace(using=text)) for part, text in _without_a_part(using))
    yield from ((fault, policy._replace(using=text)) for fault, text in _purposes(using))
    for one, other in ((MEMBERS, PEOPLE), (PEOPLE, MEMBERS)):
        if one in using:
            yield "members and people confused", policy._replace(using=using.replace(one, other))
    if more := _more_commands(named, policy):
        yield f"for {', '.join(more)} too", policy._replace(command="all")


def _more_commands(named: Named, policy: Policy) -> list[str]:
    """What the role holds on the table, and no policy with these very words, or with a part of them, gives it."""
    if policy.role == "owner":
        return []
    beside = [one for (table, _), one in declared_policies().items() if table == named.table and one.role == policy.role]
    standing = {one.command for one in beside if f" and {one.using} and " in f" and {policy.using} and "}
    held = declared()[named.table].get(policy.role, "")
    return [command for command in _COMMANDS if command in held and not standing & {command, "all"}]


def _empty_let_in(using: str) -> Iterator[tuple[str, str]]:
    for name in sorted(set(_SETTING.findall(using))):
        yield name, f"({using}) or nullif(current_setting('app.{name}', true), '') is null"


def _purposes(using: str) -> Iterator[tuple[str, str]]:
    for listed in sorted(set(_PURPOSES.findall(using))):
        asked = f"current_setting('app.purpose', true) in ({listed})"
        yield "the purpose not asked", using.replace(asked, "true")
        yield "every other purpose instead", using.replace(asked, f"not {asked}")
        names = listed.split(", ")
        for name in names if len(names) > 1 else ():
            fewer = ", ".join(one for one in names if one != name)
            yield f"the purpose {name} left out", using.replace(asked, f"current_setting('app.purpose', true) in ({fewer})")


def _without_a_part(using: str) -> Iterator[tuple[str, str]]:
    """Each side of each `and` gone."""
    for found in re.finditer(" and ", using):
        start, end = _left_end(using, found.start()), _right_end(using, found.end())
        yield using[start : found.start()], using[:start] + using[found.end() :]
        yield using[found.end() : end], using[: found.start()] + using[end:]


def _left_end(text: str, at: int) -> int:
    depth = 0
    while at > 0:
        depth += {")": 1, "(": -1}.get(text[at - 1], 0)
        if depth < 0 or (depth == 0 and text[:at].endswith((" where ", " and "))):
            return at
        at -= 1
    return 0


def _right_end(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth < 0 or (depth == 0 and text[at:].startswith(" and ")):
            return at
        at += 1
    return at


def _short(part: str) -> str:
    return part if len(part) <= 50 else f"{part[:47]}..."


@contextmanager
def standing(owner: psycopg.Connection[Any], mutant: Mutant) -> Iterator[None]:
    """The database with that fault, for as long as the block lasts. The connection is the owner's, in autocommit."""
    _put(owner, mutant.named, mutant.policy)
    try:
        yield
    finally:
        _put(owner, mutant.named, declared_policies()[mutant.named])


def _put(owner: psycopg.Connection[Any], named: Named, policy: Policy | None) -> None:
    names = {"name": sql.Identifier(named.name), "table": sql.Identifier(named.table)}
    with owner.transaction():
        owner.execute(sql.SQL("drop policy if exists {name} on {table}").format(**names))
        if policy:
            made = sql.SQL("create policy {name} on {table} for {command} to {user} {clause}")
            command, clause = sql.SQL(policy.command), sql.SQL(policy.clause())
            user = sql.Identifier(settings.DATABASE_USERS[policy.role])
            owner.execute(made.format(**names, command=command, user=user, clause=clause))
