from django.urls import path

from praksis.candidates import views

app_name = "candidates"
urlpatterns = [
    path("kandidater/", views.candidates, name="candidates"),
    path("innsynslogg/", views.access_log, name="access_log"),
    path("kandidater/retting/", views.corrections, name="corrections"),
    path("kandidater/retting/<uuid:correction_id>/", views.answer_correction, name="answer_correction"),
    path("kandidater/ny/<uuid:member_id>/", views.new_candidate, name="new_candidate"),
    path("kandidater/fra-regneark/<uuid:member_id>/", views.from_spreadsheet, name="from_spreadsheet"),
    path("kandidater/mal.csv", views.template, name="template"),
    path("kandidater/<uuid:candidate_id>/", views.candidate, name="candidate"),
    path("kandidater/<uuid:candidate_id>/behov/", views.new_need, name="new_need"),
]
