from django.urls import path

from praksis.ways import views

app_name = "ways"
urlpatterns = [
    path("vei-inn/", views.way_in, name="way_in"),
    path("vei-inn/noter/", views.note, name="note"),
    path("vei-inn/behov/", views.gaps, name="gaps"),
    path("vei-inn/behov/<uuid:gap_id>/utkast/", views.draft, name="draft"),
    path("vei-inn/behov/<uuid:gap_id>/lukk/", views.close, name="close"),
    path("ordning/<uuid:scheme_id>/hindringer/", views.hurdles, name="hurdles"),
    path("ordning/<uuid:scheme_id>/hindringer/fjern/", views.take_back, name="take_back"),
]
