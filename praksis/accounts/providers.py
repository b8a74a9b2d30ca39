"""Who else may say who somebody is: OpenID providers, by the environment. No Django here: settings.py reads this module.

PRAKSIS_FEIDE_CLIENT_ID      PRAKSIS_IDPORTEN_CLIENT_ID      a provider is offered where it has one
PRAKSIS_FEIDE_SECRET_FILE    PRAKSIS_IDPORTEN_SECRET_FILE    a file with the client's secret, and nothing else
PRAKSIS_FEIDE_ISSUER         PRAKSIS_IDPORTEN_ISSUER         another than the real one, for trying it out
PRAKSIS_FEIDE_NAME           PRAKSIS_IDPORTEN_NAME           what the button calls it
PRAKSIS_FEIDE_REALMS         uib.no,hvl.no: whose people may come; everyone's where it is empty
PRAKSIS_FEIDE_LINK_EMAIL     1: an address that Feide has verified lets its owner in at the first time, without a link
PRAKSIS_IDPORTEN_LEVEL       substantial (the default) or high
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LEVELS = ("substantial", "high")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider and what is asked of it.

    `subject` is the claim by which a person is known again. `levels`: the values of `acr`, one of which it must say; the first is
    asked for. `realms`: the organisations whose people may come. `strong`: to sign in there takes two factors.
    """

    code: str
    name: str
    issuer: str
    client_id: str
    secret: str
    scopes: str
    subject: str = "sub"
    levels: tuple[str, ...] = ()
    realms: tuple[str, ...] = ()
    links_email: bool = False
    strong: bool = False


def providers(environ: Mapping[str, str]) -> dict[str, Provider]:
    """Those that are set up, by code. Raises ValueError for what cannot be meant."""
    found = [_feide(environ), _idporten(environ)]
    return {one.code: one for one in found if one.client_id}


def _feide(environ: Mapping[str, str]) -> Provider:
    realms = environ.get("PRAKSIS_FEIDE_REALMS", "").lower().split(",")
    return Provider(
        code="feide",
        name=environ.get("PRAKSIS_FEIDE_NAME", "Feide"),
        issuer=_issuer(environ.get("PRAKSIS_FEIDE_ISSUER", "https://auth.dataporten.no")),
        client_id=environ.get("PRAKSIS_FEIDE_CLIENT_ID", ""),
        secret=_secret(environ, "PRAKSIS_FEIDE"),
        scopes="openid email userid-feide groups-edu",
        realms=tuple(realm.strip() for realm in realms if realm.strip()),
        links_email=environ.get("PRAKSIS_FEIDE_LINK_EMAIL") == "1",
    )


def _idporten(environ: Mapping[str, str]) -> Provider:
    """`pid` (the national identity number) and not `sub`, which is another for every client: a new client would know nobody."""
    level = environ.get("PRAKSIS_IDPORTEN_LEVEL", LEVELS[0])
    if level not in LEVELS:
        raise ValueError(f"PRAKSIS_IDPORTEN_LEVEL must be one of {', '.join(LEVELS)}, and is «{level}».")
    return Provider(
        code="idporten",
        name=environ.get("PRAKSIS_IDPORTEN_NAME", "ID-porten"),
        issuer=_issuer(environ.get("PRAKSIS_IDPORTEN_ISSUER", "https://idporten.no")),
        client_id=environ.get("PRAKSIS_IDPORTEN_CLIENT_ID", ""),
        secret=_secret(environ, "PRAKSIS_IDPORTEN"),
        scopes="openid profile",
        subject="pid",
        levels=tuple(f"idporten-loa-{one}" for one in LEVELS[LEVELS.index(level) :]),
        strong=True,
    )


def _issuer(url: str) -> str:
    """In clear only to a provider on this machine."""
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ValueError(f"An issuer must begin with https://, and is «{url}».")
    return url


def _secret(environ: Mapping[str, str], prefix: str) -> str:
    file = environ.get(f"{prefix}_SECRET_FILE", "")
    if environ.get(f"{prefix}_CLIENT_ID") and not file:
        raise ValueError(f"{prefix}_CLIENT_ID is set, so {prefix}_SECRET_FILE must name the file with the client's secret.")
    return Path(file).read_text().strip() if file else ""
