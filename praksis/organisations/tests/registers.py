"""Enhetsregisteret for tests: the fake one of the demo, started as a program of its own, with firms that a test makes up."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache

BERGEN = {"adresse": ["Fjøsangerveien 30"], "postnummer": "5068", "poststed": "BERGEN", "kommunenummer": "4601"}
OSLO = {"adresse": ["Storgata 1"], "postnummer": "0155", "poststed": "OSLO", "kommunenummer": "0301"}
ACCOUNTING = {"kode": "69.201", "beskrivelse": "Regnskap og bokføring"}
KINDS = ("enheter", "underenheter")
DAY = "2026-11-27T04:00:00.000Z"


class FakeFirms:
    """The firms, and what happens to them: each change is written down as the register does."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.data: dict[str, Any] = {"enheter": [], "underenheter": [], "fjernet": [], "oppdateringer": {k: [] for k in KINDS}}
        self.next = 101
        self._write()

    def enterprise(self, number: str, name: str, **values: Any) -> None:
        self._add("enheter", number, name, {"forretningsadresse": BERGEN, "konkurs": False, "underAvvikling": False} | values)

    def unit(self, number: str, name: str, above: str, **values: Any) -> None:
        self._add("underenheter", number, name, {"beliggenhetsadresse": BERGEN, "overordnetEnhet": above} | values)

    def _add(self, kind: str, number: str, name: str, values: dict[str, Any]) -> None:
        form = {"kode": "AS", "beskrivelse": "Aksjeselskap"}
        usual = {"organisasjonsnummer": number, "navn": name, "organisasjonsform": form, "naeringskode1": ACCOUNTING}
        self.data[kind].append(usual | values)
        self._note(kind, number, "Ny")

    def change(self, number: str, **values: Any) -> None:
        for kind in KINDS:
            for row in self.data[kind]:
                if row["organisasjonsnummer"] == number:
                    row.update(values)
                    self._note(kind, number, "Endring")

    def remove(self, number: str) -> None:
        """Removed altogether: 410."""
        self.data["fjernet"].append(number)
        self._note("enheter", number, "Fjernet")

    def _note(self, kind: str, number: str, what: str) -> None:
        line = {"oppdateringsid": self.next, "dato": DAY, "organisasjonsnummer": number, "endringstype": what}
        self.data["oppdateringer"][kind].append(line)
        self.next += 1
        self._write()

    def _write(self) -> None:
        half = self.file.with_suffix(".half")
        half.write_text(json.dumps(self.data, ensure_ascii=False))
        half.replace(self.file)


@contextmanager
def running_register(folder: Path) -> Iterator[FakeFirms]:
    """The fake register on a free port, and its firms; the settings point to it while the block lasts."""
    firms = FakeFirms(folder / "firms.json")
    command = [sys.executable, "-m", "praksis.demo.fake_register", "--file", str(firms.file)]
    before = settings.REGISTER_ADDRESS
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            settings.REGISTER_ADDRESS = program.stdout.readline().split(" at ")[1].strip()
            cache.clear()
            yield firms
        finally:
            settings.REGISTER_ADDRESS = before
            cache.clear()
            program.terminate()
