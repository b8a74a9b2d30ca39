"""What a resource person says, and what somebody asks one."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import Field, Language, TargetGroup, standing
from praksis.catalogue.choices import SchemeKind
from praksis.organisations.choices import Experience
from praksis.organisations.models import ResourcePerson

LONGEST_WORDS = 2000


class ResourceForm(forms.ModelForm[ResourcePerson]):
    """What a resource person says, and the yes to being seen."""

    experience = forms.ChoiceField(
        label=_("Hvilken erfaring har du med praksis?"),
        choices=[("", _("Vil ikke svare")), *standing(Experience)],
        widget=forms.RadioSelect,
        required=False,
    )
    agrees = forms.BooleanField(
        label=_("Ja, vis dette for alle"),
        help_text=_("E-posten din vises ikke. Du kan ta det tilbake når som helst, og da er du borte fra neste klikk."),
        required=False,
    )

    class Meta:
        model = ResourcePerson
        fields = ["name", "title", "knows", "experience", "fields", "groups", "kinds", "languages"]
        labels = {"name": _("Navn"), "title": _("Hva gjør du?"), "knows": _("Hva kan du spørres om?")}
        help_texts = {
            "title": _("For eksempel «Emneansvarlig i sosiologi» eller «Daglig leder»."),
            "knows": _("To–tre setninger. Det som ikke gikk, er like nyttig som det som gikk."),
        }
        widgets = {"knows": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = {
            "fields": (_("Fagfelt"), Field.choices),
            "groups": (_("Målgrupper"), TargetGroup.choices),
            "kinds": (_("Slags ordninger"), standing(SchemeKind)),
            "languages": (_("Språk du svarer på"), standing(Language)),
        }
        for name, (label, choices) in listed.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=label, choices=choices, widget=forms.CheckboxSelectMultiple, required=False
            )
        self.fields["knows"].validators.append(MaxLengthValidator(LONGEST_WORDS))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("agrees") and not data.get("knows", "").strip() and "knows" not in self.errors:
            self.add_error("knows", _("Skriv en setning om hva du kan spørres om, så de rette spør."))
        return data


class QuestionForm(forms.Form):
    """A question to a resource person. Whoever asks agrees that the answer comes to their own address."""

    name = forms.CharField(
        label=_("Navnet ditt"), max_length=200, error_messages={"required": _("Skriv hvem du er, så den du spør, vet det.")}
    )
    email = forms.EmailField(
        label=_("E-posten din"),
        max_length=254,
        error_messages={
            "required": _("Skriv e-posten din, så du kan få svar."),
            "invalid": _("Skriv hele adressen, for eksempel navn@example.no."),
        },
    )
    question = forms.CharField(
        label=_("Hva lurer du på?"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST_WORDS,
        error_messages={"required": _("Skriv spørsmålet ditt.")},
    )
    shares = forms.BooleanField(
        label=_("Den jeg spør, kan få navnet og e-posten min for å svare"),
        error_messages={"required": _("Kryss av for at den du spør, kan få adressen din. Ellers kan ingen svare deg.")},
    )
    click_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
