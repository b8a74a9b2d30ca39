"""Addresses under /demo/, which exist in the demo only."""

from django.urls import path

from praksis.demo import views

app_name = "demo"
urlpatterns = [
    path("bli/<slug:key>/", views.become, name="become"),
    path("ut/", views.leave, name="leave"),
]
