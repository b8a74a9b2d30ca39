"""Asking an OpenID provider who somebody is: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0 § 3.1).

Authlib speaks OAuth, joserfc checks the token; what must hold of it is told here. Tokens are read and dropped, never stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6749.errors import OAuth2Error
from django.core.cache import cache
from django.utils.crypto import constant_time_compare
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from praksis.accounts.marks import mark
from praksis.accounts.providers import Provider

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures by the provider's own key. Never HS256, whose key would be the client's secret, and never none."""
CLOCKS_DIFFER_SECONDS = 60
PATIENCE_SECONDS = 5
REMEMBERED_SECONDS = 3600
FEIDE = "https://n.feide.no/claims/"
AFFILIATIONS = ("student", "employee")


class OpenIdError(Exception):
    """Nobody is known by this answer. `reason` is a word for the log; `cancelled` when the person said no."""

    def __init__(self, reason: str, *, cancelled: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.cancelled = reason, cancelled


@dataclass(frozen=True, slots=True)
class Question:
    """What the browser keeps while its owner is at the provider: an answer that fits no question is refused."""

    provider: str
    state: str
    nonce: str
    verifier: str
    user: str = ""
    """Whom to connect the answer to; empty for signing in."""


@dataclass(frozen=True, slots=True)
class Outsider:
    """Whom a provider knows. `mark` is how they are known again; `email` only what it has verified.

    `organisation` («uib.no») and `affiliations` («student», «employee») are what Feide says; they give no rights.
    """

    provider: str
    mark: str
    email: str = ""
    organisation: str = ""
    affiliations: tuple[str, ...] = ()


def new_question(provider: Provider, *, user: str = "") -> Question:
    return Question(provider.code, generate_token(43), generate_token(43), generate_token(64), user)


def where_to_ask(provider: Provider, question: Question, return_to: str) -> str:
    """The provider's address to send the browser to. Raises OpenIdError when the provider does not answer."""
    asked = {"nonce": question.nonce, "code_verifier": question.verifier}
    asked |= {"acr_values": provider.levels[0]} if provider.levels else {}
    endpoint = _metadata(provider)["authorization_endpoint"]
    url, _state = _client(provider, return_to).create_authorization_url(endpoint, state=question.state, **asked)
    return str(url)


def where_to_sign_out(provider: Provider, return_to: str) -> str:
    """The provider's address for ending its own session, empty where it has none. Without a token as a hint, since none is kept:
    the provider asks the person (RP-Initiated Logout 1.0, section 2)."""
    try:
        endpoint = _metadata(provider).get("end_session_endpoint", "")
    except OpenIdError:
        return ""
    sent = urlencode({"client_id": provider.client_id, "post_logout_redirect_uri": return_to})
    return f"{endpoint}?{sent}" if endpoint else ""


def who_is_it(provider: Provider, question: Question, answer: Mapping[str, str], return_to: str) -> Outsider:
    """The person an answer tells of. Raises OpenIdError for every answer that does not fit the question."""
    _check_answer(provider, question, answer)
    client = _client(provider, return_to)
    try:
        token = client.fetch_token(
            _metadata(provider)["token_endpoint"],
            code=answer.get("code", ""),
            grant_type="authorization_code",
            code_verifier=question.verifier,
        )
    except (OAuthError, OAuth2Error, requests.RequestException, ValueError) as problem:
        raise OpenIdError("code") from problem
    claims = _checked(provider, question, str(token.get("id_token", "")))
    return _outsider(provider, _more(provider, client, claims) | claims)


def _check_answer(provider: Provider, question: Question, answer: Mapping[str, str]) -> None:
    """The state is ours, and whoever answers is the one who was asked (RFC 9207)."""
    if not constant_time_compare(answer.get("state", ""), question.state):
        raise OpenIdError("state")
    is_told = _metadata(provider).get("authorization_response_iss_parameter_supported")
    if answer.get("iss", "" if is_told else provider.issuer) != provider.issuer:
        raise OpenIdError("iss")
    if "error" in answer:
        raise OpenIdError("error", cancelled=answer["error"] == "access_denied")


def _checked(provider: Provider, question: Question, token: str) -> dict[str, Any]:
    """The claims of an ID token that was signed by the provider, for us, in answer to this question, and not too long ago."""
    rules = jwt.JWTClaimsRegistry(
        leeway=CLOCKS_DIFFER_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        nonce={"essential": True, "value": question.nonce},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    try:
        claims = _decoded(provider, token)
        rules.validate(claims)
    except (JoseError, ValueError) as problem:
        raise OpenIdError(f"token {getattr(problem, 'claim', '') or type(problem).__name__}") from problem
    if claims.get("azp", provider.client_id) != provider.client_id or claims["aud"] not in (
        provider.client_id,
        [provider.client_id],
    ):
        raise OpenIdError("token aud")
    if provider.levels and claims.get("acr") not in provider.levels:
        raise OpenIdError("acr")
    return claims


def _decoded(provider: Provider, token: str) -> dict[str, Any]:
    """By the provider's keys; fetched anew, once, when the token names one that is not among them."""
    keys = _fetched(_metadata(provider)["jwks_uri"])
    try:
        return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims)  # type: ignore[arg-type]
    except ValueError:
        cache.delete(_remembered(_metadata(provider)["jwks_uri"]))
        keys = _fetched(_metadata(provider)["jwks_uri"])
        return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims)  # type: ignore[arg-type]


