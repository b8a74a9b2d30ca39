"""What is said of a source, and what a scheme names of it."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import Language, standing
from praksis.catalogue.models import Source, SourcePage
from praksis.catalogue.sources import MOST_BYTES, NotADocumentError, form_of
from praksis.organisations.models import Member

OLDEST = 1800


class SourceForm(forms.ModelForm[Source]):
    """A source, with a file, an address or both. The file is chosen once: another file is another source."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    file = forms.FileField(label=_("Fil"), required=False, help_text=_("PDF eller Word (.docx), høyst 30 MB."))

    class Meta:
        model = Source
        fields = ["member", "title", "publisher", "year", "language", "address", "licence", "may_show"]
        labels = {
            "member": _("Hvem legger den til?"),
            "title": _("Hva heter den?"),
            "publisher": _("Hvem har gitt den ut?"),
            "year": _("Hvilket år?"),
            "address": _("Nettadresse"),
            "licence": _("Hvorfor kan den vises? Lisens eller tillatelse"),
            "may_show": _("Alle kan lese og laste ned filen her"),
        }
        help_texts = {
            "publisher": _("For eksempel et universitet eller en næringsforening."),
            "address": _("Ligger det en PDF eller et Word-dokument der, hentes den. Ellers står lenken alene."),
            "licence": _("For eksempel «CC BY 4.0» eller «Tillatelse fra utgiveren 3. mars 2026»."),
            "may_show": _("Ellers ser andre bare tittel, utgiver og lenke."),
        }
        error_messages = {
            "title": {"required": _("Skriv hva kilden heter.")},
            "publisher": {"required": _("Skriv hvem som har gitt den ut.")},
            "address": {"invalid": _("Skriv hele adressen, for eksempel https://www.example.no/rapport.pdf.")},
        }

    def __init__(self, *args: Any, members: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding
        self.fields["member"] = forms.ModelChoiceField(
            label=_("Hvem legger den til?"),
            queryset=members,
            empty_label=None,
            error_messages={"invalid_choice": _("Velg et sted du er koordinator for.")},
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Hvilket språk?"), choices=[("", _("Ikke oppgitt")), *standing(Language)], required=False
        )
        if not self.is_new:
            del self.fields["member"], self.fields["file"]

    def clean_year(self) -> int | None:
        year: int | None = self.cleaned_data["year"]
        if year is not None and not OLDEST <= year <= timezone.localdate().year + 1:
            raise forms.ValidationError(_("Skriv året kilden ble gitt ut, med fire sifre."))
        return year

    def clean_file(self) -> "UploadedFile[Any] | None":
        """By its size before it is read, which would take as much memory."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file and (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("Filen er for stor. Den kan være høyst 30 MB."))
        if file:
            try:
                form_of(file.read(1024))
            except NotADocumentError as problem:
                raise forms.ValidationError(
                    _("Dette er verken en PDF eller et Word-dokument. Lagre det som PDF, og velg den.")
                ) from problem
            file.seek(0)
        return file

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.is_new and not data.get("file") and not data.get("address") and not {"file", "address"} & set(self.errors):
            self.add_error("file", _("Velg en fil, eller skriv en nettadresse."))
        if data.get("may_show") and not data.get("licence", "").strip():
            self.add_error("licence", _("Skriv hvilken lisens eller tillatelse som gjør at filen kan vises for alle."))
        return data

    def source(self) -> Source:
        """With the key of the click, so that twice the same click is once."""
        self.instance.pk = self.cleaned_data["key"] or uuid4()
        return self.instance

    def content(self) -> bytes:
        file = self.cleaned_data.get("file")
        return file.read() if file else b""


class CiteForm(forms.Form):
    """Which source says it, on which page, and what it says."""

    source = forms.ModelChoiceField(
        label=_("Kilde"),
        queryset=Source.objects.none(),
        empty_label=_("Velg en kilde"),
        error_messages={"required": _("Velg kilden."), "invalid_choice": _("Velg en kilde fra listen.")},
    )
    page = forms.IntegerField(
        label=_("Side"),
        required=False,
        min_value=1,
        help_text=_("Siden i filen, talt fra den første."),
        error_messages={"min_value": _("Den første siden er 1."), "invalid": _("Skriv sidetallet med sifre.")},
    )
    words = forms.CharField(
        label=_("Hva kilden sier"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("En setning eller to, med egne ord eller som sitat."),
    )

    def __init__(self, *args: Any, sources: QuerySet[Source], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["source"]
        if isinstance(chosen, forms.ModelChoiceField):
            chosen.queryset = sources

    def clean(self) -> None:
        source, page = self.cleaned_data.get("source"), self.cleaned_data.get("page")
        if not source or not page or not source.pages_total:
            return
        if not SourcePage.objects.filter(source=source, number=page).exists():
            self.add_error("page", _("Kilden har bare %(pages)d sider.") % {"pages": source.pages_total})
