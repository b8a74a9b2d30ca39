"""A round's page: where it stands, its runs, and what they gave in numbers."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from praksis.accounts.models import User
from praksis.base.charts import rank_names
from praksis.base.codes import TargetGroup
from praksis.base.dates import short_day
from praksis.base.models import PublishedFigure
from praksis.base.sorting import norwegian
from praksis.candidates.choices import PLACING_ROLES
from praksis.candidates.models import placing_members
from praksis.catalogue.choices import SeatRule
from praksis.organisations.models import Member
from praksis.rounds.bridge import SMALL
from praksis.rounds.choices import RoundState, RunState
from praksis.rounds.models import Publication, Round, RoundPlace, Run
from praksis.rounds.queries.results import publication_problem
from praksis.rounds.rules import may_coordinate, may_end_auditor, may_publish_for
from praksis.rounds.sentences import few, level_name

GROUP_SORTS = ("group", "candidates", "placed", "without")
STEP_NOW = {RoundState.PREPARING: 1, RoundState.RANKING: 2, RoundState.CLOSED: 3, RoundState.PUBLISHED: 5}
TANDEM_RULES = [SeatRule.WHOLE, SeatRule.EQUAL]


def rounds_of(user: User) -> QuerySet[Round]:
    """The rounds this user may see, with how many places each has."""
    inside = RoundPlace.objects.filter(round=OuterRef("pk")).order_by().values("round")
    counted = Subquery(inside.annotate(count=Count("pk")).values("count"))
    rounds = Round.objects.visible_to(user).select_related("owner").annotate(place_count=Coalesce(counted, 0))
    return rounds.order_by("-closes_at", norwegian("name"), "pk")


def members_placed_for(user: User, round_: Round) -> list[Member]:
    """The members of the round for which the user places people, by name."""
    own = user.memberships.current().filter(role__in=PLACING_ROLES).values("member")
    return list(round_.members.filter(pk__in=own).order_by(norwegian("name")))


def members_entered_by(user: User, round_: Round) -> list[Member]:
    """Those of them whose people the user places whole, and so may put into the round."""
    return list(round_.members.filter(pk__in=placing_members(user)).order_by(norwegian("name")))


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One aim of the objective: what was reached, and how much more could be possible at most."""

    name: str
    value: str
    verdict: str
    proven: bool


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A target group in numbers that may be shown; texts where they may not."""

    group: str
    candidates: int | None
    placed: int | None
    without: int | None

    @property
    def label(self) -> str:
        return str(TargetGroup(self.group).label)

    @property
    def candidates_text(self) -> str:
        return few(self.candidates)

    @property
    def percent(self) -> float | None:
        return 100 * self.placed / self.candidates if self.placed is not None and self.candidates else None


@dataclass(frozen=True, slots=True)
class MemberPart:
    """A member's part of the round: published or not, and whether the reader may publish it, or why not."""

    member: Member
    publication: Publication | None
    own: bool
    may_publish: bool
    problem: str


@dataclass(frozen=True, slots=True)
class RoundPage:
    """Everything on a round's page. `run` is the one that counts: published, or else the last that is done."""

    round: Round
    steps: list[tuple[str, str, str]]
    run: Run | None
    active: Run | None
    failed: Run | None
    runs: list[Run]
    may_coordinate: bool
    names_auditors: bool
    own_members: list[Member]
    whole_members: list[Member]
    parts: list[MemberPart]
    figures: dict[str, int | None]

    @property
    def sent(self) -> tuple[int, int] | None:
        """How many have sent a list, of how many; None where either number, or what is between them, is of fewer than five."""
        entries, lists = self.figures.get("entries"), self.figures.get("lists")
        return (lists, entries) if entries and lists and (entries == lists or entries - lists >= SMALL) else None

    @property
    def published_count(self) -> int:
        """How many members have published."""
        return sum(part.publication is not None for part in self.parts)

    @property
    def placed_share(self) -> float | None:
        """How many of a hundred got a place; None where it may not be shown."""
        shown = self.run.figures if self.run else {}
        return 100 * shown["placed"] / shown["candidates"] if shown.get("placed") and shown.get("candidates") else None

    @property
    def rank_stripe(self) -> list[tuple[str, list[int | None]]]:
        """The rank profile as the chart takes it: one stripe."""
        return [(_("Alle"), [count for _name, count in rank_rows(self.run)])] if self.run else []

    @property
    def ready(self) -> list[MemberPart]:
        """The parts the reader may publish."""
        return [part for part in self.parts if part.may_publish and part.publication is None]


def round_page(round_: Round, user: User) -> RoundPage:
    """The page of a round that the user may see. Its queries grow with own members alone."""
    publications = {one.member_id: one for one in round_.publications.select_related("run")}
    runs = list(runs_of(round_))
    published = next((one.run_id for one in publications.values()), None)
    run = next((one for one in runs if one.pk == published or (published is None and one.state == RunState.DONE)), None)
    own = members_placed_for(user, round_)
    figures = dict(PublishedFigure.objects.filter(subject=round_.pk, group="").values_list("name", "value"))
    return RoundPage(
        round=round_,
        steps=_steps(round_, figures),
        run=run,
        active=next((one for one in runs if one.state in {RunState.WAITING, RunState.RUNNING}), None),
        failed=runs[0] if runs and runs[0].state == RunState.FAILED else None,
        runs=runs,
        may_coordinate=may_coordinate(user, round_),
        names_auditors=may_end_auditor(user, round_),
        own_members=own,
        whole_members=members_entered_by(user, round_),
        parts=_parts(round_, run, user, own, publications),
        figures=figures,
    )


