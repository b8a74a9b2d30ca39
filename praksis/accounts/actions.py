"""Links that let someone in: asked for, made, sent, and used once. Sessions, and people whom others know."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from praksis.accounts.browsers import Browser
from praksis.accounts.choices import (
    ASKED_BY_BROWSER,
    ASKED_BY_NETWORK,
    ASKED_BY_STRANGERS,
    ASKING_WINDOW,
    FIRST_RUN_VALID,
    KEPT_AFTERWARDS,
    MAIL_LINK_VALID,
    TERMINAL_LINK_VALID,
)
from praksis.accounts.marks import mark
from praksis.accounts.models import LinkRequest, OutsideIdentity, Session, SignInLink, User
from praksis.accounts.openid import Outsider
from praksis.base.identity import NOBODY, Identity, acting, current
from praksis.base.jobs import defer_job

BATCH = 2000


@transaction.atomic
def make_link(*, user: User | None, browser: str = "") -> str:
    """Make a single-use link and return its token; only the token's SHA-256 is kept.

    Without a user it is the link of the first run. `browser` is the digest of the one it opens in; without, it opens in any.
    Side effect: earlier unused links of the same kind stop working; those that other browsers asked for do not, or a stranger
    who types an address could keep its owner out.
    """
    now = timezone.now()
    token = secrets.token_urlsafe(32)
    with acting(Identity(purpose="make-link", key=str(user.pk) if user else "first-run")):
        SignInLink.objects.filter(user=user, browser=browser, used_at__isnull=True).update(expires_at=now)
        valid_until = now + _valid(user, browser)
        SignInLink.objects.create(digest=_digest(token), user=user, browser=browser, expires_at=valid_until)
    return token


def _valid(user: User | None, browser: str) -> timedelta:
    if not user:
        return FIRST_RUN_VALID
    return MAIL_LINK_VALID if browser else TERMINAL_LINK_VALID


def standing_link(token: str, *, first_run: bool) -> SignInLink | None:
    """The link of a token that is neither used nor too old, with its user; none for anything else."""
    links = SignInLink.objects.filter(
        user__isnull=first_run, digest=_digest(token), used_at__isnull=True, expires_at__gt=timezone.now()
    )
    with acting(_by(token)):
        link = links.first()
    if link is None or link.user_id is None:
        return link
    with acting(Identity(user=str(link.user_id))):
        link.user = User.objects.filter(pk=link.user_id, is_active=True).first()
    return link if link.user else None


@transaction.atomic
def use_link(*, token: str, first_run: bool, browser: str = "") -> SignInLink | None:
    """Use a link up and return it. Of many who use it at once, one gets it and the others get none (one UPDATE decides).

    `browser` is the digest of the one that asks; a link that is bound to another is not used up.
    """
    link = standing_link(token, first_run=first_run)
    if not link or link.browser not in ("", browser):
        return None
    now = timezone.now()
    with acting(_by(token)):
        taken = SignInLink.objects.filter(pk=link.pk, used_at__isnull=True, expires_at__gt=now).update(used_at=now)
    return link if taken else None


def users_for(addresses: Iterable[tuple[str, str]]) -> dict[str, User]:
    """A user for each address, those that are new made with the name given. Three statements, however many.

    An address that has a user already is met as if it were new.
    """
    names = {email: name for email, name in addresses if email}
    with acting(replace(current.get() or NOBODY, purpose="invite", key=",".join(names))):
        known = set(User.objects.filter(email__in=names).values_list("email", flat=True))
        new = [User(email=email, name=name[:200]) for email, name in names.items() if email not in known]
        User.objects.bulk_create(new, batch_size=BATCH)
        return {user.email: user for user in User.objects.filter(email__in=names)}


def _by(token: str) -> Identity:
    return Identity(purpose="link", key=_digest(token))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


# ---------------------------------------------------------------- by e-mail


@transaction.atomic
def ask_for_link(*, email: str, origin: str, browser: Browser, network: str) -> bool:
    """Ask for a link to an address, and say whether it was within the limits; whether the address is anybody's, nobody learns.

    `origin` is the site's address, such as https://praksis.example.no. Side effect: one job, which makes and sends the link if
    there is somebody to send it to. Nobody is looked up here, so that the answer takes as long for a stranger as for a user.
    """
    pair, whole = mark("pair", email, browser.digest), mark("network", network)
    near = "" if browser.knows(email) else mark("near", email, network)
    with acting(Identity(purpose="ask-link", key=",".join(filter(None, (pair, near, whole))))):
        _one_at_a_time(whole)
        if _too_many(pair=pair, near=near, network=whole):
            return False
        asked = LinkRequest(email=email, origin=origin, browser=browser.digest, pair=pair, near=near, network=whole)
        asked.save(force_insert=True)
    defer_job("accounts.mail_link", request_id=str(asked.pk))
    return True


def _one_at_a_time(network: str) -> None:
    """Those who ask from one network wait for each other, so that none is counted before the one ahead is stored."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [network])


