"""The components as template tags; they are built in, no page loads them. docs/look.md shows each with an example."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template import Context
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from praksis.base import charts, dates, svg
from praksis.base.codes import TargetGroup

register = template.Library()

MOST_TANDEM_TILES = 120

register.simple_tag(svg.icon)
register.simple_tag(svg.tile)
register.simple_tag(svg.tandem, name="tandem_tile")
register.simple_tag(svg.half, name="tandem_half")
register.simple_tag(svg.logo)
register.simple_tag(svg.tile_row)
register.simple_tag(charts.bar)
register.simple_tag(charts.shortage)

register.filter(dates.day)
register.filter(dates.short_day)
register.filter(dates.moment)
register.filter(dates.short_moment)

STATUS_ICONS = {"ok": "check", "warn": "warning", "error": "error", "info": "info"}
NOTICE_ICONS = {**STATUS_ICONS, "info": "info", "lock": "lock", "bell": "bell"}


@register.simple_tag
def linked_data(value: dict[str, Any]) -> SafeString:
    """What search engines read of a page: a block of data, which no browser runs and no policy has to let through."""
    text = json.dumps(value, ensure_ascii=False).translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"})
    return SafeString(f'<script type="application/ld+json">{text}</script>')


@register.simple_tag
def tag(group: str, *, plain: bool = False) -> SafeString:
    """A target group: icon, colour and words. `plain` is for red or ochre ground: white, without the coloured square."""
    return format_html(
        '<span class="tag{}" data-group="{}"><span class="tag-icon">{}</span>{}</span>',
        " tag-plain" if plain else "",
        group,
        svg.icon(group),
        TargetGroup(group).label,
    )


@register.simple_tag
def tags(groups: Sequence[str], *, plain: bool = False) -> SafeString:
    """All groups of a place in one line; three or more in a dense row become icons (see group_icons)."""
    return SafeString("".join(tag(group, plain=plain) for group in groups))


@register.inclusion_tag("components/group_icons.html")
def group_icons(groups: Sequence[str]) -> dict[str, Any]:
    """Icons alone for a dense row, with the names for screen readers and the number in words."""
    named = [(group, TargetGroup(group).label) for group in groups]
    return {"groups": named, "words": ngettext("%d gruppe", "%d grupper", len(named)) % len(named)}


@register.simple_tag
def status(kind: str, text: str) -> SafeString:
    """A line with icon and words; kind is ok, warn, error or info."""
    return format_html('<span class="status status-{}">{}<span>{}</span></span>', kind, svg.icon(STATUS_ICONS[kind]), text)


@register.inclusion_tag("components/figure.html")
def figure(value: object, label: str, *, unit: str = "", note: str = "") -> dict[str, Any]:
    """One large number: 1 689 with the unit "av 1 862" and the label "plassert"."""
    return {"value": localize(value) if isinstance(value, int | float) else value, "label": label, "unit": unit, "note": note}


@register.simple_tag
def seats(taken: int, total: int, *, group: str = "", size: int = 14) -> SafeString:
    """n of m seats as tiles of `size` px and in words: "3 av 4 ledige"."""
    free = total - taken
    words = ngettext("%(free)d av %(total)d ledig", "%(free)d av %(total)d ledige", free) % {"free": free, "total": total}
    row = svg.seats(taken, total, group=group, size=size) if total <= 12 else ""
    return format_html('<span class="place-seats">{}{}</span>', row, words)


@register.simple_tag
def busy(text: str) -> SafeString:
    """The two halves take turns; the text says what runs."""
    return format_html('{}<span role="status">{}</span>', svg.busy(), text)


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: str) -> dict[str, Any]:
    """A row of at most twenty tiles that fill; the label says the numbers."""
    shown = min(total, 20)
    full = round(done * shown / total) if total else 0
    return {"done": done, "total": total, "label": label, "tiles": svg.seats(full, shown, size=24)}


@register.inclusion_tag("components/steps.html")
def steps(items: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """Steps as (name, note, state); state is done, now or next."""
    marks = {"done": "taken", "now": "now", "next": "next"}
    return {"steps": [(name, note, state, svg.tile(marks[state], size=24)) for name, note, state in items]}


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*parts: str) -> dict[str, Any]:
    """Label, address, label, address, ..., and last the name of this page alone."""
    return {"links": list(zip(parts[:-1:2], parts[1::2], strict=True)), "here": parts[-1]}


@register.simple_tag
def source_line(source: str, *, confirmed_on: date | None = None, season: str = "", owner_confirmed: bool = True) -> SafeString:
    """Where a card's facts come from and when someone last stood for them."""
    if confirmed_on:
        when = _("Sist bekreftet %(date)s") % {"date": dates.day(confirmed_on)}
        return format_html('<p class="source">{} {}. {}</p>', _("Kilde:"), source, when)
    age = season or _("år ikke oppgitt")
    doubt = "" if owner_confirmed else _("Ikke bekreftet av eieren")
    return format_html('<p class="source">{} {}, {}. {}</p>', _("Kilde:"), source, age, doubt)


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> SafeString:
    """A quiet box with an icon; kind is info, ok, warn, error, lock or bell."""
    heading = format_html("<h3>{}</h3>", title) if title else ""
    return format_html(
        '<div class="notice notice-{}">{}<div class="notice-body">{}{}</div></div>',
        kind,
        svg.icon(NOTICE_ICONS[kind]),
        heading,
        content,
    )


