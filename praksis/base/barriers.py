"""What stands in the way of practice and work experience: one taxonomy for everyone who tells of it, surveys or schemes.

`audience` says who meets it: H a host, A an academic environment, S a student, P someone who places people, X all of them.
`source` names where it was found; a barrier without one is a reading of the field, and is not shown as found.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Barrier:
    """One barrier. Codes never change; what they are called may."""

    code: str
    label: str | Promise
    source: str = ""

    @property
    def audience(self) -> str:
        return self.code[0]


_ALL = (
    Barrier("H01", _("Manglende tid til veiledning")),
    Barrier("H02", _("Ikke kapasitet eller plass")),
    Barrier("H03", _("Vet ikke hvem de skal kontakte")),
    Barrier("H04", _("Kjenner ikke studentenes kompetanse")),
    Barrier("H05", _("For mange henvendelser"), "Bergen kommune"),
    Barrier("H06", _("Ulike avtaler og krav")),
    Barrier("H07", _("Uklar nytte eller kostnad")),
    Barrier("H08", _("Konfidensialitet og rettigheter til det som lages")),
    Barrier("H09", _("Sikkerhet, HMS og alder"), "arbeidsmiljøloven kap. 11"),
    Barrier("H10", _("Perioden passer ikke")),
    Barrier("H11", _("Liten bedrift, eller langt fra byen"), "UiT 2006–2008"),
    Barrier("H12", _("Frykt for å fortrenge vanlig arbeid"), "tiltaksforskriften § 1-6 og § 3-6"),
    Barrier("H13", _("Mangler veilederkompetanse")),
    Barrier("H14", _("Dårlig erfaring fra før")),
    Barrier("A01", _("Ressurser til å koordinere"), "Khrono"),
    Barrier("A02", _("Alt henger på én person"), "Khrono"),
    Barrier("A03", _("Ingen merittering eller insentiv"), "Rambøll 2007, OECD 2018, Diku 2020"),
    Barrier("A04", _("Faglig skepsis, ses som noe ved siden av"), "NOKUT 2020"),
    Barrier("A05", _("Vurdering av praksis")),
    Barrier("A06", _("Plass i studieplanen")),
    Barrier("A07", _("Manglende nettverk")),
    Barrier("A08", _("Konkurranse om plassene")),
    Barrier("A09", _("Manuelle verktøy"), "Uniforum 2024"),
    Barrier("A10", _("Avtaler og juss")),
    Barrier("A11", _("Svak kontakt med praksisstedet"), "Studiebarometeret"),
    Barrier("A12", _("Kvaliteten varierer"), "NOKUT 2018"),
    Barrier("S01", _("Kjenner ikke tilbudet"), "Studvest 2019"),
    Barrier("S02", _("Få plasser eller opptakskrav"), "uib.no"),
    Barrier("S03", _("Ulønnet, eller mister deltidsjobben"), "Helsedirektoratet 2023"),
    Barrier("S04", _("Reise og bolig"), "Khrono"),
    Barrier("S05", _("Sen eller uklar informasjon"), "NOKUT 2018"),
    Barrier("S06", _("Kolliderer med utveksling eller progresjon")),
    Barrier("S07", _("Språkkrav"), "uib.no"),
    Barrier("S08", _("Behov for tilrettelegging")),
    Barrier("S09", _("Usikker på om det er relevant")),
    Barrier("S10", _("Alene på stedet"), "Under Dusken"),
    Barrier("S11", _("Mye arbeid å søke")),
    Barrier("P01", _("Taushetsplikt hindrer deling"), "NAV-loven § 7"),
    Barrier("P02", _("Kort planleggingshorisont")),
    Barrier("P03", _("Tilgang til digitale tjenester"), "NAV"),
    Barrier("P04", _("For få læreplasser i enkelte fag")),
    Barrier("X01", _("Ulike kalendere")),
    Barrier("X02", _("Ulike eiere og interesser"), "Uniforum 2024"),
)
BARRIERS = {barrier.code: barrier for barrier in _ALL}
