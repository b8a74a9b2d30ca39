"""Grants on base's own tables and on those of the libraries, by database role. `grants.py` applies them.

Every room says the same of its own tables: OPEN for what is public, PERSONS for tables that hold persons, and for those
POLICIES, which say which rows whom. A table in neither list stops `migrate`. There are no default privileges: a new table is
closed until a list opens it, and a table of persons shows no row until a policy does.
"""

from praksis.base.policies import LED, MEMBERS, PEOPLE, USER, Policy, key

_QUEUE = "select, insert, update, delete"
_ABOUT_ONESELF = f"person = any (array(select id from base_pseudonym where subject = {PEOPLE}))"  # noqa: S608 - a policy's text
_OF_OWN_PEOPLE = f"person is not null and member = {MEMBERS}"
_OF_THE_FORGOTTEN = f"person = {key('retention')}::uuid or row = {key('retention')}::uuid"
_FORGOTTEN = f"subject = {key('retention')}::uuid"

OPEN = {
    "base_searchrow": {"web": "select, insert, update, delete", "worker": "select, insert, update, delete"},
    # Words that stand in public texts, each alone.
    "base_searchword": {"web": "select, insert", "worker": "select, insert, update, delete"},
    "base_publishedfigure": {"web": "select", "worker": "select, insert, update, delete"},
    "base_traillink": {"worker": "select, insert"},
    # Digests of ids: they lead to nobody.
    "base_erasure": {"worker": "select, insert"},
    "django_migrations": {"web": "select", "worker": "select"},
    "django_content_type": {"web": "select", "worker": "select"},
    "auth_permission": {},
    "auth_group": {},
    "auth_group_permissions": {},
    # The web puts jobs into the queue and reads back no more than their number; arguments are ids, for the worker alone.
    "procrastinate_jobs": {"web": "insert, select (id)", "worker": _QUEUE},
    "procrastinate_events": {"web": "insert", "worker": _QUEUE},
    "procrastinate_periodic_defers": {"worker": _QUEUE},
    "procrastinate_workers": {"web": "select", "worker": _QUEUE},
}
PERSONS = {
    # Nobody changes or removes an entry. The database itself makes pseudonyms.
    "base_trailentry": {"web": "select", "worker": "select", "trail": "insert"},
    "base_pseudonym": {"web": "select", "worker": "select, delete"},
    # Kept by a trigger, so that who changes something cannot say otherwise.
    "base_change": {"web": "select", "worker": "select, delete"},
}
POLICIES = {
    "base_trailentry": [
        Policy("trail", "insert", "true"),
        Policy("web", "select", f"member = {LED}"),
        Policy("web", "select", _ABOUT_ONESELF),
        Policy("worker", "select", f"{key('chain')} is not null"),
    ],
    "base_change": [
        Policy("web", "select", _OF_OWN_PEOPLE),
        Policy("web", "select", f"member = {LED}"),
        Policy("web", "select", f"person = {PEOPLE}"),
        Policy("worker", "select", _OF_THE_FORGOTTEN),
        Policy("worker", "delete", _OF_THE_FORGOTTEN),
    ],
    "base_pseudonym": [
        Policy("web", "select", f"member = {LED}"),
        Policy("web", "select", f"subject = {PEOPLE}"),
        Policy("web", "select", f"subject = {USER}"),
        Policy("worker", "select", _FORGOTTEN),
        Policy("worker", "delete", _FORGOTTEN),
    ],
}
