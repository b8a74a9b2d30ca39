"""Grants on the room's tables, and which rows whom. The worker gets nothing: an allocation never reads who people are.

A member's staff have their own people, everybody has themselves and their wards. Papers, conflicts, guardians and consents
go with the person.
"""

from praksis.base.policies import MEMBERS, PEOPLE, USER, Policy

_STAFF_WRITE = {"web": "select, insert, update, delete"}
_OF_OWN_PEOPLE = f"exists (select from candidates_candidate one where one.id = candidate_id and one.member_id = {MEMBERS})"
_USER_OF_OWN_PEOPLE = (
    f"exists (select from candidates_candidate one where one.user_id = accounts_user.id and one.member_id = {MEMBERS})"
)
_WITH_THE_PERSON = [Policy("web", "select", f"candidate_id = {PEOPLE}"), Policy("web", "all", _OF_OWN_PEOPLE)]

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
    ],
    "candidates_need": [
        Policy("web", "select", f"candidate_id = {PEOPLE}"),
        Policy("web", "all", f"member_id = {MEMBERS}"),
    ],
    "candidates_heldpaper": _WITH_THE_PERSON,
    "candidates_conflict": _WITH_THE_PERSON,
    "candidates_guardian": [*_WITH_THE_PERSON, Policy("web", "select", f"user_id = {USER}")],
    "candidates_consent": _WITH_THE_PERSON,
    # Staff see the sign-in address of their own people.
    "accounts_user": [Policy("web", "select", _USER_OF_OWN_PEOPLE)],
}
