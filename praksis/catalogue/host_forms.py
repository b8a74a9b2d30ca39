"""Which workplace somebody speaks of, by number or name, and what Enhetsregisteret says of it."""

import re
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.no import orgnr

from praksis.base.codes import MUNICIPALITIES, Field, standing
from praksis.catalogue.queries import hosts_named
from praksis.organisations import register
from praksis.organisations.choices import Experience, SeenBy, field_of_industry
from praksis.organisations.models import Host, closed_words
from praksis.organisations.register import Facts

LONGEST_WORDS = 2000


def _municipalities() -> list[tuple[str, str | Promise]]:
    return [("", _("Velg kommune")), *MUNICIPALITIES.items()]


class HostForm(forms.Form):
    """Which workplace offers: a known one by number or name, or a new one that the register tells of. Where the register is
    out of reach, the new one is told by number, name, municipality and field."""

    host = forms.CharField(
        label=_("Hvem er dere?"),
        help_text=_("Organisasjonsnummer eller navn"),
        max_length=200,
        error_messages={"required": _("Skriv organisasjonsnummeret deres, ni sifre, for eksempel 974 760 673.")},
    )
    chosen = forms.CharField(widget=forms.HiddenInput, max_length=9, required=False)
    host_name = forms.CharField(label=_("Hva heter dere?"), max_length=200, required=False)
    municipality = forms.ChoiceField(label=_("Kommune"), choices=_municipalities, required=False)
    field = forms.ChoiceField(label=_("Fagfelt"), choices=[("", _("Velg fagfelt")), *Field.choices], required=False)

    new = False
    """Whether the number is good, but nobody here has it yet."""
    facts: Facts | None = None
    """What the register says of a new one."""
    to_choose_from: tuple[Facts, ...] = ()
    """Several that it may be: of one name, or the sub-units of one enterprise."""

    def asks_for(self) -> list[str]:
        """What the page should ask for besides the number: what the register has not told. Those are not optional."""
        if not (self.new or self.initial.get("host_name")):
            return []
        told = {"host_name"} if self.facts else set()
        told |= {"municipality"} if self.facts and self.facts.municipality else set()
        asked = [name for name in ("host_name", "municipality", "field") if name not in told]
        for name in asked:
            self.fields[name].required = True
        return asked

    def take_over(self, other: "HostForm") -> None:
        """Know what another form found out of the same words."""
        self.new, self.facts, self.to_choose_from = other.new, other.facts, other.to_choose_from
        if self.facts and not self.initial.get("field"):
            self.initial["field"] = field_of_industry(self.facts.industry)

    def clean_host(self) -> Host:
        words = self.cleaned_data["host"].strip()
        number = re.sub(r"\D", "", words)
        by_number = bool(re.fullmatch(r"[\d\s.]+", words))
        known = _known_by_number(number) if by_number else _known_by_name(words)
        if known:
            return known
        return self._new(_checked(number)) if by_number else self._named(words)

    def _new(self, number: str) -> Host:
        """A host that nobody here has yet. The register may be out of reach: then it is asked later."""
        try:
            answer = register.ask(number)
        except register.UnreachableError:
            self.new = True
            return Host(number=number)
        except register.NotRegisteredError as wrong:
            text = _now("Nummeret %(number)s står ikke i Enhetsregisteret. Se etter at alle sifrene er riktige.")
            raise forms.ValidationError(text % {"number": number}) from wrong
        except register.RemovedError as wrong:
            text = _now("%(number)s er fjernet fra Enhetsregisteret. Skriv nummeret til en virksomhet som er i drift.")
            raise forms.ValidationError(text % {"number": number}) from wrong
        if answer.closed:
            reason, since = answer.closed
            raise forms.ValidationError(_closed(answer.facts.name, closed_words(reason, since)))
        if answer.units and self.data.get("chosen") != number:
            self.to_choose_from = (answer.facts, *answer.units)
            text = _now("%(name)s har flere avdelinger. Velg den plassen ligger ved.")
            raise forms.ValidationError(text % {"name": answer.facts.name})
        self.new, self.facts = True, answer.facts
        host = register.host_of(answer.facts)
        if answer.above:
            host.above = Host.objects.filter(number=answer.above.number).first() or register.host_of(answer.above)
        return host

    def _named(self, words: str) -> Host:
        """A host that the register has by that name."""
        unknown = _now("Vi har ingen som heter «%(name)s» fra før. Skriv organisasjonsnummeret, ni sifre.") % {"name": words}
        try:
            found = register.ask_by_name(words)
        except register.UnreachableError as silent:
            raise forms.ValidationError(unknown) from silent
        if len(found) == 1:
            return _known_by_number(found[0].number) or self._new(found[0].number)
        if not found:
            text = _now("Vi finner ingen i regionen som heter «%(name)s». Skriv organisasjonsnummeret, ni sifre.")
            raise forms.ValidationError(text % {"name": words})
        self.to_choose_from = tuple(found)
        raise forms.ValidationError(_now("Flere heter noe slikt i Enhetsregisteret. Velg den riktige."))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        host = data.get("host")
        if host and host._state.adding:
            self._complete(host, data)
        return data

    def _complete(self, host: Host, data: dict[str, Any]) -> None:
        """What the register has not told must be written."""
        if not self.facts:
            self._need("host_name", _("Skriv navnet på virksomheten. Vi har ikke %(number)s fra før.") % {"number": host.number})
            host.name = data.get("host_name", "")
        if not host.municipality:
            self._need("municipality", _("Velg kommunen dere holder til i."))
            host.municipality = data.get("municipality", "")
        data["field"] = data.get("field") or field_of_industry(host.industry)
        self._need("field", _("Velg det fagfeltet som ligger nærmest."))
        host.field = data.get("field", "")
        if host.above and host.above._state.adding:
            host.above.field = host.field

    def _need(self, name: str, sentence: str | Promise) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, str(sentence))