def _too_many(*, pair: str, near: str, network: str) -> bool:
    lately = LinkRequest.objects.filter(asked_at__gt=timezone.now() - ASKING_WINDOW)
    return (
        lately.filter(pair=pair).count() >= ASKED_BY_BROWSER
        or (near != "" and lately.filter(near=near).count() >= ASKED_BY_STRANGERS)
        or lately.filter(network=network).count() >= ASKED_BY_NETWORK
    )


@transaction.atomic
def mail_link(request_id: UUID) -> None:
    """Send the link that was asked for, if the address is that of somebody who may sign in, and forget the address.

    Runs as the worker. Side effects: a link, a mail. An error of the mail server undoes it all, and the job is tried again; what
    waited longer than a link lasts is not sent any more.
    """
    with acting(Identity(purpose="mail-link", key=str(request_id))):
        recent = LinkRequest.objects.exclude(email="").filter(asked_at__gt=timezone.now() - MAIL_LINK_VALID)
        asked = recent.filter(pk=request_id).first()
        LinkRequest.objects.filter(pk=request_id).update(email="")
    if not asked:
        return
    with acting(Identity(purpose="mail-link", key=asked.email)):
        user = User.objects.filter(email=asked.email, is_active=True).first()
    if user:
        token = make_link(user=user, browser=asked.browser)
        with override(user.language):
            _letter(user, asked.origin + reverse("accounts:follow_link", args=[token])).send()


def _letter(user: User, link: str) -> EmailMessage:
    """In the language of the one who gets it. No name: the address may have been taken over by somebody else."""
    minutes = int(MAIL_LINK_VALID.total_seconds() // 60)
    lines = [
        gettext("Her er lenken du ba om for å logge inn i Praksistorget:"),
        link,
        gettext("Den virker én gang, i %(minutes)d minutter, og bare i nettleseren du ba om den i.") % {"minutes": minutes},
        gettext("Har du ikke bedt om den? Da kan du se bort fra denne e-posten. Ingen kommer inn uten lenken."),
    ]
    return EmailMessage(subject=gettext("Logg inn i Praksistorget"), body="\n\n".join(lines) + "\n", to=[user.email])


@transaction.atomic
def forget() -> None:
    """Delete links, askings and sessions that have no more use. Runs as the worker."""
    before = timezone.now() - KEPT_AFTERWARDS
    with acting(Identity(purpose="forget", key="old")):
        LinkRequest.objects.filter(asked_at__lt=before).delete()
        SignInLink.objects.filter(expires_at__lt=before).delete()
        Session.objects.filter(expire_date__lt=timezone.now()).delete()


@transaction.atomic
def end_sessions(*, user: User) -> int:
    """Sign somebody out everywhere, at once; how many browsers that was. Runs as the user."""
    with acting(Identity(user=str(user.pk))):
        ended, _ = Session.objects.filter(user=user).delete()
    return ended


@transaction.atomic
def end_other_sessions(*, user: User, this: str) -> int:
    """Sign somebody out everywhere but in the session with this key; how many browsers that was. Runs as the user."""
    with acting(Identity(user=str(user.pk))):
        ended, _ = Session.objects.filter(user=user).exclude(session_key=this).delete()
    return ended


# ---------------------------------------------------------------- known by others


@transaction.atomic
def user_of(outsider: Outsider, *, links_email: bool) -> User | None:
    """The user whom a provider's person is connected with, if that one may sign in.

    With `links_email` somebody who comes for the first time, with an address that the provider has verified and a user has, is
    connected with that user (side effect).
    """
    with acting(Identity(purpose="outsider", key=outsider.mark)):
        found = OutsideIdentity.objects.filter(mark=outsider.mark).first()
    if found:
        with acting(Identity(user=str(found.user_id))):
            return User.objects.filter(pk=found.user_id, is_active=True).first()
    if not (links_email and outsider.email):
        return None
    with acting(Identity(purpose="sign-in", key=outsider.email)):
        user = User.objects.filter(email=outsider.email, is_active=True).first()
    return user if user and connect(user=user, outsider=outsider) else None


def connect(*, user: User, outsider: Outsider) -> bool:
    """Let a provider's person sign in as the user from now on; False when the person, or the user, is connected already."""
    try:
        with acting(Identity(user=str(user.pk))), transaction.atomic():
            made = OutsideIdentity(user=user, provider=outsider.provider, mark=outsider.mark)
            made.save(force_insert=True)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def disconnect(*, user: User, provider: str) -> None:
    """Undo it."""
    with acting(Identity(user=str(user.pk))):
        OutsideIdentity.objects.filter(user=user, provider=provider).delete()
