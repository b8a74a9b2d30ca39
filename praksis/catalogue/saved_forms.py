"""The name of a saved search, and how one is told."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from praksis.catalogue.choices import Told


class SavedSearchForm(forms.Form):
    """`click_key` makes the same click the same search; `seen` is the version that was changed."""

    name = forms.CharField(
        label=_("Hva vil du kalle søket?"),
        max_length=100,
        error_messages={
            "required": _("Gi søket et navn, så du kjenner det igjen i meldingene."),
            "max_length": _("Navnet kan ha høyst %(limit_value)d tegn. Dette har %(show_value)d."),
        },
    )
    told = forms.ChoiceField(
        label=_("Når det kommer noe nytt som passer"),
        choices=Told.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvordan du vil få vite om nye treff.")},
    )
    click_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
