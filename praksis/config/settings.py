"""One settings file, read from the environment. Secrets come from there or from files in PRAKSIS_DATA, never from the code.

PRAKSIS_ROLE says which database role the process runs as: `web` (the default), `worker`, or `owner` (migrations, the demo).
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from django.utils.csp import CSP
from pythonjsonlogger.core import RESERVED_ATTRS

from praksis.accounts.providers import providers
from praksis.base.databases import data_folder, database_settings, user_names
from praksis.base.mailing import mailers

django_stubs_ext.monkeypatch()

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = os.environ.get("PRAKSIS_DEMO") == "1"
ROLE = os.environ.get("PRAKSIS_ROLE", "web")
DATA = Path(os.environ.get("PRAKSIS_DATA") or data_folder(ROOT, "demo-small" if DEMO else "start")).resolve()


def _key(name: str) -> str:
    """From the environment or the supervisor's file; without either, a key that is good for this process alone."""
    file = DATA / name
    return os.environ.get(f"PRAKSIS_{name.upper()}") or (file.read_text().strip() if file.exists() else secrets.token_urlsafe(50))


SECRET_KEY = _key("secret_key")
IDENTITY_KEY = _key("identity_key")
"""Keys the marks by which people are known again and seals what signing in must keep: unlike the other it is never changed."""
DEBUG = False
ALLOWED_HOSTS = os.environ.get("PRAKSIS_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("PRAKSIS_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "praksis.base",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "praksis.accounts",
    "praksis.messages",
    "praksis.organisations",
    "praksis.catalogue",
    "praksis.candidates",
    "praksis.intake",
    "praksis.ways",
    "praksis.rounds",
    "praksis.web",
    "praksis.api",
    *(["praksis.demo"] if DEMO else []),
]

MIDDLEWARE = [
    "praksis.base.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "praksis.accounts.middleware.IdleMiddleware",
    "praksis.web.middleware.IdentityMiddleware",
    "praksis.api.middleware.ApiMiddleware",
    "praksis.base.middleware.TransactionMiddleware",
]

ROOT_URLCONF = "praksis.config.urls"
WSGI_APPLICATION = "praksis.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "praksis.web.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "praksis.base.templatetags.components"],
        },
    }
]

DATABASES = database_settings(ROLE, DATA, os.environ)
DATABASE_USERS = user_names(DATA, os.environ)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["praksis.accounts.backends.LinkBackend"]
SESSION_ENGINE = "praksis.accounts.sessions"
SECOND_FACTOR = not DEMO
SESSION_IDLE = timedelta(minutes=int(os.environ.get("PRAKSIS_IDLE_MINUTES", "60")))
SESSION_LONGEST = timedelta(hours=int(os.environ.get("PRAKSIS_SESSION_HOURS", "12")))
LOGIN_URL = "/logg-inn/"
ANSWERS_KEPT = int(os.environ.get("PRAKSIS_ANSWERS_KEPT", "30"))
"""Seconds that the catalogue's answer to visitors may be old."""
CONFIRM_AFTER = timedelta(days=int(os.environ.get("PRAKSIS_CONFIRM_DAYS", "180")))
REMIND_AFTER = timedelta(days=int(os.environ.get("PRAKSIS_REMIND_DAYS", "30")))
MAILERS = mailers(os.environ)
OPENID_PROVIDERS = providers(os.environ)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("EMAIL_FROM", "praksistorget@localhost")
FETCH_INSIDE = frozenset(one for one in os.environ.get("PRAKSIS_FETCH_INSIDE", "").split(",") if one)
REGISTER_ADDRESS = os.environ.get("PRAKSIS_REGISTER", "" if DEMO else "https://data.brreg.no/enhetsregisteret/api")
"""Where Enhetsregisteret answers; empty: nobody is asked. The demo has a fake one of its own, which its supervisor starts."""
OPEN_DATA_LICENCE = os.environ.get("PRAKSIS_LICENCE", "CC-BY-4.0")
"""Of `api.choices.LICENCES`."""
API_PER_MINUTE = int(os.environ.get("PRAKSIS_API_PER_MINUTE", "600"))
"""What one network may ask of the API in a minute; everyone behind it shares that."""
BEHIND_PROXY = os.environ.get("PRAKSIS_BEHIND_PROXY") == "1"

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "Europe/Oslo"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / ".build" / "static"
NODE_MODULES = ROOT / "node_modules"
STATICFILES_DIRS = [
    ("designsystemet", NODE_MODULES / "@digdir/designsystemet-css/dist/src"),
    ("schibsted", NODE_MODULES / "@fontsource-variable/schibsted-grotesk/files"),
    ("htmx", NODE_MODULES / "htmx.org/dist"),
    ("leaflet", NODE_MODULES / "leaflet/dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "object-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
if not DEMO:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-language"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the proxy redirects; the house itself listens on the loopback alone (docs/operations.md)
    "security.W021",  # whether a whole domain goes on the browsers' list is its owner's to say
    "mail.W001",  # without a mail server links are printed
]

# One line for each event, in UTC; values never break a line. Left out on purpose: the query of an address, which may hold names.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": ["levelname", "name", "message", "status_code", "process", "asked"],
            "timestamp": True,
            "rename_fields": {
                "levelname": "level",
                "name": "logger",
                "timestamp": "at",
                "status_code": "status",
                "asked": "request",
            },
            "reserved_attrs": ["request", "server_time", *RESERVED_ATTRS],
        }
    },
    "filters": {
        "without_secrets": {"()": "praksis.base.logs.WithoutSecrets"},
        "with_request": {"()": "praksis.base.logs.WithRequest"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_secrets", "with_request"]}
    },
    "loggers": {"praksis.sign_in": {"level": "INFO"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("PRAKSIS_LOG", "WARNING")},
}
