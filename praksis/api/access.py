"""Grants on the room's table, by database role. It holds keyed marks of networks for an hour, and no person."""

OPEN = {"api_asking": {"web": "select, insert, update", "worker": "select, delete"}}
