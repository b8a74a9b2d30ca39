"""PostgreSQL, told in each transaction for whom it acts (`praksis.base.identity`).

Outside a transaction there is no identity, so every query would find nothing, in silence: it is refused instead.
A connection made with a purpose of its own (the owner's, for maintenance) is told nothing unless somebody acts on it.
"""

from typing import Any

from django.db.backends.postgresql import base

from praksis.base.identity import NOBODY, asked, current

_TELL = "select " + ", ".join(["set_config(%s, %s, true)"] * (len(NOBODY.settings()) + 1))


class OutsideTransactionError(RuntimeError):
    """A query for which nobody acts."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's backend with an identity."""

    _connecting = False

    @property
    def has_own_purpose(self) -> bool:
        """Whether the connection itself says what it is for."""
        return "app.purpose" in self.settings_dict["OPTIONS"].get("options", "")

    def connect(self) -> None:
        """Making a connection asks the server some things on its own."""
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def tell_identity(self) -> None:
        """Tell the open transaction for whom it acts."""
        identity = current.get()
        if identity is None and self.has_own_purpose:
            identity_settings = dict.fromkeys(NOBODY.settings(), "") | {"app.purpose": self._own_purpose()}
        else:
            identity_settings = (identity or NOBODY).settings()
        identity_settings["app.request"] = asked.get()
        with self.wrap_database_errors:
            self.connection.execute(_TELL, [part for pair in identity_settings.items() for part in pair])

    def _own_purpose(self) -> str:
        return str(self.settings_dict["OPTIONS"]["options"]).partition("app.purpose=")[2].partition(" ")[0]

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit:
            self.tell_identity()

    def create_cursor(self, name: str | None = None) -> Any:
        """Refused while nobody acts."""
        if self.autocommit and not self._connecting and not self.has_own_purpose:
            raise OutsideTransactionError("A query outside a transaction acts for nobody: open one with transaction.atomic().")
        return super().create_cursor(name)
