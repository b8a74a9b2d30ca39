"""Passkeys (WebAuthn Level 3): made by whoever has a second factor already, and given in place of its codes.

The page holds a question; the library `webauthn` checks what the browser answers. A question is sealed for one user and one
purpose, lasts five minutes, and is answered once.
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import webauthn
from cryptography.fernet import InvalidToken
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.http.request import split_domain_port
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from praksis.accounts.browsers import described
from praksis.accounts.marks import seal, unseal
from praksis.accounts.models import Passkey, User
from praksis.base.identity import Identity, acting

LASTS_SECONDS = 300
VERIFIED = UserVerificationRequirement.PREFERRED
"""It is the second factor beside another, so that a key without a PIN is enough."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is told (`options`), and the same sealed, to come back with the answer."""

    options: dict[str, Any]
    sealed: str


def may_be_used(request: HttpRequest) -> bool:
    """Browsers have passkeys for names, not numbers, and over https alone, or on this machine."""
    host, _port = split_domain_port(request.get_host())
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return request.is_secure() or host == "localhost"
    return False


def ask_to_make(request: HttpRequest, user: User) -> Asked:
    challenge = generate_challenge()
    options = webauthn.generate_registration_options(
        rp_id=_site(request),
        rp_name="Praksistorget",
        user_name=user.email,
        user_display_name=user.name,
        user_id=user.pk.bytes,
        challenge=challenge,
        exclude_credentials=_descriptors(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=VERIFIED
        ),
    )
    return _asked("make", user, challenge, options)


def ask_to_give(request: HttpRequest, user: User) -> Asked | None:
    """None for whoever has no passkey, or where they cannot be used."""
    known = _descriptors(user) if may_be_used(request) else []
    if not known:
        return None
    challenge = generate_challenge()
    options = webauthn.generate_authentication_options(
        rp_id=_site(request), challenge=challenge, allow_credentials=known, user_verification=VERIFIED
    )
    return _asked("give", user, challenge, options)


def make(request: HttpRequest, user: User, sealed: str, answer: str) -> bool:
    """Keep a new passkey, if the answer fits the question (side effect)."""
    question = _question("make", user, sealed)
    if not question:
        return False
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=question[0],
            expected_rp_id=_site(request),
            expected_origin=_origin(request),
        )
        with acting(_as(user)), transaction.atomic():
            passkey = Passkey(user=user, credential=made.credential_id, public_key=made.credential_public_key)
            passkey.sign_count, passkey.asked_at, passkey.client = made.sign_count, question[1], described(request)
            passkey.save(force_insert=True)
    except (WebAuthnException, IntegrityError):
        return False
    return True


@transaction.atomic
def give(request: HttpRequest, user: User, sealed: str, answer: str) -> bool:
    """Whether a passkey of the user's has answered the question, for the first time."""
    question, credential = _question("give", user, sealed), _credential(answer)
    if not question or not credential:
        return False
    with acting(_as(user)):
        passkey = Passkey.objects.select_for_update().filter(user=user, credential=credential, asked_at__lt=question[1]).first()
        if not passkey:
            return False
        try:
            given = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=question[0],
                expected_rp_id=_site(request),
                expected_origin=_origin(request),
                credential_public_key=bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
            )
        except WebAuthnException:
            return False
        passkey.sign_count, passkey.asked_at = given.new_sign_count, question[1]
        passkey.save(update_fields=["sign_count", "asked_at"])
    return True


def _asked(purpose: str, user: User, challenge: bytes, options: Any) -> Asked:
    kept = {"for": purpose, "user": str(user.pk), "challenge": bytes_to_base64url(challenge), "at": time.time()}
    return Asked(json.loads(webauthn.options_to_json(options)), seal(json.dumps(kept)))


def _question(purpose: str, user: User, sealed: str) -> tuple[bytes, datetime] | None:
    """The challenge and when it was made; none for a seal that is old, not ours, or of another user or purpose."""
    try:
        kept = json.loads(unseal(sealed, within_seconds=LASTS_SECONDS))
    except (InvalidToken, ValueError):
        return None
    if not isinstance(kept, dict) or kept.get("for") != purpose or kept.get("user") != str(user.pk):
        return None
    return base64url_to_bytes(kept["challenge"]), datetime.fromtimestamp(kept["at"], UTC)


def _credential(answer: str) -> bytes:
    try:
        return base64url_to_bytes(json.loads(answer)["rawId"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return b""


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    with acting(_as(user)), transaction.atomic():
        keys = list(Passkey.objects.filter(user=user).order_by("made_at").values_list("credential", flat=True))
    return [PublicKeyCredentialDescriptor(id=bytes(key)) for key in keys]


def _as(user: User) -> Identity:
    return Identity(user=str(user.pk))


def _site(request: HttpRequest) -> str:
    return split_domain_port(request.get_host())[0]


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
