from django.urls import path

from praksis.api.views import embedded, feeds, files, v1

app_name = "api"
urlpatterns = [
    path("finn.atom", feeds.new_places, name="new_places"),
    path("frister.ics", feeds.deadlines, name="deadlines"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("robots.txt", feeds.robots, name="robots"),
    path("innebygd/<str:language>/", embedded.embedded, name="embedded"),
    path("data/", files.open_data, name="open_data"),
    path("data/innebygd/", embedded.snippet, name="snippet"),
    path("data/katalog.<str:form>", feeds.description, name="description"),
    path("data/<str:name>.<str:form>", files.file, name="file"),
]
v1_urls = v1.addresses()
