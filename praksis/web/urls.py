from django.conf import settings
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from praksis.web import components, views

app_name = "web"
urlpatterns = [
    path("", views.front, name="front"),
    path("min-side/", views.my_page, name="my_page"),
    path("min-side/opplysninger/", views.known, name="known"),
    path("min-side/opplysninger.<str:kind>", views.known_file, name="known_file"),
    path("min-side/navn/", views.rename_me, name="rename_me"),
    path("min-side/samtykke/<uuid:candidate_id>/<str:kind>/", views.consent, name="consent"),
    path("min-side/retting/<uuid:candidate_id>/", views.ask_correction, name="ask_correction"),
    path("koordiner/", views.coordinate, name="coordinate"),
    path("farger/", views.choose_colors, name="choose_colors"),
    path("sprak/", require_POST(set_language), name="set_language"),
    path("personvern/", views.privacy, name="privacy"),
    path("slik-fordeler-vi/", views.how_we_allocate, name="how_we_allocate"),
    path("tilgjengelighet/", views.accessibility, name="accessibility"),
]
if settings.DEMO:
    urlpatterns.append(path("komponenter/", components.components, name="components"))
