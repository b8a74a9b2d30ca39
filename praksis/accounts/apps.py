"""The room's entry for Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "praksis.accounts"
