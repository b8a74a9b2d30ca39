"""Small pictures in SVG for the reports: rows of bars that are cut into parts."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

INKS = ("#0b3d2e", "#2f7d5c", "#86b89d", "#c9dccf", "#b5473a")
FONT = 'font-family="sans-serif" font-size="12"'
WIDTH, LABEL, LINE = 720, 210, 22

type Row = tuple[str, Sequence[int]]  # what it is, and how long each part is; an empty row is a gap with a heading


def bars(title: str, parts: Sequence[str], rows: Sequence[Row], inks: Sequence[str] = INKS) -> str:
    """One bar for each row, all to the same scale, cut into the parts that the legend names, each part with its number."""
    longest = max((sum(lengths) for _, lengths in rows), default=0) or 1
    height = LINE * (len(rows) + 3)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {FONT}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="{LINE - 6}" font-weight="bold">{escape(title)}</text>',
        *_legend(parts, inks),
    ]
    for number, (label, lengths) in enumerate(rows, start=2):
        weight = "normal" if lengths else "bold"
        lines.append(f'<text x="8" y="{LINE * number + 16}" font-weight="{weight}">{escape(label)}</text>')
        lines += _bar(LINE * number, [length * (WIDTH - LABEL - 60) / longest for length in lengths], lengths, inks)
    return "\n".join([*lines, "</svg>", ""])


def _legend(parts: Sequence[str], inks: Sequence[str]) -> list[str]:
    step = (WIDTH - 16) // max(1, len(parts))
    return [
        f'<rect x="{8 + step * at}" y="{LINE + 4}" width="12" height="12" fill="{inks[at]}"/>'
        f'<text x="{24 + step * at}" y="{LINE + 14}">{escape(part)}</text>'
        for at, part in enumerate(parts)
    ]


def _bar(top: int, widths: Sequence[float], numbers: Sequence[int], inks: Sequence[str]) -> list[str]:
    lines, left = [], float(LABEL)
    for width, number, ink in zip(widths, numbers, inks, strict=False):
        place = f'x="{left:.1f}" y="{top + 3}" width="{width:.1f}" height="{LINE - 6}"'
        lines.append(f'<rect {place} fill="{ink}"><title>{number}</title></rect>')
        if width > 9 * len(str(number)):
            text = "#000" if ink in {"#86b89d", "#c9dccf"} else "#fff"
            lines.append(f'<text x="{left + 4:.1f}" y="{top + 16}" fill="{text}">{number}</text>')
        left += width
    if len(widths) == 1:
        lines.append(f'<text x="{left + 4:.1f}" y="{top + 16}">{numbers[0]}</text>')
    return lines
