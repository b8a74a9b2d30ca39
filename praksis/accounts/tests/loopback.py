"""The OpenID provider on loopback, and somebody's browser that goes there and comes back."""

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from django.test import Client
from django.urls import reverse

SCRIPT = Path(__file__).with_name("provider.mjs")
SITE = "http://testserver"
SECRET = "a secret of forty characters, for a test."
FEIDE = "https://n.feide.no/claims/"
PEOPLE = {
    "kari": {"email": "kari@example.no", "email_verified": True, "pid": "01017012345"},
    "ola": {"email": "ola@example.no", "email_verified": False, "pid": "02028012345"},
    "student": {f"{FEIDE}eduPersonPrincipalName": "st@uib.no", f"{FEIDE}eduPersonAffiliation": ["student", "member"]},
    "employee": {f"{FEIDE}eduPersonPrincipalName": "em@hvl.no", f"{FEIDE}eduPersonAffiliation": ["employee"]},
}


@dataclass
class Loopback:
    """A provider that is running."""

    issuer: str

    def tell(self, **what: Any) -> None:
        """What it shall do, and how it shall lie; nothing makes it honest."""
        requests.post(f"{self.issuer}/told", json=what, timeout=5)


@contextmanager
def running() -> Iterator[Loopback]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clients = [
        {
            "client_id": code,
            "client_secret": SECRET,
            "redirect_uris": [SITE + reverse("accounts:provider_answers", args=[code])],
            "post_logout_redirect_uris": [f"{SITE}/"],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
        }
        for code in ("feide", "idporten")
    ]
    told = json.dumps({"port": port, "clients": clients, "people": PEOPLE})
    process = subprocess.Popen(["node", SCRIPT, told], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n", "the provider does not start: is node there?"
        yield Loopback(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@dataclass
class Traveller:
    """A browser, as the house and as the provider see it."""

    client: Client = field(default_factory=Client)
    there: requests.Session = field(default_factory=requests.Session)

    def asked(self, code: str = "feide") -> str:
        """The address at the provider to which the sign-in page's link leads."""
        return str(self.client.get(reverse("accounts:ask_provider", args=[code])).headers["Location"])

    def answered(self, url: str) -> str:
        """The address at the house to which the provider sends one back."""
        while not url.startswith(SITE):
            answer = self.there.get(url, allow_redirects=False, timeout=5)
            assert answer.is_redirect, answer.text
            url = urljoin(url, answer.headers["Location"])
        return url.removeprefix(SITE)

    def back(self, path: str) -> Any:
        return self.client.get(path)

    def comes(self, code: str = "feide") -> Any:
        """All the way there and back."""
        return self.back(self.answered(self.asked(code)))

    def is_in(self) -> bool:
        return "_auth_user_id" in self.client.session

    def signs_out_there(self, url: str) -> str:
        """Press the provider's own button; where it leads."""
        page = self.there.get(url, timeout=5)
        action = re.search(r'action="([^"]+)"', page.text)
        token = re.search(r'name="xsrf" value="([^"]+)"', page.text)
        assert action, page.text
        assert token
        sent = {"xsrf": token[1], "logout": "yes"}
        return str(self.there.post(action[1], sent, allow_redirects=False, timeout=5).headers["Location"])
