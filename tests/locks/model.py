"""Who may do what with which row, told by hand: what the second lock must come to, independent of its policies.

For each table of persons a function by role: `(region, by, row)` to the commands that are allowed with that row. A table that is
not told here shows nothing to anyone but the owner at maintenance. The words are those of docs/access.md, «The second lock».
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from praksis.base.identity import Identity
from praksis.base.retention import SAVED_SEARCH_NOTICE, days

type Row = Mapping[str, object]
type Commands = frozenset[str]

NONE: Commands = frozenset()
SEE = frozenset({"select"})
ALL = frozenset({"select", "insert", "update", "delete"})


@dataclass(frozen=True)
class Region:
    """Every row of every table of persons, and of the runs, as the owner sees them: by table, then by primary key."""

    rows: Mapping[str, Mapping[str, Row]]

    def one(self, table: str, key: object) -> Row:
        return self.rows[table].get(str(key), {})

    def person(self, row: Row) -> Row:
        return self.one("candidates_candidate", row["candidate_id"])

    def entry(self, row: Row) -> Row:
        return self.one("rounds_entry", row["entry_id"])

    def round_of_run(self, row: Row) -> object:
        return self.one("rounds_run", row["run_id"]).get("round_id")


def _key(by: Identity, *purposes: str) -> str | None:
    """The key, where it is one for these purposes."""
    return by.key or None if by.purpose in purposes else None


def _is(by: Identity, user: object) -> bool:
    return user is not None and user == by.user


def _past(moment: object, by: timedelta = timedelta()) -> bool:
    return datetime.fromisoformat(str(moment)) + by < datetime.now(UTC)


# ---------------------------------------------------------------- the web


def _follows(by: Identity, person: Row) -> bool:
    """Staff of the whole member, or of the person's unit."""
    return person.get("member_id") in by.members or person.get("unit_id") in by.units


def _members_in(region: Region, round_: object) -> set[object]:
    return {one["member_id"] for one in region.rows["rounds_round_members"].values() if one["round_id"] == round_}


def _auditor(region: Region, by: Identity, row: Row) -> Commands:
    inside = _members_in(region, row["round_id"])
    may = SEE if _is(by, row["user_id"]) else NONE
    may |= {"select", "update"} if inside & set(by.led) else NONE
    return may | {"insert"} if row["member_id"] in inside & set(by.led) else may


def _audited(region: Region, by: Identity, row: Row) -> Commands:
    today = datetime.now(ZoneInfo("Europe/Oslo")).date()
    held = [
        one
        for one in region.rows["rounds_auditor"].values()
        if _is(by, one["user_id"]) and one["round_id"] == region.round_of_run(row) and not one["taken_back_at"]
    ]
    is_current = any(_day(one["starts_on"]) <= today <= _day(one["ends_on"] or date.max) for one in held)
    return SEE if is_current else NONE


def _session(_region: Region, by: Identity, row: Row) -> Commands:
    if row["session_key"] == _key(by, "session"):
        return ALL
    return frozenset({"select", "delete"}) if _is(by, row["user_id"]) else NONE


def _trail_entry(region: Region, by: Identity, row: Row) -> Commands:
    about = region.one("base_pseudonym", row["person"]).get("subject")
    return SEE if row["member"] in by.led or about in by.people else NONE


def _change(_region: Region, by: Identity, row: Row) -> Commands:
    of_own_people = row["person"] is not None and row["member"] in by.members
    return SEE if of_own_people or row["member"] in by.led or row["person"] in by.people else NONE


def _pseudonym(_region: Region, by: Identity, row: Row) -> Commands:
    return SEE if row["member"] in by.led or row["subject"] in by.people or _is(by, row["subject"]) else NONE


def _user(region: Region, by: Identity, row: Row) -> Commands:
    people = [one for one in region.rows["candidates_candidate"].values() if _follows(by, one)]
    people += [one for one in region.rows["organisations_membership"].values() if one["member_id"] in by.appoints]
    people += [one for one in region.rows["organisations_hostcontact"].values() if one["host_id"] in by.appoints]
    invited = (_key(by, "invite") or "").split(",")
    may: set[str] = set()
    if _is(by, row["id"]):
        may |= {"select", "update"}
    if row["email"] == _key(by, "sign-in") or row["id"] in {one["user_id"] for one in people}:
        may |= SEE
    if row["email"] == _key(by, "first-run") or row["email"] in invited:
        may |= {"select", "insert"}
    return frozenset(may)


