"""The room's entry for Django."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "praksis.organisations"
