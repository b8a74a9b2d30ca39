"""Charts drawn on the server as SVG. Each can be said aloud: its label tells every number that the drawing shows.

Bars and stripes have their geometry in per cent, so they follow the column's width while text keeps its size. Counts are
tiles that wrap: they never shrink. The order in a stack is solid, mid, pale, lines, open lines, dots: it reads without colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from praksis.base import svg

WIDE, NARROW = 800, 290
"""Widths in px of a stripe on a desk and on a phone, to know where a number fits."""

TILE_UNITS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
PATTERNS = {3: "lines", 4: "open", 5: "dots"}
"""Which parts of a rank profile are drawn with a pattern (components/rank_profile.html)."""


def bar(value: float, total: float, *, group: str = "", label: str = "") -> SafeString:
    """One share of a whole as a bar; `label` says it in words (the text beside it does, if it is left out)."""
    share = 100 * value / total if total else 0
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="chart bar" width="100%" height="12" {}{}><rect class="bar-track" width="100%" height="100%"/>'
        '<rect class="bar-fill" width="{}%" height="100%"/></svg>',
        named,
        format_html(' data-group="{}"', group) if group else "",
        svg.number(min(share, 100)),
    )


@dataclass(frozen=True)
class Part:
    """One part of a stripe: which (0 to 5), where and how wide (per cent, as text), and the number if there is room for it."""

    index: int
    name: str
    pattern: str
    x: str
    width: str
    text: str
    only_wide: bool
    headed: bool


@dataclass(frozen=True)
class Stripe:
    """One allocation rule: how many people came how far down their lists, of all that took part."""

    name: str
    label: str
    without: str
    parts: list[Part]


def rank_names() -> list[str]:
    """The six counts of a rank profile."""
    return [_("1. ønske"), _("2. ønske"), _("3. ønske"), _("4.–5. ønske"), _("6.–10. ønske"), _("uten plass")]


def said(count: int | None) -> str:
    """A count as text; None is one that may not be shown."""
    return _("vises ikke") if count is None else str(localize(count))


def stripe(name: str, told: Sequence[int | None]) -> Stripe:
    """Lay out one stripe; the counts are six, as in rank_names. One that may not be shown (None) is told and has no part."""
    words = [f"{word} {said(count)}" for word, count in zip(rank_names(), told, strict=True)]
    counts = [count or 0 for count in told]
    starts = list(accumulate(counts, initial=0))
    return Stripe(
        name=name,
        label=f"{name}: {', '.join(words)}",
        without=ngettext("%s uten plass", "%s uten plass", counts[-1]) % said(told[-1]),
        parts=[_part(index, counts[index], starts[index], starts[-1]) for index in range(6) if counts[index]],
    )


def _part(index: int, count: int, start: int, total: int) -> Part:
    text, share = str(localize(count)), count / total
    need = 10 * len(text) + 18
    shown = PATTERNS.get(index) not in {"lines", "open"} and need <= share * WIDE
    return Part(
        index=index,
        name=rank_names()[index],
        pattern=PATTERNS.get(index, ""),
        x=svg.number(100 * start / total),
        width=svg.number(100 * share),
        text=text if shown else "",
        only_wide=need > share * NARROW,
        headed=index < 3 and share > 0.08 and start / total < 0.8,
    )


def rank_legend(rows: Sequence[tuple[str, Sequence[int | None]]]) -> list[tuple[int, str, str, str]]:
    """The parts that carry no words of their own: index, pattern, name, and the numbers where the stripe has none."""
    names = rank_names()
    numbers = {index: ", ".join(said(counts[index]) for _name, counts in rows) for index in (3, 4)}
    return [(index, PATTERNS.get(index, ""), names[index], numbers.get(index, "")) for index in range(5)]


def tile_unit(count: int, most: int) -> int:
    """How many one tile stands for, so that no more than `most` are drawn; a number that can be said in one sentence."""
    return next((unit for unit in TILE_UNITS if count <= most * unit), TILE_UNITS[-1])


def tandem_tiles(
    opened: int, half: int, none: int, elsewhere: int = 0, *, unit: int = 1
) -> list[tuple[SafeString, int, str, SafeString]]:
    """One tile per `unit` tandems: opened, missing a half, wanted by people who got other places, or by nobody.

    Gives (tile, number, words, all tiles) of each kind; the third only where there is one.
    """
    others = [(svg.tandem("open", "open", size=40), elsewhere, _("søkerne fikk plass andre steder"))] if elsewhere else []
    kinds = [
        (svg.tandem(size=40), opened, _("åpnet")),
        (svg.tandem("taken", "missing", size=31), half, _("manglet én halvdel")),
        *others,
        (svg.tandem("missing", "missing", size=31, css="t-grey"), none, _("uten søkere")),
    ]
    return [(tile, count, words, SafeString(tile * _marks(count, unit))) for tile, count, words in kinds]


def shortage(placed: int, without: int = 0, *, free: int = 0, unit: int = 1, group: str = "") -> SafeString:
    """A square with a disc per place with a person, a disc per person without a place, an open square per place without a person.

    `unit` people each. What is there at all is never rounded away.
    """
    kinds = [("taken", placed, _("%s med plass")), ("person", without, _("%s uten plass")), ("empty", free, _("%s ledige"))]
    states = [state for state, count, _words in kinds for _mark in range(_marks(count, unit))]
    label = ", ".join(words % localize(count) for _state, count, words in kinds if count)
    return svg.tile_row(states, group=group, label=label, size=16)


def _marks(count: int, unit: int) -> int:
    return max(1, round(count / unit)) if count else 0


def place_tiles(group: str, count: int, unit: int) -> SafeString:
    """One tile per `unit` open places, in columns of four; a tandem's tile is twice as large and holds two seats each."""
    if group == "tandem":
        return SafeString(svg.tandem("open", "open", size=46) * ceil(count / (2 * unit)))
    return SafeString(svg.tile("open", size=22) * ceil(count / unit))


