"""What the demo's fake register says of the made-up hosts: industry, sub-units with their enterprises, who is no more and why,
who has a new name, and two things that the next reading finds."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from praksis.base.codes import Field
from praksis.demo.draw import Draw
from praksis.demo.hosts import Workplace, made_up_number
from praksis.demo.texts import workplaces as words
from praksis.organisations.choices import ClosedReason
from praksis.organisations.models import FormerName, Host, RegisterRun
from praksis.organisations.register import INDUSTRY_STANDARD

FILE = "fake_register.json"
SEEN = 1000
"""The last change that the made-up region has seen; the two after it are for the next reading."""
REASONS = (ClosedReason.BANKRUPT, ClosedReason.DELETED, ClosedReason.WINDING_UP)
CHAINS = (
    ("butikk", "Handel AS", "Oslo", ""),
    ("barnehage", "barnehager SA", "Bergen", "4601"),
    ("kjokken", "Mat AS", "Bergen", "4601"),
)
"""A kind of workplace, what its enterprise is called after a stem of its own, and where that has its office."""
UNITS = 3
NOT_TOLD_BELOW = 5
LEAST_TO_RENAME = 2


@dataclass
class Firms:
    """The register's part of the region. `renamed` and `failing` are those of the next reading."""

    enterprises: list[Host] = field(default_factory=list)
    former_names: list[FormerName] = field(default_factory=list)
    runs: list[RegisterRun] = field(default_factory=list)
    renamed: Host | None = None
    failing: Host | None = None


def register_firms(draw: Draw, workplaces: Sequence[Workplace], kept: set[str], now: datetime) -> Firms:
    """Give every host what the register says of it. `kept` are the ids of hosts that stay as they are."""
    found = Firms()
    for number, one in enumerate(workplaces):
        _register(draw, one, REASONS[number % len(REASONS)], now)
    free = [one for one in workplaces if str(one.host.pk) not in kept and one.host.closed_on is None]
    for kind, name, town, municipality in CHAINS:
        units = [one.host for one in free if one.kind.name == kind][:UNITS]
        found.enterprises.append(_enterprise(draw, units, name, town, municipality, now))
    found.failing = found.enterprises[-1]
    open_firms = [one.host for one in free if one.host.above is None and one.host.name.endswith(" AS")][:LEAST_TO_RENAME]
    if len(open_firms) == LEAST_TO_RENAME:
        before, found.renamed = open_firms
        found.former_names.append(_former(draw, before, now))
    hosts_read = len(workplaces) + len(found.enterprises)
    ended = now - timedelta(hours=8)
    run = RegisterRun(id=draw.uuid(), began_at=ended - timedelta(seconds=40), ended_at=ended, hosts_read=hosts_read)
    run.enterprises_seen = run.units_seen = SEEN
    found.runs.append(run)
    return found


def _register(draw: Draw, one: Workplace, reason: ClosedReason, now: datetime) -> None:
    host = one.host
    host.registered_name = host.name.upper()
    host.industry, host.industry_words = words()["industries"][one.kind.name]
    host.industry_standard = INDUSTRY_STANDARD
    host.address = f"Oppdiktveien {draw.between(1, 99)}, {host.area}"
    host.closed_reason = reason if host.closed_on else ""
    host.checked_at = now - timedelta(hours=8)


def _enterprise(draw: Draw, units: Sequence[Host], name: str, town: str, municipality: str, now: datetime) -> Host:
    stem = draw.one(words()["stem_first"]) + draw.one(words()["stem_last"])
    host = Host(
        id=draw.uuid(),
        number=made_up_number(draw),
        name=f"{stem} {name}",
        registered_name=f"{stem} {name}".upper(),
        field=units[0].field if units else Field.TRADE,
        industry=units[0].industry if units else "",
        industry_standard=INDUSTRY_STANDARD,
        industry_words=units[0].industry_words if units else "",
        municipality=municipality,
        area="" if municipality else town,
        address=f"Oppdiktveien {draw.between(1, 99)}, {town}",
        employees=sum(unit.employees or 0 for unit in units) + draw.between(5, 20),
        checked_at=now - timedelta(hours=8),
        made_up=True,
    )
    for unit in units:
        unit.above = host
    return host


