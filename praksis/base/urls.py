from django.urls import path

from praksis.base import views

urlpatterns = [path("healthz", views.healthz, name="healthz")]
