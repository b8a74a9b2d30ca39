"""The tests' own tools can fail."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.template import engines
from django.utils import timezone
from playwright.sync_api import Page

from conftest import AsRole, _foreign
from praksis.accounts.models import Session


def _user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_commits_is_gone_before_the_next(time: str) -> None:
    assert not Session.objects.exists()
    Session.objects.create(session_key=time, session_data="", expire_date=timezone.now())
    assert not connection.in_atomic_block
    done: list[bool] = []
    with transaction.atomic():
        transaction.on_commit(lambda: done.append(True))
    assert done
    assert Session.objects.count() == 1


@pytest.mark.django_db
def test_tests_run_as_the_web_which_may_not_do_everything(as_owner: AsRole, as_worker: AsRole) -> None:
    assert _user() == "praksis_web"
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("truncate accounts_session")
    with as_owner():
        assert _user() == "praksis_owner"
    with as_worker():
        assert _user() == "praksis_worker"
    assert _user() == "praksis_web"


@pytest.mark.parametrize("text", ["{{ forgotten }}", "{{ known.forgotten }}", "{% with other=forgotten %}{% endwith %}"])
def test_a_variable_that_nobody_defined_fails(text: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="forgotten"):
        engines["django"].from_string(text).render({"known": object()})
    engines["django"].from_string("{% if forgotten %}{% endif %}{{ known }}").render({"known": 1})


def test_the_browser_tells_what_goes_wrong(page: Page, page_problems: list[str]) -> None:
    page.set_content("<script>throw new Error('broken')</script><p>shown</p>")
    page.evaluate("console.error('said')")
    assert page.text_content("p") == "shown"
    assert page_problems == ["broken", "said"]
    page_problems.clear()


def test_requests_to_others_are_problems() -> None:
    assert _foreign("https://fonts.example/x.woff2") == ["asked https://fonts.example/x.woff2"]
    assert _foreign("http://localhost:8000/") == _foreign("data:image/svg+xml,") == []
