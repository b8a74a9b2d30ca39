"""Signing in through others, against a certified provider on loopback: what fits gets in, all else is refused."""

import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings
from django.core import signing
from django.core.cache import cache
from django.urls import reverse
from psycopg import sql

from praksis.accounts.models import OutsideIdentity, Session, User
from praksis.accounts.openid import Question
from praksis.accounts.providers import Provider, providers
from praksis.accounts.tests.loopback import SECRET, Loopback, Traveller, running
from praksis.accounts.views import _SALT, QUESTION

pytestmark = pytest.mark.slow
SIGN_INS, MY_PAGE = reverse("accounts:my_sign_ins"), reverse("web:my_page")


@pytest.fixture(scope="module")
def loopback() -> Iterator[Loopback]:
    with running() as started:
        yield started


@pytest.fixture
def provider(loopback: Loopback, settings: LazySettings, tmp_path: Path) -> Iterator[Loopback]:
    """Both providers, honest and set up as docs/how/sign-in.md says."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    environ: dict[str, str] = {}
    for name in ("FEIDE", "IDPORTEN"):
        environ |= {f"PRAKSIS_{name}_ISSUER": loopback.issuer, f"PRAKSIS_{name}_CLIENT_ID": name.lower()}
        environ |= {f"PRAKSIS_{name}_SECRET_FILE": str(secret)}
    settings.OPENID_PROVIDERS = providers(environ)
    loopback.tell()
    yield loopback
    cache.clear()


@pytest.fixture
def kari(db: None) -> User:
    return User.objects.create(email="kari@example.no", name="Kari Prøve")


@pytest.fixture
def traveller(provider: Loopback, kari: User, settings: LazySettings) -> Traveller:
    """Kari's browser. Feide's verified addresses let in, so that there is somebody to know."""
    settings.OPENID_PROVIDERS = settings.OPENID_PROVIDERS | {"feide": replace(feide(settings), links_email=True)}
    return Traveller()


def feide(settings: LazySettings) -> Provider:
    found: Provider = settings.OPENID_PROVIDERS["feide"]
    return found


def text(answer: Any) -> str:
    return str(answer.content.decode())


# ---------------------------------------------------------------- those who fit


def test_whom_the_provider_knows_gets_in_and_is_known_again(traveller: Traveller, kari: User, settings: LazySettings) -> None:
    assert traveller.comes().headers["Location"] == MY_PAGE
    assert traveller.client.session["_auth_user_id"] == str(kari.pk)
    settings.OPENID_PROVIDERS = {"feide": replace(feide(settings), links_email=False)}
    User.objects.update(email="another@example.no")
    again = Traveller()
    assert again.comes().headers["Location"] == MY_PAGE
    assert Session.objects.values_list("way", flat=True).distinct().get() == "feide"


def test_what_is_asked_for_has_a_challenge_a_state_and_a_nonce_that_never_come_again(traveller: Traveller) -> None:
    first, second = traveller.asked(), traveller.asked()
    for name in ("code_challenge", "state", "nonce"):
        values = {url.partition(f"&{name}=")[2].partition("&")[0] for url in (first, second)}
        assert len(values) == 2
        assert "" not in values
    assert "code_challenge_method=S256" in first
    assert "response_type=code" in first


def test_no_token_is_kept(traveller: Traveller) -> None:
    traveller.comes()
    kept = (
        str(dict(traveller.client.session.items())) + str(list(OutsideIdentity.objects.values())) + str(traveller.client.cookies)
    )
    assert "eyJhbGciOi" not in kept
    assert not any("token" in name for name in traveller.client.session.keys())  # noqa: SIM118 - a session is no mapping


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("verified", [True, False])
def test_an_address_lets_in_only_where_it_is_verified_and_that_is_allowed(
    traveller: Traveller, provider: Loopback, settings: LazySettings, *, allowed: bool, verified: bool
) -> None:
    settings.OPENID_PROVIDERS = {"feide": replace(feide(settings), links_email=allowed)}
    told = {"email_verified": verified}
    provider.tell(person="kari", claims=told, userinfo=told)
    traveller.comes()
    assert traveller.is_in() == (allowed and verified)
    assert OutsideIdentity.objects.exists() == (allowed and verified)


@pytest.mark.parametrize(
    ("person", "said"),
    [("student", "Du er student ved uib.no"), ("employee", "Du er ansatt ved hvl.no"), ("ola", "Er du registrert her?")],
)
def test_who_is_not_known_here_is_told_what_to_do_and_gets_nothing(
    traveller: Traveller, provider: Loopback, person: str, said: str
) -> None:
    """Least of all because Feide says that one is an employee."""
    provider.tell(person=person)
    answer = traveller.comes()
    assert answer.status_code == 403
    assert said in text(answer)
    assert not traveller.is_in()
    assert User.objects.count() == 1


def test_who_comes_from_another_organisation_is_refused(traveller: Traveller, provider: Loopback, settings: LazySettings) -> None:
    settings.OPENID_PROVIDERS = {"feide": replace(feide(settings), realms=("uib.no",))}
    provider.tell(person="employee")
    assert "er ikke med her" in text(traveller.comes())
    provider.tell(person="student")
    assert "Du er student ved uib.no" in text(Traveller().comes())


def test_a_user_who_is_closed_out_does_not_get_in(traveller: Traveller) -> None:
    traveller.comes()
    User.objects.update(is_active=False)
    assert Traveller().comes().status_code == 403


# ---------------------------------------------------------------- connecting


def test_whoever_is_signed_in_can_connect_and_disconnect(traveller: Traveller, provider: Loopback, kari: User) -> None:
    provider.tell(person="ola")
    traveller.client.force_login(kari)
    page = traveller.client.post(reverse("accounts:connect_provider", args=["feide"]))
    there = text(page).partition('href="' + provider.issuer)[2].partition('"')[0].replace("&amp;", "&")
    assert traveller.back(traveller.answered(provider.issuer + there)).headers["Location"] == SIGN_INS
    other = Traveller()
    assert other.comes().headers["Location"] == MY_PAGE
    assert other.client.session["_auth_user_id"] == str(kari.pk)
    traveller.client.post(reverse("accounts:disconnect_provider", args=["feide"]))
    assert Traveller().comes().status_code == 403
    assert other.client.get(SIGN_INS).status_code == 302, "who came in by it is out"
    assert traveller.client.get(SIGN_INS).status_code == 200


def test_no_other_site_can_have_one_connect(traveller: Traveller, provider: Loopback, kari: User) -> None:
    """Connecting begins with a form; and the answer to somebody else's question connects nobody."""
    traveller.client.force_login(kari)
    assert traveller.client.get(reverse("accounts:connect_provider", args=["feide"])).status_code == 405
    page = traveller.client.post(reverse("accounts:connect_provider", args=["feide"]))
    there = text(page).partition('href="' + provider.issuer)[2].partition('"')[0].replace("&amp;", "&")
    answer = traveller.answered(provider.issuer + there)
    traveller.client.force_login(User.objects.create(email="eva@example.no", name="Eva"))
    assert traveller.back(answer).status_code == 403
    assert not OutsideIdentity.objects.exists()


