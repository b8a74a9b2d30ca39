"""What someone may be about to type: titles, codes, institutions, hosts, fields and municipalities that begin so."""

from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from praksis.base.codes import MUNICIPALITIES, Field
from praksis.catalogue.vocabulary import words_of

SHORTEST = 2
MOST = 8
LOOKED_AT = 300
"""Rows that are looked at for titles: enough to find eight, and no more work for a word that stands in everything."""

SUGGEST = """
    (select 'title' as kind, title as words from
        (select distinct title from (
            select title from base_searchrow where vector @@ unaccent(%(titles)s)::tsquery limit %(looked)s) among) titles
     order by length(title), title limit %(most)s)
    union all
    (select 'code', code from (select distinct code from catalogue_scheme
        where stage <> 'ended' and code ilike %(begins)s) codes order by code limit 3)
    union all
    (select 'institution', institution from (select distinct institution from catalogue_scheme
        where stage <> 'ended' and institution ilike %(begins)s) institutions order by institution limit 3)
    union all
    (select 'host', name from organisations_host
        where closed_on is null and name ilike %(begins)s and exists (
            select from catalogue_place where host_id = organisations_host.id and stage = 'open')
     order by name limit 3)
"""


class Suggestion(NamedTuple):
    """Words to search for, and what they are."""

    words: str
    kind: str


def suggest(typed: str) -> list[Suggestion]:
    """At most eight, in one query: codes, institutions and hosts first, then fields and municipalities, then titles."""
    words = words_of(typed)
    if len(typed.strip()) < SHORTEST or not words:
        return []
    begins = typed.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    titles = " & ".join([*(f"'{word}':A" for word in words[:-1]), f"'{words[-1]}':*A"])
    with connection.cursor() as cursor:
        cursor.execute(SUGGEST, {"titles": titles, "begins": begins, "looked": LOOKED_AT, "most": MOST})
        found = cursor.fetchall()
    kinds = {"title": _("Tittel"), "code": _("Kode"), "institution": _("Institusjon"), "host": _("Virksomhet")}
    exact = [Suggestion(words, kinds[kind]) for kind, words in found if kind != "title"]
    named = [Suggestion(str(label), _("Fagfelt")) for label in dict(Field.choices).values() if _begins(str(label), typed)]
    named += [Suggestion(name, _("Sted")) for name in MUNICIPALITIES.values() if _begins(name, typed)]
    return [*exact, *named, *(Suggestion(words, kinds[kind]) for kind, words in found if kind == "title")][:MOST]


def _begins(name: str, typed: str) -> bool:
    return name.lower().startswith(typed.strip().lower())
