"""Grants on the room's tables, by database role. The worker gets nothing: an allocation never reads who people are."""

_MEMBERS_OWN = {"web": "select, insert, update, delete"}

PERSONS = {
    "candidates_candidate": _MEMBERS_OWN,
    "candidates_need": _MEMBERS_OWN,
    "candidates_heldpaper": _MEMBERS_OWN,
    "candidates_conflict": _MEMBERS_OWN,
    "candidates_guardian": _MEMBERS_OWN,
    "candidates_consent": _MEMBERS_OWN,
}
