"""Members, hosts, and what the codes mean."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from praksis.api.queries import public_hosts, public_members
from praksis.api.shapes import Asked, CodeShape, HostShape, MemberShape, Page
from praksis.api.views.pages import LISTED, ONE, Given, page_of
from praksis.base.codes import MUNICIPALITIES, Field, Language, Paper, TargetGroup
from praksis.catalogue.choices import Arranger, Extent, SchemeKind, SchemeStage, SeatRule
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Host

router = Router(tags=["organisations"])
LISTS = {
    "target_group": TargetGroup,
    "field": Field,
    "requires": Paper,
    "language": Language,
    "extent": Extent,
    "rule": SeatRule,
    "kind": SchemeKind,
    "stage": SchemeStage,
    "arranged_by": Arranger,
    "member_kind": MemberKind,
}


@router.get("/hosts", response={200: Page[HostShape], **LISTED}, url_name="hosts", summary="Hosts")
def hosts(request: HttpRequest, asked: Query[Asked]) -> Given:
    """Hosts with an open place or an agreement, and those that have closed. Never who works there. In the order of ids."""
    return page_of(request, public_hosts(), asked)


@router.get("/hosts/{uuid:host_id}", response={200: HostShape, **ONE}, url_name="host", summary="One host")
def host(request: HttpRequest, host_id: UUID) -> Host:
    """A host that nobody but an unchecked offer has named is not found."""
    return get_object_or_404(public_hosts(), pk=host_id)


@router.get("/members", response={200: Page[MemberShape], **LISTED}, url_name="members", summary="Members")
def members(request: HttpRequest, asked: Query[Asked]) -> Given:
    """The organisations that take part. Never who works there. In the order of ids."""
    return page_of(request, public_members(), asked)


@router.get("/codes", response={200: dict[str, list[CodeShape]]}, url_name="codes", summary="What the codes mean")
def codes(request: HttpRequest) -> dict[str, list[Given]]:
    """Every code of the other answers with its name, in the language that is asked for."""
    found = {name: list(choices.choices) for name, choices in LISTS.items()} | {"municipality": list(MUNICIPALITIES.items())}
    return {name: [{"code": code, "label": str(label)} for code, label in choices] for name, choices in found.items()}