def paving_cells() -> SafeString:
    """The stones of the footer's edge: 45 cells of 27 px, then it repeats."""
    shades = ((x * 7 % 5 % 3, x * 27 + 1) for x in range(45))
    stones = format_html_join("", '<rect class="edge-{}" x="{}" y="1" width="25" height="25"/>', shades)
    pieces = format_html_join("", '<g transform="translate({} 1)">{}</g>', ((x * 27 + 1, _edge_piece()) for x in (6, 17, 32)))
    discs = format_html_join("", "{}", ((svg.circle("edge-disc", x * 27 + 13.5, 13.5, 5.5),) for x in (2, 13, 24, 37)))
    return stones + pieces + discs


def _edge_piece() -> SafeString:
    return format_html(
        '<rect class="edge-ground" width="25" height="25"/><path class="edge-a" d="{}"/><path class="edge-b" d="{}"/>{}{}',
        svg.path(svg.half_a(0, 0, 25, 25, 1.8)),
        svg.path(svg.half_b(0, 0, 25, 25, 1.8)),
        svg.circle("edge-dot", 25 / 3, 6.25, 2.6),
        svg.circle("edge-dot", 50 / 3, 18.75, 2.6),
    )


HERO_TILES = [
    (0, 0, "student_elective", "open"),
    (3, 0, "pupil", "taken"),
    (7, 0, "apprentice", "open"),
    (11, 0, "student_mandatory", "taken"),
    (8, 1, "language_practice", "taken"),
    (13, 1, "pupil", "open"),
    (7, 2, "work_training", "open"),
    (19, 2, "pupil", "taken"),
    (0, 3, "apprentice", "taken"),
    (17, 3, "apprentice", "open"),
    (7, 4, "student_elective", "taken"),
    (10, 4, "language_practice", "open"),
    (1, 5, "language_practice", "open"),
    (3, 5, "work_training", "taken"),
    (5, 5, "pupil", "open"),
    (14, 5, "work_training", "taken"),
    (0, 6, "work_training", "open"),
    (2, 6, "student_mandatory", "taken"),
    (6, 6, "student_elective", "open"),
    (8, 6, "apprentice", "taken"),
]
"""Column, row, group, state of the places on the front page's square; cells of 85 with stones of 79 (components/hero.html)."""


def hero_cells() -> SafeString:
    return format_html_join("", "{}", ((_hero_cell(*tile),) for tile in HERO_TILES))


def _hero_cell(column: int, row: int, group: str, state: str) -> SafeString:
    x, y = column * 85, row * 85
    if state == "taken":
        stone = format_html('<rect class="m-solid" x="{}" y="{}" width="79" height="79"/>', x, y)
        return format_html('<g data-group="{}">{}{}</g>', group, stone, svg.circle("m-disc", x + 39.5, y + 39.5, 17))
    return format_html('<g data-group="{}">{}</g>', group, svg.circle("m-line", x + 39.5, y + 39.5, 15.5, 3.6))
