"""Hospitals and residents, the part of the rules that other libraries know: rounds of it, and their answers."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from matching.problem import Candidate, Instance, Place, Seat
from matching.tests.brute import Where
from matching.tests.reports import ROOT

LIBRARIES = ("matching", "algmatch")
FOLDER = ROOT / ".build" / "peers"


def random_hospitals(rng: random.Random, residents: int, hospitals: int, choices: int, capacity: int) -> Instance:
    """Everybody asks for so many hospitals, each of which likes those who ask in an order of its own."""
    asked = {f"r{one}": rng.sample(range(hospitals), choices) for one in range(residents)}
    askers: list[list[str]] = [[] for _ in range(hospitals)]
    for one in rng.sample(sorted(asked), residents):
        for hospital in asked[one]:
            askers[hospital].append(one)
    places = (_hospital(rng, f"h{at}", capacity, liked) for at, liked in enumerate(askers) if liked)
    candidates = tuple(Candidate(one, (), tuple((f"h{at}",) for at in wished)) for one, wished in asked.items())
    return Instance(rng.randrange(100), ("placed", "ranks", "lottery"), candidates, tuple(places))


def _hospital(rng: random.Random, id_: str, capacity: int, liked: list[str]) -> Place:
    order = rng.sample(liked, len(liked))
    return Place(id_, (Seat("a", capacity),), tiers={one: tier for tier, one in enumerate(order)})


def solved_by(library: str, rounds: list[Instance]) -> tuple[float, list[Where]]:
    """The answers of a library on PyPI, and the seconds of processor time it took without reading."""
    _install()
    asked = {"library": library, "rounds": [_as_hospitals(one) for one in rounds]}
    script = str(Path(__file__).with_name("peers.py"))
    environment = os.environ | {"PYTHONPATH": str(FOLDER)}
    command = [sys.executable, "-P", "-W", "ignore", script]
    done = subprocess.run(command, input=json.dumps(asked), env=environment, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return told["seconds"], told["results"]


def _as_hospitals(drawn: Instance) -> dict[str, Any]:
    hospitals = {place.id: [place.seats[0].capacity, sorted(place.tiers, key=place.tiers.__getitem__)] for place in drawn.places}
    return {"residents": {one.id: [place for (place,) in one.choices] for one in drawn.candidates}, "hospitals": hospitals}


def _install() -> None:
    """Once, in a folder of their own."""
    if not (FOLDER / "algmatch").exists():
        hashed = ["--require-hashes", "-r", str(ROOT / "requirements-peers.txt")]
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--target",
            str(FOLDER),
            *hashed,
        ]
        subprocess.run(command, check=True, capture_output=True)
