"""The shape of what is sent, of which column is what, and of what is said of doubtful rows."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from praksis.base.tables import MOST_BYTES
from praksis.intake.actions import Sent
from praksis.intake.choices import Decision
from praksis.intake.columns import YEAR, year_of
from praksis.intake.models import Feed, Intake
from praksis.intake.queries import column_choices, headings


class SendForm(forms.Form):
    """A file, or the address of one, and where it comes from."""

    feed = forms.ChoiceField(label=_("Kilde"), required=False, help_text=_("Kolonnene huskes for hver kilde."))
    name = forms.CharField(
        label=_("Navn på en ny kilde"), max_length=120, required=False, help_text=_("For eksempel «Praksiskontorets regneark».")
    )
    file = forms.FileField(
        label=_("Regneark"), required=False, help_text=_("Excel, OpenDocument, CSV eller JSON. Høyst 20 MB og 20 000 rader.")
    )
    address = forms.URLField(
        label=_("Eller en nettadresse"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Adressen til en JSON- eller CSV-fil."),
    )
    click_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, feeds: list[Feed], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.feeds = {str(feed.pk): feed for feed in feeds}
        chosen = self.fields["feed"]
        if feeds and isinstance(chosen, forms.ChoiceField):
            chosen.choices = [*((key, feed.name) for key, feed in self.feeds.items()), ("", _("En ny kilde"))]
        else:
            del self.fields["feed"]

    def clean_file(self) -> "UploadedFile[Any] | None":
        """By its size before it is read, which would take as much memory."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file and (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("Filen er for stor. Den kan være høyst 20 MB."))
        return file

    def clean(self) -> None:
        data = self.cleaned_data
        feed = self.feeds.get(data.get("feed", ""))
        if not self.errors and not data.get("file") and not data.get("address"):
            if feed and feed.address:
                data["address"] = feed.address
            else:
                self.add_error("file", _("Velg en fil, eller skriv en nettadresse."))
        if feed is None and not data.get("name", "").strip():
            self.add_error("name", _("Skriv hva kilden heter, så den kan kjennes igjen."))

    def feed_name(self) -> str:
        feed = self.feeds.get(self.cleaned_data.get("feed", ""))
        return feed.name if feed else " ".join(self.cleaned_data["name"].split())

    def sent(self) -> Sent:
        file, key = self.cleaned_data.get("file"), self.cleaned_data["click_key"]
        if file:
            return Sent(key, content=file.read(), file_name=file.name or "")
        return Sent(key, address=self.cleaned_data["address"])


class ColumnsForm(forms.Form):
    """Each column's field, and the column that tells rows apart. Fields are named by the column's place in the file."""

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = headings(intake)
        for heading in self.headings:
            self.fields[f"column_{heading.at}"] = forms.ChoiceField(
                label=heading.name, choices=column_choices(), required=False, initial=heading.field
            )
        names = [(heading.name, heading.name) for heading in self.headings]
        self.fields["key"] = forms.ChoiceField(
            label=_("Kolonnen som skiller radene fra hverandre"),
            choices=[("", _("Ingen: like rader er samme ordning")), *names],
            required=False,
            initial=intake.key,
            help_text=_("For eksempel en emnekode som bare én rad har. Da kjennes raden igjen når noe i den er endret."),
        )

    def rows(self) -> list[tuple[Any, forms.BoundField]]:
        """Each column with its field, for the page."""
        return [(heading, self[f"column_{heading.at}"]) for heading in self.headings]

    def clean(self) -> None:
        chosen = self.columns()
        names = [name for name in chosen.values() if name != YEAR]
        for heading in self.headings:
            name = self.cleaned_data.get(f"column_{heading.at}", "")
            if name and name != YEAR and names.count(name) > 1:
                self.add_error(f"column_{heading.at}", _("To kolonner kan ikke gå til samme felt. Velg «Ikke med» for den ene."))
            elif name == YEAR and year_of(heading.name) is None:
                self.add_error(f"column_{heading.at}", _("Overskriften må ha et årstall, for eksempel «Deltakere 2026»."))
        if not {"title", "title_en"} & set(names):
            raise forms.ValidationError(_("Velg hvilken kolonne som har tittelen på ordningen."))

    def columns(self) -> dict[str, str]:
        """Heading to field, for those that are used."""
        said = {heading.name: self.cleaned_data.get(f"column_{heading.at}", "") for heading in self.headings}
        return {name: field for name, field in said.items() if field}


def decisions(data: Any) -> dict[UUID, str]:
    """What was said of each doubtful row of a page: fields `row_<id>`. What is not understood is passed over."""
    found = {}
    for name, said in data.items():
        if name.startswith("row_") and said in Decision.values:
            try:
                found[UUID(name.removeprefix("row_"))] = said
            except ValueError:
                continue
    return found
