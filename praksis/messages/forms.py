"""What one wants e-mail about."""

from django import forms
from django.utils.translation import gettext_lazy as _

from praksis.messages.choices import Topic


class MailForm(forms.Form):
    topics = forms.MultipleChoiceField(
        label=_("Send meg e-post om"), choices=Topic.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
