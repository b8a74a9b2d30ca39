"""Version 1 of the API: what it says of itself, its addresses, and how it answers what it cannot use."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from praksis.api.choices import VERSION, licence
from praksis.api.shapes import Problem
from praksis.api.views.catalogue import router as catalogue
from praksis.api.views.organisations import router as organisations
from praksis.api.views.problems import PROBLEM, problem

ROOT = "/api/v1/"
ABOUT = """The open part of the catalogue: places, schemes, hosts and members. It can be read by anyone, without a key; no person
stands in it. Ask for `Accept-Language: nb`, `nn` or `en`. An address of version 1 gives what it gives now; fields may be added.
What goes away is marked as deprecated, with the headers `Deprecation` and `Sunset`, at least twelve months before.
"""
TOO_MANY = "The network has asked too much in the last minute: wait as many seconds as `Retry-After` says."
NOT_NEW = "What the reader has is still right (`If-None-Match`, `If-Modified-Since`)."


class _Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    """Tells of every operation what all of them answer, and of what goes wrong in which form it comes."""

    def get_root_path(self, path_params: Any) -> str:  # noqa: ARG002 - ninja would look for the front page that is left out
        return ROOT

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        described = super().get_openapi_schema(**options)
        described["components"]["schemas"]["Problem"] = Problem.json_schema()
        for operations in described["paths"].values():
            for operation in operations.values():
                _complete(operation["responses"])
        return described


def _complete(responses: dict[Any, Any]) -> None:
    refers = {"schema": {"$ref": "#/components/schemas/Problem"}}
    responses[429] = {"description": TOO_MANY}
    for status, response in responses.items():
        if int(status) >= 400:
            response["content"] = {PROBLEM: refers}
    responses[304] = {"description": NOT_NEW}


def _not_found(request: HttpRequest, _error: Http404 | type[Http404]) -> HttpResponse:
    return problem(404, _("Det du spør etter, finnes ikke eller er ikke åpent for alle."))


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    wrong = [{"where": _name(one["loc"]), "rule": str(one["type"])} for one in error.errors]
    names = ", ".join(dict.fromkeys(f"«{_name(one['loc'])}»" for one in error.errors))
    return problem(422, _("Verdien av %s kan ikke brukes. Se beskrivelsen av adressen.") % names, wrong)


def _name(loc: tuple[str | int, ...]) -> str:
    """The parameter, not the number of its value: («query», «asked», «group», 0)."""
    return str([part for part in loc if isinstance(part, str)][-1])


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, _("Forespørselen kan ikke leses. Se beskrivelsen av adressen."))


api = Api(
    title="Praksistorget",
    version=VERSION,
    description=ABOUT,
    docs_url=None,
    urls_namespace="api-v1",
    renderer=_Renderer(),
    openapi_extra={"info": {"license": {"name": licence().name, "url": licence().address}}},
)
api.add_router("", catalogue)
api.add_router("", organisations)
api.add_exception_handler(Http404, _not_found)
api.add_exception_handler(ValidationError, _invalid)
api.add_exception_handler(HttpError, _refused)


def addresses() -> tuple[list[URLPattern], str, str]:
    """The operations and their description; ninja's own front page, which it has besides, is left out."""
    patterns, app, space = api.urls
    own = [one for one in patterns if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in own:
        if one.name == "openapi-json":
            one.callback = require_safe(one.callback)  # ninja would answer to every method
    return own, app, space
