"""Signing in and out."""

from dataclasses import asdict

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import activate, gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts import passkeys
from praksis.accounts.actions import (
    ask_for_link,
    connect,
    disconnect,
    end_other_sessions,
    end_sessions,
    standing_link,
    use_link,
    user_of,
)
from praksis.accounts.backends import MAY_PUT_OFF, OWED, enter, leave, log, pass_factor, put_off_factor, told
from praksis.accounts.browsers import browser_of, keep_browser, network_of
from praksis.accounts.choices import Checked, Way
from praksis.accounts.factors import check_code, has_factor, new_secret, picture, remove_factor, secret_of, set_up_factor
from praksis.accounts.forms import AddressForm, CodeForm, FirstCodeForm, PasskeyForm
from praksis.accounts.models import OutsideIdentity, Passkey, Session, User
from praksis.accounts.openid import OpenIdError, Outsider, Question, new_question, where_to_ask, where_to_sign_out, who_is_it
from praksis.accounts.providers import Provider
from praksis.accounts.sessions import FACTOR, WAY
from praksis.base.codes import Shown

TOO_MANY, FORBIDDEN, UNREACHABLE = 429, 403, 502
QUESTION = "__Host-question" if settings.SESSION_COOKIE_SECURE else "question"
QUESTION_SECONDS = 600
_SALT = "praksis.question"


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The ways in. Whoever gives an address is answered alike, whether or not it is anybody's."""
    if request.user.is_authenticated:
        return redirect("web:my_page")
    form = AddressForm(request.POST if request.method == "POST" else None) if settings.MAILERS else None
    if form is None or not form.is_valid():
        return render(request, "accounts/sign_in.html", _ways_in(form), status=422 if form and form.is_bound else 200)
    browser = browser_of(request)
    origin = f"{request.scheme}://{request.get_host()}"
    response: HttpResponse = redirect("accounts:link_sent")
    if not ask_for_link(email=form.cleaned_data["email"], origin=origin, browser=browser, network=network_of(request)):
        log.info("refused: too many askings")
        form.add_error(None, gettext("Det er bedt om mange lenker herfra på kort tid. Vent et kvarter, og prøv igjen."))
        response = render(request, "accounts/sign_in.html", _ways_in(form), status=TOO_MANY)
    keep_browser(response, browser)
    return response


def _ways_in(form: AddressForm | None) -> dict[str, object]:
    return {"form": form, "providers": list(settings.OPENID_PROVIDERS.values())}


