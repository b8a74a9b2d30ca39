"""What a scheme may be the same as: the same course told twice, or two members who start the same thing.

Two steps, as in the books on record linkage (Christen, «Data Matching», 2012): keys find the few that could be meant, and a score
with its reasons says how likely each is. A reason is data (`Reason`); `reason_sentence` puts it into words. A person decides.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from urllib.parse import urlsplit

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext as _

from praksis.catalogue.choices import SchemeStage
from praksis.catalogue.models import Scheme
from praksis.catalogue.words import LIKE_WORDS, NYNORSK, PASSED_OVER, PLAIN_WORDS

MOST_KEYED = 60
"""A key that more schemes share says nothing, and would make pairs of everything."""
MOST_LOOKED_AT = 400
DOUBLE, OVERLAP = 0.6, 0.5
STEM = 6
BEGUN = {SchemeStage.IDEA, SchemeStage.DEVELOPING}


class Reason(TextChoices):
    """Why two schemes may be the same, or may not."""

    CODE = "code", "same code"
    OTHER_CODE = "other_code", "different codes"
    TITLE = "title", "the titles say the same"
    ADDRESS = "address", "the same page tells of both"
    INSTITUTION = "institution", "the same institution"
    OTHER_INSTITUTION = "other_institution", "different institutions"
    GROUP = "group", "for the same group"
    OTHER_GROUP = "other_group", "for different groups"
    FIELD = "field", "the same field"
    PROGRAMME = "programme", "the same programme"
    KIND = "kind", "the same kind"
    NUMBER = "number", "parts or levels of one whole"
    BEGUN = "begun", "at least one is only begun"


@dataclass(frozen=True)
class Likeness:
    """How like two schemes are (0 to 1), why, and which of two things it would be: one scheme told twice (`overlap` is False) or
    two that could have been one."""

    score: float
    reasons: tuple[str, ...]
    overlap: bool

    @property
    def likely(self) -> bool:
        return self.score >= (OVERLAP if self.overlap else DOUBLE)


@dataclass(frozen=True)
class Like:
    """A scheme that is like the one that was asked about."""

    scheme: Scheme
    likeness: Likeness

    @property
    def sentences(self) -> list[str]:
        return [reason_sentence(reason) for reason in self.likeness.reasons]


def likely_doubles(scheme: Scheme, *, most: int = 5) -> list[Like]:
    """What is like this scheme, the likest first; the scheme may be one that is not stored yet. One query.

    Those that have ended count too: why something stopped is worth knowing before it is begun again.
    """
    others = (
        Scheme.objects.filter(merged_into__isnull=True, likeness_keys__overlap=keys_of(scheme))
        .exclude(pk=scheme.pk)
        .select_related("owner")
    )
    found = [Like(other, likeness(scheme, other)) for other in others.order_by("pk")[:MOST_LOOKED_AT]]
    likely = [one for one in found if one.likeness.likely]
    return sorted(likely, key=lambda one: (-one.likeness.score, one.scheme.title, one.scheme.pk))[:most]


def pairs_to_look_at() -> list[tuple[str, str]]:
    """Ids of schemes that share a key which few have: the pairs that a score is worth while for, never all with all."""
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, [MOST_KEYED])
        return [(str(one), str(other)) for one, other in cursor.fetchall()]


PAIRS = """
    with keyed as (select id, unnest(likeness_keys) as key from catalogue_scheme where merged_into_id is null),
         shared as (select array_agg(id order by id) as ids from keyed group by key having count(*) between 2 and %s)
    select distinct one.id, other.id from shared, unnest(shared.ids) with ordinality one(id, at),
        unnest(shared.ids) with ordinality other(id, at) where one.at < other.at
