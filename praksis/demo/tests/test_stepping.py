"""Stepping into the made-up people, in the demo and nowhere else."""

import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from conftest import AsRole
from praksis.accounts.models import User
from praksis.demo.personas import all_personas

KEYS = {
    "student_elective", "student_mandatory", "apprentice", "work_training", "language_practice", "pupil", "guardian", "employer",
    "university", "nav", "municipality", "county", "school", "coordinator", "lead", "board", "operator", "auditor",
}  # fmt: skip
OUTSIDE = """
import django
django.setup()
from django.apps import apps
from django.urls import Resolver404, resolve
assert not apps.is_installed("praksis.demo")
for path in ("/demo/bli/operator/", "/demo/ut/"):
    try:
        resolve(path)
    except Resolver404:
        continue
    raise SystemExit(path)
from praksis.web.context import Site
assert Site.demo is False
"""


@pytest.fixture
def region(as_owner: AsRole, settings: Settings) -> None:
    with as_owner():
        settings.ROLE = "owner"
        call_command("make_region", size="tiny", stdout=StringIO())


@pytest.fixture
def names(as_owner: AsRole) -> None:
    """Those who can be stepped into, without a region around them."""
    with as_owner():
        User.objects.bulk_create(User(name=one.name, email=one.email) for one in all_personas())


def test_everyone_has_a_key() -> None:
    assert [one.key for one in all_personas()] == list(dict.fromkeys(one.key for one in all_personas()))
    assert {one.key for one in all_personas()} == KEYS


def test_everyone_can_be_stepped_into(region: None) -> None:
    for one in all_personas():
        client = Client()
        answer = client.post(reverse("demo:become", args=[one.key]), follow=True)
        assert answer.redirect_chain == [(reverse("web:my_page"), 302)], one.key
        assert answer.status_code == 200
        assert answer.context["request"].user == User.objects.get(email=one.email)
        assert one.name in answer.content.decode()


def test_the_bar_says_who_one_is_and_lets_one_out(names: None, client: Client) -> None:
    before = client.get(reverse("web:front")).content.decode()
    assert all(reverse("demo:become", args=[key]) in before for key in KEYS)
    assert reverse("demo:leave") not in before
    client.post(reverse("demo:become", args=["board"]))
    assert reverse("demo:leave") in client.get(reverse("web:front")).content.decode()
    answer = client.post(reverse("demo:leave"), follow=True)
    assert not answer.context["request"].user.is_authenticated


def test_the_next_person_gets_nothing_of_the_one_before(names: None, client: Client) -> None:
    client.post(reverse("demo:become", args=["nav"]))
    before = client.session.session_key
    client.post(reverse("demo:become", args=["school"]))
    assert client.session.session_key != before


def test_a_link_steps_into_nobody(names: None, client: Client) -> None:
    assert client.get(reverse("demo:become", args=["operator"])).status_code == 405
    assert client.get(reverse("demo:leave")).status_code == 405


def test_a_forged_form_steps_into_nobody(names: None) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(reverse("demo:become", args=["operator"])).status_code == 403


def test_nobody_else_can_be_stepped_into(names: None, client: Client) -> None:
    assert client.post(reverse("demo:become", args=["koordinator1"])).status_code == 404


@pytest.mark.slow
def test_outside_the_demo_there_is_neither_bar_nor_address() -> None:
    environ = os.environ | {"PRAKSIS_DEMO": "0", "DJANGO_SETTINGS_MODULE": "praksis.config.settings"}
    done = subprocess.run([sys.executable, "-c", OUTSIDE], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