def _link(_region: Region, by: Identity, row: Row) -> Commands:
    if row["digest"] == _key(by, "link"):
        return frozenset({"select", "update"})
    if (row["user_id"] or "first-run") == _key(by, "make-link"):
        return frozenset({"select", "insert", "update"})
    return NONE


def _asked(_region: Region, by: Identity, row: Row) -> Commands:
    marks = (_key(by, "ask-link") or "").split(",")
    may = {"insert"} if row["network"] in marks else set()
    return frozenset(may | SEE if {row["pair"], row["near"], row["network"]} & set(marks) else may)


def _outside(_region: Region, by: Identity, row: Row) -> Commands:
    may = SEE if row["mark"] == _key(by, "outsider") else NONE
    return may | {"select", "insert", "delete"} if _is(by, row["user_id"]) else may


def _own(_region: Region, by: Identity, row: Row) -> Commands:
    return ALL if _is(by, row["user_id"]) else NONE


def _message(_region: Region, by: Identity, row: Row) -> Commands:
    new = _key(by, "tell") and row["read_at"] is None and row["mailed_at"] is None
    return frozenset(({"select", "update"} if _is(by, row["user_id"]) else set()) | ({"insert"} if new else set()))


def _membership(region: Region, by: Identity, row: Row) -> Commands:
    may: set[str] = set()
    if _key(by, "first-run") or _invited(region, by, row, "member_id", "unit_id"):
        may |= {"insert"}
    if _is(by, row["user_id"]) or row["role"] == _key(by, "who-leads") or row["member_id"] == _key(by, "tell-member"):
        may |= SEE
    return frozenset(may | {"select", "update"} if row["member_id"] in by.appoints else may)


def _contact(region: Region, by: Identity, row: Row) -> Commands:
    may = {"insert"} if _invited(region, by, row, "host_id") else set()
    may |= SEE if _is(by, row["user_id"]) else NONE
    return frozenset(may | {"select", "update"} if row["host_id"] in by.appoints else may)


def _invited(region: Region, by: Identity, row: Row, *columns: str) -> bool:
    """Whether it is the role that an invitation gives whoever acts, who holds its token."""
    same = (*columns, "role", "starts_on", "ends_on")
    given = _invitations_held(region, by)
    return _is(by, row["user_id"]) and any(all(one[name] == row[name] for name in same) for one in given)


def _invitations_held(region: Region, by: Identity) -> list[Row]:
    """Those that stand, of which whoever acts holds the token."""
    return [
        one
        for one in region.rows["organisations_invitation"].values()
        if one["digest"] == _key(by, "invitation") and not one["taken_back_at"] and not _past(one["expires_at"])
    ]


def _resource(region: Region, by: Identity, row: Row) -> Commands:
    """A resource person: everyone's once the person has said yes; their own to change; the workplace's to take away."""
    may = SEE if row["agreed_at"] else NONE
    may |= {"select", "update", "delete"} if _is(by, row["user_id"]) else NONE
    may |= {"select", "delete"} if {row["member_id"], row["host_id"]} & {*by.appoints} else NONE
    asked = _invitations_held(region, by)
    named = any(one["role"] == "resource" and all(one[name] == row[name] for name in ("member_id", "host_id")) for one in asked)
    return may | {"insert"} if named and _is(by, row["user_id"]) and not row["agreed_at"] else may


def _invitation(_region: Region, by: Identity, row: Row) -> Commands:
    if row["member_id"] in by.appoints or row["host_id"] in by.appoints:
        return frozenset({"select", "insert", "update"})
    return frozenset({"select", "update"}) if row["digest"] == _key(by, "invitation") else NONE


def _person(_region: Region, by: Identity, row: Row) -> Commands:
    if _follows(by, row):
        return ALL
    return SEE if row["id"] in by.people or _is(by, row["user_id"]) else NONE


def _need(region: Region, by: Identity, row: Row) -> Commands:
    fits = _of_persons_member(region, row)
    if fits and (row["member_id"] in by.members or region.person(row).get("unit_id") in by.units):
        return ALL
    may = frozenset({"select", "delete"}) if row["member_id"] in by.members else NONE
    return may | SEE if row["candidate_id"] in by.people else may


def _of_persons_member(region: Region, row: Row) -> bool:
    """Whether it is of the member that has the person. Nobody makes another such row; one that is there can go."""
    return region.person(row).get("member_id") == row["member_id"]


def _with_person(region: Region, by: Identity, row: Row) -> Commands:
    if _follows(by, region.person(row)):
        return ALL
    return SEE if row["candidate_id"] in by.people else NONE


