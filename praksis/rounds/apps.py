"""The room's entry for Django."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    name = "praksis.rounds"
