"""Grants on the room's tables, and which rows whom. An allocation never reads who people are.

A member's staff have their own people, or those of their unit, everybody has themselves and their wards. Papers, conflicts,
guardians and consents go with the person.
"""

from praksis.base.policies import MEMBERS, OVERDUE, PEOPLE, UNITS, USER, Policy, forgotten, overdue
from praksis.base.retention import days

_STAFF_WRITE = {"web": "select, insert, update, delete"}
_PERSON = "exists (select from candidates_candidate one where one.id = candidate_id and one.{} = {})"
_OF_OWN_PEOPLE = _PERSON.format("member_id", MEMBERS)
_OF_UNITS_PEOPLE = _PERSON.format("unit_id", UNITS)
_NEED_OF_UNITS_PEOPLE = _PERSON.format("member_id = candidates_need.member_id and one.unit_id", UNITS)


def of_persons_member(table: str) -> str:
    """That a row is of the member that has the person: nobody ties a row of theirs to a person of others, whose id they know."""
    return f"exists (select from candidates_candidate one where one.id = candidate_id and one.member_id = {table}.member_id)"


_USER = "exists (select from candidates_candidate one where one.user_id = accounts_user.id and one.{} = {})"
_WITH_THE_PERSON = [
    Policy("web", "select", f"candidate_id = {PEOPLE}"),
    Policy("web", "all", _OF_OWN_PEOPLE),
    Policy("web", "all", _OF_UNITS_PEOPLE),
    *forgotten("candidate_id", "select", "delete"),
]
_ADDED_LONG_AGO = f"added_on < current_date - {days('person')}"

PERSONS = {
    # To erase somebody the worker reads ids and dates, no name.
    "candidates_candidate": _STAFF_WRITE | {"worker": "select (id, user_id, added_on), delete"},
    "candidates_need": _STAFF_WRITE | {"worker": "select (id, candidate_id, season), delete"},
    "candidates_heldpaper": _STAFF_WRITE | {"worker": "select (id, candidate_id, valid_until), delete"},
    "candidates_conflict": _STAFF_WRITE | {"worker": "select (id, candidate_id), delete"},
    "candidates_guardian": _STAFF_WRITE | {"worker": "select (id, candidate_id, user_id), delete"},
    "candidates_consent": _STAFF_WRITE | {"worker": "select (id, candidate_id, given_by_id), delete"},
    "candidates_correction": {
        "web": "select, insert, update (state, answer, answered_at)",
        "worker": "select (id, candidate_id), delete",
    },
}
_PERSONS_MEMBER = "candidates_candidate.member_id"
HISTORY = {
    "candidates_candidate": ("id", "member_id"),
    "candidates_need": ("candidate_id", "member_id"),
    "candidates_heldpaper": ("candidate_id", _PERSONS_MEMBER),
    "candidates_conflict": ("candidate_id", _PERSONS_MEMBER),
    "candidates_guardian": ("candidate_id", _PERSONS_MEMBER),
    "candidates_consent": ("candidate_id", _PERSONS_MEMBER),
    "candidates_correction": ("candidate_id", _PERSONS_MEMBER),
}
POLICIES = {
    "candidates_candidate": [
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "select", f"id = {PEOPLE}"),
        Policy("web", "all", f"member_id = {MEMBERS}"),
        Policy("web", "all", f"unit_id = {UNITS}"),
        *forgotten("id", "select", "delete"),
        *forgotten("user_id", "select"),
        *overdue(_ADDED_LONG_AGO, "select"),
    ],
    "candidates_need": [
        Policy("web", "select", f"candidate_id = {PEOPLE}"),
        Policy("web", "select", f"member_id = {MEMBERS}"),
        Policy("web", "delete", f"member_id = {MEMBERS}"),
        Policy("web", "insert", f"member_id = {MEMBERS} and {of_persons_member('candidates_need')}"),
        Policy("web", "update", f"member_id = {MEMBERS} and {of_persons_member('candidates_need')}"),
        Policy("web", "all", _NEED_OF_UNITS_PEOPLE),
        *forgotten("candidate_id", "select", "delete"),
        Policy("worker", "select", OVERDUE),
    ],
    "candidates_heldpaper": [*_WITH_THE_PERSON, *overdue(f"valid_until < current_date - {days('paper')}")],
    "candidates_conflict": _WITH_THE_PERSON,
    "candidates_guardian": [
        *_WITH_THE_PERSON,
        Policy("web", "select", f"user_id = {USER}"),
        *forgotten("user_id", "select"),
    ],
    "candidates_consent": [
        *_WITH_THE_PERSON,
        Policy("web", "insert", f"candidate_id = {PEOPLE}"),
        Policy("web", "update", f"candidate_id = {PEOPLE}"),
        *forgotten("given_by_id", "select"),
    ],
    # Asked for by the person or a guardian, answered by staff; neither rewrites what the other wrote.
    "candidates_correction": [
        Policy("web", "select", f"candidate_id = {PEOPLE}"),
        Policy("web", "insert", f"candidate_id = {PEOPLE}"),
        *(Policy("web", command, of) for of in (_OF_OWN_PEOPLE, _OF_UNITS_PEOPLE) for command in ("select", "update")),
        *forgotten("candidate_id", "select", "delete"),
    ],
    # Staff see the sign-in address of their own people.
    "accounts_user": [
        Policy("web", "select", _USER.format("member_id", MEMBERS)),
        Policy("web", "select", _USER.format("unit_id", UNITS)),
    ],
}
