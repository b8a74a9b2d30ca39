"""The API against its own description: schemathesis looks for faults, and a client made from it by another program is used."""

import importlib
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from praksis.catalogue.tests.examples import example_place, example_scheme, example_tandem
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Member

pytestmark = pytest.mark.django_db
TOOLS = Path(sys.executable).parent


@pytest.fixture
def served(live_server: LiveServer, settings: Settings) -> str:
    """The address of an API with something in it, and no limit that ends the search."""
    settings.API_PER_MINUTE = 1_000_000
    member = Member.objects.create(name="Universitetet", short_name="UiB", kind=MemberKind.UNIVERSITY)
    example_tandem(scheme=example_scheme(owner=member, kind="elective"))
    example_place()
    address = f"{live_server.url}/api/v1/openapi.json"
    with urllib.request.urlopen(address):  # noqa: S310 - the test's own server, which answers slowly the first time
        return address


def _run(*command: str, folder: Path) -> None:
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=900, env=os.environ)
    assert made.returncode == 0, made.stdout[-6000:] + made.stderr[-2000:]


@pytest.mark.parametrize(
    ("examples", "phases"), [("4", "fuzzing"), pytest.param("300", "examples,coverage,fuzzing", marks=pytest.mark.prove)]
)
def test_schemathesis_finds_no_fault(served: str, tmp_path: Path, examples: str, phases: str) -> None:
    command = [str(TOOLS / "schemathesis"), "run", served, "--max-examples", examples, "--phases", phases]
    _run(*command, "--generation-deterministic", "--no-color", "--request-timeout", "60", folder=tmp_path)


def test_the_description_is_openapi_3_1(served: str) -> None:
    with urllib.request.urlopen(served) as answer:  # noqa: S310 - the test's own server
        told = json.load(answer)
    assert told["openapi"] == "3.1.0"
    assert set(told["paths"]["/api/v1/places"]["get"]["responses"]) == {"200", "304", "422", "429"}
    assert "application/problem+json" in told["paths"]["/api/v1/places"]["get"]["responses"]["422"]["content"]


def test_a_client_made_from_the_description_reads_everything(served: str, tmp_path: Path, monkeypatch: Any) -> None:
    generator = str(TOOLS / "openapi-python-client")
    _run(generator, "generate", "--url", served, "--output-path", str(tmp_path / "made"), "--meta", "none", folder=tmp_path)
    (tmp_path / "made").rename(tmp_path / "praksis_client")
    monkeypatch.syspath_prepend(tmp_path)
    client = importlib.import_module("praksis_client").Client(base_url=served.removesuffix("/api/v1/openapi.json"))
    calls = sorted(path.stem for path in (tmp_path / "praksis_client" / "api" / "catalogue").glob("*_places.py"))
    (name,) = calls
    with client:
        page = importlib.import_module(f"praksis_client.api.catalogue.{name}").sync(client=client, limit=10)
    assert {len(place.seats) for place in page.items} == {1, 2}
    assert {place.host.field.value for place in page.items} == {"health"}
