"""What somebody thinks is wrong or missing in what the catalogue says of a scheme."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_WORDS = 2000


class SuggestionForm(forms.Form):
    """Name and address are for who wants an answer; nobody has to give them."""

    text = forms.CharField(
        label=_("Hva er feil, eller mangler?"),
        help_text=_("Skriv gjerne hvor du vet det fra, for eksempel med en lenke."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=LONGEST_WORDS,
        error_messages={"required": _("Skriv hva som er feil eller mangler.")},
    )
    name = forms.CharField(label=_("Navnet ditt"), max_length=200, required=False)
    email = forms.EmailField(
        label=_("E-posten din"),
        help_text=_("Bare hvis du vil ha svar."),
        max_length=254,
        required=False,
        error_messages={"invalid": _("Skriv hele adressen, for eksempel navn@example.no.")},
    )
    click_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