class DescribeHostForm(forms.ModelForm[Host]):
    """What a host says of itself, and how far it may be known. `seen` is the version that was on the screen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    experience = forms.ChoiceField(
        label=_("Hvilken erfaring har dere med å ha noen i praksis?"),
        choices=[("", _("Vil ikke svare")), *standing(Experience)],
        widget=forms.RadioSelect,
        required=False,
    )
    experience_seen_by = forms.ChoiceField(label=_("Hvem kan se erfaringen?"), choices=standing(SeenBy), widget=forms.RadioSelect)

    class Meta:
        model = Host
        fields = ["about", "asks_welcome", "experience", "experience_words", "experience_seen_by", "shows_past"]
        labels = {
            "about": _("Om dere"),
            "asks_welcome": _("Spør oss, også når vi ikke har en plass ute"),
            "experience_words": _("Hva vil dere si om det?"),
            "shows_past": _("Vis plasser vi har hatt før"),
        }
        help_texts = {
            "about": _("Hva gjør dere, og hvordan er det å være hos dere? To–tre setninger holder."),
            "asks_welcome": _("Da kan koordinatorer og studieprogram finne dere når de leter etter noen å spørre."),
            "experience_words": _("For eksempel hva som hjalp, eller hva som gikk galt. Nevn ingen personer."),
            "shows_past": _("Bare tittel og halvår, og bare der noen fikk plass."),
        }
        widgets = {"about": forms.Textarea(attrs={"rows": 4}), "experience_words": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("about", "experience_words"):
            self.fields[name].validators.append(MaxLengthValidator(LONGEST_WORDS))


def _checked(number: str) -> str:
    """A number with the right digits. Sub-units have numbers of their own (Enhetsregisteret): both kinds are good."""
    try:
        good: str = orgnr.validate(number)
    except InvalidChecksum as wrong:
        raise forms.ValidationError(
            _now("Nummeret %(number)s finnes ikke. Se etter om to sifre er byttet om.") % {"number": number}
        ) from wrong
    except ValidationError as wrong:
        raise forms.ValidationError(_now("Et organisasjonsnummer har ni sifre, for eksempel 974 760 673.")) from wrong
    return good


def _known_by_number(number: str) -> Host | None:
    host = Host.objects.filter(number=number).first()
    if host and host.closed_on:
        raise forms.ValidationError(_closed(host.name, host.closed_words))
    return host


def _known_by_name(words: str) -> Host | None:
    found = hosts_named(words)
    exact = [host for host in found if host.name.lower() == words.lower()]
    if len(found) == 1 or len(exact) == 1:
        return (exact or found)[0]
    if not found:
        return None
    several = "; ".join(f"{host.name}, {host.where} ({host.number})" for host in found[:5])
    raise forms.ValidationError(_now("Flere heter noe slikt. Skriv nummeret til den riktige: %(several)s") % {"several": several})


def _closed(name: str, why: str) -> str:
    text = _now("%(name)s er avsluttet i registeret (%(why)s). Skriv nummeret til en virksomhet som er i drift.")
    return text % {"name": name, "why": why}
