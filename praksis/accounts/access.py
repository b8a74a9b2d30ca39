"""Grants on the room's tables, and which rows whom, by database role."""

from praksis.base.policies import USER, Policy, key, keys

PERSONS = {
    "accounts_user": {"web": "select, insert, update"},
    "accounts_signinlink": {"web": "select, insert, update"},
}
POLICIES = {
    "accounts_user": [
        Policy("web", "select", f"id = {USER}"),
        Policy("web", "update", f"id = {USER}"),
        Policy("web", "select", f"email = {key('sign-in', 'first-run')}"),
        Policy("web", "insert", f"email = {key('first-run')}"),
        # Staff who give their people a way to sign in: an address that has a user already is met as if it were new.
        Policy("web", "select", f"email = {keys('invite')}"),
        Policy("web", "insert", f"email = {keys('invite')}"),
    ],
    "accounts_signinlink": [
        Policy("web", "select", f"digest = {key('link')}"),
        Policy("web", "update", f"digest = {key('link')}"),
        Policy("web", "select", f"coalesce(user_id::text, 'first-run') = {key('make-link')}"),
        Policy("web", "insert", f"coalesce(user_id::text, 'first-run') = {key('make-link')}"),
        Policy("web", "update", f"coalesce(user_id::text, 'first-run') = {key('make-link')}"),
    ],
}