@require_safe
def link_sent(request: HttpRequest) -> HttpResponse:
    """What to do now, the same for every address."""
    return render(request, "accounts/link_sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a sign-in link. Its button signs in; opening it does not, since mail scanners open links."""
    browser = browser_of(request)
    link = standing_link(token, first_run=False)
    if link and link.browser not in ("", browser.digest):
        log.info("refused: a link in another browser")
        return render(request, "accounts/other_browser.html", status=FORBIDDEN)
    if request.method != "POST":
        return render(request, "accounts/follow_link.html", {"link": link}, status=200 if link else 410)
    link = use_link(token=token, first_run=False, browser=browser.digest)
    if not link or not link.user:
        log.info("refused: a link that is used, too old or unknown")
        return render(request, "accounts/follow_link.html", {"link": None}, status=410)
    enter(request, link.user, way=Way.MAIL if link.browser else Way.TERMINAL)
    activate(link.user.language)
    response = redirect("web:my_page")
    keep_browser(response, browser.with_address(link.user.email))
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Whoever came from a provider is still signed in there, and is told so."""
    provider = provider_of(request.session.get(WAY, ""))
    if request.user.is_authenticated:
        leave(request)
    return redirect("accounts:signed_out", provider.code) if provider else redirect("web:front")


@require_safe
def signed_out(request: HttpRequest, provider: str) -> HttpResponse:
    """Where to end the provider's own session, for those who share their machine with others."""
    asked = provider_or_404(provider)
    there = where_to_sign_out(asked, request.build_absolute_uri(reverse("web:front")))
    return render(request, "accounts/signed_out.html", {"provider": asked, "there": there})


@login_required
@require_safe
def my_sign_ins(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    user = _user(request)
    sessions = Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-started_at")
    shown = [_shown(one, request.session.session_key) for one in sessions]
    connected = dict(OutsideIdentity.objects.filter(user=user).values_list("provider", "connected_at"))
    providers = [(one, connected.get(one.code)) for one in settings.OPENID_PROVIDERS.values()]
    minutes = settings.SESSION_IDLE.seconds // 60
    page = {"sessions": shown, "idle_minutes": minutes, "providers": providers, "has_factor": has_factor(user)}
    page["passkeys"] = Passkey.objects.filter(user=user).order_by("made_at")
    page["may_add_passkey"] = passkeys.may_be_used(request)
    return render(request, "accounts/my_sign_ins.html", page)


def _shown(session: Session, this: str | None) -> dict[str, object]:
    way = Way(session.way).label if session.way in Way else ""
    return {"session": session, "way": way, "is_this": session.session_key == this}


@login_required
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    ended = end_sessions(user=_user(request))
    told(request, Shown.SIGNED_OUT, "signed out everywhere")
    leave(request)
    said = ngettext("Du er logget ut i %(count)d nettleser.", "Du er logget ut i %(count)d nettlesere.", ended)
    messages.success(request, said % {"count": ended})
    return redirect("web:front")


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user


def _changed(request: HttpRequest, what: str) -> None:
    """One signs in another way now. Whoever came in by the old one is out, and who changed it is told so (side effects)."""
    ended = end_other_sessions(user=_user(request), this=request.session.session_key or "")
    told(request, Shown.WAYS, what)
    if ended:
        said = ngettext("Du er logget ut i %(count)d annen nettleser.", "Du er logget ut i %(count)d andre nettlesere.", ended)
        messages.info(request, said % {"count": ended})


# ---------------------------------------------------------------- the second factor


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Give the code that one owes."""
    if request.session.get(FACTOR) != OWED:
        return redirect("accounts:my_sign_ins")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_right(request, form):
        pass_factor(request)
        return redirect("web:my_page")
    page = {"form": form, "asked": passkeys.ask_to_give(request, _user(request))}
    return render(request, "accounts/second_factor.html", page, status=422 if form.is_bound else 200)


@login_required
@require_POST
def give_passkey(request: HttpRequest) -> HttpResponse:
    """The same with a passkey."""
    if request.session.get(FACTOR) != OWED:
        return redirect("accounts:my_sign_ins")
    form = PasskeyForm(request.POST)
    if form.is_valid() and passkeys.give(request, _user(request), **form.cleaned_data):
        pass_factor(request)
        return redirect("web:my_page")
    told(request, Shown.CODE_WRONG, "second factor refused, passkey")
    messages.error(request, gettext("Passnøkkelen ble ikke godtatt. Prøv igjen, eller bruk en kode."))
    return redirect("accounts:second_factor")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_passkey(request: HttpRequest) -> HttpResponse:
    """For whoever has codes already, to be quicker; where the address allows it."""
    user = _user(request)
    if not has_factor(user) or not passkeys.may_be_used(request):
        return redirect("accounts:my_sign_ins")
    form = PasskeyForm(request.POST)
    if request.method == "POST":
        if form.is_valid() and passkeys.make(request, user, **form.cleaned_data):
            messages.success(request, gettext("Passnøkkelen er lagt til."))
            _changed(request, "passkey made")
        else:
            messages.error(request, gettext("Passnøkkelen ble ikke lagt til. Prøv igjen."))
        return redirect("accounts:my_sign_ins")
    return render(request, "accounts/add_passkey.html", {"asked": passkeys.ask_to_make(request, user)})


def _is_right(request: HttpRequest, form: CodeForm) -> bool:
    checked = check_code(user=_user(request), code=form.cleaned_data["code"])
    if checked == Checked.RESTING:
        form.add_error("code", gettext("Det er gitt feil kode mange ganger. Vent et kvarter, og prøv igjen."))
    elif checked == Checked.WRONG:
        form.add_error("code", gettext("Koden er feil, eller den er brukt. Vent til appen viser en ny."))
    if checked != Checked.RIGHT:
        told(request, Shown.CODE_WRONG, f"second factor refused, {checked}")
    return checked == Checked.RIGHT


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """Make a second factor: read the square code with an app, and show that it has been read."""
    user = _user(request)
    if has_factor(user):
        return redirect("accounts:my_sign_ins")
    form = FirstCodeForm(request.POST if request.method == "POST" else {"sealed": new_secret(user)})
    secret = secret_of(user, form.data.get("sealed", "")) if form.data else None
    if request.method != "POST" or not secret:
        return _setup_page(request, FirstCodeForm(initial={"sealed": (fresh := new_secret(user))}), secret_of(user, fresh) or "")
    codes = set_up_factor(user=user, secret=secret, code=form.cleaned_data["code"]) if form.is_valid() else []
    if not codes:
        form.add_error("code", gettext("Koden er feil. Les av den appen viser nå."))
        return _setup_page(request, form, secret)
    pass_factor(request)
    _changed(request, "second factor made")
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


def _setup_page(request: HttpRequest, form: FirstCodeForm, secret: str) -> HttpResponse:
    page = {
        "form": form,
        "picture": picture(_user(request), secret),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "may_put_off": request.session.get(WAY) in MAY_PUT_OFF,
    }
    return render(request, "accounts/set_up_second_factor.html", page, status=422 if form.is_bound else 200)


@login_required
@require_POST
def put_off_second_factor(request: HttpRequest) -> HttpResponse:
    put_off_factor(request)
    return redirect("web:my_page")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_second_factor(request: HttpRequest) -> HttpResponse:
    """Take it away, to make another: with a code, so that nobody does it at a machine that was left."""
    if not has_factor(_user(request)):
        return redirect("accounts:my_sign_ins")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_right(request, form):
        remove_factor(user=_user(request))
        messages.success(request, gettext("Totrinnskoden er fjernet."))
        _changed(request, "second factor removed")
        return redirect("accounts:my_sign_ins")
    return render(request, "accounts/remove_second_factor.html", {"form": form}, status=422 if form.is_bound else 200)


# ---------------------------------------------------------------- OpenID providers


@never_cache
@require_safe
def ask_provider(request: HttpRequest, provider: str) -> HttpResponse:
    """Off to a provider. A link and not a form: after a form the content security policy lets nobody be sent to another site."""
    asked = provider_or_404(provider)
    if request.user.is_authenticated:
        return redirect("web:my_page")
    question = new_question(asked)
    try:
        response = redirect(where_to_ask(asked, question, _return_address(request, asked)))
    except OpenIdError as problem:
        return _refused(request, asked, problem)
    return _keeping(response, question)


@never_cache
@login_required
@require_POST
def connect_provider(request: HttpRequest, provider: str) -> HttpResponse:
    """The page from which whoever is signed in goes to a provider, to come from there the next time.

    Asked for by a form, or any site could have one connect with somebody else's account there.
    """
    asked = provider_or_404(provider)
    question = new_question(asked, user=str(_user(request).pk))
    try:
        there = where_to_ask(asked, question, _return_address(request, asked))
    except OpenIdError as problem:
        return _refused(request, asked, problem)
    return _keeping(render(request, "accounts/to_provider.html", {"provider": asked, "there": there}), question)


@login_required
@require_POST
def disconnect_provider(request: HttpRequest, provider: str) -> HttpResponse:
    asked = provider_or_404(provider)
    disconnect(user=_user(request), provider=asked.code)
    messages.success(request, gettext("Koblingen er fjernet."))
    _changed(request, f"{asked.code} disconnected")
    return redirect("accounts:my_sign_ins")


@never_cache
@require_safe
def provider_answers(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from a provider. The question is used up, whatever the answer."""
    asked = provider_or_404(provider)
    try:
        question = _question(request, asked)
        outsider = who_is_it(asked, question, request.GET.dict(), _return_address(request, asked))
        response = _connected(request, question, outsider) if question.user else _entered(request, asked, outsider)
    except OpenIdError as problem:
        response = _refused(request, asked, problem)
    response.delete_cookie(QUESTION, samesite="Lax")
    return response


def _entered(request: HttpRequest, provider: Provider, outsider: Outsider) -> HttpResponse:
    user = user_of(outsider, links_email=provider.links_email)
    if not user:
        log.info("refused: not known from %s", provider.code)
        return render(request, "accounts/not_known.html", {"provider": provider, "outsider": outsider}, status=FORBIDDEN)
    enter(request, user, way=Way(provider.code), strong=provider.strong)
    activate(user.language)
    return redirect("web:my_page")


def _connected(request: HttpRequest, question: Question, outsider: Outsider) -> HttpResponse:
    if str(request.user.pk) != question.user:
        raise OpenIdError("somebody else")
    if connect(user=_user(request), outsider=outsider):
        messages.success(request, gettext("Neste gang kan du logge inn med denne."))
        _changed(request, f"{outsider.provider} connected")
    else:
        messages.error(request, gettext("Den er koblet til en bruker fra før."))
    return redirect("accounts:my_sign_ins")


def _refused(request: HttpRequest, provider: Provider, problem: OpenIdError) -> HttpResponse:
    log.info("refused: %s, %s", provider.code, problem.reason)
    page = {"provider": provider, "cancelled": problem.cancelled, "reason": problem.reason}
    return render(
        request, "accounts/provider_refused.html", page, status=UNREACHABLE if problem.reason == "silent" else FORBIDDEN
    )


def _keeping(response: HttpResponse, question: Question) -> HttpResponse:
    value = signing.dumps(asdict(question), salt=_SALT)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(QUESTION, value, max_age=QUESTION_SECONDS, httponly=True, samesite="Lax", secure=secure)
    return response


def _question(request: HttpRequest, provider: Provider) -> Question:
    try:
        kept = Question(**signing.loads(request.COOKIES.get(QUESTION, ""), salt=_SALT, max_age=QUESTION_SECONDS))
    except signing.BadSignature as problem:
        raise OpenIdError("no question") from problem
    if kept.provider != provider.code:
        raise OpenIdError("no question")
    return kept


def _return_address(request: HttpRequest, provider: Provider) -> str:
    return request.build_absolute_uri(reverse("accounts:provider_answers", args=[provider.code]))


def provider_of(code: str) -> Provider | None:
    found: Provider | None = settings.OPENID_PROVIDERS.get(code)
    return found


def provider_or_404(code: str) -> Provider:
    """Where it is not set up there is no such page."""
    if not (found := provider_of(code)):
        raise Http404
    return found
