"""The people that a visitor to the demo can step into. Made up, like everyone else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from praksis.accounts.models import User
from praksis.base.codes import TargetGroup
from praksis.organisations.choices import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True)
class Persona:
    """Someone to step into. `member` and `role` for staff; `group`, `member`, `programme` and `home` for candidates."""

    key: str
    name: str
    description: str | Promise
    group: TargetGroup | None = None
    member: str = ""
    programme: str = ""
    home: str = "4601"
    role: Role | None = None

    @property
    def email(self) -> str:
        return f"{self.key.replace('_', '-')}@praksistorget.example"


CANDIDATES = (
    Persona(
        "student_elective",
        "Sunniva Haugland",
        _("Student ved UiB. Vil ha praksis i sammenliknende politikk."),
        TargetGroup.STUDENT_ELECTIVE,
        "Universitetet i Bergen",
        "Praksis i sammenliknende politikk",
    ),
    Persona(
        "student_mandatory",
        "Jonas Myklebust",
        _("Sykepleierstudent ved HVL. Må ha praksis for å bestå."),
        TargetGroup.STUDENT_MANDATORY,
        "Høgskulen på Vestlandet",
        "Sykepleie",
    ),
    Persona(
        "apprentice",
        "Minh Tran",
        _("Søker læreplass som elektriker i Bergen."),
        TargetGroup.APPRENTICE,
        "Vestland fylkeskommune",
        "Elektrikerfaget",
    ),
    Persona(
        "work_training",
        "Kari Sætre",
        _("På vei tilbake i jobb. Vil prøve seg i butikk eller på kontor."),
        TargetGroup.WORK_TRAINING,
        "NAV Bergen",
    ),
    Persona(
        "language_practice",
        "Olena Bondarenko",
        _("Lærer norsk. Vil bruke språket på en arbeidsplass to dager i uken."),
        TargetGroup.LANGUAGE_PRACTICE,
        "Bergen kommune",
    ),
    Persona("pupil", "Tiril Hjelle", _("Elev i 10. trinn. Skal ut en uke."), TargetGroup.PUPIL, "Regnbuehaugen ungdomsskole"),
)
GUARDIAN = Persona("guardian", "Espen Hjelle", _("Far til Tiril. Ser og hjelper med ønskene hennes."))
EMPLOYER = Persona("employer", "Astrid Nordås", _("Kontaktperson hos en virksomhet med en vanlig plass og en tandem."))
AUDITOR = Persona(
    "auditor", "Ingvild Tveit", _("Kontrollør. Sjekker hele vårrunden, uten navn."), member="Høgskulen på Vestlandet"
)
STAFF = (
    Persona(
        "university", "Guro Espeland", _("Praksiskoordinator ved HVL."), member="Høgskulen på Vestlandet", role=Role.COORDINATOR
    ),
    Persona("nav", "Tariq Haddad", _("Veileder og koordinator ved NAV Bergen."), member="NAV Bergen", role=Role.COORDINATOR),
    Persona(
        "municipality", "Silje Bratland", _("Programrådgiver i Bergen kommune."), member="Bergen kommune", role=Role.COORDINATOR
    ),
    Persona(
        "county",
        "Vegard Ulvund",
        _("Formidler lærlinger i fylkeskommunen."),
        member="Vestland fylkeskommune",
        role=Role.COORDINATOR,
    ),
    Persona("school", "Mari Storli", _("Rådgiver på ungdomsskolen."), member="Regnbuehaugen ungdomsskole", role=Role.COORDINATOR),
    Persona(
        "coordinator",
        "Ragnhild Fosse",
        _("Koordinerer rundene for hele regionen."),
        member="Utdanning i Bergen",
        role=Role.COORDINATOR,
    ),
    Persona("lead", "Anders Kvamme", _("Prosjektleder. Rapporterer til styret."), member="Utdanning i Bergen", role=Role.LEAD),
    Persona(
        "board",
        "Yasmin Rahimi",
        _("Sitter i styret. Ser helheten, ingen personer."),
        member="Utdanning i Bergen",
        role=Role.BOARD,
    ),
    Persona("operator", "Knut Steine", _("Holder systemet i drift."), member="Utdanning i Bergen", role=Role.OPERATOR),
)
GROUPS: tuple[tuple[str | Promise, tuple[Persona, ...]], ...] = (
    (_("De som trenger plass"), (*CANDIDATES, GUARDIAN)),
    (_("De som tilbyr og formidler"), (EMPLOYER, *STAFF[:5])),
    (_("Regionen"), (*STAFF[5:], AUDITOR)),
)


def all_personas() -> Iterator[Persona]:
    return (persona for _title, personas in GROUPS for persona in personas)


def persona(key: str) -> Persona | None:
    return next((one for one in all_personas() if one.key == key), None)


def persona_of(user: "User | AnonymousUser") -> Persona | None:
    """Who of the personas a signed-in user is."""
    return next((one for one in all_personas() if isinstance(user, User) and one.email == user.email), None)
