"""The room's entry for Django."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "praksis.messages"
