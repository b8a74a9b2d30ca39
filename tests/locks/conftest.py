"""The region, and a connection of each role."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.conf import settings

from conftest import AsRole
from praksis.base.identity import Identity
from praksis.base.locks import declared_policies
from tests.locks import raw, region
from tests.locks.looks import looks, people, roles, ways_in
from tests.locks.model import Region
from tests.locks.mutants import Mutant, standing


@dataclass
class Bench:
    """What a comparison needs."""

    owner: psycopg.Connection[Any]
    roles: dict[str, psycopg.Connection[Any]]
    region: Region
    people: list[Identity]
    tables: dict[tuple[str, str], raw.Table] = field(default_factory=dict)
    told: dict[raw.Look, raw.Told] = field(default_factory=dict)
    showed: Counter[raw.Look] = field(default_factory=Counter)
    """How many faults each look has shown: those that showed most are tried first."""

    def table(self, look: raw.Look) -> raw.Table:
        key = (look.role, look.table)
        if key not in self.tables:
            self.tables[key] = raw.table_for(self.owner, settings.DATABASE_USERS[look.role], look.table, self.region)
        return self.tables[key]

    def differs(self, look: raw.Look) -> bool:
        """Whether the database lets the role do more, or less, than the model."""
        return self.expected(look) != self.found(look)

    def expected(self, look: raw.Look) -> raw.Told:
        if look not in self.told:
            self.told[look] = raw.expected(self.region, look, self.table(look))
        return self.told[look]

    def found(self, look: raw.Look) -> raw.Told:
        return raw.found(self.roles[look.role], look, self.table(look))

    def looks(self, *, each: int) -> list[raw.Look]:
        return list(looks(self.people, ways_in(self.region, self.people, each=each)))

    def catches(self, mutant: Mutant, seen: list[raw.Look]) -> bool:
        """Whether the comparison shows the fault: at the policy's own table, or at one whose policies ask that one."""
        table, role = mutant.named.table, declared_policies()[mutant.named].role
        asking = {name for (name, _policy), policy in declared_policies().items() if f" {table} " in policy.using}
        near = [look for look in seen if look.role == role and look.table in {table, *asking}]
        near.sort(key=lambda look: (-self.showed[look], look.table != table, self.expected(look) == raw.NOTHING))
        with standing(self.owner, mutant):
            first = next((look for look in near if self.differs(look)), None)
        self.showed.update([first] if first else [])
        return first is not None


@pytest.fixture
def bench(database: dict[str, str], as_owner: AsRole) -> Iterator[Bench]:
    with as_owner():
        region.fill()
    acting = people()
    owner = psycopg.connect(database["owner"], autocommit=True, options="-c app.purpose=maintenance")
    held = {role: psycopg.connect(database[role], autocommit=True) for role in roles()}
    try:
        yield Bench(owner, held, raw.read_region(owner), acting)
    finally:
        for connection in (owner, *held.values()):
            connection.close()
