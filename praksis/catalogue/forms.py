"""The shape of an offer, of a change to a place, and of each half of a tandem."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import Language, Paper, TargetGroup, standing
from praksis.catalogue.choices import Extent, SeatRule
from praksis.catalogue.host_forms import HostForm
from praksis.catalogue.models import Place, Seat
from praksis.catalogue.queries import seasons_ahead
from praksis.catalogue.rules import half_problem, seat_problem, taken_problem

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_SEATS = 200
GROUP_HINTS: dict[str, str | Promise] = {
    TargetGroup.STUDENT_ELECTIVE: _("2–3 dager i uken, ett semester"),
    TargetGroup.STUDENT_MANDATORY: _("Full tid, 6–10 uker"),
    TargetGroup.APPRENTICE: _("Full tid, ca. to år, med lønn. Krever godkjent lærebedrift"),
    TargetGroup.WORK_TRAINING: _("Avtales, opptil ett år"),
    TargetGroup.LANGUAGE_PRACTICE: _("To dager i uken, ca. tre måneder"),
    TargetGroup.PUPIL: _("Én uke"),
}
TANDEM_RULES = [
    (SeatRule.WHOLE, _("Når begge halvdelene er fylt")),
    (SeatRule.EQUAL, _("Når det er like mange i hver halvdel")),
    (SeatRule.EACH, _("Hver halvdel for seg")),
]


def sent_with(data: QueryDict, **instead: object) -> QueryDict:
    """What was sent, with something else in place of some of it. (`data | {…}` would make a list of each value.)"""
    changed = data.copy()
    for name, value in instead.items():
        changed[name] = str(value)
    return changed


def _groups() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Hvem kan passe hos dere?"),
        choices=TargetGroup.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Velg minst én gruppe. Er dere usikre, velg flere: dere sier ja til hver person selv.")},
    )


def _papers() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Må de ha noe på forhånd?"), choices=standing(Paper), widget=forms.CheckboxSelectMultiple, required=False
    )


def _capacity(label: "_StrPromise") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=MOST_SEATS,
        initial=1,
        error_messages={
            "required": _("Skriv hvor mange dere kan ta imot, for eksempel 2."),
            "invalid": _("Skriv et tall, for eksempel 2."),
            "min_value": _("Skriv hvor mange dere kan ta imot, minst én."),
            "max_value": _("Har dere plass til mer enn %(limit_value)d, legg ut flere plasser."),
        },
    )


def _minimum() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Minst hvor mange?"),
        min_value=0,
        required=False,
        error_messages={"invalid": _("Skriv et tall, for eksempel 2, eller la feltet stå tomt.")},
    )


class OfferForm(HostForm):
    """A place, or the first half of a tandem."""

    title = forms.CharField(
        label=_("Hva skal plassen hete?"),
        help_text=_("Si hva man gjør, for eksempel «Regnskap fra bilag til kundemøte»."),
        max_length=200,
        error_messages={"required": _("Gi plassen et navn, for eksempel «Regnskap fra bilag til kundemøte».")},
    )
    tasks = forms.CharField(
        label=_("Hva får de gjøre hos dere?"),
        help_text=_("Skriv som til en ny kollega. To–tre setninger holder."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=3000,
        error_messages={"required": _("Skriv en setning eller to om hva man får gjøre hos dere.")},
    )
    capacity = _capacity(_("Hvor mange om gangen?"))
    minimum = _minimum()
    season = forms.ChoiceField(
        label=_("Når passer det?"),
        widget=forms.RadioSelect,
        choices=lambda: [(season.code, season.label) for season in seasons_ahead()],
        error_messages={"required": _("Velg et halvår.")},
    )
    extent = forms.ChoiceField(label=_("Hvor mye?"), choices=standing(Extent), initial=Extent.TWO_DAYS)
    groups = _groups()
    requires = _papers()
    tandem = forms.BooleanField(
        label=_("Del plassen i en tandem"),
        help_text=_("To med ulik bakgrunn løser én oppgave sammen. Samme veileder, mindre alene."),
        widget=forms.CheckboxInput(attrs={"role": "switch", "class": "ds-input"}),
        required=False,
    )
    language = forms.ChoiceField(
        label=_("Målform"), help_text=_("Språket plassen er skrevet på."), choices=standing(Language), initial=Language.NB
    )
    contact = forms.EmailField(
        label=_("E-post til den som svarer"),
        help_text=_("Bare dere og koordinatorene ser den."),
        max_length=200,
        error_messages={
            "required": _("Skriv e-posten til den som svarer hos dere."),
            "invalid": _("Skriv hele adressen, for eksempel post@bedrift.no."),
        },
    )
    click_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _check_numbers(self, data)
        if data.get("tandem") and (problem := half_problem(data.get("groups", []))):
            self.add_error("groups", problem)
        return data

    def place(self) -> Place:
        """The place as offered, not yet stored, at a host that may not be stored either."""
        data = self.cleaned_data
        host = data["host"]
        columns = ("title", "tasks", "season", "extent", "contact", "click_key")
        language = data["language"] or Language.NB
        return Place(
            host=host,
            field=host.field,
            municipality=host.municipality,
            language=language,
            **{name: data[name] for name in columns},
        )

    def seat(self) -> Seat:
        """The seats of an ordinary place, or of the first half of a tandem."""
        return _seat("a", self.cleaned_data)


class SecondHalfForm(forms.Form):
    """The second half of a tandem, and when the two of them start."""

    role_a = forms.CharField(
        label=_("Hva er den første rollen?"),
        help_text=_("Si hva du gjør, for eksempel «Du kartlegger»."),
        max_length=120,
        error_messages={"required": _("Gi den første rollen et navn, for eksempel «Du kartlegger».")},
    )
    role_b = forms.CharField(
        label=_("Hva er den andre rollen?"),
        help_text=_("For eksempel «Du er måltidsvert»."),
        max_length=120,
        error_messages={"required": _("Gi den andre rollen et navn, for eksempel «Du er måltidsvert».")},
    )
    tasks_b = forms.CharField(
        label=_("Hva gjør den andre halvdelen?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=3000,
        error_messages={"required": _("Skriv hva den andre halvdelen gjør.")},
    )
    capacity_b = _capacity(_("Hvor mange i den andre halvdelen?"))
    groups_b = _groups()
    requires_b = _papers()
    rule = forms.ChoiceField(
        label=_("Når starter tandemen?"), choices=TANDEM_RULES, widget=forms.RadioSelect, initial=SeatRule.WHOLE
    )

    def clean_groups_b(self) -> list[str]:
        groups: list[str] = self.cleaned_data["groups_b"]
        if problem := half_problem(groups):
            raise forms.ValidationError(problem)
        return groups

    def complete(self, place: Place, first: Seat) -> list[Seat]:
        """Both kinds of seats, and the place's rule with them. Whole: both must be full; equal: at least one of each."""
        data = self.cleaned_data
        place.rule = data["rule"]
        first.role, first.tasks = data["role_a"], place.tasks
        second = _seat("b", {name.removesuffix("_b"): value for name, value in data.items() if name.endswith("_b")})
        for seat in (first, second):
            seat.minimum = {SeatRule.WHOLE: seat.capacity, SeatRule.EQUAL: 1}.get(place.rule, 0)  # type: ignore[call-overload]
        return [first, second]


