"""The room's entry for Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "praksis.web"