def _former(draw: Draw, host: Host, now: datetime) -> FormerName:
    stem = draw.one(words()["stem_first"]) + draw.one(words()["stem_last"])
    name = f"{stem} {host.name.split(' ', 1)[1]}"
    return FormerName(id=draw.uuid(), host=host, name=name, until=now.date() - timedelta(days=34))


# ---------------------------------------------------------------- as the register tells it


def write_register(folder: Path, firms: Firms, workplaces: Sequence[Workplace], now: datetime) -> None:
    """The file that `fake_register` answers from: whole or not at all."""
    half = folder / f"{FILE}.half"
    half.write_text(json.dumps(_told(firms, workplaces, now), ensure_ascii=False))
    half.replace(folder / FILE)


def _told(firms: Firms, workplaces: Sequence[Workplace], now: datetime) -> dict[str, Any]:
    hosts = [one.host for one in workplaces]
    enterprises = [*firms.enterprises, *(host for host in hosts if not host.above)]
    rows = {host.number: _row(host) for host in [*enterprises, *(host for host in hosts if host.above)]}
    changes = list(_changes(firms, rows, now))
    return {
        "oppdiktet": "Made-up firms for the demo. This is not Enhetsregisteret.",
        "enheter": [rows[host.number] for host in enterprises],
        "underenheter": [rows[host.number] for host in hosts if host.above],
        "fjernet": [],
        "oppdateringer": {"enheter": changes, "underenheter": []},
    }


def _row(host: Host) -> dict[str, Any]:
    form = ("BEDR", "Underenhet") if host.above else ("AS", "Aksjeselskap")
    address = {"adresse": [host.address.split(",")[0]], "poststed": (host.area or "Bergen").upper()}
    address["kommunenummer"] = host.municipality or "0301"
    row: dict[str, Any] = {
        "organisasjonsnummer": host.number,
        "navn": host.registered_name,
        "organisasjonsform": dict(zip(("kode", "beskrivelse"), form, strict=True)),
        "naeringskode1": {"kode": host.industry, "beskrivelse": host.industry_words},
        "beliggenhetsadresse" if host.above else "forretningsadresse": address,
    }
    if host.employees and host.employees >= NOT_TOLD_BELOW:
        row["antallAnsatte"] = host.employees
    if host.above:
        return row | {"overordnetEnhet": host.above.number}
    return row | _state(host)


def _state(host: Host) -> dict[str, Any]:
    on = host.closed_on.isoformat() if host.closed_on else None
    told: dict[str, Any] = {
        "konkurs": host.closed_reason == ClosedReason.BANKRUPT,
        "underAvvikling": host.closed_reason == ClosedReason.WINDING_UP,
    }
    if told["konkurs"]:
        told["konkursdato"] = on
    return told | ({"slettedato": on} if host.closed_reason == ClosedReason.DELETED else {})


def _changes(firms: Firms, rows: dict[str, dict[str, Any]], now: datetime) -> Iterator[dict[str, Any]]:
    """A new name and a bankruptcy, told since the region was made."""
    moment = f"{now.date().isoformat()}T04:00:00.000Z"
    for number, (host, news) in enumerate(_news(firms, now), SEEN + 1):
        rows[host.number].update(news)
        yield {"oppdateringsid": number, "dato": moment, "organisasjonsnummer": host.number, "endringstype": "Endring"}


def _news(firms: Firms, now: datetime) -> Iterator[tuple[Host, dict[str, Any]]]:
    if firms.renamed:
        yield firms.renamed, {"navn": f"NYE {firms.renamed.registered_name}"}
    if firms.failing:
        yield firms.failing, {"konkurs": True, "konkursdato": now.date().isoformat()}