def test_what_is_connected_with_one_user_is_not_taken_by_another(traveller: Traveller, provider: Loopback) -> None:
    traveller.comes()
    eva = User.objects.create(email="eva@example.no", name="Eva")
    other = Traveller()
    other.client.force_login(eva)
    page = other.client.post(reverse("accounts:connect_provider", args=["feide"]))
    there = text(page).partition('href="' + provider.issuer)[2].partition('"')[0].replace("&amp;", "&")
    other.back(other.answered(provider.issuer + there))
    assert "koblet til en bruker fra før" in text(other.client.get(SIGN_INS))
    assert OutsideIdentity.objects.get().user_id != eva.pk


# ---------------------------------------------------------------- ID-porten


def test_a_national_identity_number_is_stored_nowhere(
    traveller: Traveller, provider: Loopback, kari: User, database: dict[str, str]
) -> None:
    provider.tell(person="kari", acr="idporten-loa-high")
    traveller.client.force_login(kari)
    page = traveller.client.post(reverse("accounts:connect_provider", args=["idporten"]))
    there = text(page).partition('href="' + provider.issuer)[2].partition('"')[0].replace("&amp;", "&")
    assert "acr_values=idporten-loa-substantial" in there
    traveller.back(traveller.answered(provider.issuer + there))
    assert Traveller().comes("idporten").headers["Location"] == MY_PAGE
    with psycopg.connect(database["owner"], options="-c app.purpose=maintenance") as owner:
        for (table,) in owner.execute("select tablename from pg_tables where schemaname = 'public'").fetchall():
            rows = str(owner.execute(sql.SQL("select t::text from {} t").format(sql.Identifier(table))).fetchall())
            assert "01017012345" not in rows, table


