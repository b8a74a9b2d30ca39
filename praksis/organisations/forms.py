"""The shape of what founds a region, and of who works where."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import standing
from praksis.base.sorting import norwegian
from praksis.organisations.choices import RESOURCE, RESOURCE_LABEL, HostRole, MemberKind, Role
from praksis.organisations.models import Host, Member, Unit

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


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


class RoleForm(forms.Form):
    """A role at a workplace: which, perhaps in one unit only, and until when."""

    role = forms.ChoiceField(label=_("Rolle"), widget=forms.RadioSelect)
    unit = forms.ModelChoiceField(
        label=_("Enhet"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("hele organisasjonen"),
        help_text=_("En veileder som er knyttet til én enhet, ser bare folk i enheten og enhetene under."),
    )
    ends_on = forms.DateField(
        label=_("Siste dag"), required=False, widget=DAY, help_text=_("La stå tomt hvis rollen ikke har noen slutt.")
    )

    def __init__(
        self, *args: Any, workplace: Member | Host, roles: Iterable[str], first_day: date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        labels = Role if isinstance(workplace, Member) else HostRole
        self.first_day = first_day
        role, unit = self.fields["role"], self.fields["unit"]
        if isinstance(role, forms.ChoiceField):
            role.choices = [(one, capfirst(RESOURCE_LABEL if one == RESOURCE else labels(one).label)) for one in roles]
        if isinstance(workplace, Host) or not workplace.units.exists():
            del self.fields["unit"]
        elif isinstance(unit, forms.ModelChoiceField):
            unit.queryset = workplace.units.order_by(norwegian("name"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("starts_on") or self.first_day, cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Siste dag kan ikke være før første dag."))
        return cleaned


class InviteForm(RoleForm):
    """Who is invited to a role."""

    email = forms.EmailField(label=_("E-post"), max_length=254)
    starts_on = forms.DateField(label=_("Første dag"), widget=DAY, initial=timezone.localdate)
    field_order = ("email", "role", "unit", "starts_on", "ends_on")


class UnitForm(forms.Form):
    """A new unit of a member."""

    name = forms.CharField(label=_("Navn på enheten"), max_length=200)
    above = forms.ModelChoiceField(
        label=_("Hører til under"), queryset=Unit.objects.none(), required=False, empty_label=_("ingen annen enhet")
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = self.fields["above"]
        if isinstance(above, forms.ModelChoiceField):
            above.queryset = member.units.filter(above__above__isnull=True).order_by(norwegian("name"))


class MemberForm(forms.Form):
    """A new member."""

    name = forms.CharField(label=_("Navn"), max_length=200)
    short_name = forms.CharField(label=_("Kortnavn"), max_length=40, help_text=_("Slik det står i lister, for eksempel HVL."))
    kind = forms.ChoiceField(
        label=_("Slag"), choices=lambda: [one for one in standing(MemberKind) if one[0] != MemberKind.REGION]
    )


class NameForm(forms.Form):
    """What somebody new is called."""

    name = forms.CharField(label=_("Navnet ditt"), max_length=200)