@register.simple_block_tag
def empty(content: str, title: str) -> SafeString:
    """Nothing to show: what was sought is the title; the content says the nearest that exists and two ways on."""
    mark = svg.tandem("missing", "missing", size=84, css="t-grey")
    return format_html('<div class="empty">{}<div class="empty-body"><h2>{}</h2>{}</div></div>', mark, title, content)


# Forms


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, *, style: str = "list", hints: Mapping[str, str] | None = None, counts: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """One field with label, help and error, tied together for screen readers.

    `style` lays out checkboxes and radios: list, cards (with the group's icon) or chips. `hints` and `counts` are per value.
    """
    widget = bound.field.widget
    grouped = isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect)
    single = isinstance(widget, forms.CheckboxInput)
    return {
        "field": bound,
        "kind": "hidden" if bound.is_hidden else "group" if grouped else "single" if single else "plain",
        "widget": "" if grouped else bound.as_widget(attrs={"class": "ds-input"}),
        "choices": [_choice(choice, hints or {}, counts or {}) for choice in bound.subwidgets] if grouped else [],
        "style": {"list": "checks", "cards": "check-cards", "chips": "check-chips"}[style],
        "optional": not bound.field.required and not single and not bound.is_hidden and counts is None,
        "described_by": bound.aria_describedby or "",
    }


