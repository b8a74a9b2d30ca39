"""The settings of the tests: the real ones, with the demo, data of their own, and static files straight from their folders."""

import os
from pathlib import Path

from praksis.base.databases import data_folder

os.environ.setdefault("PRAKSIS_DEMO", "1")
os.environ.setdefault("PRAKSIS_DATA", str(data_folder(Path(__file__).resolve().parent.parent, "test")))
os.environ.setdefault("PRAKSIS_PG_OPTIONS", "-c fsync=off")

from praksis.config.settings import *  # noqa: F403
from praksis.config.settings import STORAGES

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
