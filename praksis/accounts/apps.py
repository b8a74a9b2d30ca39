"""The room's entry for Django."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "praksis.accounts"

    def ready(self) -> None:
        from praksis.accounts.sessions import begin

        user_logged_in.connect(begin, dispatch_uid="begin")