@pytest.mark.parametrize("level", ["idporten-loa-low", ""])
def test_too_low_a_level_is_refused(traveller: Traveller, provider: Loopback, level: str) -> None:
    provider.tell(person="kari", acr=level)
    assert refused(traveller.comes("idporten"))
    assert not traveller.is_in()


# ---------------------------------------------------------------- answers that do not fit


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and "kunne ikke brukes" in text(answer)


def test_an_answer_with_another_state_is_refused(traveller: Traveller) -> None:
    answer = traveller.answered(traveller.asked())
    other = Traveller()
    other.asked()
    assert refused(other.back(answer))
    assert refused(Traveller().back(answer))
    assert traveller.back(answer).status_code == 302


def test_an_answer_in_the_name_of_another_issuer_is_refused(traveller: Traveller, provider: Loopback) -> None:
    answer = traveller.answered(traveller.asked())
    named = provider.issuer.replace(":", "%3A").replace("/", "%2F")
    assert named in answer
    assert refused(traveller.back(answer.replace(named, "https%3A%2F%2Fevil.example")))
    answer = traveller.answered(traveller.asked())
    assert refused(traveller.back(answer.replace(f"&iss={named}", "")))


def test_a_question_to_one_provider_is_not_answered_by_another(traveller: Traveller) -> None:
    answer = traveller.answered(traveller.asked("feide"))
    assert refused(traveller.back(answer.replace("/med/feide/", "/med/idporten/")))


def test_a_code_cannot_be_used_twice(traveller: Traveller) -> None:
    url = traveller.asked()
    question = traveller.client.cookies[QUESTION].value
    answer = traveller.answered(url)
    assert traveller.back(answer).status_code == 302
    assert refused(traveller.back(answer)), "the question is used up"
    traveller.client.logout()
    traveller.client.cookies[QUESTION] = question
    assert refused(traveller.back(answer)), "the provider takes the code once"


def test_a_code_without_its_verifier_is_refused(traveller: Traveller) -> None:
    url = traveller.asked()
    kept = Question(**signing.loads(traveller.client.cookies[QUESTION].value, salt=_SALT))
    traveller.client.cookies[QUESTION] = signing.dumps(asdict(replace(kept, verifier="v" * 64)), salt=_SALT)
    assert refused(traveller.back(traveller.answered(url)))


