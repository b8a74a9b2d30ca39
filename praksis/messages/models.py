"""What is told to whom: in the system, and by e-mail to those who want it."""

import uuid
from typing import Any

from django.db import models
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone

from praksis.accounts.models import User
from praksis.messages.choices import Topic


class Message(models.Model):
    """Something told to one user. The words are a template of the room that tells, with `facts`: whoever writes does not know the
    reader's language, and the reader may change it. The template's first line is the subject.

    `path` leads to what it is about, for who is signed in; `links` are things it names, each a title and a path. `link_name` and
    `subject_id` make the signed link of the letter, where there is one (`messages.links`). `origin` is the site's address;
    without one nothing is sent by e-mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="messages")
    topic = models.CharField(max_length=20, choices=Topic)
    template = models.CharField(max_length=100)
    facts = models.JSONField(default=dict)
    path = models.CharField(max_length=3000, blank=True)
    links = models.JSONField(default=list)
    link_name = models.CharField(max_length=80, blank=True)
    subject_id = models.UUIDField(null=True)
    origin = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-told_at", "id"]
        indexes = [models.Index(fields=["user", "-told_at"])]

    def __str__(self) -> str:
        return f"{self.topic}, {self.user_id}"

    def words(self, *, origin: str = "") -> tuple[str, str]:
        """Subject and text, in the language that is active. Plain text: pages escape it, letters must not. A letter has an
        `origin`, and its text may tell the links, which a page shows by itself."""
        plain: Any = get_template(self.template)
        facts = {"origin": origin, "path": self.path, "links": self.links} | self.facts
        subject, _line, text = plain.template.render(Context(facts, autoescape=False)).strip().partition("\n")
        return subject.strip(), text.strip()

    @property
    def subject(self) -> str:
        return self.words()[0]

    @property
    def text(self) -> str:
        return self.words()[1]


class Muted(models.Model):
    """That a user wants no e-mail about a topic. The messages still stand in the system."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="muted")
    topic = models.CharField(max_length=20, choices=Topic)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="muted_once")]

    def __str__(self) -> str:
        return f"{self.topic}, {self.user_id}"
