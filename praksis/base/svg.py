"""The marks. A square is a place, a circle is a person, a tandem is two pieces that lock; nothing else needs a legend.

Every function returns safe SVG markup with attributes for geometry and classes for colour: the content security policy refuses
a style attribute. Without a label a mark is hidden from screen readers (it stands beside words); with one it is an image.
"""

from collections.abc import Iterable
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from praksis.base.codes import TargetGroup

Point = tuple[float, float]

_drawn_once = lru_cache(maxsize=2048)
"""A list shows the same few marks hundreds of times, and they look the same each time."""

ICONS = {
    "add": "M3 6h18M3 12h11M3 18h8M18 13v8M14 17h8",
    "arrow": "M3 12h16M12 4.5l7.5 7.5-7.5 7.5",
    "bell": "M6 17v-6a6 6 0 0 1 12 0v6l2 1.5H4zM10 21.5h4",
    "calendar": "M4 6h16v14H4zM4 10.5h16M8 3v5M16 3v5",
    "check": "M4 12.5l5.5 5.5L20 6.5",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5.5l3.5 2",
    "close": "M5 5l14 14M19 5L5 19",
    "down": "M5 9l7 7 7-7",
    "download": "M12 3v12M6.5 9.5L12 15l5.5-5.5M4 20.5h16",
    "drag": "M7.5 5h2.2M14.3 5h2.2M7.5 12h2.2M14.3 12h2.2M7.5 19h2.2M14.3 19h2.2",
    "edit": "M4 20l1-4.5L16.5 4 20 7.5 8.5 19z",
    "error": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 9l6 6M15 9l-6 6",
    "file": "M5 3h9l5 5v13H5zM14 3v5h5M9 13h6M9 17h6",
    "filter": "M3 6h18M7 12h10M10.5 18h3",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7v2",
    "lock": "M5 11h14v10H5zM8 11V8a4 4 0 0 1 8 0v3",
    "map": "M3 6l6-2.5 6 2.5 6-2.5V18l-6 2.5L9 18l-6 2.5zM9 3.5V18M15 6v14.5",
    "menu": "M3 6h18M3 12h18M3 18h18",
    "people": "M9 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM2 20.5c0-4 3-6 7-6s7 2 7 6M16 4.5a4 4 0 0 1 0 7M18.5 15c2.2.8 3.5 2.6 3.5 5.5",
    "pin": "M12 21.5c4.5-5 7-8.6 7-12a7 7 0 1 0-14 0c0 3.4 2.5 7 7 12zM12 7.2a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8z",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21",
    "sort": "M7 10l5-6 5 6zM7 14l5 6 5-6z",
    "sort-down": "M6 9l6 7 6-7z",
    "sort-up": "M6 15l6-7 6 7z",
    "up": "M5 15l7-7 7 7",
    "warning": "M12 3.5L22 20.5H2zM12 10v5M12 16.6v2",
}
SOLID_ICONS = {"sort", "sort-down", "sort-up"}

GROUP_ICONS = {
    TargetGroup.STUDENT_ELECTIVE: "M3 5h7l2 2 2-2h7v13h-7l-2 2-2-2H3zM12 7v13",
    TargetGroup.STUDENT_MANDATORY: "M5 7h14v13H5zM9 7V4h6v3M8.6 13.6l2.4 2.4 4.4-4.6",
    TargetGroup.APPRENTICE: "M4 4h10l5 3.2V11H4zM9 11v10",
    TargetGroup.WORK_TRAINING: "M3 20v-5h6v-5h6V5h6v15z",
    TargetGroup.LANGUAGE_PRACTICE: "M3 4h18v12h-9l-5 4.5V16H3zM7 8.3h10M7 12h6",
    TargetGroup.PUPIL: "M5.5 10.5C5.5 6.5 8.4 4.5 12 4.5s6.5 2 6.5 6V20h-13zM9 20v-5.5h6V20M9.5 4.6V2.8h5v1.8",
}

SMALL = 32
"""Below this side (px) a mark has no outline, only a tint: an outline would swallow it."""


