"""Grants on the room's tables, and which rows whom, by database role.

Schemes are public. What a member sent to make them, and what was said of its rows, is for the member's own staff: an office's
spreadsheet may name people.
"""

from praksis.base.policies import MEMBERS, Policy, key, overdue
from praksis.base.retention import days

OPEN = {
    "intake_feed": {"web": "select, insert, update", "worker": "select, update"},
    "intake_intake": {"web": "select, insert, update", "worker": "select, update"},
    "intake_origin": {"web": "select, update", "worker": "select, insert, update, delete"},
    "intake_pair": {"web": "select, update, delete", "worker": "select, insert, update, delete"},
}
PERSONS = {
    "intake_intakefile": {"web": "select, insert, update", "worker": "select, insert, update, delete"},
    "intake_row": {"web": "select, update", "worker": "select, insert, update, delete"},
}
POLICIES = {
    "intake_intakefile": [
        *(Policy("web", command, f"member_id = {MEMBERS}") for command in ("select", "insert", "update")),
        Policy("worker", "all", f"intake_id::text = {key('intake')}"),
        *overdue(f"sent_at < now() - interval '{days('intake')} days'"),
    ],
    "intake_row": [
        *(Policy("web", command, f"member_id = {MEMBERS}") for command in ("select", "update")),
        Policy("worker", "all", f"intake_id::text = {key('intake')}"),
        *overdue(f"tried_at < now() - interval '{days('intake')} days'"),
    ],
}
