"""The room's entry for Django."""

from django.apps import AppConfig


class WaysConfig(AppConfig):
    name = "praksis.ways"
