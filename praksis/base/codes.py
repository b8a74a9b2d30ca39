"""Codes that every room uses: target groups, fields, papers, municipalities, seasons.

Municipality numbers: Statistics Norway's standard for municipalities, 2024 (Vestland is 46). Names are data: they change.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _


class TargetGroup(TextChoices):
    """The six groups that need practice or work experience. A group describes a place or a need, never a person in public."""

    STUDENT_ELECTIVE = "student_elective", _("Praksisemne")
    STUDENT_MANDATORY = "student_mandatory", _("Profesjonspraksis")
    APPRENTICE = "apprentice", _("Lærling")
    WORK_TRAINING = "work_training", _("Arbeidstrening")
    LANGUAGE_PRACTICE = "language_practice", _("Språkpraksis")
    PUPIL = "pupil", _("Elev")


CONFIDENTIAL_GROUPS = frozenset({TargetGroup.WORK_TRAINING, TargetGroup.LANGUAGE_PRACTICE})
"""Groups where belonging is itself secret (NAV-loven § 7; introduction programme). No place may single them out in a tandem."""


class Field(TextChoices):
    """Fields of work and study, coarse enough for one list."""

    HEALTH = "health", _("Helse og sosial")
    TEACHING = "teaching", _("Undervisning og barnehage")
    BUILDING = "building", _("Bygg og anlegg")
    TRADE = "trade", _("Handel og service")
    HUMANITIES = "humanities", _("Humaniora og samfunn")
    ELECTRO = "electro", _("Elektro og automasjon")
    ECONOMICS = "economics", _("Økonomi og administrasjon")
    ENGINEERING = "engineering", _("Ingeniørfag")
    IT = "it", _("IT")
    OCEAN = "ocean", _("Havbruk og natur")
    CULTURE = "culture", _("Kultur og medier")
    FOOD = "food", _("Restaurant og matfag")


class Paper(TextChoices):
    """What a seat may require. A lack of it can be mended, so a place that asks for it may be ranked."""

    POLICE = "police", _("politiattest")
    DRIVING = "driving", _("førerkort klasse B")
    HYGIENE = "hygiene", _("kurs i mathygiene")
    SAFETY = "safety", _("HMS-kurs")


class Language(TextChoices):
    """Languages that people write in."""

    NB = "nb", _("bokmål")
    NN = "nn", _("nynorsk")
    EN = "en", _("engelsk")


class ReadKind(TextChoices):
    """The classes of the trail."""

    PERSON = "person", _("Én person")
    LIST = "list", _("Liste")
    EXPORT = "export", _("Nedlastet fil")
    REFUSAL = "refusal", _("Avslag")
    CHANGE = "change", _("Endring")
    SIGN_IN = "sign_in", _("Innlogging")


class Shown(TextChoices):
    """What a page shows of a person; in the class of sign-ins, what happened."""

    FACTS = "facts", _("Opplysninger, behov og papirer")
    PEOPLE = "people", _("Navn i listen over kandidater")
    ENTERED = "entered", _("Navn i en runde")
    WISHES = "wishes", _("Ønsker")
    RESULT = "result", _("Resultat")
    RESULTS = "results", _("Navn i listen over resultater")
    OWN = "own", _("Egen side")
    TRAIL = "trail", _("Navn i innsynsloggen")
    ALL = "all", _("Alt som er lagret")
    FILES = "files", _("Filene fra en fordeling, uten navn")
    SIGNED_IN = "signed_in", _("Logget inn")
    CODE_RIGHT = "code_right", _("Totrinn gitt")
    CODE_WRONG = "code_wrong", _("Totrinn gitt feil")
    WAYS = "ways", _("Endret hvordan man logger inn")
    SIGNED_OUT = "signed_out", _("Logget ut overalt")


class ReadBy(TextChoices):
    """What the one who looked is to the person, or to the member whose entry it is."""

    SELF = "self", _("Personen selv")
    GUARDIAN = "guardian", _("Foresatt")
    STAFF = "staff", _("Ansatt")
    LEAD = "lead", _("Leder")
    AUDITOR = "auditor", _("Kontrollør")


def standing(choices: type[TextChoices]) -> list[tuple[str, Any]]:
    """The choices with a capital letter, as they stand alone in a form; in running text they keep their small one."""
    return [(value, capfirst(label)) for value, label in choices.choices]


MUNICIPALITIES = {
    "4631": "Alver",
    "4627": "Askøy",
    "4625": "Austevoll",
    "4601": "Bergen",
    "4624": "Bjørnafjorden",
    "4622": "Kvam",
    "4629": "Modalen",
    "4630": "Osterøy",
    "4623": "Samnanger",
    "4628": "Vaksdal",
    "4621": "Voss",
    "4626": "Øygarden",
}
"""The region's municipalities by number, in alphabetical order: so the lists show them."""


@dataclass(frozen=True, order=True)
class Season:
    """A half-year: `2027-spring` is January to July, `2027-autumn` August to December."""

    year: int
    half: str

    @classmethod
    def parse(cls, code: str) -> "Season":
        """Read `2027-spring`; ValueError for anything else."""
        match = re.fullmatch(r"(\d{4})-(spring|autumn)", code)
        if not match:
            raise ValueError(code)
        return cls(int(match[1]), match[2])

    @classmethod
    def of(cls, day: date) -> "Season":
        return cls(day.year, "spring" if day.month <= 7 else "autumn")

    @property
    def code(self) -> str:
        return f"{self.year}-{self.half}"

    @property
    def label(self) -> str:
        """In the reader's language: «Vår 2027»."""
        return f"{_now('Vår') if self.half == 'spring' else _now('Høst')} {self.year}"
