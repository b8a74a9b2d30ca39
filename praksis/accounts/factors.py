"""The second factor: codes from an app, and codes on paper."""

import secrets
import time

import pyotp
import segno
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from praksis.accounts.choices import FACTOR_FAILURES, FACTOR_RESTS, FACTOR_SETUP_SECONDS, RECOVERY_CODES, Checked
from praksis.accounts.marks import mark, seal, unseal
from praksis.accounts.models import Factor, Passkey, RecoveryCode, User
from praksis.base.identity import Identity, acting

STEP_SECONDS = 30
STEPS_BESIDE = (0, -1, 1)
"""Clocks may differ by a step."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""


def has_factor(user: User) -> bool:
    with acting(_as(user)), transaction.atomic():
        return Factor.objects.filter(user=user).exists()


def new_secret(user: User) -> str:
    """A secret for the user's app, sealed: the page keeps it until the first code shows that the app has it."""
    return seal(f"{user.pk}:{pyotp.random_base32()}")


def secret_of(user: User, sealed: str) -> str | None:
    """The secret that was sealed for this user, not too long ago."""
    try:
        owner, _, secret = unseal(sealed, within_seconds=FACTOR_SETUP_SECONDS).partition(":")
    except InvalidToken:
        return None
    return secret if owner == str(user.pk) else None


def picture(user: User, secret: str) -> str:
    """The square code that an app reads, as an address of an image (SVG in a data: URI)."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Praksistorget")
    return str(segno.make(uri, error="m").svg_data_uri(scale=5, border=3, light="#fff"))


@transaction.atomic
def set_up_factor(*, user: User, secret: str, code: str) -> list[str]:
    """Take the app's first code and give the recovery codes, which are shown this once; nothing for a code that is wrong.

    Raises IntegrityError when the user has a factor. Side effects: the factor, the codes.
    """
    step = _step(secret, code)
    if step is None:
        return []
    with acting(_as(user)):
        Factor(user=user, secret=seal(secret), last_step=step).save(force_insert=True)
        RecoveryCode.objects.filter(user=user).delete()
        codes = [_new_code() for _ in range(RECOVERY_CODES)]
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, mark=_mark(user, one)) for one in codes)
    return codes


@transaction.atomic
def check_code(*, user: User, code: str) -> Checked:
    """Take a code of the app or of the paper. Of many who give the same one at once, one passes: they wait for each other.

    A code that was right and is used up is refused, and does not count as a failure: it is no guess.
    """
    code = code.replace(" ", "").lower()
    with acting(_as(user)):
        factor = Factor.objects.select_for_update().filter(user=user).first()
        if not factor:
            return Checked.WRONG
        if _rests(factor):
            return Checked.RESTING
        step = _step(unseal(factor.secret), code)
        if step is not None and step <= factor.last_step:
            return Checked.WRONG
        if step is not None or _use_recovery_code(user, code):
            _passed(factor, step)
            return Checked.RIGHT
        _failed(factor)
    return Checked.WRONG


@transaction.atomic
def remove_factor(*, user: User) -> None:
    """Side effect: the recovery codes and the passkeys go too."""
    with acting(_as(user)):
        Factor.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        Passkey.objects.filter(user=user).delete()


def _as(user: User) -> Identity:
    return Identity(user=str(user.pk))


def _step(secret: str, code: str) -> int | None:
    """The time step whose code this is."""
    now = int(time.time()) // STEP_SECONDS
    app = pyotp.TOTP(secret, interval=STEP_SECONDS)
    steps = (now + beside for beside in STEPS_BESIDE)
    return next((step for step in steps if constant_time_compare(app.generate_otp(step), code.replace(" ", ""))), None)


def _rests(factor: Factor) -> bool:
    recently = factor.failed_at is not None and timezone.now() - factor.failed_at < FACTOR_RESTS
    return recently and factor.failures >= FACTOR_FAILURES


def _passed(factor: Factor, step: int | None) -> None:
    factor.last_step, factor.failures = step or factor.last_step, 0
    factor.save(update_fields=["last_step", "failures"])


def _failed(factor: Factor) -> None:
    rested = factor.failures >= FACTOR_FAILURES
    factor.failures, factor.failed_at = (0 if rested else factor.failures) + 1, timezone.now()
    factor.save(update_fields=["failures", "failed_at"])


def _new_code() -> str:
    """Six groups of four letters, 118 bits: from 112 on a hash need not be slow (OWASP ASVS 5.0.0, 6.5.2)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(6))


def _mark(user: User, code: str) -> str:
    return mark("recovery", str(user.pk), code.replace("-", ""))


def _use_recovery_code(user: User, code: str) -> bool:
    unused = RecoveryCode.objects.filter(user=user, mark=_mark(user, code), used_at__isnull=True)
    return unused.update(used_at=timezone.now()) == 1
