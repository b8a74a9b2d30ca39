"""The shape of a scheme as its owner writes it."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import Field, Language, TargetGroup, standing
from praksis.catalogue.choices import SCHEME_MOVES, STOPPED, Arranger, SchemeKind, SchemeStage, Step, StepState
from praksis.catalogue.models import Scheme
from praksis.organisations.models import Member

YEARS = 3
MOST_TOOK_PART = 100_000
YES_NO = [("", _("Ikke sagt")), ("true", _("Ja")), ("false", _("Nei"))]
NEW_STAGES = (SchemeStage.IDEA, SchemeStage.DEVELOPING, SchemeStage.RUNNING)
AREA = forms.Textarea(attrs={"rows": 3})
HINTS = {
    "title": _("Det folk kaller den, for eksempel «Praksis i sammenliknende politikk»"),
    "kind_words": _("Bare hvis listen ikke har det dere kaller den"),
    "code": _("For eksempel SAMPOL290. Flere skilles med komma"),
    "credits": _("For eksempel 10, eller 20/30"),
    "duration": _("For eksempel 16 uker i halv stilling"),
    "semester": _("For eksempel hver vår"),
    "entry": _("Hvem kan søke, hvordan og hva som kreves"),
    "supervision": _("Hvem følger opp, og hvor ofte"),
    "assessment": _("For eksempel rapport, bestått/ikke bestått"),
    "partners": _("Virksomheter og andre dere samarbeider med. Ingen navn på personer: alle kan lese det"),
    "summary": _("To–tre setninger. Ingen navn på personer: alle kan lese det"),
    "languages": _("For eksempel norsk, engelsk"),
    "stage_reason": _("Hva som skjedde, og hva den neste bør vite"),
    "location": _("For eksempel Bergen, eller sykehus på Vestlandet"),
}


def last_years() -> list[int]:
    """The years that the form asks about, the newest first."""
    this = timezone.localdate().year
    return [this - back for back in range(YEARS)]


class SchemeForm(forms.ModelForm[Scheme]):
    """A scheme. `seen` says which version was on the screen; a new one has its id in `key`, so that two clicks make one."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    fields_of_work = forms.MultipleChoiceField(
        label=_("Fagfelt"), choices=Field.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = Scheme
        fields = [
            *("title", "language", "kind", "kind_words", "target_group", "owner", "unit", "programme", "code", "field", "level"),
            *("credits", "duration", "weeks", "semester", "apply_by", "paid", "mandatory", "location", "entry", "arranged_by"),
            *("supervision", "assessment", "capacity", "languages", "partners", "summary", "source_url", "source_date"),
            *("stage", "stage_reason"),
        ]
        help_texts = HINTS
        widgets = {
            **dict.fromkeys(("summary", "entry", "supervision", "assessment", "partners", "stage_reason"), AREA),
            "apply_by": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "paid": forms.Select(choices=YES_NO),
            "mandatory": forms.Select(choices=YES_NO),
        }

    def __init__(self, *args: Any, members: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.new = self.instance._state.adding
        owner: Any = self.fields["owner"]
        owner.queryset, owner.required, owner.label = members, True, _("Hvem eier ordningen?")
        owner.error_messages["required"] = _("Velg hvem av dere som eier ordningen.")
        owner.empty_label = None if members.count() == 1 else _("Velg")
        self.fields["title"].error_messages["required"] = _("Gi ordningen en tittel.")
        self.initial.setdefault("fields_of_work", self.instance.fields)
        self._choices("stage", [(stage.value, stage.label.capitalize()) for stage in SchemeStage if stage in self._stages()])
        standing_choices = {"kind": standing(SchemeKind), "arranged_by": standing(Arranger), "language": standing(Language)}
        for name, choices in standing_choices.items():
            self._choices(name, [("", _("Velg")), *choices])
        self._choices("target_group", [("", _("Ingen av de seks gruppene")), *TargetGroup.choices])
        took_part = {row.year: row.took_part for row in self.instance.years.all()} if not self.new else {}
        for year in last_years():
            self.fields[f"year_{year}"] = _took_part(year, took_part.get(year))

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def _stages(self) -> set[SchemeStage]:
        if self.new:
            return set(NEW_STAGES)
        now = SchemeStage(Scheme.objects.values_list("stage", flat=True).get(pk=self.instance.pk))
        return {now, *SCHEME_MOVES[now]}

    @property
    def year_fields(self) -> list[forms.BoundField]:
        return [self[f"year_{year}"] for year in last_years()]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("stage") in STOPPED and not data.get("stage_reason"):
            self.add_error("stage_reason", _now("Skriv hvorfor den er stanset eller avsluttet. Det er nyttig for den neste."))
        self.instance.fields = data.get("fields_of_work", [])
        if self.new and data.get("key"):
            self.instance.pk = data["key"]
        return data

    def years(self) -> dict[int, int | None]:
        """How many took part by year, as the form says; None where nothing is said."""
        return {year: self.cleaned_data[f"year_{year}"] for year in last_years()}


def _took_part(year: int, initial: int | None) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Deltakere i %(year)d") % {"year": year},
        min_value=0,
        max_value=MOST_TOOK_PART,
        required=False,
        initial=initial,
        error_messages={"invalid": _("Skriv et tall, for eksempel 24, eller la feltet stå tomt.")},
    )


class StepsForm(forms.Form):
    """How far an idea has come. Each step has its state and a note that everyone can read."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = scheme.version
        for step in Step:
            state, _on, note = scheme.steps.get(step, ["", "", ""])
            self.fields[step.value] = forms.ChoiceField(
                label=step.label, choices=StepState.choices, required=False, initial=state
            )
            self.fields[f"{step.value}_note"] = forms.CharField(
                label=_("Merknad som alle kan lese"), max_length=300, required=False, initial=note
            )

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each step with its note, for the page."""
        return [(self[step.value], self[f"{step.value}_note"]) for step in Step]

    def said(self) -> dict[str, tuple[str, str]]:
        return {step.value: (self.cleaned_data[step.value], self.cleaned_data[f"{step.value}_note"].strip()) for step in Step}
