"""How long each kind of data about people is kept, from when, on what ground, and what is done then. No models here: the rooms'
access.py reads the days, and the database lets the nightly job remove nothing that is younger.

`PRAKSIS_KEEP_PERSON=365` (and so on, by key) sets other days; `migrate` must run after a change. `certain` is whether the law
itself says how long; where it does not, the controller has to decide, and what stands here is a proposal.
"""

import os
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Kind(NamedTuple):
    """`days` is None for what is kept. `tables`: where it lies, as `docs/privacy.md` names them."""

    key: str
    what: object
    days: int | None
    after: object
    then: object
    ground: object
    tables: tuple[str, ...]
    certain: bool = False


def _days(key: str, usual: int) -> int:
    return int(os.environ.get(f"PRAKSIS_KEEP_{key.upper()}", usual))


ART_5 = _(
    "Lagringsbegrensning (personvernforordningen art. 5 nr. 1 bokstav e). Loven sier ikke hvor lenge; den ansvarlige avgjør."
)
SAVED_SEARCH_NOTICE = 30
"""Days between the question whether a saved search is still wanted and its end."""
KINDS = (
    Kind(
        "person",
        _("Hvem du er, behov, papirer, reservasjoner, foresatte og samtykker"),
        _days("person", 730),
        _("etter det siste halvåret du hadde et behov i"),
        _("slettes. Ønsker og resultat står igjen uten kobling til deg"),
        ART_5,
        (
            "candidates_candidate",
            "candidates_need",
            "candidates_conflict",
            "candidates_guardian",
            "candidates_consent",
            "candidates_correction",
            "rounds_entrylink",
            "base_pseudonym",
            "base_change",
        ),
    ),
    Kind(
        "paper",
        _("At du har vist et papir, for eksempel politiattest"),
        _days("paper", 30),
        _("etter at papiret gikk ut"),
        _("slettes. Selve papiret lagres aldri"),
        ART_5,
        ("candidates_heldpaper",),
    ),
    Kind(
        "wishes",
        _("Ønsker og resultat under dekknavn"),
        None,
        "",
        _("beholdes uten kobling til deg når du er slettet, så tallene om rundene står og fordelingen kan kontrolleres"),
        _("Statistiske formål (personvernforordningen art. 89 nr. 1)."),
        ("rounds_entry", "rounds_choice", "rounds_outcome"),
    ),
    Kind(
        "run",
        _("Filene som en fordeling ble regnet ut av"),
        _days("run", 365),
        _("etter at runden ble publisert"),
        _("slettes"),
        ART_5,
        ("rounds_runinput",),
    ),
    Kind(
        "role",
        _("Hvem som har hatt en rolle, og når"),
        _days("role", 730),
        _("etter at rollen sluttet"),
        _("slettes"),
        _("Å kunne vise hvem som har hatt tilgang (personvernforordningen art. 5 nr. 2). Den ansvarlige avgjør hvor lenge."),
        ("organisations_membership", "organisations_hostcontact", "rounds_auditor"),
    ),
    Kind(
        "resource",
        _("Det du sier som ressursperson, når du ikke vises"),
        _days("resource", 90),
        _("etter at du sist endret det. Det du har sagt ja til å vise, står til du eller stedet tar det bort"),
        _("slettes"),
        _("Samtykke (personvernforordningen art. 6 nr. 1 bokstav a)."),
        ("organisations_resourceperson",),
    ),
    Kind(
        "invitation",
        _("Invitasjoner med e-postadresse"),
        _days("invitation", 90),
        _("etter at lenken gikk ut"),
        _("slettes"),
        ART_5,
        ("organisations_invitation",),
    ),
    Kind(
        "saved_search",
        _("Søk du har lagret, og hva de har funnet"),
        _days("saved_search", 365),
        _("etter at du sist gjorde noe med søket. Du får en melding en måned før, og kan beholde det"),
        _("slettes"),
        _("Avtale med deg om å si fra (personvernforordningen art. 6 nr. 1 bokstav b)."),
        ("catalogue_savedsearch",),
    ),
    Kind(
        "message",
        _("Meldinger til deg"),
        _days("message", 365),
        _("etter at de ble skrevet"),
        _("slettes"),
        ART_5,
        ("messages_message",),
    ),
    Kind(
        "intake",
        _("Regneark med ordninger som et medlem har sendt inn; de kan nevne folk"),
        _days("intake", 30),
        _("etter at de ble sendt"),
        _("slettes. Ordningene som ble til, står"),
        ART_5,
        ("intake_intakefile", "intake_row"),
    ),
    Kind(
        "user",
        _("Navn og e-post til den som kan logge inn, men ikke lenger har noen rolle eller sak"),
        _days("user", 365),
        _("etter siste innlogging"),
        _("slettes"),
        ART_5,
        (
            "accounts_user",
            "accounts_outsideidentity",
            "accounts_factor",
            "accounts_passkey",
            "accounts_recoverycode",
            "messages_muted",
        ),
    ),
    Kind(
        "sign_in",
        _("Innloggingslenker, forespørsler om dem og økter"),
        1,
        _("etter at de ikke kan brukes lenger"),
        _("slettes"),
        ART_5,
        ("accounts_signinlink", "accounts_linkrequest", "accounts_session"),
    ),
    Kind(
        "trail",
        _("Hvem som har sett opplysninger om deg, under dekknavn"),
        None,
        "",
        _("beholdes; dekknavnet kan ikke lenger knyttes til deg når du er slettet"),
        _("Sikkerhet og innsyn (personvernforordningen art. 32 og art. 15)."),
        ("base_trailentry",),
    ),
    Kind(
        "contact",
        _("E-posten til den som svarer for en plass"),
        _days("contact", 365),
        _("etter at plassen sist ble bekreftet, når den er lukket"),
        _("tas bort. Plassen står"),
        ART_5,
        ("catalogue_place",),
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}


def days(key: str) -> int:
    """How many days a kind that is not kept for good is kept."""
    kept = BY_KEY[key].days
    if kept is None:
        raise KeyError(key)
    return kept
