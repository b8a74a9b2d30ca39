"""Who walks through the house, and the words by which each person would be recognised."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from praksis.accounts.models import User
from praksis.organisations.choices import HostRole, MemberKind, Role
from praksis.organisations.models import Host, HostContact, Member, Membership, Unit

PLACING = ("counsellor", "coordinator", "lead")


class Browser(Client):
    """Asks and keeps cookies. It does not look at what templates were given, which takes longer than the answer."""

    def request(self, **request: Any) -> Any:
        answer = self.handler(self._base_environ(**request))
        self.cookies.update(answer.cookies)
        return answer


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for pages. `role` is a column of the table; `at` the member they work for."""

    key: str
    role: str
    at: str = ""
    user: User | None = None
    client: Browser = field(default_factory=Browser, compare=False)


MEMBERS = {
    "uib": MemberKind.UNIVERSITY,
    "nav": MemberKind.NAV,
    "kommune": MemberKind.MUNICIPALITY,
    "skole": MemberKind.SCHOOL,
    "fylke": MemberKind.COUNTY,
    "region": MemberKind.REGION,
}
STAFF = [
    ("uib", Role.COUNSELLOR),
    ("uib", Role.COORDINATOR),
    ("uib", Role.LEAD),
    ("nav", Role.COUNSELLOR),
    ("nav", Role.COORDINATOR),
    ("nav", Role.BOARD),
    ("kommune", Role.COORDINATOR),
    ("skole", Role.COUNSELLOR),
    ("skole", Role.LEAD),
    ("fylke", Role.COORDINATOR),
    ("region", Role.LEAD),
    ("region", Role.BOARD),
    ("region", Role.OPERATOR),
]
UNIT = "uib's unit"
"""Where the counsellor works who follows one unit's people only."""
CANDIDATES = ("student", "newcomer", "participant", "double", "pupil")
"""Elective practice at the university; introduction programme, with a protected address; NAV; university and NAV; a child."""


class Cast:
    """Everyone, and what each may know: a canary is a word with the keys of those who may see it."""

    def __init__(self) -> None:
        self.actors: dict[str, Actor] = {"visitor": Actor("visitor", "visitor")}
        self.canaries: dict[str, frozenset[str]] = {}
        self.members = {key: Member.objects.create(name=f"{key.title()} i Vest", short_name=key.title(), kind=kind)
                        for key, kind in MEMBERS.items()}  # fmt: skip

    def add(self, key: str, role: str, at: str = "") -> User:
        """A user, who signs in later."""
        user = User.objects.create(name=f"Zq{key}fo Zq{key}et", email=f"zq{key}@person.example")
        actor = Actor(key, role, at, user)
        self.actors[key] = actor
        self.told(user.email, [key])
        for name in user.name.split():
            self.told(name, [key])
        return user

    def sign_in(self) -> None:
        """Everyone but the visitor. Sessions are the web's, so nobody signs in on the owner's connection."""
        for actor in self.actors.values():
            if actor.user:
                actor.client.force_login(actor.user)

    def told(self, word: object, keys: Iterable[str]) -> None:
        """`word` may be seen by these, besides those who may see it already."""
        self.canaries[str(word)] = self.canaries.get(str(word), frozenset()) | frozenset(keys)

    def staff(self, *members: str, roles: Collection[str] = PLACING) -> set[str]:
        """Those who work for any of the members, in one of the roles."""
        return {one.key for one in self.actors.values() if one.at in members and one.role in roles}

    def seeing(self, *members: str) -> set[str]:
        """Those who may see the rounds of these members."""
        inside = [*members, *([UNIT] if "uib" in members else [])]
        return self.staff(*inside, "region", roles=(*PLACING, "board"))

    def user(self, key: str) -> User:
        found = self.actors[key].user
        assert found
        return found

    def _any(self) -> str:
        """A pattern of all canaries; names begin alike, so most letters of a page are passed over at once."""
        named = [re.escape(word.removeprefix("Zq")) for word in self.canaries if word.startswith("Zq")]
        others = [re.escape(word) for word in self.canaries if not word.startswith("Zq")]
        return "|".join([f"Zq(?:{'|'.join(named)})", *others])

    def found_in(self, text: str) -> set[str]:
        """The canaries that stand in a text."""
        return set(re.findall(self._any(), text))


def cast(hosts: dict[str, Host]) -> Cast:
    """All roles. Until yesterday the one who has left was the university's coordinator and its unit's counsellor, NAV's lead, an
    operator, and a host's contact."""
    made = Cast()
    for member, role in STAFF:
        user = made.add(f"{member}{role.value}", role.value, member)
        Membership.objects.create(user=user, member=made.members[member], role=role)
    unit = Unit.objects.create(member=made.members["uib"], name="Zqenhet")
    below = made.add("uibunit", Role.COUNSELLOR.value, UNIT)
    Membership.objects.create(user=below, member=made.members["uib"], role=Role.COUNSELLOR, unit=unit)
    made.add("nobody", "candidate")
    today = timezone.localdate()
    former = {"starts_on": today - timedelta(days=9), "ends_on": today - timedelta(days=1)}
    gone = made.add("former", "candidate")
    Membership.objects.create(user=gone, member=made.members["uib"], role=Role.COUNSELLOR, unit=unit, **former)
    for at, role in (("uib", Role.COORDINATOR), ("nav", Role.LEAD), ("region", Role.OPERATOR)):
        Membership.objects.create(user=gone, member=made.members[at], role=role, **former)
    for key, at in [(actor.key, actor.at) for actor in made.actors.values() if actor.at] + [("former", "uib")]:
        for name in made.user(key).name.split():
            made.told(name, made.staff(at, roles=("lead",)))
    for key in CANDIDATES:
        made.add(key, "candidate")
    made.add("guardian", "guardian")
    made.add("auditor", "auditor")
    for key, role, host, column in [
        ("contact", HostRole.CONTACT, "one", "contact"),
        ("signer", HostRole.SIGNER, "hidden", "contact"),
        ("supervisor", HostRole.SUPERVISOR, "one", "supervisor"),
    ]:
        HostContact.objects.create(user=made.add(key, column), host=hosts[host], role=role)
    HostContact.objects.create(user=made.user("former"), host=hosts["one"], **former)
    return made