def number(value: float) -> str:
    """A coordinate with at most two decimals and a point, whatever the language of the page."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def svg(body: str, *, width: float, height: float = 0, css: str = "", label: str = "", group: str = "") -> SafeString:
    """One drawing of width x height px (a square if no height is given). `group` colours it as that target group."""
    height = height or width
    return format_html(
        '<svg class="{}" width="{}" height="{}" viewBox="0 0 {} {}"{}{}>{}</svg>',
        f"mark {css}".rstrip(),
        number(width),
        number(height),
        number(width),
        number(height),
        format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"'),
        format_html(' data-group="{}"', group) if group else "",
        body,
    )


@_drawn_once
def icon(name: str, *, css: str = "") -> SafeString:
    """A line icon as large as the text beside it. `name` is a key of ICONS or a target group."""
    drawing = ICONS.get(name) or GROUP_ICONS[TargetGroup(name)]
    classes = " ".join(filter(None, ["icon", "icon-solid" if name in SOLID_ICONS else "", css]))
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', classes, drawing)


def _rect(css: str, side: float, inset: float = 0, stroke: float = 0) -> SafeString:
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" stroke-width="{}"/>',
        css,
        number(inset),
        number(inset),
        number(side - 2 * inset),
        number(side - 2 * inset),
        number(stroke),
    )


def circle(css: str, x: float, y: float, radius: float, stroke: float = 0) -> SafeString:
    return format_html(
        '<circle class="{}" cx="{}" cy="{}" r="{}" stroke-width="{}"/>', css, number(x), number(y), number(radius), number(stroke)
    )


def _open(side: float) -> SafeString:
    middle = side / 2
    if side < SMALL:
        return _rect("m-tint", side) + circle("m-line", middle, middle, 0.2 * side, 0.08 * side)
    outline = _rect("m-faint m-line", side, 0.035 * side, 0.07 * side)
    return outline + circle("m-line", middle, middle, 0.21 * side, 0.07 * side)


def _taken(side: float) -> SafeString:
    return _rect("m-solid", side) + circle("m-disc", side / 2, side / 2, 0.21 * side)


def _person(side: float) -> SafeString:
    return circle("m-person", side / 2, side / 2, 0.37 * side)


def _waiting(side: float) -> SafeString:
    return circle("m-grey", side / 2, side / 2, 0.37 * side)


def _you(side: float) -> SafeString:
    return circle("m-you-ring", side / 2, side / 2, 0.42 * side, 0.1 * side) + circle("m-you", side / 2, side / 2, 0.22 * side)


def _you_taken(side: float) -> SafeString:
    middle = side / 2
    disc = circle("m-disc", middle, middle, 0.3 * side) + circle("m-you", middle, middle, 0.17 * side)
    return _rect("m-solid m-chosen", side) + disc


def _empty(side: float) -> SafeString:
    return _rect("m-line", side, 0.05 * side, 0.1 * side)


def _next(side: float) -> SafeString:
    return _rect("m-next", side) + circle("m-grey-line", side / 2, side / 2, 0.2 * side, 0.08 * side)


def _now(side: float) -> SafeString:
    return _rect("m-now", side) + circle("m-now-disc", side / 2, side / 2, 0.21 * side)


def _scheme(side: float) -> SafeString:
    lines = format_html(
        '<path class="m-line" stroke-width="{}" d="M{a} {b}H{c}M{a} {d}H{c}M{a} {e}H{f}"/>',
        number(0.07 * side),
        **{key: number(share * side) for key, share in zip("abcdef", (0.24, 0.32, 0.76, 0.5, 0.68, 0.56), strict=True)},
    )
    return _rect("m-paving", side) + lines


TILES = {
    "open": _open,
    "taken": _taken,
    "person": _person,
    "waiting": _waiting,
    "you": _you,
    "you_taken": _you_taken,
    "empty": _empty,
    "next": _next,
    "now": _now,
    "scheme": _scheme,
}


@_drawn_once
def tile(state: str, *, size: float = 44, group: str = "", label: str = "") -> SafeString:
    """A place or a person, `size` px. States: the keys of TILES, and hidden, protected (rain: the number may not be shown)."""
    if state in {"hidden", "protected"}:
        named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
        return format_html('<span class="rain{}" {}></span>', " rain-crossed" if state == "protected" else "", named)
    return svg(TILES[state](size), width=size, label=label, group=group)


@_drawn_once
def seats(taken: int, total: int, *, group: str = "", label: str = "", size: float = 14) -> SafeString:
    """A row of `total` small tiles, the first `taken` of them with a person."""
    states = ["taken"] * taken + ["open"] * (total - taken)
    return tile_row(states, group=group, label=label, size=size)


def tile_row(states: Iterable[str], *, group: str = "", label: str = "", size: float = 14) -> SafeString:
    """Tiles that wrap into more rows on a narrow screen and never shrink."""
    marks = format_html_join("", "{}", ((tile(state, size=size),) for state in states))
    named = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    return format_html('<span class="tiles"{}{}>{}</span>', named, format_html(' data-group="{}"', group) if group else "", marks)


# The tandem: the half-lap joint (halvt i halvt) of Bryggen's timber, two equal L-pieces, point-symmetric.


def half_a(x: float, y: float, w: float, h: float, gap: float, inset: float = 0) -> list[Point]:
    """The corners of the first half in the box x, y, w, h, drawn inwards by `inset` so that an outline stays inside."""
    right, step, foot = x + 2 * w / 3 - gap / 2 - inset, y + h / 2 - gap / 2 - inset, x + w / 3 - gap / 2 - inset
    left, top, bottom = x + inset, y + inset, y + h - inset
    return [(left, top), (right, top), (right, step), (foot, step), (foot, bottom), (left, bottom)]


def half_b(x: float, y: float, w: float, h: float, gap: float, inset: float = 0) -> list[Point]:
    """The corners of the second half: the first turned half a turn."""
    return [(2 * x + w - px, 2 * y + h - py) for px, py in half_a(x, y, w, h, gap, inset)]


def path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z"


def _half(name: str, state: str, side: float) -> SafeString:
    """Half a or b of a tandem with this side; only its disc or ring tells the state when it is small."""
    corners, gap = (half_a, half_b)[name == "b"], max(0.07 * side, 1.6)
    x, y = (side / 3, side / 4) if name == "a" else (2 * side / 3, 3 * side / 4)
    if state == "taken":
        body = format_html('<path class="t-{}" d="{}"/>', name, path(corners(0, 0, side, side, gap)))
        return body + circle(f"t-disc-{name}", x, y, 0.105 * side)
    plain = side < SMALL and state == "missing"
    stroke = 1.1 if plain else max(1.2, 0.045 * side)
    look = f"t-{name}-faint" if state == "open" else ""
    dash = format_html(' stroke-dasharray="{} {}"', number(0.1 * side), number(0.06 * side)) if state == "missing" else ""
    outline = format_html(
        '<path class="{}" stroke-width="{}"{} d="{}"/>',
        f"t-{name}-line {look}".rstrip(),
        number(stroke),
        "" if plain else dash,
        path(corners(0, 0, side, side, gap, stroke / 2)),
    )
    return outline if plain else outline + circle(f"t-{name}-line", x, y, 0.1 * side, stroke)


@_drawn_once
def tandem(a: str = "taken", b: str = "taken", *, size: float = 44, label: str = "", css: str = "") -> SafeString:
    """A tandem, each half taken, open or missing. Red is always the first half, ochre the second."""
    return svg(_half("a", a, size) + _half("b", b, size), width=size, label=label, css=css)


@_drawn_once
def half(name: str, *, size: float = 20) -> SafeString:
    """One half alone, a or b, as a small mark before its heading."""
    corners = (half_a, half_b)[name == "b"]
    return svg(format_html('<path class="t-{}" d="{}"/>', name, path(corners(0, 0, size, size, 0.07 * size))), width=size)


@_drawn_once
def logo() -> SafeString:
    body = _half("a", "taken", 36) + _half("b", "taken", 36)
    return svg(body, width=36, css="logo")


@_drawn_once
def busy() -> SafeString:
    """The two halves take turns while something runs; the words beside it say what."""
    a, b = path(half_a(0, 0, 24, 24, 1.7)), path(half_b(0, 0, 24, 24, 1.7))
    return svg(format_html('<path class="busy-a" d="{}"/><path class="busy-b" d="{}"/>', a, b), width=24, css="m-busy")
