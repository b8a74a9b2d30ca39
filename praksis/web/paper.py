"""What is known about somebody, as a PDF that a screen reader can read: PDF/UA-1 and PDF/A-2a, which the compiler enforces."""

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import typst

from praksis.web.known import Section

TEMPLATE = Path(__file__).parent / "data" / "known.typ"


def as_pdf(sections: Iterable[Section], *, title: str, intro: str, language: str) -> bytes:
    """`language` is nb, nn or en: what a screen reader speaks. Texts are data to the template, never code."""
    grouped = [
        {
            "whose": whose,
            "sections": [
                {"title": one.title, "rows": [[[fact.label, fact.value] for fact in row] for row in one.rows]} for one in some
            ],
        }
        for whose, some in groupby(sections, key=lambda one: one.whose)
    ]
    told = {"title": title, "intro": intro, "language": language, "parts": grouped}
    made = typst.compile(
        TEMPLATE.read_bytes(), format="pdf", sys_inputs={"told": json.dumps(told)}, pdf_standards=["ua-1", "a-2a"]
    )
    if not isinstance(made, bytes):
        raise TypeError("One document was expected")
    return made
