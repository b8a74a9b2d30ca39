"""Users. What a user may do comes from memberships (organisations), never from a flag on the user."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import Language


class UserManager(BaseUserManager["User"]):
    """Finds users by their e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Someone who can sign in. No passwords: single-use links, and OpenID Connect where it is set up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-post"), unique=True)
    name = models.CharField(_("navn"), max_length=200)
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name


class Session(AbstractBaseSession):
    """That a browser is signed in, as whom, since when and how. Only `session_data` counts; the rest is for its user's eyes.

    It changes at sign-in and at sign-out; looking at pages changes nothing (`accounts.middleware` knows how long one was idle).
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    way = models.CharField(max_length=40, blank=True)
    client = models.CharField(max_length=60, blank=True)


class SignInLink(models.Model):
    """A single-use, short-lived link. Only the SHA-256 of its token is kept, so that the table gives nobody a way in.

    `user` is empty for the first-run link, which makes the first operator. `browser` is the SHA-256 of the secret of the browser
    that asked for it by e-mail, the only one it opens in; empty where a terminal printed it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True)
    browser = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link for {self.user_id or 'the first run'}"


class OutsideIdentity(models.Model):
    """That somebody whom an OpenID provider knows is one of the users.

    `mark` is a keyed hash of the provider and its name for the person: a national identity number, in clear or with a plain hash,
    would tell who it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    provider = models.CharField(max_length=20)
    mark = models.CharField(max_length=64, unique=True)
    connected_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "provider"], name="one_identity_per_provider")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.provider}"


class Factor(models.Model):
    """Somebody's second factor: codes that change every thirty seconds, from an app of theirs (TOTP, RFC 6238).

    `secret` is sealed. `last_step` is the time step of the last code that was taken: none is taken twice. `failures` in a row
    make it rest for a while.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE)
    secret = models.CharField(max_length=300)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class Passkey(models.Model):
    """A key that a phone, a computer or a small device holds for its owner (WebAuthn), in place of the app's codes.

    `asked_at` is when the question was asked that it answered last: a later answer must be to a later question.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    credential = models.BinaryField()
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    client = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "credential"], name="passkey_once")]

    def __str__(self) -> str:
        return f"passkey of {self.user_id}"


class RecoveryCode(models.Model):
    """A code on paper for whoever has lost the app: each works once. `mark` is a keyed hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    mark = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class LinkRequest(models.Model):
    """That a link was asked for by e-mail, whether or not the address is anybody's.

    The address goes as soon as the worker has dealt with it. What stays for the limits are marks: of address and browser
    (`pair`), of address and network, from a browser where the address never signed in (`near`), and of the network.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(blank=True)
    origin = models.CharField(max_length=300)
    browser = models.CharField(max_length=64)
    pair = models.CharField(max_length=64, db_index=True)
    near = models.CharField(max_length=64, blank=True, db_index=True)
    network = models.CharField(max_length=64, db_index=True)
    asked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"asked at {self.asked_at}"