"""


# ---------------------------------------------------------------- keys


def keys_of(scheme: Scheme) -> list[str]:
    """What a scheme is found by: its codes, its page, and the words of its title that say something, alone and in pairs."""
    stems = sorted({word[:STEM] for word in _telling(words(scheme.title))})[:8]
    where = " ".join(words(scheme.institution))
    keys = [f"c {code}" for code in codes(scheme)] + [f"w {stem}" for stem in stems]
    keys += [f"i {where} {stem}" for stem in stems] + [f"p {one} {other}" for one, other in combinations(stems[:5], 2)]
    keys += [f"u {page}"] if (page := _page(scheme.source_url)) else []
    keys += [f"g {where} {' '.join(words(scheme.programme))}"] if scheme.programme else []
    if not stems:  # «Internship»: all that can be said is where, and in what field
        keys += [f"f {where} {word[:STEM]}" for word in words(scheme.field)] or [f"t {where} {' '.join(words(scheme.title))}"]
    return keys


def codes(scheme: Scheme) -> frozenset[str]:
    """Course codes, however they are written: «ELE 3637», «ele-3637» and «SAMPOL290, SAMPOL291»."""
    parts = re.split(r"[,;/]|\bog\b|\band\b", scheme.code.lower())
    return frozenset(code for part in parts if (code := re.sub(r"[^0-9a-zæøå]", "", part)))


def words(text: str) -> list[str]:
    """A text's words in one language and without endings that only say bokmål, nynorsk or English."""
    found = re.findall(r"[0-9a-zæøåäöüé]+", text.lower())
    return [_plain(word) for word in found if word not in PASSED_OVER]


@lru_cache(100_000)
def _plain(word: str) -> str:
    """«samanliknande» and «comparative» become «sammenlignend»."""
    word = LIKE_WORDS.get(word, word)
    for nynorsk, bokmaal in NYNORSK:
        word = nynorsk.sub(bokmaal, word)
    word = LIKE_WORDS.get(word, word)
    return re.sub(r"(ene|ane|en|et|er|ar|a|e|s)$", "", word) if len(word) > 5 else word


PLAIN = frozenset(_plain(word) for word in PLAIN_WORDS)


def _telling(found: Iterable[str]) -> list[str]:
    """Without words that stand in most titles."""
    return [word for word in found if word not in PLAIN and not word.isdigit() and len(word) > 2]


def _page(address: str) -> str:
    """An address without what does not tell which page it is."""
    parts = urlsplit(address.lower())
    path = parts.path.rstrip("/")
    return f"{parts.netloc.removeprefix('www.').removeprefix('www4.')}{path}" if path.count("/") > 1 else ""


# ---------------------------------------------------------------- score


def likeness(one: Scheme, other: Scheme) -> Likeness:
    """How likely they are the same, and why. Weights were set on half of the judged pairs (`tests/data/doubles.csv`)."""
    parts = list(_parts(one, other))
    reasons = tuple(reason for reason, _points in sorted(parts, key=lambda part: -part[1]) if reason)
    begun = one.stage in BEGUN or other.stage in BEGUN
    overlap = Reason.OTHER_INSTITUTION in reasons and Reason.ADDRESS not in reasons
    score = max(0.0, min(1.0, sum(points for _reason, points in parts)))
    if overlap and not begun:
        score = min(score, OVERLAP - 0.01)  # two that run at two places are two
    return Likeness(round(score, 3), (*reasons, Reason.BEGUN) if overlap and begun else reasons, overlap)


def _parts(one: Scheme, other: Scheme) -> Iterator[tuple[str, float]]:
    """What speaks for and against, in points."""
    same_place = _same_institution(one, other)
    yield (Reason.INSTITUTION, 0.15) if same_place else (Reason.OTHER_INSTITUTION, -0.1)
    yield _codes_say(one, other, same_place=same_place)
    yield _titles_say(one, other)
    yield _field_says(one, other)
    page = _page(one.source_url)
    yield (Reason.ADDRESS, 0.3) if page and page == _page(other.source_url) else ("", 0)
    yield _differ(one.target_group, other.target_group, Reason.GROUP, 0.1, Reason.OTHER_GROUP, -0.35)
    yield _differ(one.kind, other.kind, Reason.KIND, 0.05, "", -0.05)
    yield _differ(" ".join(words(one.programme)), " ".join(words(other.programme)), Reason.PROGRAMME, 0.1, "", -0.05)
    yield (Reason.NUMBER, -0.45) if _parts_of_one(one, other) else ("", 0)


def _differ(one: str, other: str, same: str, points: float, different: str, loss: float) -> tuple[str, float]:
    """What is not told says nothing."""
    if not one or not other:
        return "", 0
    return (same, points) if one == other else (different, loss)


def _same_institution(one: Scheme, other: Scheme) -> bool:
    if one.owner_id and one.owner_id == other.owner_id:
        return True
    return set(words(one.institution)) == set(words(other.institution))


