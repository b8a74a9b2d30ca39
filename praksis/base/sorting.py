"""Norwegian alphabetical order: a to z, then æ, ø, å; the same on every server.

The embedded PostgreSQL has no ICU, and another server's default collation may be anyone's. So the order is spelled out:
letters are folded to small ones without accents, and æ, ø, å to the three characters that follow z in ASCII.
"""

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Collate, Lower

FOLD_FROM = "æøåÆØÅäöÄÖéèêëáàâãíìîïóòôõúùûüýñçšžÉÈÊËÁÀÂÃÍÌÎÏÓÒÔÕÚÙÛÜÝÑÇŠŽ"
FOLD_TO = "{|}{|}{|{|eeeeaaaaiiiioooouuuyyncszeeeeaaaaiiiioooouuuyyncsz"
"""ä sorts as æ, ö as ø, ü as y: the rule of Norwegian dictionaries."""


def norwegian(name: str) -> Collate:
    """An expression to order by: `order_by(norwegian("name"), "id")`, `norwegian("name").desc()`. An index may hold it."""
    folded = Func(Lower(F(name)), Value(FOLD_FROM), Value(FOLD_TO), function="TRANSLATE", output_field=TextField())
    return Collate(folded, "C")
