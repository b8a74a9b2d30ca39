"""The digest of an instance, computed a second time from the text of the canonical form."""

import hashlib
import json
from typing import Any

from matching.problem import Candidate, Instance, Place, Seat

type Json = dict[str, Any]


def digest_of(instance: Instance, seed: int) -> str:
    """SHA-256 of the canonical form with the seed that was used, 64 lowercase hexadecimal digits."""
    whole: Json = {"format": "matching-instance/1", "seed": seed, "objective": list(instance.objective)}
    whole["candidates"] = _by_id(_candidate(one) for one in instance.candidates)
    whole["places"] = _by_id(_place(one) for one in instance.places)
    if instance.name:
        whole["name"] = instance.name
    if instance.pools:
        whole["pools"] = _by_id({"id": one.id, "limit": one.limit, "places": sorted(one.places)} for one in instance.pools)
    if instance.reserves:
        whole["reserves"] = _by_id(
            {"id": one.id, "tag": one.tag, "places": sorted(one.places), "at_least": one.at_least} for one in instance.reserves
        )
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _by_id(written: Any) -> list[Json]:
    return sorted(written, key=lambda one: one["id"])


def _candidate(one: Candidate) -> Json:
    written: Json = {"id": one.id, "tags": sorted(one.tags), "choices": [sorted(group) for group in one.choices]}
    if one.class_ != 1:
        written["class"] = one.class_
    if one.excluded:
        written["excluded"] = dict(one.excluded)
    for key in ("arrived", "together", "previous", "pinned"):
        value = getattr(one, key)
        if value is not None:
            written[key] = value
    return written


def _place(one: Place) -> Json:
    written: Json = {"id": one.id, "seats": sorted(map(_seat, one.seats), key=lambda seat: seat["kind"])}
    if one.host is not None:
        written["host"] = one.host
    if one.tags:
        written["tags"] = sorted(one.tags)
    if one.equal:
        written["equal"] = True
    if one.tiers:
        written["tiers"] = dict(one.tiers)
    return written


def _seat(one: Seat) -> Json:
    written: Json = {"kind": one.kind, "capacity": one.capacity}
    if one.minimum:
        written["minimum"] = one.minimum
    if one.accepts is not None:
        written["accepts"] = sorted(one.accepts)
    if one.requires:
        written["requires"] = sorted(one.requires)
    return written
