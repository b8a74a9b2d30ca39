"""Grants on the room's tables, and which rows whom, by database role. Members, units, programmes and hosts are public."""

from praksis.base.policies import USER, Policy, key

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
POLICIES = {
    "organisations_membership": [
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "insert", f"{key('first-run')} is not null"),
    ],
    "organisations_hostcontact": [Policy("web", "select", f"user_id = {USER}")],
}
