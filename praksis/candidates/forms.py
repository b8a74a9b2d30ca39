"""The shape of what staff write about people."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.accounts.models import User
from praksis.base.codes import MUNICIPALITIES, Field, Language, Paper, Season, TargetGroup, standing
from praksis.base.sorting import norwegian
from praksis.candidates.choices import LONGEST_TEXT, CorrectionState, birth_years
from praksis.candidates.imports import MOST_BYTES
from praksis.candidates.models import IDENTITY_NUMBER
from praksis.organisations.models import Member, Programme, Unit


def season_choices() -> list[tuple[str, str]]:
    """This half-year and the three that follow, as (code, label)."""
    first = Season.of(timezone.localdate())
    at = first.year * 2 + (first.half == "autumn")
    seasons = [Season(number // 2, "autumn" if number % 2 else "spring") for number in range(at, at + 4)]
    return [(season.code, season.label) for season in seasons]


def optional(choices: Any) -> list[tuple[str, Any]]:
    """Choices with an empty one first."""
    return [("", "—"), *choices]


class LogForm(forms.Form):
    """What is shown of the log of who looked at whom."""

    staff = forms.ModelChoiceField(label=_("Hvem som så"), queryset=User.objects.none(), required=False, empty_label=_("Alle"))
    day = forms.DateField(label=_("Dag"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    lists = forms.BooleanField(label=_("Vis navn i lister også"), required=False)
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, staff: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["staff"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = staff


class CorrectionForm(forms.Form):
    """What somebody wants corrected."""

    text = forms.CharField(
        label=_("Hva er feil, og hva skal stå der?"),
        help_text=_("Vil du slettes, kan du skrive det her. Skriv ikke fødselsnummer."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv hva som er feil, så de vet hva de skal rette.")},
    )
    click_key = forms.UUIDField(widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    """The answer to that: done, or why not."""

    answer = forms.CharField(label=_("Svar"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    state = forms.ChoiceField(choices=[(one.value, one.label) for one in (CorrectionState.DONE, CorrectionState.REFUSED)])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("state") == CorrectionState.REFUSED and not cleaned.get("answer"):
            self.add_error("answer", _("Skriv hvorfor det ikke rettes. Personen har krav på en begrunnelse."))
        return cleaned


class PersonForm(forms.Form):
    """Who it is, and the papers that were shown."""

    first_name = forms.CharField(label=_("Fornavn"), max_length=100)
    last_name = forms.CharField(label=_("Etternavn"), max_length=100)
    birth_year = forms.IntegerField(label=_("Fødselsår"), required=False, help_text=_("Fire sifre. Aldri fødselsnummer."))
    reference = forms.RegexField(
        regex=rf"^(?!{IDENTITY_NUMBER[1:]}).*$",
        label=_("Referanse"),
        max_length=60,
        required=False,
        help_text=_("Deres eget nummer på personen. Aldri fødselsnummer."),
        error_messages={"invalid": _("Dette ligner et fødselsnummer. Skriv deres eget nummer, eller la feltet stå tomt.")},
    )
    email = forms.EmailField(
        label=_("E-post"), required=False, help_text=_("Til innlogging. Uten e-post er det dere som setter opp ønskene.")
    )
    language = forms.ChoiceField(label=_("Språk"), choices=standing(Language), initial=Language.NB)
    address_protected = forms.BooleanField(
        label=_("Adressen er skjermet (kode 7)"),
        required=False,
        help_text=_("Bostedet blir da ikke lagret. Kode 6 legges aldri inn."),
    )
    unit = forms.ModelChoiceField(
        label=_("Enhet"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("hele organisasjonen"),
        help_text=_("Veiledere som er knyttet til én enhet, ser bare enhetens folk."),
    )
    papers = forms.MultipleChoiceField(
        label=_("Papirer dere har sett"), choices=standing(Paper), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], must_have_unit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        if not units.exists():
            del self.fields["unit"]
        elif isinstance(unit, forms.ModelChoiceField):
            unit.queryset, unit.required = units, must_have_unit
            unit.empty_label = None if must_have_unit else unit.empty_label

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None and year not in birth_years():
            raise forms.ValidationError(_("Skriv årstallet med fire sifre, for eksempel 2004."))
        return year


class NeedForm(forms.Form):
    """What a person needs."""

    target_group = forms.ChoiceField(label=_("Målgruppe"), choices=TargetGroup, widget=forms.RadioSelect)
    field = forms.ChoiceField(label=_("Fagfelt"), choices=lambda: optional(Field.choices))
    season = forms.ChoiceField(label=_("Halvår"), choices=season_choices)
    municipality = forms.ChoiceField(label=_("Bosted"), choices=optional(MUNICIPALITIES.items()), required=False)
    programme = forms.ModelChoiceField(label=_("Program"), queryset=Programme.objects.none(), required=False, empty_label="—")

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme = self.fields["programme"]
        if isinstance(programme, forms.ModelChoiceField):
            programme.queryset = member.programmes.order_by(norwegian("name"))


class UploadForm(forms.Form):
    """A spreadsheet."""

    file = forms.FileField(label=_("Regneark"), help_text=_("Fra Excel, LibreOffice eller CSV. Høyst 5 MB og 20 000 rader."))

    def clean_file(self) -> "UploadedFile[Any]":
        """By its size before it is read, which would take as much memory."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("Filen er for stor. Den kan være høyst 5 MB."))
        return file
