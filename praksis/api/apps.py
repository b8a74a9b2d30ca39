from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "praksis.api"
    label = "api"
