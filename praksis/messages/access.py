"""Grants on the room's tables, and which rows whom, by database role.

By `tell` a message is written that is neither read nor sent; only whom it is told to reads it. Whoever tells reads nothing back.
"""

from praksis.base.policies import USER, Policy, forgotten, key, overdue
from praksis.base.retention import days

PERSONS = {
    "messages_message": {"web": "select, insert, update", "worker": "select, insert, update, delete"},
    "messages_muted": {"web": "select, insert, update, delete", "worker": "select, delete"},
}
_TOLD = f"{key('tell')} is not null and read_at is null and mailed_at is null"
POLICIES = {
    "messages_message": [
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "update", f"user_id = {USER}"),
        Policy("web", "insert", _TOLD),
        Policy("worker", "insert", _TOLD),
        Policy("worker", "select", f"id::text = {key('mail-message')}"),
        Policy("worker", "update", f"id::text = {key('mail-message')}"),
        *forgotten("user_id", "select", "delete"),
        *overdue(f"told_at < now() - interval '{days('message')} days'"),
    ],
    "messages_muted": [
        Policy("web", "all", f"user_id = {USER}"),
        Policy("worker", "select", f"user_id::text = {key('mail-message')}"),
        *forgotten("user_id", "select", "delete"),
    ],
    "accounts_user": [Policy("worker", "select", f"id::text = {key('mail-message')}")],
}