def _sent(_region: Region, by: Identity, row: Row) -> Commands:
    return frozenset({"select", "insert", "update"}) if row["member_id"] in by.members else NONE


def _sent_row(_region: Region, by: Identity, row: Row) -> Commands:
    return frozenset({"select", "update"}) if row["member_id"] in by.members else NONE


def _consent(region: Region, by: Identity, row: Row) -> Commands:
    own = {"insert", "update"} if row["candidate_id"] in by.people else set()
    return _with_person(region, by, row) | own


def _correction(region: Region, by: Identity, row: Row) -> Commands:
    may = frozenset({"select", "update"}) if _follows(by, region.person(row)) else NONE
    return may | {"select", "insert"} if row["candidate_id"] in by.people else may


def _guardian(region: Region, by: Identity, row: Row) -> Commands:
    return _with_person(region, by, row) | (SEE if _is(by, row["user_id"]) else NONE)


def _entry(region: Region, by: Identity, row: Row) -> Commands:
    if row["member_id"] in by.members:
        return ALL
    links = [link for link in region.rows["rounds_entrylink"].values() if link["entry_id"] == row["id"]]
    own = any(link["candidate_id"] in by.people or region.person(link).get("unit_id") in by.units for link in links)
    return frozenset({"select", "update"}) if own else NONE


def _entry_link(region: Region, by: Identity, row: Row) -> Commands:
    if row["member_id"] in by.members:
        return frozenset({"select", "delete"} | ({"insert"} if _of_persons_member(region, row) else set()))
    return SEE if row["candidate_id"] in by.people or region.person(row).get("unit_id") in by.units else NONE


def _choice(region: Region, by: Identity, row: Row) -> Commands:
    return ALL if _entry(region, by, region.entry(row)) else NONE


def _outcome(region: Region, by: Identity, row: Row) -> Commands:
    return SEE if _entry(region, by, region.entry(row)) else NONE


# ---------------------------------------------------------------- the worker


def _linked_search(_region: Region, by: Identity, row: Row) -> Commands:
    """Whoever holds a letter's link, or the worker: the one it is for."""
    return frozenset({"select", "update"}) if row["id"] == _key(by, "saved-search") else NONE


def _due_search(_region: Region, by: Identity, _row: Row) -> Commands:
    return SEE if _key(by, "saved-searches", "overdue") else NONE


def _unwanted_search(_region: Region, by: Identity, row: Row) -> Commands:
    """Not used for long, and its owner was asked a month ago."""
    asked = row["asked_at"] is not None and _past(row["asked_at"], timedelta(days=SAVED_SEARCH_NOTICE))
    unused = _past(row["used_at"], timedelta(days=days("saved_search")))
    return frozenset({"delete"}) if _key(by, "overdue") and asked and unused else NONE


def _ended(_region: Region, by: Identity, row: Row) -> Commands:
    return frozenset({"select", "delete"}) if _key(by, "forget") and _past(row["expire_date"]) else NONE


def _mailed_user(_region: Region, by: Identity, row: Row) -> Commands:
    return SEE if row["email"] == _key(by, "mail-link") or row["id"] == _key(by, "mail-message") else NONE


def _mailed_link(_region: Region, by: Identity, row: Row) -> Commands:
    made = row["user_id"] is not None and row["user_id"] == _key(by, "make-link")
    may = {"select", "insert", "update"} if made else set()
    return frozenset(may | {"select", "delete"} if _key(by, "forget") and _past(row["expires_at"]) else may)


def _mailed(_region: Region, by: Identity, row: Row) -> Commands:
    may = {"select", "update"} if row["id"] == _key(by, "mail-link") else set()
    return frozenset(may | {"select", "delete"} if _key(by, "forget") and _past(row["asked_at"], timedelta(hours=1)) else may)


def _mailed_message(_region: Region, by: Identity, row: Row) -> Commands:
    may = {"select", "update"} if row["id"] == _key(by, "mail-message") else set()
    new = _key(by, "tell") and row["read_at"] is None and row["mailed_at"] is None
    return frozenset(may | ({"insert"} if new else set()))


def _muted(_region: Region, by: Identity, row: Row) -> Commands:
    return SEE if row["user_id"] == _key(by, "mail-message") else NONE


def _mailed_invitation(_region: Region, by: Identity, row: Row) -> Commands:
    return frozenset({"select", "update"}) if row["id"] == _key(by, "mail-invitation") else NONE


