"""What three rooms or more use: the search index, published figures."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone

from praksis.base.codes import ReadBy, ReadKind, Shown
from praksis.base.sorting import norwegian


class SearchRow(models.Model):
    """One public thing that can be found: `kind` and `object_id` say which; each room writes its own rows.

    `facts` are what filters for schemes ask about («kind-elective», «level-bachelor»). `labels` are names of what it belongs to
    (its field, its groups), in all languages: they find it, and count little.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField(unique=True)
    title = models.CharField(max_length=300)
    text = models.TextField()
    labels = models.TextField(default="")
    groups = ArrayField(models.CharField(max_length=20), default=list)
    season = models.CharField(max_length=11, blank=True)
    municipality = models.CharField(max_length=4, blank=True)
    field = models.CharField(max_length=20, blank=True)
    flags = ArrayField(models.CharField(max_length=20), default=list)
    facts = ArrayField(models.CharField(max_length=30), default=list)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    starts_on = models.DateField(null=True)
    vector = SearchVectorField(null=True)

    class Meta:
        ordering = ["starts_on", "title", "id"]
        indexes = [
            GinIndex(fields=["vector"]),
            GinIndex(fields=["groups"]),
            models.Index(fields=["starts_on", "title", "id"]),
            models.Index(fields=["season", "municipality"]),
            models.Index(fields=["latitude", "longitude"], name="search_spot"),
            models.Index(norwegian("title"), "id", name="search_title_norwegian"),
        ]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word that stands in some row of the index, and what it means: so that a question costs a look into a table, and no more.

    `meanings` are what the whole word may mean, `parts` what a compound is put together from («sykehjemsplass»: sykehjem, plass),
    each in one form for bokmål, nynorsk and English. `studied` says that the dictionary has been asked.
    """

    word = models.CharField(max_length=100, primary_key=True)
    folded = models.CharField(max_length=100)
    stem = models.CharField(max_length=100)
    meanings = ArrayField(models.CharField(max_length=100), default=list)
    parts = ArrayField(models.CharField(max_length=100), default=list)
    studied = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["folded"], name="search_word_folded"),
            models.Index(fields=["stem"], name="search_word_stem"),
            models.Index(fields=["word"], condition=models.Q(studied=False), name="search_word_new"),
            GinIndex(fields=["folded"], opclasses=["gin_trgm_ops"], name="search_word_trigrams"),
            GinIndex(fields=["meanings"], name="search_word_meanings"),
            GinIndex(fields=["parts"], name="search_word_parts"),
        ]

    def __str__(self) -> str:
        return self.word


class PublishedFigure(models.Model):
    """A number about people that those who may not see the people may see: written at set times, never counted live.

    `value` is empty where the number is too small to show (fewer than five).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60)
    subject = models.UUIDField(null=True)
    group = models.CharField(max_length=40, blank=True)
    value = models.PositiveIntegerField(null=True)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "subject", "group"], name="figure_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.name} {self.group}"


class Pseudonym(models.Model):
    """Whom a pseudonym of the trail stands for, within one member. Without this row nobody knows: erasing it is all it takes to
    erase somebody from the trail. Made by the trail's trigger, read by those whom the trail shows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.UUIDField()
    subject = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "member"], name="pseudonym_once_per_member")]

    def __str__(self) -> str:
        return str(self.id)


class TrailEntry(models.Model):
    """That somebody was shown a person, or asked for something and was refused. Only ever added to, by the role `trail`.

    `actor` and `person` are pseudonyms: ids are given, and the database puts the pseudonyms in their place. `member` is the
    person's, or the actor's where something was refused; NO_MEMBER when there is none. `at` is the database's clock. `target` is
    the SHA-256 of the address's path. Entries with the same `request` were one page; the log and
    the history of rows name it too.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now)
    request = models.UUIDField()
    kind = models.CharField(max_length=10, choices=ReadKind)
    shown = models.CharField(max_length=10, choices=Shown, blank=True)
    actor = models.UUIDField()
    read_by = models.CharField(max_length=10, choices=ReadBy, blank=True)
    person = models.UUIDField(null=True)
    member = models.UUIDField()
    page = models.CharField(max_length=60)
    method = models.CharField(max_length=10)
    target = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["member", "at", "id"]),
            models.Index(fields=["person", "at"]),
            models.Index(fields=["actor", "at"]),
            BrinIndex(fields=["at"], autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.page} {self.at:%Y-%m-%d %H:%M}"


class TrailLink(models.Model):
    """A link of one member's chain: it seals the member's entries after `since` (exclusive; from the first on where it is empty)
    until `until` (inclusive). All three are SHA-256 in hexadecimal: `entries` of the entries, `previous` of the link before, and
    `digest` of this link with that one. No person stands in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.UUIDField()
    number = models.PositiveIntegerField()
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()
    entries = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "number"], name="link_once")]

    def __str__(self) -> str:
        return f"link {self.number} of {self.member}"


class Erasure(models.Model):
    """That a row about somebody was erased: the SHA-256 of its id (`base.erasures`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    erased_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest


class Change(models.Model):
    """What a write changed in one row, kept by a trigger (`history.py`): the columns that differ, before and after. `row` is the
    row's key, `purpose` what the transaction acted for, `actor` the user it acted for, `request` the request (none where a job
    wrote), `person` and `member` whose row it was.

    The trail has an entry of the class `change` with this key as its `request` and the SHA-256 of this row as its `target`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now)
    relation = models.CharField(max_length=60)
    row = models.UUIDField()
    operation = models.CharField(max_length=10)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    actor = models.UUIDField(null=True)
    purpose = models.CharField(max_length=40, blank=True)
    person = models.UUIDField(null=True)
    member = models.UUIDField(null=True)
    request = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "at"]),
            models.Index(fields=["member", "at"]),
            models.Index(fields=["row"]),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.relation} {self.row}"
