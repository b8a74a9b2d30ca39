"""Made-up documents as sources: real PDF files, which the house reads as it reads anybody's. Each says that it is made up."""

import json
import tomllib
import uuid
from pathlib import Path
from typing import Any

import typst

from praksis.catalogue.choices import SourceState
from praksis.catalogue.models import Citation, Scheme, Source, SourceFile
from praksis.catalogue.sources import draw_page, read_source
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Member

DATA = Path(__file__).parent / "data" / "sources.toml"
PAPER = b"""#set text(size: 13pt, lang: "nb")
#set par(spacing: 1.2em)
#for page in json(bytes(sys.inputs.pages)) {
  for part in page.split("\\n\\n") [#part\\ \\ ]
  pagebreak(weak: true)
}
"""
NAMED_BY = 2
"""Schemes that name each of them."""


def store_sources() -> int:
    """Store them for the region, have them read, and let some of the made-up schemes name them; how many there are."""
    member = Member.objects.filter(kind=MemberKind.REGION).order_by("name")[0]
    told = tomllib.loads(DATA.read_text(encoding="utf-8"))["source"]
    for one in told:
        _store(member, one)
    return len(told)


def _store(member: Member, told: dict[str, Any]) -> None:
    facts = {name: told[name] for name in ("title", "publisher", "year", "language", "licence", "may_show")}
    key = uuid.uuid5(uuid.NAMESPACE_URL, told["title"])
    content = _paper(told["pages"])
    about = {"form": "pdf", "size": len(content), "state": SourceState.WAITING, "made_up": True}
    source = Source.objects.create(pk=key, member=member, **facts, **about)
    SourceFile.objects.create(source=source, content=content)
    read_source(source.pk)
    if source.may_show:
        draw_page(source.pk, told["cited_page"])
    for scheme in Scheme.objects.filter(made_up=True).order_by("title", "pk")[:NAMED_BY]:
        Citation.objects.create(scheme=scheme, source=source, page=told["cited_page"], words=told["words"])


def _paper(pages: list[str]) -> bytes:
    made = typst.compile(PAPER, format="pdf", sys_inputs={"pages": json.dumps(pages)})
    if not isinstance(made, bytes):
        raise TypeError("One document was expected")
    return made
