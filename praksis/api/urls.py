from django.urls import path

from praksis.api.views import files, v1

app_name = "api"
urlpatterns = [
    path("data/", files.open_data, name="open_data"),
    path("data/<str:name>.<str:form>", files.file, name="file"),
]
v1_urls = v1.addresses()
