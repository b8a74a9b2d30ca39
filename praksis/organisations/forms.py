"""The shape of what founds a region."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RegionForm(forms.Form):
    """The region's name and its first operator."""

    name = forms.CharField(
        label=_("Hva heter regionen eller kontoret?"),
        help_text=_("For eksempel Bergensregionen, eller navnet på kontoret ditt. Du kan starte alene."),
        max_length=200,
    )
    operator_name = forms.CharField(label=_("Navnet ditt"), max_length=200)
    operator_email = forms.EmailField(
        label=_("E-posten din"), help_text=_("Du logger inn igjen med en lenke til denne adressen."), max_length=254
    )
