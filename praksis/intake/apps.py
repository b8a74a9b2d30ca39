"""The room's entry for Django."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "praksis.intake"
