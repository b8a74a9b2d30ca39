"""The page /komponenter/: every part of the look, in light and dark, with made-up content. Only in the demonstration."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from praksis.base.codes import TargetGroup


class ExampleForm(forms.Form):
    """Fields of every kind; two of them are filled in wrongly."""

    minutes = forms.IntegerField(label=_("Reisevei, høyst"), help_text=_("Minutter, én vei"))
    email = forms.EmailField(
        label=_("E-post"), error_messages={"invalid": _("Skriv en e-postadresse med @, for eksempel navn@skole.example")}
    )
    note = forms.CharField(label=_("Noe verten bør vite"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    when = forms.ChoiceField(
        label=_("Når passer det?"),
        widget=forms.RadioSelect,
        choices=[("spring", _("Vår")), ("autumn", _("Høst")), ("any", _("Når som helst"))],
    )
    groups = forms.MultipleChoiceField(
        label=_("Hvem kan passe hos dere?"),
        widget=forms.CheckboxSelectMultiple,
        choices=TargetGroup.choices,
        error_messages={"required": _("Velg minst to grupper")},
    )
    unsure = forms.BooleanField(label=_("Vet ikke, gi meg forslag"), required=False)


@dataclass(frozen=True)
class Specimens:
    """What one theme shows; `key` keeps ids apart when two themes stand on one page."""

    key: str
    form: ExampleForm
    page: Page[int]
    confirmed_on: date = date(2026, 11, 12)
    groups: tuple[str, ...] = tuple(TargetGroup.values)

    @property
    def steps(self) -> list[tuple[object, object, str]]:
        return [
            (_("Behov"), _("112 kandidater"), "done"),
            (_("Ønsker"), _("6 per kandidat"), "now"),
            (_("Fordeling"), _("8. desember"), "next"),
        ]

    @property
    def ranks(self) -> list[tuple[object, list[int]]]:
        return [(_("Optimal"), [1052, 331, 158, 104, 44, 173]), (_("Kø"), [981, 246, 117, 92, 58, 368])]

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [(TargetGroup.STUDENT_MANDATORY, 98), (TargetGroup.APPRENTICE, 66), (TargetGroup.PUPIL, 31), ("tandem", 40)]

    @property
    def hints(self) -> dict[str, object]:
        return {TargetGroup.STUDENT_ELECTIVE.value: _("2–3 dager i uken, ett semester"), TargetGroup.PUPIL.value: _("Én uke")}


def specimens(request: HttpRequest, key: str) -> Specimens:
    """One theme's content, its form filled in with two mistakes."""
    data = {f"{key}-minutes": "60", f"{key}-email": "ola.nordmann", f"{key}-when": "spring"}
    page = Paginator(range(1, 119), 9).get_page(request.GET.get("page"))
    return Specimens(key=key, form=ExampleForm(data, prefix=key), page=page)


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every part of the look on one page."""
    return render(request, "web/components.html", {"themes": [specimens(request, key) for key in ("light", "dark")]})