def _codes_say(one: Scheme, other: Scheme, *, same_place: bool) -> tuple[str, float]:
    """A code is one institution's own: the same letters elsewhere mean something else."""
    mine, theirs = codes(one), codes(other)
    if not mine or not theirs:
        return "", 0
    if mine & theirs:
        return (Reason.CODE, 0.55 if len(mine | theirs) == len(mine & theirs) else 0.25) if same_place else ("", 0.05)
    return (Reason.OTHER_CODE, -0.55) if same_place else ("", 0)


def _titles_say(one: Scheme, other: Scheme) -> tuple[str, float]:
    mine, theirs = words(one.title), words(other.title)
    alike = alike_words(mine, theirs)
    tells = bool(_telling(mine)) and bool(_telling(theirs))
    return (Reason.TITLE if alike >= 0.6 else "", (0.55 if tells else 0.3) * alike)


def _field_says(one: Scheme, other: Scheme) -> tuple[str, float]:
    if set(one.fields) & set(other.fields):
        return Reason.FIELD, 0.1
    alike = alike_words(words(one.field), words(other.field))
    if one.field and other.field:
        return (Reason.FIELD, 0.1) if alike >= 0.6 else ("", -0.1 if alike < 0.2 else 0)
    return "", 0


def _parts_of_one(one: Scheme, other: Scheme) -> bool:
    """«Praksis 1» and «Praksis 2», a bachelor's and a master's course: told apart by a number or a level."""
    mine, theirs = _marks(one), _marks(other)
    return any(mine[name] and theirs[name] and mine[name].isdisjoint(theirs[name]) for name in mine)


def _marks(scheme: Scheme) -> dict[str, set[str]]:
    said = words(scheme.title)
    levels = {word for word in (*said, *words(scheme.level)) if word in {"bachelor", "master", "årsstudium"}}
    roman = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
    raw = re.findall(r"[0-9a-zæøå]+", scheme.title.lower())
    last = {roman.get(word, word) for word in raw[-1:] if word in roman or (word.isdigit() and len(word) < 3)}
    numbers = {word for word in raw if word.isdigit() and len(word) < 3} | last
    return {"level": levels, "number": numbers}


# ---------------------------------------------------------------- words


def alike_words(mine: Collection[str], theirs: Collection[str]) -> float:
    """How much of two texts is the same, from 0 to 1; words that stand everywhere count for a fifth."""
    weights = [(word, 0.2 if word in PLAIN else 1.0, theirs) for word in mine]
    weights += [(word, 0.2 if word in PLAIN else 1.0, mine) for word in theirs]
    total = sum(weight for _word, weight, _others in weights)
    met = sum(weight * max((_alike(word, other) for other in others), default=0) for word, weight, others in weights)
    return met / total if total else 0


@lru_cache(100_000)
def _alike(one: str, other: str) -> float:
    """Two words: the same, parts of one another («sykepleie», «sykepleierutdanning»), or by the share of common trigrams."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 5 and short in long:
        return 0.8
    mine, theirs = _trigrams(one), _trigrams(other)
    share = 2 * len(mine & theirs) / (len(mine) + len(theirs))
    return share if share >= 0.5 else 0


def _trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def reason_sentence(reason: str) -> str:
    """A reason in the reader's language."""
    return {
        Reason.CODE: _("Samme emnekode."),
        Reason.OTHER_CODE: _("Emnekodene er ulike."),
        Reason.TITLE: _("Titlene sier nesten det samme."),
        Reason.ADDRESS: _("Samme nettside forteller om begge."),
        Reason.INSTITUTION: _("Samme institusjon."),
        Reason.OTHER_INSTITUTION: _("Ulike institusjoner."),
        Reason.GROUP: _("For samme målgruppe."),
        Reason.OTHER_GROUP: _("For ulike målgrupper."),
        Reason.FIELD: _("Samme fagfelt."),
        Reason.PROGRAMME: _("Samme studieprogram."),
        Reason.KIND: _("Samme type ordning."),
        Reason.NUMBER: _("Tallet i tittelen eller nivået er ulikt."),
        Reason.BEGUN: _("Minst én av dem er bare påbegynt, så dere kan gå sammen."),
    }[Reason(reason)]
