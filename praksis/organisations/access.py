"""Grants on the room's tables, and which rows whom, by database role. Members, units, programmes and hosts are public."""

from praksis.base.policies import LED, USER, Policy, key

OPEN = {
    "organisations_member": {"web": "select, insert, update", "worker": "select"},
    "organisations_unit": {"web": "select, insert, update", "worker": "select"},
    "organisations_programme": {"web": "select, insert, update", "worker": "select"},
    "organisations_host": {"web": "select, insert, update", "worker": "select"},
}
PERSONS = {
    "organisations_membership": {"web": "select, insert, update"},
    "organisations_hostcontact": {"web": "select, insert, update, delete"},
}
_WORKS_FOR_ONE_LED = (
    f"exists (select from organisations_membership one where one.user_id = accounts_user.id and one.member_id = {LED})"
)
POLICIES = {
    "organisations_membership": [
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "select", f"member_id = {LED}"),
        Policy("web", "insert", f"{key('first-run')} is not null"),
    ],
    # A lead answers for what the staff look at, so a lead sees who they are.
    "accounts_user": [Policy("web", "select", _WORKS_FOR_ONE_LED)],
    "organisations_hostcontact": [Policy("web", "select", f"user_id = {USER}")],
}
