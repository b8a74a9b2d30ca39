"""Grants on the room's tables, and which rows whom, by database role. Members, units, programmes and hosts are public."""

from praksis.base.policies import APPOINTS, USER, Policy, forgotten, key, overdue
from praksis.base.retention import days
from praksis.organisations.choices import RESOURCE

OPEN = {
    "organisations_member": {"web": "select, insert, update", "worker": "select"},
    "organisations_unit": {"web": "select, insert, update", "worker": "select"},
    "organisations_programme": {"web": "select, insert, update", "worker": "select"},
    "organisations_host": {"web": "select, insert, update", "worker": "select, insert, update"},
    "organisations_formername": {"web": "select", "worker": "select, insert"},
    "organisations_registerrun": {"web": "select, insert", "worker": "select, insert, update"},
}
PERSONS = {
    "organisations_membership": {"web": "select, insert, update", "worker": "select, delete"},
    "organisations_hostcontact": {"web": "select, insert, update", "worker": "select, delete"},
    "organisations_resourceperson": {"web": "select, insert, update, delete", "worker": "select, delete"},
    "organisations_invitation": {
        "web": "select, insert, update",
        "worker": "select, update (digest, mailed_at), delete",
    },
}
HISTORY = {"organisations_membership": ("", "member_id"), "organisations_hostcontact": ("", "")}


def _invited(table: str, *columns: str) -> str:
    """What whoever holds an invitation's token may take: that role there, on those days, while the invitation stands."""
    whom = f"{table}.user_id = {USER}"
    equal = [f"one.{column} is not distinct from {table}.{column}" for column in (*columns, "role", "starts_on", "ends_on")]
    return (
        f"{whom} and exists (select from organisations_invitation one"
        f" where one.digest = {key('invitation')} and one.taken_back_at is null and one.expires_at > now()"
        f" and {' and '.join(equal)})"
    )


def _invited_to_be_named(table: str) -> str:
    """Whoever holds such an invitation may be named there, but is not seen before saying yes."""
    equal = [f"one.{column} is not distinct from {table}.{column}" for column in ("member_id", "host_id")]
    return (
        f"{table}.user_id = {USER} and {table}.agreed_at is null and exists (select from organisations_invitation one"
        f" where one.digest = {key('invitation')} and one.taken_back_at is null and one.expires_at > now()"
        f" and one.role = '{RESOURCE}' and {' and '.join(equal)})"
    )


_ENDED = f"least(taken_back_at::date, ends_on) < current_date - {days('role')}"
_COLLEAGUES = "exists (select from organisations_{0} one where one.user_id = accounts_user.id and one.{1}_id = {2})"
POLICIES = {
    # Who works where is for those who say so: nobody gives themselves or others a role without an invitation.
    "organisations_membership": [
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "select", f"member_id = {APPOINTS}"),
        Policy("web", "update", f"member_id = {APPOINTS}"),
        Policy("web", "select", f"role = {key('who-leads')}"),
        # Anyone may have something told to those who answer for a member, and learns no more than ids.
        Policy("web", "select", f"member_id::text = {key('tell-member')}"),
        Policy("worker", "select", f"member_id::text = {key('tell-member')}"),
        Policy("web", "insert", f"{key('first-run')} is not null"),
        Policy("web", "insert", _invited("organisations_membership", "member_id", "unit_id")),
        *forgotten("user_id", "select"),
        *overdue(_ENDED),
    ],
    "organisations_hostcontact": [
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "select", f"host_id = {APPOINTS}"),
        Policy("web", "update", f"host_id = {APPOINTS}"),
        Policy("web", "insert", _invited("organisations_hostcontact", "host_id")),
        Policy("worker", "select", f"host_id::text = {key('tell-host')}"),
        *forgotten("user_id", "select"),
        *overdue(_ENDED),
    ],
    # What a resource person has agreed to is everyone's. Nobody but the person publishes it; the workplace may take it away.
    "organisations_resourceperson": [
        Policy("web", "select", "agreed_at is not null"),
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "update", f"user_id = {USER}"),
        Policy("web", "delete", f"user_id = {USER}"),
        Policy("web", "select", f"member_id = {APPOINTS}"),
        Policy("web", "select", f"host_id = {APPOINTS}"),
        Policy("web", "delete", f"member_id = {APPOINTS}"),
        Policy("web", "delete", f"host_id = {APPOINTS}"),
        Policy("web", "insert", _invited_to_be_named("organisations_resourceperson")),
        *forgotten("user_id", "select", "delete"),
        *overdue(f"agreed_at is null and changed_at < now() - interval '{days('resource')} days'"),
    ],
    "organisations_invitation": [
        Policy("web", "all", f"member_id = {APPOINTS}"),
        Policy("web", "all", f"host_id = {APPOINTS}"),
        Policy("web", "select", f"digest = {key('invitation')}"),
        Policy("web", "update", f"digest = {key('invitation')}"),
        Policy("worker", "select", f"id::text = {key('mail-invitation')}"),
        Policy("worker", "update", f"id::text = {key('mail-invitation')}"),
        *forgotten("invited_by_id", "select"),
        *overdue(f"expires_at < now() - interval '{days('invitation')} days'"),
    ],
    # Those who say who works there see the names and addresses of their colleagues.
    "accounts_user": [
        Policy("web", "select", _COLLEAGUES.format("membership", "member", APPOINTS)),
        Policy("web", "select", _COLLEAGUES.format("hostcontact", "host", APPOINTS)),
    ],
}
