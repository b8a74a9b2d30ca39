"""Fetching from an address: nothing but the open web, unless an operator has named the machine."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from praksis.base.fetching import NotFetchedError, _is_public, fetch

MOST = 1000


class _Answers(BaseHTTPRequestHandler):
    """A server with one good page, one that leads to it, one that leads away, one that is large and one that goes round."""

    def do_GET(self) -> None:
        ways = {"/away": "http://169.254.169.254/latest/", "/on": "/data", "/round": "/round", "/file": "file:///etc/passwd"}
        self.send_response(302 if self.path in ways else 404 if self.path == "/gone" else 200)
        if self.path in ways:
            self.send_header("Location", ways[self.path])
        self.end_headers()
        self.wfile.write(b"x" * 5000 if self.path == "/large" else b'[{"a": 1}]')

    def log_message(self, *_args: Any) -> None:
        return


@pytest.fixture
def inside(settings: Any) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.FETCH_INSIDE = frozenset({f"127.0.0.1:{server.server_port}"})
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_what_an_operator_has_named_is_fetched_and_followed(inside: str) -> None:
    assert fetch(f"{inside}/data", most_bytes=MOST) == fetch(f"{inside}/on", most_bytes=MOST) == b'[{"a": 1}]'


@pytest.mark.parametrize("path", ["/away", "/round", "/file", "/large", "/gone"])
def test_what_leads_away_goes_round_or_swells_is_not(inside: str, path: str) -> None:
    with pytest.raises(NotFetchedError) as refused:
        fetch(inside + path, most_bytes=MOST)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data/",
        "https://user:secret@example.org/",
        "http://example.org:22/",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "//example.org",
        "http://",
        "http://[",
    ],
)
def test_nothing_but_the_open_web_is_asked(address: str) -> None:
    with pytest.raises(NotFetchedError):
        fetch(address, most_bytes=MOST)


def test_addresses_that_only_look_public_are_not() -> None:
    private = ["10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::", "fe80::1%eth0", "100.64.0.1", "224.0.0.1", "0.0.0.0"]  # noqa: S104
    assert not any(_is_public(one) for one in private)
    assert _is_public("193.157.0.1")
    assert _is_public("2001:700::1")
