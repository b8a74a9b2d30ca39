"""The shape of what signing in asks for."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AddressForm(forms.Form):
    """Where to send a link."""

    email = forms.EmailField(
        label=_("E-postadresse"),
        help_text=_("Den adressen du er registrert med."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
