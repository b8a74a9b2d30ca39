"""The shape of what signing in asks for."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """A code from the app, or one of those on paper."""

    code = forms.CharField(
        label=_("Kode"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"}),
    )


class PasskeyForm(forms.Form):
    """What a browser answers for a passkey, beside the question it was asked."""

    sealed = forms.CharField(widget=forms.HiddenInput, max_length=1000)
    answer = forms.CharField(widget=forms.HiddenInput, max_length=20_000)


class FirstCodeForm(forms.Form):
    """The app's first code, beside the secret it has read."""

    sealed = forms.CharField(widget=forms.HiddenInput, max_length=300)
    code = forms.CharField(
        label=_("Koden appen viser"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class AddressForm(forms.Form):
    """Where to send a link."""

    email = forms.EmailField(
        label=_("E-postadresse"),
        help_text=_("Den adressen du er registrert med."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
