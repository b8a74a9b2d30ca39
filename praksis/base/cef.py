"""The trail as lines in the Common Event Format (ArcSight, version 0), with the fields that NAV's audit log uses.

`suid` and `duid` are pseudonyms: what a collector of logs holds cannot be taken back, and what must be erased here would live on
there. Within the house `base_pseudonym` tells whom they stand for.
"""

import re
from collections.abc import Mapping

from praksis.base.codes import ReadKind, Shown
from praksis.base.models import TrailEntry

_HEADER = "CEF:0|Praksistorget|praksistorget|1.0|audit:access|Innsynslogg"


def line_of(entry: TrailEntry) -> str:
    """One entry. A refusal and a wrong second factor are `WARN` and `Deny`, all else `INFO` and `Permit`."""
    refused = entry.kind == ReadKind.REFUSAL or entry.shown == Shown.CODE_WRONG
    extension = {
        "end": str(int(entry.at.timestamp() * 1000)),
        "suid": str(entry.actor),
        "duid": str(entry.person or ""),
        "sproc": str(entry.request),
        "request": entry.page,
        "requestMethod": entry.method,
        "flexString1Label": "Decision",
        "flexString1": "Deny" if refused else "Permit",
        "cs1Label": "Organisation",
        "cs1": str(entry.member),
        "cs2Label": "Relation",
        "cs2": entry.read_by,
        "cs3Label": "Shown",
        "cs3": entry.shown,
        "externalId": str(entry.pk),
    }
    return f"{_HEADER}|{'WARN' if refused else 'INFO'}|{extension_of(extension)}"


def extension_of(fields: Mapping[str, str]) -> str:
    """`key=value` with a space between; what is empty is left out, and a label without its value. Backslash, equals sign and line
    ends are escaped, as the format says of extensions."""
    held = {key: value for key, value in fields.items() if value and fields.get(key.removesuffix("Label"))}
    return " ".join(f"{key}={_escaped(value)}" for key, value in held.items())


def _escaped(value: str) -> str:
    return re.sub(r"\r\n?|\n", r"\\n", value.replace("\\", r"\\").replace("=", r"\="))
