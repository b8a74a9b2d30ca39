"""What the settings of a real region say of cookies."""

from importlib import import_module, reload

import pytest


def test_cookies_are_bound_to_the_host_where_the_site_is_secure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sibling site cannot plant one. The demo runs without https, where browsers refuse such names."""
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME")
    settings = import_module("praksis.config.settings")
    monkeypatch.setenv("PRAKSIS_DEMO", "0")
    try:
        secure = reload(settings)
        assert {getattr(secure, name) for name in names} == {"__Host-session", "__Host-csrf"}
        assert secure.SESSION_COOKIE_SECURE
        assert secure.CSRF_COOKIE_SECURE
    finally:
        monkeypatch.undo()
        reload(settings)
