"""What three rooms or more use: the search index, published figures."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone

from praksis.base.sorting import norwegian


class SearchRow(models.Model):
    """One public thing that can be found: `kind` and `object_id` say which; each room writes its own rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField(unique=True)
    title = models.CharField(max_length=300)
    text = models.TextField()
    groups = ArrayField(models.CharField(max_length=20), default=list)
    season = models.CharField(max_length=11, blank=True)
    municipality = models.CharField(max_length=4, blank=True)
    field = models.CharField(max_length=20, blank=True)
    flags = ArrayField(models.CharField(max_length=20), default=list)
    starts_on = models.DateField(null=True)
    vector = SearchVectorField(null=True)

    class Meta:
        ordering = ["starts_on", "title", "id"]
        indexes = [
            GinIndex(fields=["vector"]),
            GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="search_text_trigrams"),
            GinIndex(fields=["groups"]),
            models.Index(fields=["starts_on", "title", "id"]),
            models.Index(fields=["season", "municipality"]),
            models.Index(norwegian("title"), "id", name="search_title_norwegian"),
        ]

    def __str__(self) -> str:
        return self.title


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