class PlaceForm(forms.ModelForm[Place]):
    """What a host or a coordinator may change of a place. `seen` says which version was on the screen."""

    season = forms.ChoiceField(label=_("Når"), widget=forms.RadioSelect)
    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Place
        fields = ["title", "tasks", "season", "starts_on", "ends_on", "extent", "language", "contact"]
        labels = {"tasks": _("Hva får de gjøre hos dere?"), "extent": _("Hvor mye?"), "contact": _("E-post til den som svarer")}
        widgets = {
            "tasks": forms.Textarea(attrs={"rows": 4}),
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = {season.code: season.label for season in seasons_ahead()} | {self.instance.season: self.instance.season_label}
        for name, choices in {"season": codes.items(), "extent": standing(Extent), "language": standing(Language)}.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # nosec B101 # noqa: S101 - for the type checker
            field.choices = list(choices)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _now("Siste dag kan ikke være før første dag."))
        return data


class SeatForm(forms.ModelForm[Seat]):
    """What may be changed of one kind of seat."""

    capacity = _capacity(_("Hvor mange om gangen?"))
    minimum = _minimum()
    groups = _groups()
    requires = _papers()

    class Meta:
        model = Seat
        fields = ["role", "tasks", "capacity", "minimum", "groups", "requires"]
        widgets = {"tasks": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, half: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.half = half
        if not half:
            del self.fields["role"], self.fields["tasks"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        _check_numbers(self, data)
        if self.half and (problem := half_problem(data.get("groups", []))):
            self.add_error("groups", problem)
        if "capacity" in data and (problem := taken_problem(Seat(capacity=data["capacity"], taken=self.instance.taken))):
            self.add_error("capacity", problem)
        return data


def _check_numbers(form: forms.BaseForm, data: dict[str, Any]) -> None:
    if "minimum" in data:
        data["minimum"] = data["minimum"] or 0
    if "capacity" in data and (problem := seat_problem(capacity=data["capacity"], minimum=data.get("minimum", 0))):
        form.add_error("minimum", problem)


def _seat(kind: str, data: Mapping[str, Any]) -> Seat:
    return Seat(
        kind=kind,
        tasks=data["tasks"] if kind == "b" else "",
        role=data.get("role", ""),
        capacity=data["capacity"],
        minimum=data.get("minimum", 0),
        groups=data["groups"],
        requires=data["requires"],
    )


def seat_forms(seats: Sequence[Seat], data: Mapping[str, Any] | None = None) -> list[SeatForm]:
    """A form for each kind of seat, told apart by the kind."""
    return [SeatForm(data, instance=seat, prefix=seat.kind, half=len(seats) > 1) for seat in seats]