def _forgotten_change(_region: Region, by: Identity, row: Row) -> Commands:
    key = _key(by, "retention")
    return frozenset({"select", "delete"}) if key and key in (row["person"], row["row"]) else NONE


def _forgotten(_region: Region, by: Identity, row: Row) -> Commands:
    return frozenset({"select", "delete"}) if row["subject"] == _key(by, "retention") else NONE


def _worked_entry(_region: Region, by: Identity, row: Row) -> Commands:
    return SEE if row["round_id"] == _key(by, "allocation", "figures") else NONE


def _worked_choice(region: Region, by: Identity, row: Row) -> Commands:
    return _worked_entry(region, by, region.entry(row))


def _worked_outcome(region: Region, by: Identity, row: Row) -> Commands:
    seen = _worked_entry(region, by, region.entry(row))
    if region.round_of_run(row) != _key(by, "allocation"):
        return seen
    return seen | ({"insert", "delete"} if seen else {"delete"})


def _files(region: Region, by: Identity, row: Row) -> Commands:
    return frozenset({"select", "insert", "update"}) if region.round_of_run(row) == _key(by, "allocation") else NONE


def _of_forgotten(column: str, may: Commands = frozenset({"select", "delete"})) -> "Rule":
    """The worker: the rows of the one person who is being erased."""
    return lambda _region, by, row: may if row[column] is not None and row[column] == _key(by, "retention") else NONE


def _overdue(column: str, key: str, may: Commands = frozenset({"select", "delete"})) -> "Rule":
    """Each night: what is old enough. Days and moments alike."""

    def rule(_region: Region, by: Identity, row: Row) -> Commands:
        old = row[column] is not None and _day(row[column]) < _today() - timedelta(days=days(key))
        return may if _key(by, "overdue") and old else NONE

    return rule


def _day(moment: object) -> date:
    return datetime.fromisoformat(str(moment)).date()


def _today() -> date:
    return datetime.now(UTC).date()


def _any(*rules: "Rule") -> "Rule":
    return lambda region, by, row: frozenset().union(*(rule(region, by, row) for rule in rules))


def _all_overdue(_region: Region, by: Identity, _row: Row) -> Commands:
    return SEE if _key(by, "overdue") else NONE


def _taken_in(_region: Region, by: Identity, row: Row) -> Commands:
    return ALL if row["intake_id"] == _key(by, "intake") else NONE


def _told_member(_region: Region, by: Identity, row: Row) -> Commands:
    return SEE if row["member_id"] == _key(by, "tell-member") else NONE


def _told_host(_region: Region, by: Identity, row: Row) -> Commands:
    return SEE if row["host_id"] == _key(by, "tell-host") else NONE


def _not_shown_for_long(region: Region, by: Identity, row: Row) -> Commands:
    return NONE if row["agreed_at"] else _overdue("changed_at", "resource")(region, by, row)


def _role_ended(region: Region, by: Identity, row: Row) -> Commands:
    ends = [one for one in ("taken_back_at", "ends_on") if row[one]]
    return _overdue(min(ends, key=lambda one: _day(row[one])), "role")(region, by, row) if ends else NONE


def _long_seen(region: Region, by: Identity, row: Row) -> Commands:
    return _overdue("last_login" if row["last_login"] else "created_at", "user", SEE)(region, by, row)


def _entry_of_forgotten(region: Region, by: Identity, row: Row) -> Commands:
    links = region.rows["rounds_entrylink"].values()
    about = any(one["candidate_id"] == _key(by, "retention") for one in links if one["entry_id"] == row["id"])
    return frozenset({"select", "update"}) if about else NONE


def _choice_of_forgotten(region: Region, by: Identity, row: Row) -> Commands:
    return frozenset({"select", "delete"}) if _entry_of_forgotten(region, by, region.entry(row)) else NONE


def _outcome_of_forgotten(region: Region, by: Identity, row: Row) -> Commands:
    return SEE if _entry_of_forgotten(region, by, region.entry(row)) else NONE


def _old_files(region: Region, by: Identity, row: Row) -> Commands:
    published = region.one("rounds_round", region.round_of_run(row)).get("published_at")
    old = published and _past(published, timedelta(days=days("run")))
    return frozenset({"select", "delete"}) if _key(by, "overdue") and old else NONE


