"""The second factor: a code works once, guessing is cut short, and paper replaces a lost phone."""

import math
import re
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pyotp
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts import factors
from praksis.accounts.actions import make_link
from praksis.accounts.choices import FACTOR_FAILURES, FACTOR_RESTS, FACTOR_SETUP_SECONDS, Checked
from praksis.accounts.models import Factor, RecoveryCode, Session, User
from praksis.base import trail
from praksis.base.models import Pseudonym, TrailEntry

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
APP = pyotp.TOTP(SECRET)
SET_UP, GIVE = reverse("accounts:set_up_second_factor"), reverse("accounts:second_factor")
REMOVE = reverse("accounts:remove_second_factor")
MY_PAGE, SIGN_INS = reverse("web:my_page"), reverse("accounts:my_sign_ins")


@pytest.fixture
def kari(db: None) -> User:
    return User.objects.create(email="kari@example.no", name="Kari Prøve")


@pytest.fixture
def codes(kari: User) -> list[str]:
    """Kari's recovery codes; her app's code of half a minute ago is used up."""
    return factors.set_up_factor(user=kari, secret=SECRET, code=APP.at(time.time() - 30))


def came_by_link(user: User) -> Client:
    client = Client()
    client.post(reverse("accounts:follow_link", args=[make_link(user=user)]))
    return client


def wrong() -> str:
    """A code that is none of those that would pass."""
    near = {APP.at(time.time() + beside) for beside in (-60, -30, 0, 30, 60)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in near)


def test_setting_up_shows_the_code_to_read_and_gives_the_paper_once(kari: User) -> None:
    client, elsewhere = came_by_link(kari), came_by_link(kari)
    page = client.get(SET_UP).content.decode()
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert secret
    assert sealed
    assert "data:image/svg+xml" in page
    assert client.post(SET_UP, {"sealed": sealed[1], "code": "000"}).status_code == 422
    assert not Factor.objects.exists()
    answer = client.post(SET_UP, {"sealed": sealed[1], "code": pyotp.TOTP(secret[1].replace(" ", "")).now()})
    paper = re.findall(r"<code>([\w-]{29})</code>", answer.content.decode())
    assert len(set(paper)) == 10
    assert "no-store" in answer.headers["Cache-Control"]
    kept = str(list(Factor.objects.values())) + str(list(RecoveryCode.objects.values()))
    assert not any(one in kept for one in [*paper, secret[1].replace(" ", "")])
    assert client.get(MY_PAGE).status_code == 200
    assert elsewhere.get(SIGN_INS).status_code == 302, "other sessions end"
    assert client.get(SET_UP).headers["Location"] == SIGN_INS


def test_a_secret_that_was_sealed_for_another_is_not_taken(kari: User) -> None:
    other = User.objects.create(email="ola@example.no", name="Ola")
    client = came_by_link(kari)
    answer = client.post(SET_UP, {"sealed": factors.new_secret(other), "code": "123456"})
    assert answer.status_code == 200
    assert not Factor.objects.exists()


def test_whoever_has_a_factor_gives_it_before_anything_else(kari: User, codes: list[str]) -> None:
    client = came_by_link(kari)
    key = client.session.session_key
    for path in (MY_PAGE, SIGN_INS, reverse("catalogue:find"), REMOVE):
        assert client.get(path).headers["Location"] == GIVE
    assert client.post(reverse("accounts:put_off_second_factor")).status_code == 302
    assert client.get(MY_PAGE).headers["Location"] == GIVE
    assert client.post(GIVE, {"code": wrong()}).status_code == 422
    assert client.post(GIVE, {"code": f" {APP.now()[:3]} {APP.now()[3:]}"}).headers["Location"] == MY_PAGE
    assert client.get(MY_PAGE).status_code == 200
    assert client.session.session_key != key
    assert not Session.objects.filter(session_key=key).exists()


def test_a_code_works_once(kari: User, codes: list[str]) -> None:
    code = APP.now()
    assert factors.check_code(user=kari, code=code) == Checked.RIGHT
    assert factors.check_code(user=kari, code=code) == Checked.WRONG
    assert factors.check_code(user=kari, code=APP.at(time.time() - 30)) == Checked.WRONG, "nor one before it"


@pytest.mark.parametrize("kind", ["app", "paper"])
def test_of_a_hundred_who_give_the_same_code_at_once_one_passes(kari: User, codes: list[str], kind: str) -> None:
    code = APP.now() if kind == "app" else codes[0]

    def give(_number: int) -> Checked:
        try:
            return factors.check_code(user=kari, code=code)
        finally:
            connection.close()

    with ThreadPoolExecutor(100) as pool:
        told = list(pool.map(give, range(100)))
    assert told.count(Checked.RIGHT) == 1


