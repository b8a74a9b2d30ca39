"""The log: one line for each event, in UTC, with nothing of a person and nothing that breaks a line."""

import io
import json
import logging
import logging.config
import secrets
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from praksis.base.logs import WithoutSecrets, WithRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Iterator[Any]:
    """What the log's own handler writes, read as whoever collects logs would."""
    told = deepcopy(settings.LOGGING)
    formatter = logging.config.DictConfigurator(told).configure_formatter(told["formatters"]["line"])
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(formatter)  # type: ignore[arg-type]
    handler.addFilter(WithoutSecrets())
    handler.addFilter(WithRequest())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_line_says_when_where_and_what(client: Client, lines: Any) -> None:
    client.get("/finnes-ikke/")
    (line,) = lines()
    assert (line["level"], line["logger"], line["status"]) == ("WARNING", "django.request", 404)
    assert line["at"].endswith("+00:00")
    assert "/finnes-ikke/" in line["message"]


def test_lines_of_one_request_name_it(client: Client, lines: Any) -> None:
    for path in ("/finnes-ikke/", "/finnes-heller-ikke/"):
        client.get(path)
    logging.getLogger("praksis").warning("a job told this")
    first, second, of_a_job = (line["request"] for line in lines())
    assert first != second
    assert UUID(first).version == UUID(second).version == 4
    assert of_a_job is None


def test_what_was_searched_for_and_who_asked_stand_nowhere(client: Client, lines: Any) -> None:
    client.get("/finnes-ikke/", {"q": "Kari Nordmann"}, headers={"cookie": "sessionid=canary", "user-agent": "canary"})
    client.post("/finnes-ikke/", {"name": "Kari Nordmann"})
    assert len(lines()) == 2
    assert not any(word in str(lines()) for word in ("Kari", "Nordmann", "canary"))


def test_the_token_of_a_link_stands_nowhere(client: Client, lines: Any) -> None:
    token = secrets.token_urlsafe(32)
    client.get(f"/start/{token}/")
    client.post(f"/logg-inn/{token}/")
    assert lines()
    assert token not in str(lines())
    assert "/logg-inn/…/" in str(lines())
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["without_secrets", "with_request"]


def test_nothing_that_is_logged_makes_a_line_of_its_own(lines: Any) -> None:
    forged = 'x\n{"level": "CRITICAL"}\r\u2028'
    logging.getLogger("praksis").warning("told: %s", forged)
    (line,) = lines()
    assert line["message"] == f"told: {forged}"


def test_an_unexpected_error_is_told_with_where_it_happened(lines: Any) -> None:
    try:
        raise ValueError("what went wrong")
    except ValueError:
        logging.getLogger("praksis").exception("a job failed")
    (line,) = lines()
    assert "ValueError: what went wrong" in line["exc_info"]
