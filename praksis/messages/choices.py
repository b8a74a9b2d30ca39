"""What messages are about: what a user can turn e-mail off for."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Topic(TextChoices):
    CONFIRM = "confirm", _("Ordninger og plasser som bør bekreftes")
    SUGGESTION = "suggestion", _("Forslag til endringer")
    SAVED_SEARCH = "saved_search", _("Nye treff i lagrede søk")
    QUESTION = "question", _("Spørsmål til deg som ressursperson")
    HOST = "host", _("Endringer hos virksomheter")


LINK_VALID = timedelta(days=60)
"""How long a link in a letter works. It lets whoever holds it do one thing with one thing, and nothing else."""