type Rule = Callable[[Region, Identity, Row], Commands]
MODEL: dict[str, dict[str, Rule]] = {
    "web": {
        "accounts_session": _session,
        "base_trailentry": _trail_entry,
        "base_change": _change,
        "base_pseudonym": _pseudonym,
        "accounts_user": _user,
        "accounts_signinlink": _link,
        "accounts_linkrequest": _asked,
        "accounts_outsideidentity": _outside,
        "accounts_factor": _own,
        "accounts_recoverycode": _own,
        "accounts_passkey": _own,
        "messages_message": _message,
        "messages_muted": _own,
        "catalogue_savedsearch": _any(_own, _linked_search),
        "organisations_membership": _membership,
        "organisations_hostcontact": _contact,
        "organisations_invitation": _invitation,
        "organisations_resourceperson": _resource,
        "candidates_candidate": _person,
        "candidates_need": _need,
        "candidates_heldpaper": _with_person,
        "candidates_conflict": _with_person,
        "candidates_consent": _consent,
        "candidates_correction": _correction,
        "candidates_guardian": _guardian,
        "rounds_entry": _entry,
        "rounds_entrylink": _entry_link,
        "rounds_choice": _choice,
        "rounds_outcome": _outcome,
        "rounds_auditor": _auditor,
        "rounds_runinput": _audited,
        "intake_intakefile": _sent,
        "intake_row": _sent_row,
    },
    "trail": {"base_trailentry": lambda _region, _by, _row: frozenset({"insert"})},
    "worker": {
        "accounts_session": _any(_ended, _of_forgotten("user_id")),
        "accounts_user": _any(_mailed_user, _of_forgotten("id"), _long_seen),
        "accounts_signinlink": _any(_mailed_link, _of_forgotten("user_id")),
        "accounts_outsideidentity": _of_forgotten("user_id"),
        "accounts_factor": _of_forgotten("user_id"),
        "accounts_recoverycode": _of_forgotten("user_id"),
        "accounts_passkey": _of_forgotten("user_id"),
        "messages_message": _any(_mailed_message, _of_forgotten("user_id"), _overdue("told_at", "message")),
        "messages_muted": _any(_muted, _of_forgotten("user_id")),
        "catalogue_savedsearch": _any(_linked_search, _due_search, _of_forgotten("user_id"), _unwanted_search),
        "organisations_membership": _any(_told_member, _of_forgotten("user_id", SEE), _role_ended),
        "organisations_hostcontact": _any(_told_host, _of_forgotten("user_id", SEE), _role_ended),
        "organisations_resourceperson": _any(_of_forgotten("user_id"), _not_shown_for_long),
        "organisations_invitation": _any(
            _mailed_invitation, _of_forgotten("invited_by_id", SEE), _overdue("expires_at", "invitation")
        ),
        "candidates_candidate": _any(_of_forgotten("id"), _of_forgotten("user_id", SEE), _overdue("added_on", "person", SEE)),
        "candidates_need": _any(_of_forgotten("candidate_id"), _all_overdue),
        "candidates_heldpaper": _any(_of_forgotten("candidate_id"), _overdue("valid_until", "paper")),
        "candidates_conflict": _of_forgotten("candidate_id"),
        "candidates_guardian": _any(_of_forgotten("candidate_id"), _of_forgotten("user_id", SEE)),
        "candidates_consent": _any(_of_forgotten("candidate_id"), _of_forgotten("given_by_id", SEE)),
        "candidates_correction": _of_forgotten("candidate_id"),
        "rounds_entrylink": _of_forgotten("candidate_id"),
        "accounts_linkrequest": _mailed,
        "base_trailentry": lambda _region, by, _row: SEE if _key(by, "chain") else NONE,
        "base_change": _forgotten_change,
        "base_pseudonym": _forgotten,
        "rounds_entry": _any(_worked_entry, _entry_of_forgotten),
        "rounds_choice": _any(_worked_choice, _choice_of_forgotten),
        "rounds_outcome": _any(_worked_outcome, _outcome_of_forgotten),
        "rounds_runinput": _any(_files, _old_files),
        "rounds_auditor": _any(_of_forgotten("user_id", SEE), _role_ended),
        "intake_intakefile": _any(_taken_in, _overdue("sent_at", "intake")),
        "intake_row": _any(_taken_in, _overdue("tried_at", "intake")),
    },
}


def allowed(role: str, table: str, region: Region, by: Identity, row: Row) -> Commands:
    """What a role may do with a row, acting for `by`."""
    if role == "owner":
        return ALL if by.purpose == "maintenance" else NONE
    rule = MODEL.get(role, {}).get(table)
    return rule(region, by, row) if rule else NONE
