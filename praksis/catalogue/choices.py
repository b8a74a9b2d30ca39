"""Stages of schemes and places, and which moves a stage allows."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SchemeKind(TextChoices):
    """What a scheme (ordning) is. What the region has besides is OTHER, told in the scheme's own words (`Scheme.kind_words`)."""

    MANDATORY = "mandatory", _("obligatorisk praksis")
    ELECTIVE = "elective", _("praksisemne")
    PROJECT = "project", _("prosjekt med en bedrift")
    INTERNSHIP = "internship", _("internship")
    FIELD_WORK = "field_work", _("feltarbeid")
    THESIS = "thesis", _("oppgave med en bedrift")
    STUDENT_COMPANY = "student_company", _("studentbedrift")
    MENTOR = "mentor", _("mentorordning")
    TRAINEE = "trainee", _("traineeordning")
    APPRENTICESHIP = "apprenticeship", _("læretid")
    WORK_TRAINING = "work_training", _("arbeidstrening")
    LANGUAGE_PRACTICE = "language_practice", _("språkpraksis")
    PUPIL = "pupil", _("utplassering av elever")
    OTHER = "other", _("annet")


class Arranger(TextChoices):
    """Who finds the place within a scheme."""

    CANDIDATE = "candidate", _("den som skal ut, finner plassen selv")
    OWNER = "owner", _("den som eier ordningen")
    HOST = "host", _("virksomheten lyser ut plassen")
    TOGETHER = "together", _("den som skal ut, og eieren sammen")


class SchemeStage(TextChoices):
    """A scheme (ordning) may be only an idea yet; a stage UNKNOWN is honest about a page that someone else wrote."""

    UNKNOWN = "unknown", _("ikke bekreftet")
    IDEA = "idea", _("idé")
    DEVELOPING = "developing", _("under utvikling")
    RUNNING = "running", _("i drift")
    PAUSED = "paused", _("satt på pause")
    ENDED = "ended", _("avsluttet")


SCHEME_MOVES = {
    SchemeStage.UNKNOWN: {SchemeStage.IDEA, SchemeStage.DEVELOPING, SchemeStage.RUNNING, SchemeStage.PAUSED, SchemeStage.ENDED},
    SchemeStage.IDEA: {SchemeStage.DEVELOPING, SchemeStage.RUNNING, SchemeStage.PAUSED, SchemeStage.ENDED},
    SchemeStage.DEVELOPING: {SchemeStage.IDEA, SchemeStage.RUNNING, SchemeStage.PAUSED, SchemeStage.ENDED},
    SchemeStage.RUNNING: {SchemeStage.PAUSED, SchemeStage.ENDED},
    SchemeStage.PAUSED: {SchemeStage.DEVELOPING, SchemeStage.RUNNING, SchemeStage.ENDED},
    SchemeStage.ENDED: {SchemeStage.DEVELOPING, SchemeStage.RUNNING},
}


class Step(TextChoices):
    """From idea to running, in the order we suggest. No rule asks for it: some schemes need fewer steps, or other ones first."""

    GOAL = "goal", _("Mål og plass i planen for faget")
    HOST = "host", _("En virksomhet er spurt og vil")
    AGREEMENT = "agreement", _("Avtale om hvem som gjør hva")
    SUPERVISION = "supervision", _("Veiledning og vurdering er bestemt")
    PAPERS = "papers", _("Taushetsplikt, forsikring og attester er avklart")
    ANNOUNCED = "announced", _("De det gjelder, vet hvordan en kommer inn")


class StepState(TextChoices):
    TO_DO = "", _("ikke gjort")
    DONE = "done", _("gjort")
    NOT_NEEDED = "not_needed", _("trengs ikke her")


STOPPED = frozenset({SchemeStage.PAUSED, SchemeStage.ENDED})
"""Stages that ask for a reason: why something stopped is worth as much to the next one as how it ran."""
SHOWN_FROM = 5
"""Participants in a year that are shown as a number; fewer are «færre enn fem»."""


class Level(TextChoices):
    LOWER = "lower", _("ungdomsskole")
    UPPER = "upper", _("videregående")
    YEAR = "year", _("årsstudium")
    BACHELOR = "bachelor", _("bachelor")
    MASTER = "master", _("master")


