"""What a programme tells of itself, and what stood in a scheme's way."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from praksis.base.barriers import BARRIERS
from praksis.base.codes import Field, TargetGroup, standing
from praksis.catalogue.choices import Level
from praksis.organisations.models import Member
from praksis.ways.choices import Half
from praksis.ways.queries import Wanted

MOST_CREDITS = 180
AUDIENCES = {
    "A": _("Fagmiljøet"),
    "H": _("Virksomhetene"),
    "S": _("De som skal ut"),
    "P": _("De som formidler plasser"),
    "X": _("På tvers"),
}


class WantedForm(forms.Form):
    """Field, level, time of year and credits of a programme without practice."""

    programme = forms.CharField(
        label=_("Hvilket studieprogram eller fag?"),
        max_length=200,
        required=False,
        help_text=_("For eksempel bachelor i filosofi"),
    )
    target_group = forms.ChoiceField(
        label=_("Hva slags praksis?"), choices=TargetGroup.choices, initial=TargetGroup.STUDENT_ELECTIVE
    )
    field = forms.ChoiceField(
        label=_("Fagfelt"),
        choices=[("", _("Velg fagfelt")), *Field.choices],
        error_messages={"required": _("Velg det fagfeltet som ligger nærmest.")},
    )
    level = forms.ChoiceField(label=_("Nivå"), choices=standing(Level), initial=Level.BACHELOR)
    half = forms.ChoiceField(label=_("Når på året?"), choices=[("", _("Vår eller høst")), *standing(Half)], required=False)
    credits = forms.IntegerField(
        label=_("Studiepoeng"),
        min_value=0,
        max_value=MOST_CREDITS,
        required=False,
        help_text=_("La feltet stå tomt hvis det ikke gir poeng"),
        error_messages={
            "invalid": _("Skriv et helt tall, for eksempel 10, eller la feltet stå tomt."),
            "min_value": _("Skriv et helt tall, for eksempel 10, eller la feltet stå tomt."),
            "max_value": _("Skriv høyst %(limit_value)d studiepoeng."),
        },
    )

    def wanted(self) -> Wanted:
        """What a whole form says."""
        return Wanted(**{name: self.cleaned_data[name] for name in Wanted.__dataclass_fields__})


class GapForm(WantedForm):
    """The same, noted for a member that the reader may note for."""

    member = forms.ModelChoiceField(label=_("For hvem?"), queryset=Member.objects.none())

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].required = True
        self.fields["programme"].error_messages["required"] = _("Skriv navnet på studieprogrammet eller faget.")
        field = self.fields["member"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = members


class HurdleForm(forms.Form):
    """One barrier, and what helped."""

    code = forms.ChoiceField(
        label=_("Hva stod i veien?"),
        choices=[
            ("", _("Velg en hindring")),
            *(
                (name, [(code, barrier.label) for code, barrier in BARRIERS.items() if barrier.audience == audience])
                for audience, name in AUDIENCES.items()
            ),
        ],
        error_messages={"required": _("Velg den hindringen som ligner mest.")},
    )
    helped = forms.CharField(
        label=_("Hva hjalp?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Skriv det slik at andre kan gjøre det samme. Ingen navn på personer: alle kan lese det."),
    )
