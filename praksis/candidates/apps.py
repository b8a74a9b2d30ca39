"""The room's entry for Django."""

from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    name = "praksis.candidates"