LEVEL_WORDS = {
    Level.LOWER: ("ungdomsskole", "ungdomsskule", "utdanningsvalg"),
    Level.UPPER: ("videregående", "vidaregåande", "vg1", "vg2", "vg3", "vocational"),
    Level.YEAR: ("årsstudium", "one-year"),
    Level.BACHELOR: ("bachelor", "undergraduate", "lavere grad", "lågare grad"),
    Level.MASTER: ("master", "postgraduate", "høyere grad", "høgare grad", "cand."),
}
"""Words in a source's own text that tell of a level."""


class PlaceStage(TextChoices):
    OFFERED = "offered", _("venter på kontroll")
    OPEN = "open", _("ledig")
    CLOSED = "closed", _("lukket")


PLACE_MOVES = {
    PlaceStage.OFFERED: {PlaceStage.OPEN, PlaceStage.CLOSED},
    PlaceStage.OPEN: {PlaceStage.CLOSED},
    PlaceStage.CLOSED: {PlaceStage.OPEN},
}


class Extent(TextChoices):
    FULL = "full", _("full tid")
    HALF = "half", _("halv stilling")
    THREE_DAYS = "three_days", _("3 dager i uken")
    TWO_DAYS = "two_days", _("2 dager i uken")
    ONE_WEEK = "one_week", _("én uke")
    ONE_DAY = "one_day", _("én dag")


class SeatRule(TextChoices):
    """How a place with several kinds of seats opens."""

    EACH = "each", _("hver plass for seg")
    WHOLE = "whole", _("når alle plassene er fylt")
    EQUAL = "equal", _("når det er like mange av hver")


OFFERS_WINDOW = timedelta(hours=1)
OFFERS_BY_NETWORK = 60
"""Places that one network may offer in the window without an account: a fair where many hosts share a network gets through."""


class Told(TextChoices):
    """How somebody is told of what is new in a saved search."""

    DAILY = "daily", _("E-post samme natt som det kommer noe nytt")
    WEEKLY = "weekly", _("E-post høyst én gang i uken")
    HERE = "here", _("Bare her, under Meldinger")
    STOPPED = "stopped", _("Ingen meldinger. Søket er bare lagret")


DAYS_BETWEEN = {Told.DAILY: 1, Told.WEEKLY: 7, Told.HERE: 1}
"""How many days there are between two looks for what is new; a search that is stopped is not looked at."""
LONGEST_ADDRESS = 2500
"""Characters of a question as an address."""
MOST_SEARCHES = 20
"""How many searches one person may have saved."""


class SourceState(TextChoices):
    """How far a source's file is read. LINK: there is none, and what stands at the address is read there."""

    LINK = "link", _("bare lenke")
    WAITING = "waiting", _("venter på å bli lest")
    READING = "reading", _("leses")
    READ = "read", _("lest")
    REFUSED = "refused", _("kan ikke leses")


class SourceProblem(TextChoices):
    """Why a file could not be read, or not wholly."""

    ENCRYPTED = "encrypted", _("Filen er låst med passord. Lagre den uten passord, og legg den til på nytt.")
    OLD = "old", _("Filen er lagret i et gammelt Word-format. Lagre den som .docx eller PDF, og legg den til på nytt.")
    BROKEN = "broken", _("Filen er skadet eller ikke hel. Hent den på nytt fra den som har gitt den ut, og legg den til igjen.")
    TOO_BIG = "too_big", _("Filen er mye større enn den ser ut til når den pakkes ut, og leses derfor ikke.")
    TOO_SLOW = "too_slow", _("Filen tok for lang tid å lese. Lagre den på nytt som PDF, og legg den til igjen.")
    NO_TEXT = (
        "no_text",
        _("Sidene er bilder uten tekst, så de kan ikke søkes i. Kjør tekstgjenkjenning (OCR) på filen, og legg den til igjen."),
    )
    OTHER = "other", _("Dette er verken en PDF eller et Word-dokument (.docx).")
    NOT_DOCUMENT = "not_document", _("På nettadressen ligger verken en PDF eller et Word-dokument. Kilden står med lenken alene.")
    NOT_FETCHED = "not_fetched", _("Filen kunne ikke hentes fra nettadressen.")


SOURCE_BUSY = {SourceState.WAITING, SourceState.READING}
SOURCE_KEPT = timedelta(days=30)
"""How long a source that was removed can be brought back."""
