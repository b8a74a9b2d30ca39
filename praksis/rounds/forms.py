"""The shape of what people write about rounds."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import Season
from praksis.base.sorting import norwegian
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Member

LARGEST_SEED = 10**8


def coming_seasons(count: int = 4) -> list[tuple[str, str]]:
    """The half-year that runs and those that follow, as (code, label)."""
    first = Season.of(timezone.localdate())
    at = first.year * 2 + (first.half == "autumn")
    seasons = [Season(number // 2, "autumn" if number % 2 else "spring") for number in range(at, at + count)]
    return [(season.code, season.label) for season in seasons]


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RoundForm(forms.Form):
    """A new round. The draw may be given, so that it can be held in public; otherwise it is drawn here."""

    name = forms.CharField(label=_("Navn"), max_length=120, help_text=_("For eksempel «Vårrunden 2027»."))
    owner = forms.ModelChoiceField(label=_("Eier"), queryset=Member.objects.none())
    season = forms.ChoiceField(label=_("Halvår"), choices=coming_seasons, help_text=_("Alle åpne plasser i halvåret blir med."))
    members = forms.ModelMultipleChoiceField(
        label=_("Hvem er med"), queryset=Member.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    opens_at = forms.DateTimeField(label=_("Åpner for ønsker"), widget=_moment())
    closes_at = forms.DateTimeField(label=_("Ønskefrist"), widget=_moment())
    papers_due_on = forms.DateField(label=_("Frist for papirer"), widget=_day())
    max_choices = forms.IntegerField(label=_("Høyst antall ønsker"), min_value=1, max_value=50, initial=10)
    seed = forms.IntegerField(
        label=_("Loddtrekning"),
        min_value=0,
        max_value=LARGEST_SEED,
        required=False,
        help_text=_("Et tall som avgjør mellom like. Står feltet tomt, trekker vi det nå. Alle i runden ser det før fristen."),
    )

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Member.objects.exclude(kind=MemberKind.REGION).order_by(norwegian("name"))
        for name, choices in {"owner": owners, "members": members}.items():
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = choices
        if owners:
            self.fields["owner"].initial = owners[0]

    def clean(self) -> dict[str, Any]:
        """Deadlines come in their order; an empty draw is drawn."""
        data: dict[str, Any] = super().clean() or {}
        opens, closes, due = data.get("opens_at"), data.get("closes_at"), data.get("papers_due_on")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("Fristen må være etter at runden åpner. Velg et senere tidspunkt."))
        if closes and due and due < timezone.localdate(closes):
            self.add_error("papers_due_on", _("Papirene kan ikke ha frist før ønskene. Velg en senere dag."))
        if data.get("seed") is None and "seed" not in self.errors:
            data["seed"] = secrets.randbelow(LARGEST_SEED)
        return data


class AuditorForm(forms.Form):
    """Who may check a round whole, for which member, and from when to when."""

    member = forms.ModelChoiceField(label=_("På vegne av"), queryset=Member.objects.none(), empty_label=None)
    name = forms.CharField(label=_("Navn"), max_length=200)
    email = forms.EmailField(
        label=_("E-post"),
        max_length=254,
        help_text=_("Kontrolløren logger inn med denne adressen, og finner runden på Min side."),
    )
    starts_on = forms.DateField(label=_("Første dag"), widget=_day(), initial=timezone.localdate)
    ends_on = forms.DateField(label=_("Siste dag"), widget=_day())

    def __init__(self, *args: Any, members: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = members

    def clean(self) -> dict[str, Any]:
        """The days come in their order."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Siste dag kan ikke være før første dag."))
        return data


class ReopenForm(forms.Form):
    """A new deadline for wishes."""

    closes_at = forms.DateTimeField(label=_("Ny ønskefrist"), widget=_moment())

    def clean_closes_at(self) -> datetime:
        closes: datetime = self.cleaned_data["closes_at"]
        if closes <= timezone.now():
            raise forms.ValidationError(_("Fristen må være fram i tid. Velg et senere tidspunkt."))
        return closes


def usual_deadlines() -> dict[str, Any]:
    """A proposal for a new round: open for wishes now, three weeks to wish, two more for papers."""
    now = timezone.localtime().replace(minute=0, second=0, microsecond=0)
    closes = (now + timedelta(weeks=3)).replace(hour=12)
    return {"opens_at": now, "closes_at": closes, "papers_due_on": (closes + timedelta(weeks=2)).date()}
