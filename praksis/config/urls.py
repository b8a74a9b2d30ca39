"""All addresses. Norwegian words in addresses, English in code; a person's name or group never stands in one."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from praksis.api.urls import v1_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("praksis.base.urls")),
    path("", include("praksis.web.urls")),
    path("", include("praksis.accounts.urls")),
    path("", include("praksis.messages.urls")),
    path("", include("praksis.organisations.urls")),
    path("", include("praksis.catalogue.urls")),
    path("", include("praksis.candidates.urls")),
    path("", include("praksis.intake.urls")),
    path("", include("praksis.ways.urls")),
    path("", include("praksis.rounds.urls")),
    path("", include("praksis.api.urls")),
    path("api/v1/", v1_urls),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("praksis.demo.urls")))
