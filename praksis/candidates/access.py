"""Grants on the room's tables, and which rows whom. The worker gets nothing: an allocation never reads who people are.

A member's staff have their own people, or those of their unit, everybody has themselves and their wards. Papers, conflicts,
guardians and consents go with the person.
"""

from praksis.base.policies import MEMBERS, PEOPLE, UNITS, USER, Policy

_STAFF_WRITE = {"web": "select, insert, update, delete"}
_PERSON = "exists (select from candidates_candidate one where one.id = candidate_id and one.{} = {})"
_OF_OWN_PEOPLE = _PERSON.format("member_id", MEMBERS)
_OF_UNITS_PEOPLE = _PERSON.format("unit_id", UNITS)
_USER = "exists (select from candidates_candidate one where one.user_id = accounts_user.id and one.{} = {})"
_WITH_THE_PERSON = [
    Policy("web", "select", f"candidate_id = {PEOPLE}"),
    Policy("web", "all", _OF_OWN_PEOPLE),
    Policy("web", "all", _OF_UNITS_PEOPLE),
]

PERSONS = {
    "candidates_candidate": _STAFF_WRITE,
    "candidates_need": _STAFF_WRITE,
    "candidates_heldpaper": _STAFF_WRITE,
    "candidates_conflict": _STAFF_WRITE,
    "candidates_guardian": _STAFF_WRITE,
    "candidates_consent": _STAFF_WRITE,
}
POLICIES = {
    "candidates_candidate": [
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "select", f"id = {PEOPLE}"),
        Policy("web", "all", f"member_id = {MEMBERS}"),
        Policy("web", "all", f"unit_id = {UNITS}"),
    ],
    "candidates_need": [
        Policy("web", "select", f"candidate_id = {PEOPLE}"),
        Policy("web", "all", f"member_id = {MEMBERS}"),
        Policy("web", "all", _OF_UNITS_PEOPLE),
    ],
    "candidates_heldpaper": _WITH_THE_PERSON,
    "candidates_conflict": _WITH_THE_PERSON,
    "candidates_guardian": [*_WITH_THE_PERSON, Policy("web", "select", f"user_id = {USER}")],
    "candidates_consent": _WITH_THE_PERSON,
    # Staff see the sign-in address of their own people.
    "accounts_user": [
        Policy("web", "select", _USER.format("member_id", MEMBERS)),
        Policy("web", "select", _USER.format("unit_id", UNITS)),
    ],
}