def test_a_question_is_forgotten_in_time(traveller: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = traveller.answered(traveller.asked())
    later = time.time() + 601
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert refused(traveller.back(answer))


LIES: dict[str, dict[str, Any]] = {
    "nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "issuer": {"claims": {"iss": "https://evil.example"}},
    "audience": {"claims": {"aud": "another"}},
    "audiences": {"claims": {"aud": ["feide", "another"]}},
    "party": {"claims": {"azp": "another"}},
    "expired": {"claims": {"exp": int(time.time()) - 120}},
    "no end": {"claims": {"exp": None}},
    "from the future": {"claims": {"iat": int(time.time()) + 3600}},
    "no subject": {"claims": {"sub": None}},
    "another's key": {"sign": "other"},
    "the secret as key": {"sign": "secret"},
    "no signature": {"sign": "none"},
    "somebody else's userinfo": {"userinfo": {"sub": "ola"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused(traveller: Traveller, provider: Loopback, caplog: pytest.LogCaptureFixture, lie: str) -> None:
    caplog.set_level(logging.INFO)
    provider.tell(person="kari", **LIES[lie])
    assert refused(traveller.comes())
    assert not traveller.is_in()
    assert "refused: feide, " in caplog.text
    assert "kari" not in caplog.text
    provider.tell(person="kari", claims={"extra": 1})
    traveller.comes()
    assert traveller.is_in(), "the same, without the lie"


def test_the_provider_is_not_who_it_should_be(traveller: Traveller, provider: Loopback, settings: LazySettings) -> None:
    other = provider.issuer.replace("127.0.0.1", "localhost")
    settings.OPENID_PROVIDERS = {"feide": replace(feide(settings), issuer=other)}
    answer = traveller.client.get(reverse("accounts:ask_provider", args=["feide"]))
    assert refused(answer)


def test_whoever_cancels_is_told_so(traveller: Traveller, provider: Loopback) -> None:
    provider.tell(cancel=True)
    assert "Du avbrøt hos Feide" in text(traveller.comes())


def test_a_provider_that_is_silent_is_told_of(traveller: Traveller, settings: LazySettings) -> None:
    settings.OPENID_PROVIDERS = {"feide": replace(feide(settings), issuer="http://127.0.0.1:9")}
    answer = traveller.client.get(reverse("accounts:ask_provider", args=["feide"]))
    assert (answer.status_code, "Vi får ikke svar fra Feide" in text(answer)) == (502, True)


# ---------------------------------------------------------------- signing out, and what is written down


def test_who_signs_out_is_shown_how_to_sign_out_there_too(traveller: Traveller, provider: Loopback) -> None:
    traveller.comes()
    answer = traveller.client.post(reverse("accounts:sign_out"), follow=True)
    assert not traveller.is_in()
    there = text(answer).partition('href="' + provider.issuer)[2].partition('"')[0].replace("&amp;", "&")
    assert traveller.signs_out_there(provider.issuer + there) == "http://testserver/"


def test_each_sign_in_and_sign_out_leaves_a_line_without_a_person(
    traveller: Traveller, kari: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="praksis.sign_in")
    traveller.comes()
    traveller.client.post(reverse("accounts:sign_out"))
    told = [one.getMessage() for one in caplog.records if one.name == "praksis.sign_in"]
    assert told == [f"signed in by feide: {kari.pk}", f"signed out: {kari.pk}"]


# ---------------------------------------------------------------- setting up


def test_where_nothing_is_set_up_nothing_is_shown(db: None) -> None:
    traveller = Traveller()
    assert "Feide" not in text(traveller.client.get(reverse("accounts:sign_in")))
    for name in ("ask_provider", "provider_answers", "signed_out"):
        assert traveller.client.get(reverse(f"accounts:{name}", args=["feide"])).status_code == 404
    assert providers({}) == {}


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"PRAKSIS_FEIDE_CLIENT_ID": "x"}, "PRAKSIS_FEIDE_SECRET_FILE"),
        ({"PRAKSIS_FEIDE_ISSUER": "http://auth.example"}, "must begin with https"),
        ({"PRAKSIS_IDPORTEN_LEVEL": "low"}, "must be one of substantial, high"),
    ],
)
def test_what_cannot_be_meant_is_said(environ: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        providers(environ)
