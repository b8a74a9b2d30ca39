"""One transaction for each request. The views stand here: they do what views must not do."""

from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import get_resolver, include, path
from pytest_django import Settings

from praksis.base import middleware
from praksis.base.models import SearchRow

pytestmark = pytest.mark.django_db


def _store() -> None:
    SearchRow.objects.create(kind="place", object_id=uuid4(), title="stored", text="")


def write(request: HttpRequest) -> HttpResponse:
    _store()
    return HttpResponse(status=int(request.GET.get("status", "200")))


def fail(request: HttpRequest) -> HttpResponse:
    _store()
    raise {"error": ValueError, "missing": Http404}[request.GET["how"]]


def lazy(request: HttpRequest) -> SimpleTemplateResponse:
    """Its template asks for the transaction's state when it is rendered, after the view has returned."""
    template = engines["django"].from_string("{{ inside }}")
    return SimpleTemplateResponse(template, {"inside": lambda: connection.in_atomic_block})


def broken_sql(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("select nonsense")
    return HttpResponse()


urlpatterns = [
    path("write", write, name="write"),
    path("fail", fail),
    path("lazy", lazy),
    path("broken", broken_sql),
    path("", include("praksis.config.urls")),
]


@pytest.fixture
def site(settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def test_a_post_is_stored(site: Client) -> None:
    assert site.post("/write").status_code == 200
    assert SearchRow.objects.filter(title="stored").exists()


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_method_that_reads_cannot_write(site: Client, method: str) -> None:
    assert getattr(site, method)("/write").status_code == 500
    assert not SearchRow.objects.exists()


def test_a_listed_view_may_write_when_fetched(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "WRITING_GETS", frozenset({"write"}))
    assert site.get("/write").status_code == 200
    assert SearchRow.objects.exists()


@pytest.mark.parametrize(
    ("address", "status"), [("/write?status=500", 500), ("/fail?how=error", 500), ("/fail?how=missing", 404)]
)
def test_what_fails_leaves_nothing_behind(site: Client, address: str, status: int) -> None:
    assert site.post(address).status_code == status
    assert not SearchRow.objects.exists()


def test_an_answer_of_the_400s_that_the_view_chose_is_no_failure(site: Client) -> None:
    assert site.post("/write?status=409").status_code == 409
    assert SearchRow.objects.exists()


def test_a_template_is_rendered_inside_the_transaction(site: Client) -> None:
    assert site.get("/lazy").content == b"True"
    assert not connection.in_atomic_block


def test_the_error_page_stands_although_the_transaction_is_broken(site: Client) -> None:
    assert site.post("/broken").status_code == 500
    assert site.post("/write").status_code == 200


def test_a_stale_session_is_removed_by_a_get_without_an_error(site: Client, settings: Settings) -> None:
    user = get_user_model().objects.create(email="kari@example.no", name="Kari")
    site.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    session = site.session
    session["_auth_user_hash"] = "no longer right"
    session.save()
    assert site.get("/lazy").status_code == 200
    assert not SearchRow.objects.exists()


def test_every_listed_view_exists() -> None:
    names = {pattern.name for pattern in get_resolver().url_patterns if hasattr(pattern, "name")}
    assert {name for name in middleware.WRITING_GETS if ":" not in name} <= names