def test_a_code_of_the_paper_works_once_and_any_of_them(kari: User, codes: list[str]) -> None:
    assert factors.check_code(user=kari, code=codes[3].upper()) == Checked.RIGHT
    assert factors.check_code(user=kari, code=codes[3]) == Checked.WRONG
    assert factors.check_code(user=kari, code=codes[4].replace("-", " ")) == Checked.RIGHT


def test_a_code_of_the_paper_cannot_be_found_from_its_hash(codes: list[str]) -> None:
    """From 112 bits on (OWASP ASVS 5.0.0, 6.5.2); reckoned with the letters that were seen, which are no more than there are."""
    letters = set("".join(codes)) - {"-"}
    assert all(len(code.replace("-", "")) * math.log2(len(letters)) >= 112 for code in codes)
    assert len(set(codes)) == len(codes)


def test_guessing_is_cut_short_for_a_while(kari: User, codes: list[str]) -> None:
    client = came_by_link(kari)
    for _ in range(FACTOR_FAILURES):
        assert "Koden er feil" in client.post(GIVE, {"code": wrong()}).content.decode()
    assert "Vent et kvarter" in client.post(GIVE, {"code": APP.now()}).content.decode()
    assert factors.check_code(user=kari, code=codes[0]) == Checked.RESTING
    Factor.objects.update(failed_at=timezone.now() - FACTOR_RESTS)
    assert client.post(GIVE, {"code": APP.now()}).status_code == 302
    assert Factor.objects.get().failures == 0


def test_a_used_code_is_no_guess(kari: User, codes: list[str]) -> None:
    """Or a double click would count against its owner."""
    code = APP.now()
    factors.check_code(user=kari, code=code)
    for _ in range(FACTOR_FAILURES + 1):
        assert factors.check_code(user=kari, code=code) == Checked.WRONG
    assert Factor.objects.get().failures == 0


def test_it_is_removed_with_a_code_and_not_without(kari: User, codes: list[str]) -> None:
    client = came_by_link(kari)
    client.post(GIVE, {"code": codes[0]})
    assert client.post(REMOVE, {"code": wrong()}).status_code == 422
    assert client.post(REMOVE, {"code": codes[1]}).headers["Location"] == SIGN_INS
    assert (Factor.objects.count(), RecoveryCode.objects.count()) == (0, 0)


def test_other_sessions_end_when_one_signs_in_another_way(kari: User, codes: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """And the one who changed it is told."""
    ola = User.objects.create(email="ola@example.no", name="Ola Prøve")
    here, there, another = came_by_link(kari), came_by_link(kari), came_by_link(ola)
    for client, code in ((here, codes[0]), (there, codes[1])):
        client.post(GIVE, {"code": code})
    caplog.clear()
    told = here.post(REMOVE, {"code": codes[2]}, follow=True).content.decode()
    assert "Du er logget ut i 1 annen nettleser." in told
    assert [client.get(SIGN_INS).status_code for client in (here, there, another)] == [200, 302, 200]
    assert caplog.messages == [f"second factor removed: {kari.pk}"]


def test_the_operator_can_take_a_lost_one_away(kari: User, codes: list[str]) -> None:
    told = ["signin_link", kari.email, "http://127.0.0.1:8000"]
    client = came_by_link(kari)
    client.post(GIVE, {"code": codes[0]})
    call_command(*told, stdout=StringIO())
    assert Factor.objects.exists()
    assert client.get(SIGN_INS).status_code == 200
    call_command(*told, "--new-factor", stdout=StringIO())
    assert (Factor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert client.get(SIGN_INS).status_code == 302, "whoever has the phone may be signed in with it"


def test_a_sealed_secret_is_not_taken_for_ever(kari: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = factors.new_secret(kari)
    assert factors.secret_of(kari, sealed)
    later = time.time() + FACTOR_SETUP_SECONDS + 1
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    assert factors.secret_of(kari, sealed) is None
    assert factors.secret_of(kari, "not sealed") is None


def test_what_one_does_to_sign_in_stands_in_the_trail(kari: User, codes: list[str], as_owner: AsRole) -> None:
    """Of no member; by a pseudonym of hers."""
    client = came_by_link(kari)
    for page, code in ((GIVE, wrong()), (GIVE, codes[0]), (REMOVE, codes[1])):
        client.post(page, {"code": code})
    client.post(reverse("accounts:sign_out_everywhere"))
    with as_owner():
        entries = list(TrailEntry.objects.filter(kind="sign_in").order_by("at").values_list("shown", "actor", "member", "person"))
        hers = Pseudonym.objects.get(subject=kari.pk, member=trail.NO_MEMBER).pk
    assert [shown for shown, *_ in entries] == ["signed_in", "code_wrong", "code_right", "ways", "signed_out"]
    assert {entry[1:] for entry in entries} == {(hers, trail.NO_MEMBER, None)}
