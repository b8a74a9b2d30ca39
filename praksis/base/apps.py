"""The room's entry for Django."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "praksis.base"
