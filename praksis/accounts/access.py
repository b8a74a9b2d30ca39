"""Grants on the room's tables, and which rows whom, by database role."""

from praksis.base.policies import USER, Policy, forgotten, key, keys, overdue
from praksis.base.retention import days

_OLD = f"{key('forget')} is not null"

PERSONS = {
    "accounts_session": {"web": "select, insert, update, delete", "worker": "select, delete"},
    "accounts_user": {"web": "select, insert, update", "worker": "select, delete"},
    "accounts_signinlink": {"web": "select, insert, update", "worker": "select, insert, update, delete"},
    "accounts_outsideidentity": {"web": "select, insert, delete", "worker": "select (id, user_id), delete"},
    "accounts_factor": {"web": "select, insert, update, delete", "worker": "select (id, user_id), delete"},
    "accounts_passkey": {"web": "select, insert, update, delete", "worker": "select (id, user_id), delete"},
    "accounts_recoverycode": {"web": "select, insert, update, delete", "worker": "select (id, user_id), delete"},
    "accounts_linkrequest": {"web": "select, insert", "worker": "select, update, delete"},
}
HISTORY = {"accounts_user": ("", "")}
POLICIES = {
    "accounts_session": [
        Policy("web", "all", f"session_key = {key('session')}"),
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "delete", f"user_id = {USER}"),
        Policy("worker", "select", f"{_OLD} and expire_date < now()"),
        Policy("worker", "delete", f"{_OLD} and expire_date < now()"),
        *forgotten("user_id", "select", "delete"),
    ],
    "accounts_user": [
        Policy("web", "select", f"id = {USER}"),
        Policy("web", "update", f"id = {USER}"),
        Policy("web", "select", f"email = {key('sign-in', 'first-run')}"),
        Policy("web", "insert", f"email = {key('first-run')}"),
        # Staff who give their people a way to sign in: an address that has a user already is met as if it were new.
        Policy("web", "select", f"email = {keys('invite')}"),
        Policy("web", "insert", f"email = {keys('invite')}"),
        Policy("worker", "select", f"email = {key('mail-link')}"),
        *forgotten("id", "select", "delete"),
        *overdue(f"coalesce(last_login, created_at) < now() - interval '{days('user')} days'", "select"),
    ],
    "accounts_signinlink": [
        Policy("web", "select", f"digest = {key('link')}"),
        Policy("web", "update", f"digest = {key('link')}"),
        Policy("web", "select", f"coalesce(user_id::text, 'first-run') = {key('make-link')}"),
        Policy("web", "insert", f"coalesce(user_id::text, 'first-run') = {key('make-link')}"),
        Policy("web", "update", f"coalesce(user_id::text, 'first-run') = {key('make-link')}"),
        Policy("worker", "select", f"user_id::text = {key('make-link')}"),
        Policy("worker", "insert", f"user_id::text = {key('make-link')}"),
        Policy("worker", "update", f"user_id::text = {key('make-link')}"),
        Policy("worker", "select", f"{_OLD} and expires_at < now()"),
        Policy("worker", "delete", f"{_OLD} and expires_at < now()"),
        *forgotten("user_id", "select", "delete"),
    ],
    "accounts_outsideidentity": [
        Policy("web", "select", f"mark = {key('outsider')}"),
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "insert", f"user_id = {USER}"),
        Policy("web", "delete", f"user_id = {USER}"),
        *forgotten("user_id", "select", "delete"),
    ],
    "accounts_factor": [Policy("web", "all", f"user_id = {USER}"), *forgotten("user_id", "select", "delete")],
    "accounts_passkey": [Policy("web", "all", f"user_id = {USER}"), *forgotten("user_id", "select", "delete")],
    "accounts_recoverycode": [Policy("web", "all", f"user_id = {USER}"), *forgotten("user_id", "select", "delete")],
    "accounts_linkrequest": [
        Policy("web", "insert", f"network = {keys('ask-link')}"),
        Policy("web", "select", f"pair = {keys('ask-link')}"),
        Policy("web", "select", f"near = {keys('ask-link')}"),
        Policy("web", "select", f"network = {keys('ask-link')}"),
        Policy("worker", "select", f"id::text = {key('mail-link')}"),
        Policy("worker", "update", f"id::text = {key('mail-link')}"),
        Policy("worker", "select", f"{_OLD} and asked_at < now() - interval '1 hour'"),
        Policy("worker", "delete", f"{_OLD} and asked_at < now() - interval '1 hour'"),
    ],
}