def _choice(choice: Any, hints: Mapping[str, str], counts: Mapping[str, int]) -> dict[str, Any]:
    data = choice.data
    value = str(data["value"])
    return {
        "id": data["attrs"].get("id", ""),
        "name": data["name"],
        "type": data["type"],
        "value": value,
        "label": data["label"],
        "checked": data["selected"],
        "icon": value if value in TargetGroup.values else "",
        "hint": hints.get(value, ""),
        "count": counts.get(value),
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(*all_forms: BaseForm, focus: bool = True) -> dict[str, Any]:
    """What must be mended, first on the page, each with a link to its field."""
    errors = [(link, label, text) for form in all_forms for link, label, text in _errors(form)]
    count = len(errors)
    return {"errors": errors, "focus": focus, "title": ngettext("%d ting må rettes", "%d ting må rettes", count) % count}


def _errors(form: BaseForm) -> list[tuple[str, str, str]]:
    found = [("", "", str(text)) for text in form.non_field_errors()]
    for bound in form:
        first = "_0" if isinstance(bound.field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect) else ""
        name = str(bound.label)
        label = name if name.endswith(("?", ".", ":")) else f"{name}:"
        found += [(f"#{bound.auto_id}{first}", label, str(text)) for text in bound.errors]
    return found


# Charts and paving


@register.inclusion_tag("components/rank_profile.html")
def rank_profile(rows: Sequence[tuple[str, Sequence[int | None]]], *, key: str = "ranks") -> dict[str, Any]:
    """How far down their lists people came, a stripe per rule: (name, six counts). `key` is unique on the page."""
    return {"stripes": [charts.stripe(name, counts) for name, counts in rows], "legend": charts.rank_legend(rows), "key": key}


@register.inclusion_tag("components/tandem_chart.html")
def tandem_chart(opened: int, half: int, none: int, elsewhere: int = 0) -> dict[str, Any]:
    """A tile per tandem, or for several where they are many: opened, missing a half, without anyone who wanted it.

    The legend tells the numbers.
    """
    unit = charts.tile_unit(opened + half + none + elsewhere, MOST_TANDEM_TILES)
    return {"kinds": charts.tandem_tiles(opened, half, none, elsewhere, unit=unit), "unit": unit}


@register.inclusion_tag("components/group_tiles.html")
def group_tiles(counts: Sequence[tuple[str, int]], *, unit: int = 10, find: str = "") -> dict[str, Any]:
    """Open places as tiles, `unit` places each: (group, count). Also the keys "shared" (several groups) and "tandem" (seats).

    `find` is the catalogue's address: then each name leads to what it counts.
    """
    names = {"shared": _("Flere grupper"), "tandem": _("Tandemplasser"), **dict(TargetGroup.choices)}
    ways = {"tandem": f"{find}?form=tandem", **{group: f"{find}?type=place&group={group}" for group in TargetGroup.values}}
    return {
        "rows": [
            (group, names[group], count, charts.place_tiles(group, count, unit), ways.get(group, "") if find else "")
            for group, count in counts
            if count
        ]
    }


@register.inclusion_tag("components/paving.html")
def paving() -> dict[str, Any]:
    """The paved edge above the footer, as wide as the window."""
    return {"cells": charts.paving_cells()}


@register.inclusion_tag("components/hero.html")
def hero() -> dict[str, Any]:
    """The front page's square with one large tandem; what each half can, and learns."""
    return {"cells": charts.hero_cells()}


@register.inclusion_tag("components/choice_picture.html")
def choice_picture(seats: int, *, waiting: int = 0, got: bool = False, group: str = "") -> dict[str, Any]:
    """A choice in a result: its seats, and you in one of them or beside them with `waiting` others (0 where fewer than five)."""
    first = svg.tile("you_taken", size=44) if got else SafeString("")
    row = first + svg.tile("taken", size=44) * (min(seats, 12) - got)
    said = [ngettext("%d plass", "%d plasser", seats) % seats]
    said += [_("%d andre ventet") % waiting] if waiting else []
    return {
        "places": SafeString(row),
        "waiting": SafeString(svg.tile("waiting", size=20) * min(waiting, 18)),
        "label": ", ".join(said),
        "got": got,
        "group": group,
    }


@register.inclusion_tag("components/result_paving.html")
def result_paving(*, got: bool = True) -> dict[str, Any]:
    """The square beside a result: you in your place, or you between the places if there was none."""
    people = [(437, 37), (37, 277), (357, 197), (277, 357), (757, 117), (997, 277)]
    return {"people": people, "got": got}


# Tables: sorting and paging are links with a query string; htmx only swaps the part named by `swap`.


def _address(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        query[key] = value
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, label: str, key: str, *, numeric: bool = False, swap: str = "") -> dict[str, Any]:
    """A column's heading that sorts: ?sort=key, and ?sort=-key when it is chosen already."""
    request = context["request"]
    current = request.GET.get("sort", "")
    state = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    address = _address(request, sort=f"-{key}" if current == key else key)
    return {"label": label, "key": key, "numeric": numeric, "state": state, "address": address, "swap": swap}


@register.inclusion_tag("components/pages.html", takes_context=True)
def pages(context: Context, page: Page[Any], *, swap: str = "") -> dict[str, Any]:
    """Which rows are shown of how many, and the way to the others."""
    request = context["request"]
    return {
        "page": page,
        "previous": _address(request, page=str(page.number - 1)) if page.has_previous() else "",
        "next": _address(request, page=str(page.number + 1)) if page.has_next() else "",
        "swap": swap,
    }
