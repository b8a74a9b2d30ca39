"""Reads for the pages: a member's imports, the rows of one, and the pairs that nobody has judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from praksis.base.tables import read_table, write_table
from praksis.catalogue.likeness import reason_sentence
from praksis.catalogue.models import Scheme
from praksis.catalogue.scheme_queries import scheme_facts
from praksis.intake.choices import Outcome
from praksis.intake.columns import COLUMNS, fault_sentence, field_label, value_told
from praksis.intake.models import Feed, Intake, IntakeFile, Pair, Row
from praksis.intake.rules import Reader, may_merge, members_taken_in_for, owners_judged_for
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Member


def intakes_of(member: Member) -> QuerySet[Intake]:
    """A member's imports, the newest first."""
    return Intake.objects.filter(feed__member=member).select_related("feed", "by").order_by("-started_at", "id")


def feeds_of(member: Member) -> QuerySet[Feed]:
    return Feed.objects.filter(member=member).order_by("name", "id")


def intake_seen(user: Reader, intake_id: UUID) -> Intake | None:
    """An import of a member that the user takes in schemes for."""
    own = Intake.objects.filter(feed__member__in=members_taken_in_for(user))
    return own.select_related("feed__member", "by").filter(pk=intake_id).first()


# ---------------------------------------------------------------- columns


@dataclass(frozen=True)
class Heading:
    """A column of the file: what it is called, what stands in its first cells, and the field it goes to."""

    at: int
    name: str
    examples: list[str]
    field: str


def headings(intake: Intake) -> list[Heading]:
    found = []
    file = IntakeFile.objects.filter(intake=intake).first() or IntakeFile()
    for at, name in enumerate(file.header):
        filled = [row[at] for row in file.sample if at < len(row) and row[at]]
        found.append(Heading(at, name, list(dict.fromkeys(filled))[:3], intake.columns.get(name, "")))
    return found


def column_choices() -> list[tuple[str, str]]:
    """What a column may be, in the reader's language."""
    return [("", _("Ikke med")), *((column.name, column.label) for column in COLUMNS)]


# ---------------------------------------------------------------- rows


@dataclass(frozen=True)
class RowShown:
    """A row as the page shows it: what changes (field, before, after), what is wrong (heading, sentence), what it resembles."""

    row: Row
    changes: list[tuple[str, str, str]]
    faults: list[tuple[str, str]]
    kept: list[str]
    reasons: list[str]
    not_undone: list[str]


def rows_of(intake: Intake, outcome: str) -> QuerySet[Row]:
    """Those of one outcome; those that could not be undone, where `outcome` is "left"."""
    rows = Row.objects.filter(intake=intake).select_related("alike", "scheme").order_by("number")
    return rows.exclude(not_undone=[]) if outcome == "left" else rows.filter(outcome=outcome)


def shown(row: Row) -> RowShown:
    return RowShown(
        row=row,
        changes=[
            (field_label(name), value_told(name, row.before[name]), value_told(name, row.after[name])) for name in row.after
        ],
        faults=[(heading or _("Tittel"), fault_sentence(code, facts)) for heading, code, facts in row.faults],
        kept=[field_label(name) for name in row.kept],
        reasons=[reason_sentence(reason) for reason in row.reasons],
        not_undone=[_why_left(name) for name in row.not_undone],
    )


def _why_left(name: str) -> str:
    special = {"used": _("Noe annet bruker ordningen nå."), "changed": _("Noen har endret ordningen siden.")}
    return special.get(name) or _("«%(field)s» er endret siden.") % {"field": field_label(name)}


def outcomes(intake: Intake) -> list[tuple[str, str, int]]:
    """Outcome, its name in the plural, and how many; those that want something of a person first."""
    names = {
        Outcome.REFUSED: _("Må rettes"),
        Outcome.DOUBTFUL: _("Tvilsomme"),
        Outcome.NEW: _("Nye"),
        Outcome.CHANGED: _("Endret"),
        Outcome.SAME: _("Som før"),
    }
    counts: Mapping[str, int] = intake.counts
    found = [(str(outcome), name, counts.get(outcome, 0)) for outcome, name in names.items()]
    left = intake.undo.get("left", 0)
    return [*([("left", _("Kunne ikke angres"), left)] if left else []), *found]


def is_forgotten(intake: Intake) -> bool:
    """Whether what was sent has been deleted since."""
    was_sent = bool(intake.digest) and not intake.busy
    return was_sent and not IntakeFile.objects.filter(intake=intake).exists()


def wrong_rows(intake: Intake) -> bytes | None:
    """The refused rows as a file of the form that was sent, with what must be mended in a column of its own. None where the file
    has been deleted."""
    file = IntakeFile.objects.filter(intake=intake).first()
    if file is None:
        return None
    table = read_table(bytes(file.content), sheet=intake.sheet)
    told = {row.number: row for row in rows_of(intake, Outcome.REFUSED)}
    return write_table(intake.form, [*table.header, _("Hva som må rettes")], _mended(table.lines, told))


def _mended(lines: Any, told: Mapping[int, Row]) -> Iterator[list[str]]:
    for line in lines:
        if row := told.get(line.number):
            yield [*line.cells, " ".join(f"{heading}: {sentence}" for heading, sentence in shown(row).faults)]


# ---------------------------------------------------------------- pairs


@dataclass(frozen=True)
class PairShown:
    """Two schemes side by side, why they may be one, and what this reader may do with them."""

    pair: Pair
    facts: list[tuple[str, str, str]]
    reasons: list[str]
    may_keep_one: bool
    may_keep_other: bool

    @property
    def may_merge(self) -> bool:
        return self.may_keep_one or self.may_keep_other


def pairs_to_judge(user: Reader) -> QuerySet[Pair]:
    """Those that nobody has judged, the likeliest first."""
    return _pairs_of(user).filter(verdict="", one__merged_into=None, other__merged_into=None)


def _pairs_of(user: Reader) -> QuerySet[Pair]:
    """Those of one's own schemes, and of schemes that nobody owns; all for the region's staff."""
    pairs = Pair.objects.all()
    if not members_taken_in_for(user).filter(kind=MemberKind.REGION).exists():
        owned = [owner for owner in owners_judged_for(user) if owner]
        own = Q(one__owner__in=owned) | Q(other__owner__in=owned) | Q(one__owner=None) | Q(other__owner=None)
        pairs = pairs.filter(own)
    return pairs.select_related("one__owner", "other__owner").order_by("-score", "id")


def pair_seen(user: Reader, pair_id: UUID) -> Pair | None:
    """One of them, judged or not: the same click twice is once."""
    return _pairs_of(user).filter(pk=pair_id).first()


def pair_shown(pair: Pair, judged: set[UUID | None], *, of_the_region: bool) -> PairShown:
    return PairShown(
        pair=pair,
        facts=_beside(pair.one, pair.other),
        reasons=[reason_sentence(reason) for reason in pair.reasons],
        may_keep_one=of_the_region or pair.other.owner_id in judged,
        may_keep_other=of_the_region or pair.one.owner_id in judged,
    )


def may_keep(user: Reader, pair: Pair, keep: UUID) -> bool:
    """Whether the reader may let the other of the two go."""
    return may_merge(user, pair.other if keep == pair.one_id else pair.one)


def _beside(one: Scheme, other: Scheme) -> list[tuple[str, str, str]]:
    mine, theirs = dict(scheme_facts(one)), dict(scheme_facts(other))
    return [(name, mine.get(name, "–"), theirs.get(name, "–")) for name in dict.fromkeys([*mine, *theirs])]
