"""What PyPI's `matching` and `algmatch` make of hospitals and residents: run as a script, with their folder on the path.

Standard input holds JSON: the "library", and "rounds" of "residents" (id -> hospitals) and "hospitals" (id -> capacity and
residents); standard output gets "seconds" and "results" (resident -> hospital). It shares a process with nothing of ours,
since one of the two is a package named `matching` too.
"""

import importlib
import json
import sys
import threading
import time
from typing import Any


def by_matching(drawn: dict[str, Any]) -> dict[str, str]:
    """With objects for players, optimal for residents."""
    game = importlib.import_module("matching.games").HospitalResident.create_from_dictionaries(
        drawn["residents"],
        {hospital: liked for hospital, (_, liked) in drawn["hospitals"].items()},
        {hospital: capacity for hospital, (capacity, _) in drawn["hospitals"].items()},
    )
    return {resident.name: hospital.name for hospital, people in game.solve(optimal="resident").items() for resident in people}


def by_algmatch(drawn: dict[str, Any]) -> dict[str, str]:
    """Its ids are numbers with a letter before, and it wants them as numbers."""
    hospitals = {
        int(hospital[1:]): {"capacity": capacity, "preferences": [int(one[1:]) for one in liked]}
        for hospital, (capacity, liked) in drawn["hospitals"].items()
    }
    residents = {int(one[1:]): [int(hospital[1:]) for hospital in asked] for one, asked in drawn["residents"].items()}
    problem = importlib.import_module("algmatch").HospitalResidentsProblem(
        dictionary={"residents": residents, "hospitals": hospitals}, optimised_side="residents"
    )
    found = problem.get_stable_matching()["resident_sided"]
    return {one: hospital for one, hospital in found.items() if hospital}


def main() -> None:
    """Solve all, and say how long it took, the making of their objects included."""
    asked = json.load(sys.stdin)
    solve = {"matching": by_matching, "algmatch": by_algmatch}[asked["library"]]
    importlib.import_module({"matching": "matching.games", "algmatch": "algmatch"}[asked["library"]])
    started = time.thread_time()
    results = [solve(drawn) for drawn in asked["rounds"]]
    json.dump({"seconds": time.thread_time() - started, "results": results}, sys.stdout)


if __name__ == "__main__":
    sys.setrecursionlimit(1_000_000)  # `matching` copies players deeply, who all hold each other
    threading.stack_size(1 << 29)
    deep = threading.Thread(target=main)
    deep.start()
    deep.join()