def _more(provider: Provider, client: Any, claims: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider tells beside the token, about the same person and nobody else."""
    endpoint = _metadata(provider).get("userinfo_endpoint")
    if not endpoint or (provider.subject in claims and provider.subject != "sub"):
        return {}
    try:
        told = client.get(endpoint, timeout=PATIENCE_SECONDS)
        told.raise_for_status()
        found = dict(told.json())
    except (requests.RequestException, OAuthError, ValueError, TypeError) as problem:
        raise OpenIdError("userinfo") from problem
    if found.get("sub") != claims["sub"]:
        raise OpenIdError("userinfo sub")
    return found


def _outsider(provider: Provider, claims: Mapping[str, Any]) -> Outsider:
    subject = claims.get(provider.subject)
    if not isinstance(subject, str) or not subject:
        raise OpenIdError("subject")
    organisation = _organisation(claims)
    if provider.realms and organisation not in provider.realms:
        raise OpenIdError("organisation")
    told = claims.get(f"{FEIDE}eduPersonAffiliation") or claims.get("eduPersonAffiliation") or ()
    affiliations = {told} if isinstance(told, str) else set(told)
    return Outsider(
        provider=provider.code,
        mark=mark("outsider", provider.code, subject),
        email=str(claims.get("email", "")).lower() if claims.get("email_verified") is True else "",
        organisation=organisation,
        affiliations=tuple(one for one in AFFILIATIONS if one in affiliations),
    )


def _organisation(claims: Mapping[str, Any]) -> str:
    """`schacHomeOrganization`, or what stands behind the @ of the principal name (eduPerson: its scope is the organisation)."""
    home = claims.get(f"{FEIDE}schacHomeOrganization") or claims.get("schacHomeOrganization")
    name = str(claims.get(f"{FEIDE}eduPersonPrincipalName") or claims.get("eduPersonPrincipalName") or "")
    return str(home or name.rpartition("@")[2]).lower()


def _client(provider: Provider, return_to: str) -> Any:
    return OAuth2Session(
        provider.client_id,
        provider.secret,
        scope=provider.scopes,
        redirect_uri=return_to,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",  # nosec B106 # noqa: S106 - the name of a method
        default_timeout=PATIENCE_SECONDS,
    )


def _metadata(provider: Provider) -> dict[str, Any]:
    """What the provider says of itself (OpenID Connect Discovery 1.0), which must be in its own name."""
    found = _fetched(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise OpenIdError("issuer")
    return found


def _fetched(url: str) -> dict[str, Any]:
    """Remembered for an hour."""
    found: dict[str, Any] | None = cache.get(_remembered(url))
    if found is None:
        try:
            answer = requests.get(url, timeout=PATIENCE_SECONDS)
            answer.raise_for_status()
            found = dict(answer.json())
        except (requests.RequestException, ValueError, TypeError) as problem:
            raise OpenIdError("silent") from problem
        cache.set(_remembered(url), found, REMEMBERED_SECONDS)
    return found


def _remembered(url: str) -> str:
    return mark("openid", url)
