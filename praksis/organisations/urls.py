from django.urls import path

from praksis.organisations import views

app_name = "organisations"
urlpatterns = [path("start/<str:token>/", views.first_run, name="first_run")]