def runs_of(round_: Round) -> QuerySet[Run]:
    """The round's log, the newest run first: all that were ever ordered; `published` says which one was."""
    published = Exists(Publication.objects.filter(run=OuterRef("pk")))
    return round_.runs.select_related("requested_by").annotate(published=published)


def shown_run(round_: Round) -> Run | None:
    """The run that counts: the published one, or else the last that is done."""
    published = round_.runs.filter(publications__isnull=False).first()
    return published or round_.runs.filter(state=RunState.DONE).first()


def rank_rows(run: Run) -> list[tuple[str, int | None]]:
    """The rank profile as (name, how many); None where fewer than five, or where it could be reckoned from the others."""
    names = rank_names()
    return [(name, bar["count"]) for name, bar in zip(names, run.figures.get("profile", []), strict=False)]


def _parts(
    round_: Round, run: Run | None, user: User, own: list[Member], publications: dict[UUID, Publication]
) -> list[MemberPart]:
    """One part for each member that has people in the run; only the reader's own are looked at closely."""
    if run is None:
        return []
    with_people = {row["member"] for row in run.figures.get("members", [])}
    members = [member for member in round_.members.order_by(norwegian("name")) if str(member.pk) in with_people]
    return [_part(round_, run, user, member, member in own, publications.get(member.pk)) for member in members]


def _part(round_: Round, run: Run, user: User, member: Member, own: bool, publication: Publication | None) -> MemberPart:
    may = own and may_publish_for(user, member.pk)
    problem = publication_problem(round_, run, member) if may and publication is None else ""
    return MemberPart(member, publication, own, may, problem)


def _steps(round_: Round, figures: dict[str, int | None]) -> list[tuple[str, str, str]]:
    """The five steps as (name, note, done | now | next)."""
    now = {RoundState.PREPARING: 1, RoundState.RANKING: 2, RoundState.CLOSED: 3, RoundState.PUBLISHED: 5}[
        RoundState(round_.state)
    ]
    names = [_("Behov"), _("Plasser"), _("Ønsker"), _("Fordeling"), _("Publisering")]
    notes = _step_notes(round_, figures)
    return [
        (name, note, "done" if at < now else "now" if at == now else "next")
        for at, (name, note) in enumerate(zip(names, notes, strict=True))
    ]


def _step_notes(round_: Round, figures: dict[str, int | None]) -> list[str]:
    places = round_.places.aggregate(all=Count("pk"), tandems=Count("pk", filter=Q(rule__in=TANDEM_RULES)))
    entries, lists, listed = figures.get("entries"), figures.get("lists"), figures.get("wishes")
    tandems = ngettext("%s tandem", "%s tandemer", places["tandems"]) % localize(places["tandems"])
    wishing = _("%s per liste") % localize(round(listed / lists, 1)) if lists and listed else ""
    return [
        _("%s kandidater") % localize(entries) if entries else "",
        f"{localize(places['all'])}, {tandems}",
        wishing or _("frist %s") % short_day(round_.closes_at),
        _("ferdig") if round_.state == RoundState.PUBLISHED else "",
        short_day(round_.published_at) if round_.published_at else "",
    ]


def level_rows(run: Run) -> list[LevelRow]:
    """The aims of the run in their order. A value that would tell what the figures hide is left out, and the draw has none."""
    shown = {
        "class:0": any(row.group == TargetGroup.STUDENT_MANDATORY and row.placed is not None for row in group_rows(run)),
        "placed": run.figures.get("placed") is not None,
        "ranks": all(count is not None for _name, count in rank_rows(run)),  # else it helps to reckon the hidden ones
    }
    return [_level_row(level, with_value=shown.get(level["level"], False)) for level in run.levels]


def _level_row(level: dict[str, Any], *, with_value: bool) -> LevelRow:
    value, bound, proven = level["value"], level["bound"], level["proven"]
    if proven:
        verdict = _("Bevist: bedre går ikke")
    elif isinstance(value, int) and isinstance(bound, int):
        verdict = _("Ikke bevist: høyst %s bedre kan være mulig") % localize(abs(bound - value))
    else:
        verdict = _("Ikke bevist")
    return LevelRow(level_name(level["level"]), str(localize(value)) if with_value else "", verdict, proven)


def group_rows(run: Run, sort: str = "") -> list[GroupRow]:
    """The groups' numbers; `sort` is one of GROUP_SORTS, with a minus for the other way. Hidden numbers come last."""
    rows = [GroupRow(**row) for row in run.figures.get("groups", [])]
    key = sort.removeprefix("-")
    if key == "group":
        return sorted(rows, key=lambda row: row.label, reverse=sort.startswith("-"))
    if key not in GROUP_SORTS:
        return rows
    shown = [row for row in rows if getattr(row, key) is not None]
    hidden = [row for row in rows if getattr(row, key) is None]
    return sorted(shown, key=lambda row: int(getattr(row, key)), reverse=sort.startswith("-")) + hidden
