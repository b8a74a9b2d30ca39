from django.urls import path

from praksis.intake import views

app_name = "intake"
urlpatterns = [
    path("ordninger/import/", views.start, name="start"),
    path("ordninger/import/hos/<uuid:member_id>/", views.intakes, name="intakes"),
    path("ordninger/import/<uuid:intake_id>/", views.intake, name="intake"),
    path("ordninger/import/<uuid:intake_id>/ark/", views.sheet, name="sheet"),
    path("ordninger/import/<uuid:intake_id>/kolonner/", views.columns, name="columns"),
    path("ordninger/import/<uuid:intake_id>/avgjor/", views.decide, name="decide"),
    path("ordninger/import/<uuid:intake_id>/lagre/", views.write, name="write"),
    path("ordninger/import/<uuid:intake_id>/angre/", views.undo, name="undo"),
    path("ordninger/import/<uuid:intake_id>/rettes/", views.wrong_rows, name="wrong_rows"),
    path("ordninger/like/", views.pairs, name="pairs"),
    path("ordninger/like/<uuid:pair_id>/sla-sammen/", views.merge, name="merge"),
    path("ordninger/like/<uuid:pair_id>/ulike/", views.tell_apart, name="tell_apart"),
]
