from django.urls import path

from praksis.messages import views

app_name = "messages"
urlpatterns = [
    path("meldinger/", views.inbox, name="inbox"),
    path("meldinger/lest/", views.read, name="read"),
    path("meldinger/e-post/", views.choose, name="choose"),
]
