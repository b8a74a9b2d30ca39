"""The room's entry for Django. It is installed in the demo only (PRAKSIS_DEMO=1)."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "praksis.demo"
