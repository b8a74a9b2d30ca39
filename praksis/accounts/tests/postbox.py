"""A mail server on loopback."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Postbox:
    """Keeps what it is sent; while `is_shut` it takes nothing."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.is_shut = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.is_shut:
            return "451 Come back later"
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def text(self, number: int = -1) -> str:
        return str(self.letters[number].get_content())

    def link(self, number: int = -1, *, under: str = "logg-inn") -> str:
        """The address in a letter, without the site."""
        found = re.search(rf"https?://[^/]+(/{under}/\S+)", self.text(number))
        assert found
        return found[1]


@contextmanager
def postbox() -> Iterator[tuple[Postbox, str]]:
    """The server, and its EMAIL_URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
